"""A method with its slow memory, and the time, as variables beside theta.

Memory that stands still at gamma = 0, such as the average m + (grad - m)/n, or the velocity
(1 - a gamma) v - gamma grad of a mass under friction, does not settle: it is
a coordinate like theta, and so is the time t = n gamma of a rule that counts its steps. In the
variables (theta, slow memory, t) the step is a map near the identity, with what memory is left,
and is derived, iterated and measured like any other, on the field (f, 0, 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from bea.algebra import Expression, Ring
from bea.algebra.ring.conversions import read, to_expression
from bea.arrays import Floats
from bea.errors import BeaError, MethodError
from bea.fields import Loss, SeriesField, VectorField
from bea.fields.arithmetics import NumericField
from bea.methods import Method
from bea.methods.schedules.scheduled import AtRest
from bea.modified.symbolic_step import in_full, missing_symbols

# Where runs begin unless a start says so: 1/t has no value at 0.
_BEGINNING = 1.0


class PhaseSpace(Method):
    """The step on (theta, slow memory, t); `init` and the state have the rest of the memory.

    Parameters
    ----------
    method
        The method.
    shapes
        The shapes of all parts of its memory.
    slow
        Which of them are variables.
    problem
        The problem without them.
    """

    def __init__(
        self,
        method: Method,
        shapes: Sequence[tuple[int, ...]],
        slow: Sequence[int],
        problem: VectorField,
    ) -> None:
        self.method, self.shapes, self.slow, self.problem = method, shapes, tuple(slow), problem
        self.size = problem.dimension
        self.timed = method.needs_time
        self.__dict__["has_time"] = self.timed and not self.slow
        self.__dict__["name"] = method.name
        self.__dict__["formula"] = method.formula

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory that is no variable."""
        if not isinstance(theta, np.ndarray):  # asked only what memory there is
            return self._fast(self.method.init(f, theta))
        own, inner, _ = self._placed(f, theta)
        return self._fast(self.method.init(inner, own))

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the inner step, with the slow memory beside theta and the time advanced."""
        if not isinstance(theta, np.ndarray):
            raise MethodError(
                f"memory of '{self.name}' is a variable beside theta, and its equation is one of a "
                "loss or field: give a problem"
            )
        own, inner, slow = self._placed(f, theta)
        fast = iter(state)
        memory = tuple(
            slow[i].reshape((*shape, *own.shape[1:])) if i in slow else next(fast)
            for i, shape in enumerate(self.shapes)
        )
        moved, after = self.method.step(inner, own, memory, gamma)
        kept = [np.reshape(after[i], (-1, *own.shape[1:])) for i in self.slow]
        time = [theta[-1:] + gamma] if self.timed else []
        return np.concatenate([moved, *kept, *time]), self._fast(after)

    def bind(self, constant: Callable[[Expression], Any]) -> PhaseSpace:
        """Return the method with the inner hyperparameters turned into numbers."""
        bound = copy(self)
        bound.method = self.method.bind(constant)
        return bound

    @property
    def parameters(self) -> dict[str, str]:
        """The inner method's."""
        return self.method.parameters

    def __str__(self) -> str:
        return str(self.method)

    @property
    def legend(self) -> dict[str, str]:
        """What the variables beside theta are."""
        names = _own_names(self, self.problem)
        found = dict.fromkeys(names, "memory, which stands still as γ tends to 0")
        if self.timed:
            found[names[-1]] = "the time nγ after the step n"
        return found

    def placed(self, points: Any) -> Floats:
        """Return points (starts, d) with the memory as it begins there, and t = 1.

        Points with all variables are returned as they are.
        """
        given = np.atleast_2d(np.asarray(points, dtype=float))
        if given.shape[1] != self.size or not (self.slow or self.timed):
            return given
        theta = np.ascontiguousarray(given.T)
        f = NumericField(self.problem.numeric(), np.zeros(len(given)))
        f.counts = False
        bound = self.method.bind(f.constant)
        memory = bound.begun(f, theta)
        parts = [np.broadcast_to(memory[i], (*self.shapes[i], len(given))) for i in self.slow]
        slow = [np.reshape(part, (-1, len(given))) for part in parts]
        time = [np.full((1, len(given)), _BEGINNING)] if self.timed else []
        return np.concatenate([theta, *slow, *time]).T

    def inner_part(self, part: int) -> tuple[Method, int]:
        """Return the method within, and which part of its memory a part of this one is."""
        return self.method, [i for i in range(len(self.shapes)) if i not in self.slow][part]

    # --- private helpers ----------------------------------------------------------------------

    def _fast(self, memory: Any) -> tuple[Any, ...]:
        return tuple(m for i, m in enumerate(memory) if i not in self.slow)

    def _placed(self, f: Any, theta: Any) -> tuple[Any, Any, dict[int, Any]]:
        """Return theta alone, the field there, and the slow parts of the memory by their place."""
        time = theta[-1:] if self.timed else None
        slow, at = {}, self.size
        for i in self.slow:
            count = int(np.prod(self.shapes[i]))
            slow[i], at = theta[at : at + count], at + count
        inner = _Steady(f, theta[self.size :], time)
        return theta[: self.size], inner, slow


