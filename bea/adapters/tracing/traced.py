"""The method whose step is that of a library's optimizer, by its tapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.layout import checked_shapes, joined, one_tensor, require_fit, split
from bea.adapters.tracing.moments import moment_of, settled_moment
from bea.adapters.tracing.operations import Operations
from bea.adapters.tracing.optimizer import Optimizer, Shapes
from bea.adapters.tracing.running import Constants, float_constants
from bea.adapters.tracing.scalars import ONE_STEP
from bea.adapters.tracing.tape import Tape
from bea.algebra import Expression, as_float
from bea.arrays import Floats
from bea.bseries import TreeArithmetic
from bea.errors import BeaError, MethodError
from bea.fields import NumericField
from bea.methods.rules.plain_function import NamedMethod
from bea.trees import PLAIN, WITH_THETA, Colors

#: Of a theta of which the components are not told apart: any will do.
_GENERIC = one_tensor(3)
_MOST_TAPES = 64


class Traced(NamedMethod):
    """An optimizer of a library, by its own source.

    Parameters
    ----------
    optimizer
        What the front end makes of the library's optimizer and its options.
    shapes
        The shapes of the tensors that theta is made of, in order; by default it is one with one
        axis. Matrix optimizers see matrices by it.

    Attributes
    ----------
    optimizer : Optimizer
    shapes : tuple of tuple of int, or None
    """

    gradient = True
    title = "an optimizer of a library, by its own source"

    def __init__(self, optimizer: Optimizer, shapes: Any = None) -> None:
        super().__init__(optimizer.hyperparameters, optimizer.name)
        self.optimizer = optimizer
        self.shapes = checked_shapes(shapes)
        self.__dict__["counts"] = optimizer.first_differs
        self._tapes: dict[tuple[Shapes, bool], list[Tape]] = {}  # shared by all copies
        self._exact: Callable[[Expression], Any] = lambda value: value

    # --- a method -------------------------------------------------------------------------------

    @cached_property
    def colors(self) -> Colors:  # type: ignore[override]
        """What the nodes of its trees stand for: with theta for a weight decay."""
        for colors in (PLAIN, WITH_THETA):
            try:
                f = TreeArithmetic(2, colors=colors)
                bound = self.bind(TreeArithmetic(1, symbols=self._symbols).constant)
                bound.__dict__["colors"] = colors
                bound.step(f, f.identity, bound.init(f, f.identity), f.gamma)
            except (BeaError, ZeroDivisionError):
                continue
            return colors
        return PLAIN

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters, and the options that were chosen, as texts."""
        return {**super().parameters, **self.optimizer.options}

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.name}({inside})" if inside else self.name

    def check_field(self, field: Any) -> None:
        """Refuse a problem that the tensors do not fit."""
        if self.shapes is not None:
            require_fit(self.shapes, field.dimension)

    def bind(self, constant: Callable[[Expression], Any]) -> Traced:
        """Return the method with its numbers turned into those of an arithmetic."""
        bound = copy(self)
        for value in self.values.values():
            constant(value)
        bound._exact = constant
        return bound

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory before the first step: zero, of the kind that the first step makes.

        What follows theta begins there.
        """
        shapes = self._shapes_of(theta)
        leaves = self.optimizer.leaves(shapes)
        if isinstance(theta, int):  # a probe for how much memory there is
            return (0,) * len(leaves)
        counted = (0,) if self.counts and f.counts else ()
        if isinstance(theta, np.ndarray):
            return (*(_zeros(theta, leaf.shape) for leaf in leaves), *counted)
        return (*(_before(m, theta) for m in self._first_memory(f, theta, shapes)), *counted)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Take the step; behind the memory the state has the number of steps done, if counted."""
        shapes = self._shapes_of(theta)
        leaves = self.optimizer.leaves(shapes)
        count = state[len(leaves)] if len(state) > len(leaves) else None
        memory = [_unboxed(m, leaf.shape) for m, leaf in zip(state, leaves, strict=False)]
        after, kept = self._carried_out(f, theta, memory, gamma, count, shapes)
        counted = () if count is None else (count + 1,)
        return after, (*kept, *counted)

    def with_values(self, values: Mapping[str, float]) -> Traced:
        """Return the method with these numbers for its hyperparameters, with the same tapes."""
        other = copy(self)
        numbers = {name: shown_decimal(values[name]) for name in self.values}
        other.values = MappingProxyType(numbers)
        return other

    # --- private helpers ------------------------------------------------------------------------

    @property
    def _symbols(self) -> tuple[str, ...]:
        from bea.algebra.language.expressions import free_symbols

        return tuple(sorted(frozenset().union(*map(free_symbols, self.values.values()))))

    def _shapes_of(self, theta: Any) -> Shapes:
        if not isinstance(theta, np.ndarray):
            return _GENERIC
        if self.shapes is None:
            return one_tensor(len(theta))
        require_fit(self.shapes, len(theta))
        return self.shapes

    def _first_memory(self, f: Any, theta: Any, shapes: Shapes) -> tuple[Any, ...]:
        """Return what a first step makes of the memory, but for its bias: what kind it is."""
        if not self.optimizer.leaves(shapes):
            return ()
        tape, _ = self._tape(shapes, 0)
        constants = Constants(tape, self.values, None, self._exact)
        inputs = _inputs(split(theta, shapes), split(-f(theta), shapes), (), f.gamma)
        return tuple(tape.run(Operations(f), inputs, tape.memory, constants))

    def _tape(self, shapes: Shapes, count: int | None) -> tuple[Tape, Constants]:
        """Return the tape of a step by its number, None for one that is far from the first.

        Its branches on hyperparameters and the number of the step are those of this step.
        """
        tapes = self._tapes.setdefault((shapes, count == 0), [])
        for tape in tapes:
            constants = Constants(tape, self.values, count, self._exact)
            if constants.hold_guards():
                return tape, constants
        tape = self.optimizer.record(settled_moment(self.optimizer, shapes, count))
        constants = Constants(tape, self.values, count, self._exact)
        if not constants.hold_guards():
            raise MethodError(
                f"a branch of '{self.name}' changes with the number of the step for ever, so that "
                f"it has no steady state: {ONE_STEP}"
            )
        tapes.append(tape)
        return tape, constants

    def _carried_out(
        self, f: Any, theta: Any, memory: list[Any], gamma: Any, count: int | None, shapes: Shapes
    ) -> tuple[Any, tuple[Any, ...]]:
        inputs = _inputs(split(theta, shapes), split(-f(theta), shapes), memory, gamma)
        if isinstance(f, NumericField):
            moved, kept = self.in_lanes(f, inputs, count, shapes)
        else:
            tape, constants = self._tape(shapes, count)
            found = tape.run(Operations(f), inputs, (*tape.theta, *tape.memory), constants)
            moved, kept = found[: len(tape.theta)], found[len(tape.theta) :]
        return joined(moved, shapes, theta), tuple(kept)

    def in_lanes(
        self, f: NumericField, inputs: Mapping[str, Any], count: int | None, shapes: Shapes
    ) -> tuple[list[Floats], list[Floats]]:
        """Return parameters and memory after a step in floats, each lane by the tape of its branch.

        A branch that no tape has is recorded at the first lane that is on it.
        """
        lanes = inputs["theta.0"].shape[-1]
        left, found = np.ones(lanes, dtype=bool), None
        tapes = list(self._tapes.setdefault((shapes, count == 0), []))
        for _ in range(_MOST_TAPES):
            if not tapes:
                lane = int(np.argmax(left))
                moment = moment_of(self.optimizer, inputs, lane, shapes, count, self.values)
                tapes.append(self.optimizer.record(moment))
                self._tapes[shapes, count == 0].append(tapes[-1])
            here, values = self._branch_in_lanes(tapes.pop(0), f, inputs, count, left)
            found = values if found is None else [
                np.where(here, new, old) for new, old in zip(values, found, strict=True)
            ]  # fmt: skip
            left &= ~here
            if not left.any():
                break
        f.unsolved |= left
        assert found is not None
        return found[: len(shapes)], found[len(shapes) :]

    def _branch_in_lanes(
        self, tape: Tape, f: NumericField, inputs: Mapping[str, Any], count: int | None, left: Any
    ) -> tuple[Any, list[Any]]:
        """Return which of the lanes that are left are on the branch of a tape, and all values."""
        if count is None:
            constants: Mapping[int, Any] = Constants(tape, self.values, None, as_float)
        else:
            constants = float_constants(tape, self.values, count)
        wanted = (*tape.theta, *tape.memory, *(g.place for g in tape.guards))
        with np.errstate(all="ignore"):
            values = tape.run(Operations(f, 1), inputs, wanted, constants)
        size = len(tape.theta) + len(tape.memory)
        here = left.copy()
        for guard, truth in zip(tape.guards, values[size:], strict=True):
            here &= np.asarray(truth) == guard.truth
        shapes = [tape.shape(k) for k in wanted[:size]]
        lanes = len(left)
        full = zip(values[:size], shapes, strict=True)
        return here, [np.broadcast_to(v, (*shape, lanes)) for v, shape in full]


