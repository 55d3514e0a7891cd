"""All tapes of an optimizer: one for each branch that its step was seen on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from bea.adapters.tracing.moments import moment_of, settled_moment
from bea.adapters.tracing.operations import Operations
from bea.adapters.tracing.optimizer import Moment, Optimizer, Shapes
from bea.adapters.tracing.running import Constants, Numbers
from bea.adapters.tracing.scalars import ONE_STEP
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression, as_rational
from bea.algebra.language.expressions import Symbol
from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields import NumericField

_MOST = 64

Values = Mapping[str, Expression]


class Tapes:
    """The tapes of an optimizer, recorded where none fits.

    The first step has tapes of its own, since it may begin the memory.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self._known: dict[tuple[Shapes, bool, int], list[Tape]] = {}
        self.numbers = Numbers()
        self._orders: dict[Any, tuple[Any, ...]] = {}

    def orders(self, shapes: Shapes, values: Values) -> tuple[Any, ...]:
        """Return the powers of gamma as which the parts of settled memory vanish; 0 for most.

        An average of gamma times the gradient has 1. Where nothing is divided by what vanishes, all
        are 0: there is no need to know.
        """
        if shapes not in self._orders:
            phases = range(self.optimizer.period)
            tapes = [self.at(shapes, None, values, phase) for phase in phases]
            self._orders[shapes] = _orders_of_memory(tapes)
        return self._orders[shapes]

    def at(self, shapes: Shapes, count: int | None, values: Values, phase: int = 0) -> Tape:
        """Return the tape of a step after so many, None for one that is far from the first.

        That one is in a phase of the period, if the optimizer has one.

        Its branches on hyperparameters and the number of the step are those of this step.

        Raises
        ------
        MethodError
            If they change for ever.
        """
        tapes, values = self._at_phase(shapes, count, phase), self._with_numbers(values)
        for tape in tapes:
            if _fits(tape, count, values):
                return tape
        moment = settled_moment(self.optimizer, shapes, count)
        tapes.append(self.optimizer.record(self._in_phase(moment, count, phase)))
        if not _fits(tapes[-1], count, values):
            raise MethodError(
                f"a branch of '{self.optimizer.name}' changes with the number of the step for "
                f"ever, so that it has no steady state: {ONE_STEP}"
            )
        return tapes[-1]

    def in_lanes(
        self,
        f: NumericField,
        inputs: Mapping[str, Any],
        count: int | None,
        shapes: Shapes,
        values: Values,
        phase: int = 0,
    ) -> tuple[list[Floats], list[Floats], list[Tape]]:
        """Return parameters and memory after a step in floats, and the tapes of the branches.

        A branch that no tape has is recorded at the first lane that is on it.
        """
        lanes = inputs["theta.0"].shape[-1]
        left, found, used = np.ones(lanes, dtype=bool), None, []
        known = self._at_phase(shapes, count, phase)
        for k in range(_MOST):
            if k == len(known):
                lane = int(np.argmax(left))
                moment = moment_of(inputs, lane, count, values)
                known.append(self.optimizer.record(self._in_phase(moment, count, phase)))
            numbers = self.numbers.of(known[k], values, count)
            here, results = _on_branch(known[k], f, inputs, numbers, left)
            if here.any() or found is None:
                used.append(known[k])
                found = results if found is None else [
                    np.where(here, new, old) for new, old in zip(results, found, strict=True)
                ]  # fmt: skip
            left &= ~here
            if not left.any():
                break
        f.unsolved |= left
        assert found is not None
        return found[: len(shapes)], found[len(shapes) :], used

    # --- private helpers ------------------------------------------------------------------------

    def _with_numbers(self, values: Values) -> Values:
        """Return hyperparameters with their numbers where an equation writes them by their names.

        A name decides no branch: each tape would do.
        """
        own = self.optimizer.hyperparameters
        return {k: own[k] if v == Symbol(k) and k in own else v for k, v in values.items()}

    def _at_phase(self, shapes: Shapes, count: int | None, phase: int) -> list[Tape]:
        """Return the tapes of steps after so many, or late in a phase of the period."""
        turn = phase if count is None else count % self.optimizer.period
        return self._known.setdefault((shapes, count == 0, turn), [])

    def _in_phase(self, moment: Moment, count: int | None, phase: int) -> Moment:
        if count is not None:
            return moment
        return replace(moment, count=moment.count - moment.count % self.optimizer.period + phase)