class _Steady(AtRest):
    """The field for a method that does not count from the first step: it has the time."""

    def __init__(self, f: Any, rest: Any, time: Any) -> None:
        super().__init__(f, rest, time)
        self.counts = False


def in_phase_space(method: Method, problem: VectorField) -> tuple[PhaseSpace, VectorField]:
    """Return a method and a problem with the method's slow memory, and its time, as variables.

    Starts on the problem have the values of the memory and of the time too; the default ones begin
    at t = 1.

    Raises
    ------
    MethodError
        If the step has no expansion in gamma.

    Examples
    --------
    >>> import bea
    >>> average = bea.methods.from_text("theta = theta - gamma*m; m = m + (grad - m)/n")
    >>> print(in_phase_space(average, bea.problems.loss("x**2/2"))[1])
    VectorField(x' = -x, m' = 0, t' = 1)
    """
    missing = missing_symbols(method, problem)
    problem = problem.with_parameters(missing) if missing else problem
    f = SeriesField(problem, 0)
    parts = method.bind(f.constant).init(AtRest(f, f.identity[:0]), f.identity)
    shapes = [np.shape(part) for part in parts]
    everything = PhaseSpace(method, shapes, range(len(shapes)), problem)
    slow = _standing(everything, _extended(everything, problem))
    found = PhaseSpace(method, shapes, slow, problem)
    return found, _extended(found, problem)


# --- private helpers ----------------------------------------------------------------------------


def _standing(method: PhaseSpace, problem: VectorField) -> list[int]:
    """Return the parts of the memory that stand still at gamma = 0."""

    def run(to: int) -> list[Any]:
        f = SeriesField(problem, to)
        return [method.bind(f.constant).step(f, f.identity, (), f.gamma)[0]]

    try:
        after = in_full(run, 0)[0]
    except MethodError:
        raise
    except BeaError as error:  # a quotient by gamma that does not go up
        raise MethodError(
            f"the step of '{method.name}' grows without bound as gamma tends to 0 at n = t/gamma "
            f"({error}): let n come with gamma, as in 1/n or gamma*n"
        ) from None
    own = [problem.ring.variable(i) for i in range(problem.dimension)]
    still = [(s[0] - x).is_zero() for s, x in zip(after, own, strict=True)]
    found, at = [], method.size
    for i, shape in enumerate(method.shapes):
        count = int(np.prod(shape))
        if all(still[at : at + count]):
            found.append(i)
        at += count
    return found


def _extended(method: PhaseSpace, problem: VectorField) -> VectorField:
    """Return the field (f, 0, 1) over theta, the slow memory and the time."""
    names = _own_names(method, problem)
    ring = Ring((*problem.variables, *names), problem.parameters)
    if isinstance(problem, Loss):  # the loss itself says where it is defined
        slopes = read(ring, to_expression(problem.value)).gradient()[: problem.dimension]
        components = [-slope for slope in slopes]
    else:
        components = [read(ring, to_expression(c)) for c in problem.components]
    still = [ring.constant(0)] * (len(names) - method.timed)
    end = [ring.constant(1)] if method.timed else []
    about = problem.about
    start = _start(method, problem)
    window = [(x - 1.0, x + 1.0) for x in start[problem.dimension :]]
    about = replace(
        about,
        start=tuple(start),
        window=(*about.window, *window) if about.window and window else (),
        minima=(),
        critical=(),
    )
    return VectorField([*components, *still, *end], about)


def _own_names(method: PhaseSpace, problem: VectorField) -> list[str]:
    """Return names of the variables beside theta that the problem does not have."""
    taken = {*problem.variables, *problem.parameters}
    names: list[str] = []
    for name in _names(method, problem):
        while name in taken:
            name += "_"
        names.append(name)
        taken.add(name)
    return names


def _names(method: PhaseSpace, problem: VectorField) -> list[str]:
    rule = getattr(method.method, "rule", None)
    found: list[str] = []
    for i in method.slow:
        name = f"m{i + 1}" if rule is None else rule.memory[i]
        several = int(np.prod(method.shapes[i])) > 1
        found += [f"{name}_{x}" for x in problem.variables] if several else [name]
    return [*found, "t"] if method.timed else found


def _start(method: PhaseSpace, problem: VectorField) -> list[float]:
    """Return the problem's own start, with the memory and the time there."""
    if problem.parameters or not problem.about.start:
        return []
    return [float(x) for x in method.placed([problem.about.start])[0]]
