"""What a method is like on a problem: its memory, its rate, and its useful range, asked once.

A `Character` is made where a question about a method begins (deriving, measuring, verifying) and is
handed on; it answers each question when it is first asked, and keeps the answer.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element, as_float
from bea.algebra.ring.conversions import to_expression
from bea.arithmetic import Arithmetic
from bea.arrays import Floats
from bea.bseries import TreeArithmetic
from bea.errors import MethodError
from bea.fields import SeriesField, VectorField
from bea.fields.functions import many_variables, without_symbols
from bea.fields.jacobians import matrices_at
from bea.methods import Method, Scheduled
from bea.modified.memory.contraction import contraction_conditions
from bea.modified.memory.transients import characteristic_polynomial, without_root
from bea.modified.memory.useful_range import memory_limit
from bea.modified.points.circles import STEPS, goes_in_a_circle, settling_rate
from bea.modified.points.from_step import memory_factors
from bea.modified.routes import manifold
from bea.modified.settled_memory import FORGET, UnsettledError
from bea.modified.symbolic_step import (
    bind_exactly,
    named_part,
    open_symbols,
    rational_if_possible,
    tree_map,
)
from bea.portable import Portable

_LONGEST = 200  # characters of conditions that a message shows
# Eigenvalues of a defective matrix are off by about the square root of the rounding errors.
_ROUNDING = 1e-7
_CIRCLING = 1e-3  # of a factor that is measured


class Character(Portable):
    """What a method is like, on a problem where one is given.

    Attributes
    ----------
    method : Method
        The method.
    problem : VectorField or None
        The problem; needed for methods that cannot be expressed on trees. For a method that is
        expanded at points alone it is one of numbers.
    derived : Terms or None
        The equation of the highest order that was derived of the method on the problem so far.

    Examples
    --------
    >>> from bea.methods import get, heavy_ball
    >>> found = Character(heavy_ball(beta="9/10"))
    >>> found.has_memory, found.is_on_trees, found.effective_rate, found.slowest_rate
    (True, True, 10.0, 0.9)
    >>> Character(get("adam")).is_on_trees
    False
    """

    def __init__(self, method: Method, problem: VectorField | None = None) -> None:
        self.method = method
        numbers = problem is not None and method.at_points and not problem.parameters
        self.problem = without_symbols(problem) if problem is not None and numbers else problem
        self.derived: Any = None
        if self._inner.iterates_only:
            raise MethodError(
                f"'{self._inner.name}' has no modified equation: {self._inner.iterates_only}"
            )

    @cached_property
    def has_memory(self) -> bool:
        """Whether the method carries anything from step to step."""
        memory = self.method.bind(lambda value: 0).init(_Probe(), 0)
        if not isinstance(memory, tuple):
            raise MethodError(
                f"init of '{self.method}' returns no tuple: return (velocity,), say, or () for no "
                "memory"
            )
        return len(memory) > 0

    @property
    def is_on_trees(self) -> bool:
        """Whether the method can be derived for every field at once, on trees."""
        return self.leading is not None

    @cached_property
    def leading(self) -> Any:
        """The exact factor by which a method, by its memory mostly, multiplies f: f_0 = factor f.

        With a schedule f_0 = factor s(t) f; a weight decay is left out of account. None for a
        method that cannot be expressed on trees, such as Adam, whose f_0 is no multiple of f.

        >>> from bea.methods import heavy_ball
        >>> Character(heavy_ball(beta="9/10")).leading
        10
        """
        try:
            factors = (
                manifold.on_trees(self._inner, 0) if self.has_memory else tree_map(self._inner, 1)
            )
        except MethodError:
            return None
        return rational_if_possible(factors[0])

    @cached_property
    def effective_rate(self) -> float:
        """The factor `leading` as a number; nan where hyperparameters are symbolic.

        1 for a method that cannot be expressed on trees, or whose leading term vanishes.
        """
        if self.leading is None or self.leading == 0:
            return 1.0
        return as_number(self.leading)

    @cached_property
    def memory_polynomial(self) -> list[Any]:
        """The monic polynomial whose roots are the factors by which the memory decays per step.

        They are those at gamma = 0; its coefficients, lowest power first, are exact, and elements
        of a ring where hyperparameters are symbolic or irrational. `MethodError` is raised if the
        method cannot be expressed on trees.

        >>> from bea.methods import get, heavy_ball
        >>> Character(heavy_ball(beta="9/10")).memory_polynomial
        [-9/10, 1]
        >>> Character(get("bdf", steps=3)).memory_polynomial  # (7 +- sqrt(39) i)/22
        [2/11, -7/11, 1]
        """
        matrix = [[rational_if_possible(value) for value in row] for row in self._joint_map]
        found = without_root(characteristic_polynomial(matrix), 1)  # theta itself is carried on
        return [rational_if_possible(c) for c in found]

    @cached_property
    def slowest_rate(self) -> float | None:
        """The largest modulus of the factors by which the memory decays per step.

        They are found on trees or, where the method cannot be expressed there, on the problem;
        memory that goes in a circle has the rate that is measured there (`measured_rate`). None
        where hyperparameters are symbolic or the rate depends on theta. `MethodError` is raised if
        it is 1 or more: the memory does not contract.
        """
        matrix, theta = self._memory_map
        floats = np.array([[as_number(value) for value in row] for row in matrix])
        if np.isnan(floats).any():
            return None
        found, vectors = np.linalg.eig(floats)
        if theta:  # theta itself is carried on as it is
            own = np.argmin(np.abs(found - 1))
            found, vectors = np.delete(found, own), np.delete(vectors, own, axis=1)
        sizes = np.abs(found)
        slowest = max(float(sizes.max(initial=0.0)), self.measured_rate or 0.0)
        if slowest >= 1 - _ROUNDING:
            memory = np.abs(vectors[:, np.argmax(sizes)])[int(theta) :]
            entry = int(np.argmax(memory))
            raise UnsettledError(
                f"the memory of '{self.method}' does not contract: {self._part(entry, theta)} "
                f"changes by the factor {slowest:.4g} per step, and no slow manifold attracts the "
                f"iterates: {FORGET}"
            )
        return slowest

    def _part(self, entry: int, theta: bool) -> str:
        """Return the name of the part of the memory that an entry of its linear map is in."""
        if theta:
            return named_part(self._inner, entry)
        assert self.problem is not None
        f = SeriesField(self.problem, 0)
        shapes = manifold.memory_shapes(self.method.bind(f.constant), f)
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        return named_part(self.method, int(np.searchsorted(ends, entry, side="right")))

    def slowest_rate_at(self, points: Any) -> float:
        """Return the slowest rate, 0 without memory, the largest of points where it hangs on them.

        Raises
        ------
        MethodError
            If hyperparameters are symbolic, or the memory does not contract at a point.
        """
        slowest = self.slowest_rate if self.has_memory else 0.0
        if slowest is not None:
            return slowest
        if open_symbols(self.method) or self.problem is None:
            raise self._needs_numbers()
        ring, (matrix, _) = self.problem.ring, self._memory_map
        rows = [[x if isinstance(x, Element) else ring.constant(x) for x in row] for row in matrix]
        maps = matrices_at(rows, points, self.problem.dimension)
        finite = maps[np.isfinite(maps).all(axis=(1, 2))]
        largest = float(np.abs(np.linalg.eigvals(finite)).max(initial=0.0))
        if largest >= 1 - _ROUNDING:
            where = " and ".join(self.contracts)
            raise MethodError(
                f"the memory of '{self.method}' does not contract everywhere: a part of it changes "
                f"by the factor {largest:.4g} per step; give starts where "
                f"{where if len(where) <= _LONGEST else 'it is less than 1'}"
            )
        return largest

    @cached_property
    def contracts(self) -> tuple[str, ...]:
        """The conditions on theta under which the memory contracts, as texts; () if there are none.

        >>> from bea.methods import from_text
        >>> rule = from_text("v = grad/2*v + grad; theta = theta - gamma*v")
        >>> Character(rule, VectorField.read("-x")).contracts
        ('|x| < 2',)
        """
        if self.problem is None or not self.has_memory or self.is_on_trees:
            return ()
        return tuple(contraction_conditions(self.slow_manifold.carried))

    @cached_property
    def useful_limit(self) -> float:
        """The c for which the modified equation means something while gamma |f'| < c.

        1/|rate| without memory, where log(1 - gamma rate lambda) is real. With memory it is where
        the memory overtakes theta on a linear field (`bea.modified.memory.useful_range`):
        (1 - sqrt(beta))^2 for heavy ball. Where no tree expresses the method,
        (1 - sqrt(rho))^2/(1 - rho) with rho the slowest rate of its memory, in units of |f_0'|.

        >>> from bea.methods import heavy_ball
        >>> round(Character(heavy_ball(beta="81/100")).useful_limit, 12)
        0.01
        """
        if not self.has_memory:
            return 1.0 / abs(self.effective_rate)
        if self.slowest_rate is None:
            raise self._needs_numbers()
        return memory_limit(self._inner) if self.is_on_trees else limit_of(self.slowest_rate)

    def _needs_numbers(self) -> MethodError:
        names = sorted(map(str, open_symbols(self.method)))
        missing = f": {', '.join(names)} ha{'s' if len(names) == 1 else 've'} no value"
        return MethodError(
            f"the useful range of '{self.method}' needs numbers for its hyperparameters"
            f"{missing if names else ''}"
        )

    @cached_property
    def _memory_map(self) -> tuple[list[list[Any]], bool]:
        """The linear map of the memory at gamma = 0, and whether theta is its first part."""
        try:
            return self._joint_map, True
        except MethodError:
            if self.problem is None:
                raise
            if not self.problem.symbolic or many_variables(self.problem):
                # What is no number (nan) has no part in the factors, unless it goes in a circle.
                factors = np.nan_to_num(self._factors_at_points)
                return [[fmpq(*float(x).as_integer_ratio()) for x in row] for row in factors], True
            return self.slow_manifold.carried, False

    @cached_property
    def _factors_at_points(self) -> Floats:
        return memory_factors(self.method, self.problem)

    @cached_property
    def measured_rate(self) -> float | None:
        """The factor by which memory that goes in a circle settles; None where none does.

        Such memory has no factors, as of bases that each step turns; see
        `bea.modified.points.circles`.
        """
        _ = self._memory_map
        factors = self.__dict__.get("_factors_at_points")
        if factors is None or not goes_in_a_circle(factors):
            return None
        rate = settling_rate(self.method, self.problem)
        if rate >= 1 - _CIRCLING:
            raise UnsettledError(
                f"the memory of '{self.method}' goes in a circle and does not settle in "
                f"{STEPS} steps: what it moves theta by changes on and on: {FORGET}"
            )
        return rate

    @cached_property
    def slow_manifold(self) -> manifold.SlowManifold:
        """f~ and the memory on the problem, as far as they were asked for."""
        assert self.problem is not None
        settled = getattr(self.method, "settled", None)  # by `bea.modified.memory.implicit`
        return manifold.SlowManifold(self.method, self.problem, settled)

    @property
    def _inner(self) -> Method:
        """The method within a schedule, which changes no rate of its memory."""
        return self.method.method if isinstance(self.method, Scheduled) else self.method

    @cached_property
    def _joint_map(self) -> list[list[Any]]:
        return joint_map(bind_exactly(self._inner))


def joint_map(bound: Method, f: TreeArithmetic | None = None) -> list[list[Any]]:
    """Return the linear map of (theta, memory) at gamma = 0, by probing at the single node.

    `bound` is a method with exact hyperparameters, `f` an arithmetic with that node alone.
    """
    f = TreeArithmetic(1, colors=bound.colors) if f is None else f
    shapes = [(s.identity, s.shift) for s in bound.init(f, f.identity)]
    shapes = [(1, 0), *shapes]

    def at(values: list[Any]) -> list[Any]:
        leaves = [[v] * len(bound.colors) for v in values]
        parts = [f.series(e, c, p) for (e, p), c in zip(shapes, leaves, strict=True)]
        theta, after = bound.step(f, parts[0], tuple(parts[1:]), f.gamma)
        return [part.coefficients[0] for part in (theta, *after)]

    count = len(shapes)
    rest = at([fmpq(0)] * count)
    units = [[fmpq(i == j) for i in range(count)] for j in range(count)]
    columns = [[x - y for x, y in zip(at(unit), rest, strict=True)] for unit in units]
    return [list(row) for row in zip(*columns, strict=True)]


def limit_of(slowest: float) -> float:
    """Return (1 - sqrt(rho))^2/(1 - rho), the useful limit in units of |f_0'| with a slowest rate.

    >>> limit_of(0.0), round(limit_of(0.25), 12)
    (1.0, 0.333333333333)
    """
    return (1 - slowest**0.5) ** 2 / (1 - slowest)


def as_number(value: Any) -> float:
    """Return an exact number, rational or in radicals, as a float; nan where symbols are open."""
    value = rational_if_possible(value)
    if not isinstance(value, Element):
        return int(value.p) / int(value.q)
    return float("nan") if value.ring.symbols else as_float(to_expression(value))


# --- private helpers ----------------------------------------------------------------------------


class _Probe(Arithmetic):
    """Stands for the field where a method is only asked what memory there is."""

    def __call__(self, theta: Any) -> Any:
        return theta

    def derivative(self, theta: Any, v: Any) -> Any:
        return v

    def total(self, v: Any) -> Any:
        return v