# --- private helpers ------------------------------------------------------------------------------


def _fits(tape: Tape, count: int | None, values: Values) -> bool:
    return Constants(tape, values, count, lambda value: value).hold_guards()


def _on_branch(
    tape: Tape, f: NumericField, inputs: Mapping[str, Any], numbers: Mapping[int, Any], left: Any
) -> tuple[Any, list[Any]]:
    """Return which of the lanes that are left are on the branch of a tape, and all results."""
    wanted = (*tape.theta, *tape.memory, *(g.place for g in tape.guards))
    with np.errstate(all="ignore"):
        found = tape.run(Operations(f, 1), inputs, wanted, numbers)
    size = len(tape.theta) + len(tape.memory)
    here = left.copy()
    for guard, truth in zip(tape.guards, found[size:], strict=True):
        here &= np.asarray(truth) == guard.truth
    full = zip(found[:size], wanted, strict=False)
    return here, [np.broadcast_to(v, (*tape.shape(k), len(left))) for v, k in full]


def _orders_of_memory(tapes: Sequence[Tape]) -> tuple[Any, ...]:
    """Return the least powers of gamma of the memory, from zero on; what is kept has 0."""
    count = len(tapes[0].memory)
    kept = [all(t.is_kept(i) for t in tapes) for i in range(count)]
    memory: tuple[Any, ...] = tuple(0 if k else inf for k in kept)
    for _ in range(count + 2):
        found = [_orders_on(tape, memory) for tape in tapes]
        after = [[orders[k] for k in t.memory] for t, orders in zip(tapes, found, strict=True)]
        new = tuple(map(min, memory, *after))
        if new == memory:
            break
        memory = new
    divides = any(_divides(tape, o) for tape, o in zip(tapes, found, strict=True))
    return tuple(k if divides and k != inf else 0 for k in memory)


def _divides(tape: Tape, orders: Mapping[int, Any]) -> bool:
    """Tell whether something is divided by what vanishes with gamma."""
    return any(
        tape.instructions[k].operation == "divide" and orders[tape.instructions[k].operands[1]] > 0
        for k in tape.needed((*tape.theta, *tape.memory))
    )


def _orders_on(tape: Tape, memory: Sequence[Any]) -> dict[int, Any]:
    """Return the power of gamma with which each value on a tape begins, if no terms cancel."""
    found: dict[int, Any] = {}
    for place in tape.needed((*tape.theta, *tape.memory)):
        operation, operands, settings, _ = tape.instructions[place]
        parts = [found[k] for k in operands]
        if operation == "input":
            kind, _, number = dict(settings)["name"].partition(".")
            found[place] = memory[int(number)] if kind == "memory" else int(kind == "gamma")
        elif operation == "constant":
            found[place] = inf if as_rational(dict(settings)["value"]) == 0 else 0
        elif operation in ("multiply", "matmul"):
            found[place] = sum(parts)
        elif operation == "divide":
            found[place] = parts[0] - parts[1] if parts[1] != inf else parts[0]
        elif operation == "sqrt":
            found[place] = parts[0] / Fraction(2)
        elif operation == "power":
            found[place] = _order_of_power(tape, operands, parts[0])
        elif operation in _LEAST:
            found[place] = min(parts[operation == "where" :], default=0)
        else:
            found[place] = 0
    return found


_LEAST = ("add", "subtract", "negate", "where", "reshape", "broadcast", "concatenate", "take",
          "put", "sum", "norm", "rounded")  # fmt: skip


def _order_of_power(tape: Tape, operands: Sequence[int], order: Any) -> Any:
    operation, _, settings, _ = tape.instructions[operands[1]]
    exponent = as_rational(dict(settings)["value"]) if operation == "constant" else None
    if exponent is None or order == 0:
        return 0
    return order * Fraction(int(exponent.p), int(exponent.q))
