"""All tapes of an optimizer: one for each branch that its step was seen on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bea.adapters.tracing.moments import moment_of, settled_moment
from bea.adapters.tracing.operations import Operations
from bea.adapters.tracing.optimizer import Moment, Optimizer, Shapes
from bea.adapters.tracing.running import Constants, Numbers
from bea.adapters.tracing.scalars import ONE_STEP
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression
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

    def at(self, shapes: Shapes, count: int | None, values: Values, phase: int = 0) -> Tape:
        """Return the tape of a step after so many, None for one that is far from the first.

        That one is in a phase of the period, if the optimizer has one.

        Its branches on hyperparameters and the number of the step are those of this step.

        Raises
        ------
        MethodError
            If they change for ever.
        """
        tapes = self._at_phase(shapes, count, phase)
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
