"""The method whose step is that of a library's optimizer, by its tapes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from bea.adapters.tracing.branches import CLOSE, Branch, branch_along, comparisons, told
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.layout import (
    before,
    checked_shapes,
    inputs_of,
    joined,
    one_tensor,
    positive,
    require_fit,
    split,
    unboxed,
    zeros,
)
from bea.adapters.tracing.moments import open_values
from bea.adapters.tracing.operations import Operations, has_axes
from bea.adapters.tracing.optimizer import Optimizer, Shapes
from bea.adapters.tracing.running import Constants
from bea.adapters.tracing.scalars import ONE_STEP
from bea.adapters.tracing.tape import Tape
from bea.adapters.tracing.tapes import Tapes
from bea.algebra import Expression
from bea.algebra.language.expressions import free_symbols
from bea.bseries import TreeArithmetic
from bea.errors import BeaError, DimensionError, GuessWarning, MethodError
from bea.fields import NumericField, VectorField
from bea.methods.rules.plain_function import NamedMethod
from bea.methods.schedules.scheduled import AtRest
from bea.trees import PLAIN, WITH_THETA, Colors

#: Of a theta of which the components are not told apart: any will do.
_GENERIC = one_tensor(3)
_STILL = 1e-9


class Traced(NamedMethod):
    """An optimizer of a library, by its own source.

    Parameters
    ----------
    optimizer
        What the front end makes of the library's optimizer and its options.
    shapes
        The shapes of the tensors that theta is made of, in order; by default it is one with one
        axis. Matrix optimizers see matrices by it.
    near
        Of a step that compares values, a point on the piece that equations are about; by default
        the problem's start.

    Attributes
    ----------
    optimizer : Optimizer
    shapes : tuple of tuple of int, or None
    replayed : Replay or None
        How far its tapes were from the real optimizer.
    """

    gradient = True
    title = "an optimizer of a library, by its own source"

    def __init__(
        self, optimizer: Optimizer, shapes: Any = None, near: Sequence[float] | None = None
    ) -> None:
        super().__init__(optimizer.hyperparameters, optimizer.name)
        self.optimizer = optimizer
        self.shapes = checked_shapes(shapes)
        self.near = None if near is None else tuple(map(float, near))
        self.replayed: Any = None
        self.__dict__["counts"] = optimizer.first_differs
        self._tapes = Tapes(optimizer)  # shared by all copies, as the branches are
        self._branches: dict[Any, tuple[VectorField, Branch]] = {}
        self._said: set[str] = set()
        self._problem: VectorField | None = None
        self._exact: Callable[[Expression], Any] = lambda value: value

    # --- a method -------------------------------------------------------------------------------

    @cached_property
    def colors(self) -> Colors:  # type: ignore[override]
        """What the nodes of its trees stand for: with theta for a weight decay."""
        names = sorted(frozenset().union(*map(free_symbols, self.values.values())))
        for colors in (PLAIN, WITH_THETA):
            try:
                f = TreeArithmetic(2, colors=colors)
                bound = self.bind(TreeArithmetic(1, symbols=tuple(names)).constant)
                bound.step(f, f.identity, bound.init(f, f.identity), f.gamma)
            except (BeaError, ZeroDivisionError):
                continue
            return colors
        return PLAIN

    @cached_property
    def at_points(self) -> bool:  # type: ignore[override]
        """Whether it multiplies or factorises matrices, for which symbols grow without bound."""
        if not any(len(shape) > 1 for shape in self.shapes or ()):
            return False
        try:
            tape = self._tapes.at(self.shapes or (), None, self.values)
        except MethodError:  # it has no steady state
            tape = self._tapes.at(self.shapes or (), 1, self.values)
        return any(map(tape.has_matrices, tape.needed((*tape.theta, *tape.memory))))

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters, the options that were chosen, and the period, as texts."""
        period = self.optimizer.period
        told = {"period": f"{period} steps"} if period > 1 else {}
        return {**super().parameters, **self.optimizer.options, **told}

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.name}({inside})" if inside else self.name

    def check_field(self, field: Any) -> None:
        """Refuse a problem that the tensors do not fit; branches are followed on this problem."""
        if self.shapes is not None and field is not None:
            require_fit(self.shapes, field.dimension)
        if isinstance(field, VectorField):
            self._problem = field

    def around(self, point: Sequence[float]) -> Traced:
        """Return the method on the piece around a point."""
        other = copy(self)
        other.near, other._branches = tuple(map(float, point)), {}
        return other

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
        if isinstance(theta, int):  # a probe for how much memory there is
            return (0,) * len(self.optimizer.leaves(self.shapes or _GENERIC))
        shapes = self._shapes_of(theta)
        leaves = self.optimizer.leaves(shapes)
        counted = (0,) if self.counts and f.counts else ()
        if has_axes(theta):
            return (*(zeros(theta, leaf.shape) for leaf in leaves), *counted)
        return (*(before(m, theta) for m in self._first_memory(f, theta, shapes)), *counted)

    def begun(self, f: Any, theta: Any) -> Any:
        """Return what the first step makes of the memory, with a step size that moves nothing.

        An optimizer may set what it keeps in its first step, such as a length of theta.
        """
        counting = copy(f)
        counting.counts, counting.gamma = True, np.full_like(f.gamma, _STILL)
        with np.errstate(all="ignore"):
            after = self._step(counting, theta, self.init(counting, theta), counting.gamma, 0)[1]
        return after[: len(self.optimizer.leaves(self._shapes_of(theta)))]

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Take the step, or as many of the optimizer's as it takes until it repeats itself.

        Behind the memory the state has the number of steps done, if counted.
        """
        for phase in range(self.optimizer.period):
            theta, state = self._step(f, theta, state, gamma, phase)
        return theta, state

    def _step(self, f: Any, theta: Any, state: Any, gamma: Any, phase: int) -> tuple[Any, Any]:
        shapes, memory, count = self._parts(theta, state)
        units = self._units(f, theta, shapes, gamma)
        inputs = self._inputs(f, theta, shapes, memory, gamma)
        floats = f.whole if isinstance(f, AtRest) else f
        if isinstance(floats, NumericField):
            moved, kept, _ = self._tapes.in_lanes(floats, inputs, count, shapes, self.values, phase)
            self._mark_lanes_off_the_branch(floats, inputs, count, shapes, phase)
        else:
            tape, truths = self._branch(f, shapes, count, phase)
            constants = Constants(tape, self.values, count, self._exact)
            wanted = (*tape.theta, *tape.memory)
            try:
                found = tape.run(_operations(f, theta, truths), inputs, wanted, constants)
            except BeaError as error:
                raise self._named(error, shapes) from error
            if constants.grows:
                _say_once(
                    f"'{self.name}' has a bound that grows with the number n of the step: in the "
                    "steady state it bounds nothing",
                    self._said,
                )
            moved, kept = found[: len(tape.theta)], found[len(tape.theta) :]
            if isinstance(theta, np.ndarray) and theta.dtype == object:
                nothing = 0 * theta[0]  # which makes a number one of the arithmetic
                kept = [m + nothing for m in kept]
        kept = [m if unit is None else m / unit for m, unit in zip(kept, units, strict=True)]
        counted = () if count is None else (count + 1,)
        return joined(moved, shapes, theta), (*kept, *counted)

    # --- for replays and branches ---------------------------------------------------------------

    def with_values(self, values: Mapping[str, float]) -> Traced:
        """Return the method with these numbers for its hyperparameters, with the same tapes."""
        other = copy(self)
        numbers = {name: shown_decimal(values[name]) for name in self.values}
        other.values = MappingProxyType(numbers)
        return other

    def taken(self, f: NumericField, inputs: Mapping[str, Any], count: int, shapes: Shapes) -> Any:
        """Return the parameters and the memory after a step in floats."""
        moved, kept, _ = self._tapes.in_lanes(f, inputs, count, shapes, self.values)
        return [*moved, *kept]

    def on_last_tape(
        self, operations: Operations, inputs: Mapping[str, Any], count: int, shapes: Shapes
    ) -> Any:
        """Return the same from the tape that was used last, with other operations in floats."""
        f: Any = operations.arithmetic
        tape = self._tapes.in_lanes(f, inputs, count, shapes, self.values)[2][-1]
        wanted = (*tape.theta, *tape.memory)
        numbers = self._tapes.numbers.of(tape, self.values, count)
        found = tape.run(operations, inputs, wanted, numbers)
        return [np.broadcast_to(x, (*tape.shape(k), len(f.gamma))) for x, k in
                zip(found, wanted, strict=True)]  # fmt: skip

    def branch_in_floats(self, f: NumericField, theta: Any, state: Any, phase: int) -> Branch:
        """Return the branch of the step there, in one lane, in a phase of the period from there."""
        for earlier in range(phase):
            theta, state = self._step(f, theta, state, f.gamma, earlier)
        shapes, memory, count = self._parts(theta, state)
        inputs = self._inputs(f, theta, shapes, memory, f.gamma)
        tape = self._tapes.in_lanes(f, inputs, count, shapes, self.values, phase)[2][-1]
        places = comparisons(tape)
        sides = [k for place in places for k in tape.sides(place)]
        numbers = self._tapes.numbers.of(tape, self.values, count)
        found = tape.run(Operations(f, 1), inputs, (*places, *sides), numbers)
        truths = {
            place: np.broadcast_to(truth, (*tape.shape(place), 1))[..., 0]
            for place, truth in zip(places, found, strict=False)
        }
        left, right = found[len(places) :: 2], found[len(places) + 1 :: 2]
        pairs = zip(left, right, strict=True)
        sizes = ((abs(a - b), abs(a) + abs(b)) for a, b in pairs)
        is_close = any(np.any((gap <= CLOSE * size) & np.isfinite(size)) for gap, size in sizes)
        return Branch(tape, truths, is_close)

    # --- private helpers ------------------------------------------------------------------------

    def _inputs(
        self, f: Any, theta: Any, shapes: Shapes, memory: Sequence[Any], gamma: Any
    ) -> dict[str, Any]:
        """Return the values of the inputs of a tape that are no numbers."""
        units = self._units(f, theta, shapes, gamma)
        held = [m if u is None else u * m for m, u in zip(memory, units, strict=True)]
        slopes = split(-f(theta), shapes)
        return inputs_of(split(theta, shapes), slopes, held, positive(gamma, units))

    def _named(self, error: BeaError, shapes: Shapes) -> BeaError:
        """Return an error about powers of gamma with the memory that has them."""
        orders = self._tapes.orders(shapes, self.values) if type(error) is BeaError else ()
        pairs = zip(orders, self.optimizer.leaves(shapes), strict=False)
        odd = [f"'{leaf.name}' of gamma**({k})" for k, leaf in pairs if k < 0 or int(k) != k]
        if not odd:
            return error
        return MethodError(
            f"the memory of '{self.name}' is of a size that no series in gamma from gamma**0 on "
            f"has, {', '.join(odd)}: {ONE_STEP}, or follow its iterates (bea.iterate)"
        )

    def _units(self, f: Any, theta: Any, shapes: Shapes, gamma: Any) -> list[Any]:
        """Return gamma**k for memory that vanishes as it, and is divided by what vanishes; or None.

        The memory of the method is that of the optimizer in these units. On trees there are none.
        """
        count = len(self.optimizer.leaves(shapes))
        if not has_axes(theta):
            return [None] * count
        powers = self._tapes.orders(shapes, self.values)
        return [positive(gamma, [1]) ** int(k) if k > 0 and int(k) == k else None for k in powers]

    def _parts(self, theta: Any, state: Any) -> tuple[Shapes, list[Any], int | None]:
        """Return the shapes of the tensors, the memory, and the number of steps done."""
        shapes = self._shapes_of(theta)
        leaves = self.optimizer.leaves(shapes)
        count = state[len(leaves)] if len(state) > len(leaves) else None
        memory = [unboxed(m, leaf.shape) for m, leaf in zip(state, leaves, strict=False)]
        return shapes, memory, count

    def _shapes_of(self, theta: Any) -> Shapes:
        if not has_axes(theta):
            if any(len(shape) > 1 for shape in self.shapes or ()):
                raise MethodError(
                    f"theta of '{self.name}' is made of tensors of the shapes "
                    f"{', '.join(map(str, self.shapes or ()))}, for which there is no equation for "
                    "every loss: derive on a concrete problem (give a problem)"
                )
            return _GENERIC
        if self.shapes is None:
            return one_tensor(len(theta))
        require_fit(self.shapes, len(theta))
        return self.shapes

    def _first_memory(self, f: Any, theta: Any, shapes: Shapes) -> tuple[Any, ...]:
        """Return what a first step makes of the memory, but for its bias: what kind it is."""
        if not self.optimizer.leaves(shapes):
            return ()
        tape, truths = self._branch(f, shapes, 0, 0, said=False)
        constants = Constants(tape, self.values, None, self._exact, rough=True)
        inputs = inputs_of(
            split(theta, shapes), split(-f(theta), shapes), (), getattr(f, "gamma", 0)
        )
        return tuple(tape.run(_operations(f, theta, truths), inputs, tape.memory, constants))

    def _branch(
        self, f: Any, shapes: Shapes, count: int | None, phase: int, said: bool = True
    ) -> tuple[Tape, Mapping[int, Any]]:
        """Return the tape of a step in an expansion, and what its comparisons of values come to."""
        tape = self._tapes.at(shapes, count, self.values, phase)
        if said and tape.left_out:
            what = ", ".join(sorted(tape.left_out))
            _say_once(
                f"'{self.name}' {what} within its step, which its equation does not", self._said
            )
        problem = self._problem or getattr(f, "field", None)
        if problem is None or shapes is _GENERIC or not comparisons(tape):
            return tape, {}
        key = (id(problem), shapes, count, phase)
        if key not in self._branches:
            point = self._point(problem)
            generic = self.with_values(open_values(self.values))
            branch = branch_along(generic, problem, point, count, phase)
            self._branches[key] = problem, branch  # which keeps the problem, and so its id
        branch = self._branches[key][1]
        if count is None and not branch.tape.moves:
            raise MethodError(
                f"on the branch of a run from there, the step of '{self.name}' leaves parameters "
                "and memory as they are: give another start, or near"
            )
        if said:
            _say_once(told(branch, self, self._point(problem)), self._said)
        return branch[:2]

    def _mark_lanes_off_the_branch(
        self,
        f: NumericField,
        inputs: Mapping[str, Any],
        count: int | None,
        shapes: Shapes,
        phase: int,
    ) -> None:
        """Mark as unsolved the lanes that have left the piece that an equation is about.

        Only in runs with settled memory, which are set beside an equation.
        """
        known = self._branches.get((id(self._problem), shapes, None, phase))
        if count is not None or known is None:
            return
        tape, truths, _ = known[1]
        numbers = self._tapes.numbers.of(tape, self.values, None)
        found = tape.run(Operations(f, 1), inputs, [*truths], numbers)
        for value, truth in zip(found, truths.values(), strict=True):
            off = np.broadcast_to(value, (*np.shape(truth), len(f.gamma))) != truth[..., None]
            f.unsolved |= off.any(axis=tuple(range(off.ndim - 1)))

    def _point(self, problem: VectorField) -> Sequence[float]:
        if self.near is None:
            return problem.about.start or (0.5,) * problem.dimension
        if len(self.near) != problem.dimension:
            raise DimensionError(
                f"near={self.near} has {len(self.near)} components, and theta has "
                f"{problem.dimension}: give one for each"
            )
        return self.near


# --- private helpers ------------------------------------------------------------------------------


def _operations(f: Any, theta: Any, truths: Mapping[int, Any]) -> Operations:
    return Operations(f, getattr(theta, "ndim", 1) - 1, truths, whole=not has_axes(theta))


def _say_once(text: str, said: set[str]) -> None:
    if text not in said:
        said.add(text)
        warnings.warn(text, GuessWarning, stacklevel=2)