# --- private helpers ------------------------------------------------------------------------------


def _inputs(theta: Sequence[Any], slopes: Sequence[Any], memory: Sequence[Any],
            gamma: Any) -> dict[str, Any]:  # fmt: skip
    """Return the values of the inputs of a tape that are no numbers."""
    return {
        "gamma": gamma,
        **{f"theta.{i}": part for i, part in enumerate(theta)},
        **{f"grad.{i}": part for i, part in enumerate(slopes)},
        **{f"memory.{i}": part for i, part in enumerate(memory)},
    }


def _zeros(theta: Any, shape: tuple[int, ...]) -> Any:
    """Return zeros of the numbers of theta, in another shape, with its lanes."""
    zero = 0 * theta[0]
    if theta.dtype == object:
        found = np.empty(shape, dtype=object)
        found[...] = zero
        return found
    return np.zeros((*shape, *theta.shape[1:]), dtype=theta.dtype)


def _before(memory: Any, theta: Any) -> Any:
    """Return how a part of the memory on trees begins, from what it is after the first step."""
    return theta if getattr(memory, "identity", 0) == 1 else 0 * memory


def _unboxed(value: Any, shape: tuple[int, ...]) -> Any:
    """Return a number of the memory that came in an array without axes as itself."""
    plain = shape == () and isinstance(value, np.ndarray) and value.ndim == 0
    return value[()] if plain else value
