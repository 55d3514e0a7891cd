"""What a method's `step` is run in: floats, exact numbers, power series, trees.

A method is one `step(f, theta, state, gamma)`, and `f` is an `Arithmetic`: it says what the field,
its derivative and the functions of a step are there. To add one (interval vectors, another
library's arrays), subclass it and give what it can do; what it cannot is refused here, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from flint import fmpq, fmpq_poly

from bea.algebra.language.expressions import Expression
from bea.algebra.programs.operations import apply, library_of
from bea.errors import DimensionError, MethodError
from bea.series.powers import natural_power
from bea.trees.splits import Split


class Arithmetic:
    """A vector field in numbers of some kind, with what a `step` may ask beside f(theta).

    Vectors are arrays whose axis 0 is the components; lanes, where there are any, are the last
    axis. `TreeArithmetic` has vectors without components, and refuses what asks for them.

    Attributes
    ----------
    variables
        The names of the components, where these are known.
    identity
        The point theta where the arithmetic has one of its own, as series and trees have.
    gamma
        The step size.
    counts
        Whether steps are counted from the first, as in a run; an expansion in gamma is about what
        a method tends to.
    time
        The time at which the step begins, where there is one.

    Examples
    --------
    >>> class Decay(Arithmetic):
    ...     kind = "these floats"
    ...     def __call__(self, theta):
    ...         return -theta
    >>> float(Decay().norm(np.array([3.0, 4.0]))[0])
    5.0
    >>> Decay().solve(lambda k: k, 0)
    Traceback (most recent call last):
    ...
    bea.errors.MethodError: these floats have no solve(function, guess): choose another method
    """

    kind = "this arithmetic's numbers"
    variables: Sequence[str] = ()
    identity: Any
    gamma: Any
    counts: bool = True
    time: Any = None

    # --- the field ------------------------------------------------------------------------------

    def __call__(self, theta: Any) -> Any:
        """Return the field at theta."""
        raise self._lacks("__call__(theta)")

    def constant(self, value: Expression) -> Any:
        """Return an exact hyperparameter as a number of the arithmetic."""
        raise self._lacks("constant(value)")

    def derivative(self, theta: Any, v: Any) -> Any:
        """Return f'(theta) v."""
        raise self._lacks("derivative(theta, v)")

    def jacobian(self, theta: Any) -> Any:
        """Return the matrix f'(theta), (d, d)."""
        columns = [self.derivative(theta, 0 * theta + u) for u in self.unit_matrix(theta)]
        return library_of(theta).stack(columns, axis=1)

    def unit_matrix(self, theta: Any) -> Any:
        """Return the matrix with ones in its diagonal, (d, d), or (d, d, 1) for lanes."""
        d = len(theta)
        return np.eye(d, dtype=int).reshape(d, d, *[1] * (theta.ndim - 1))

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the k = function(k) near a guess, which is a vector or a list of vectors."""
        raise self._lacks("solve(function, guess)")

    def solve_linear(self, matrix: Any, right: Any) -> Any:
        """Return the x of matrix x = right."""
        raise self._lacks("solve_linear(matrix, right)")

    def resolvent(self, theta: Any, size: Any) -> Callable[[Any], Any]:
        """Return the function from v to the x with x - size f'(theta) x = v."""
        return lambda v: self.solve(lambda x: v + size * self.derivative(theta, x), v)

    def mean(self, theta: Any, end: Any) -> Any:
        """Return the mean of the field over the segment from theta to an end near it.

        It is the quadrature on equidistant nodes, which is exact in series that end before their
        number.
        """
        rule = newton_cotes(2 * self.columns() + 1)
        terms = [self(theta + node * (end - theta)) * weight for node, weight in rule]
        return sum(terms[1:], start=terms[0])

    def transport(self, field: Any, vector: Any) -> Any:
        """Return exp(gamma D) vector, with D the derivative along a field given by its terms."""
        raise self._lacks("transport(field, vector)")

    def before(self, moved: Any, part: Any) -> Any:
        """Return what is `part` at theta before a step to `moved`, in terms of the point after it.

        A part of the memory that is no function of theta stays what it is.
        """
        raise MethodError(
            "the field of one step is derived and not iterated: iterate the method itself"
        )

    # --- functions ------------------------------------------------------------------------------

    def function(self, name: str, x: Any) -> Any:
        """Return an elementary function of every entry, such as "exp" or "tanh"."""
        return apply(name, None, [x])

    def root(self, x: Any, degree: int) -> Any:
        """Return the root of every entry."""
        return apply("root", degree, [x])

    def power(self, x: Any, exponent: fmpq) -> Any:
        """Return every entry to a positive rational power."""
        p, q = int(exponent.p), int(exponent.q)
        if q <= 2:
            return natural_power(x if q == 1 else self.sqrt(x), p, 1)
        is_float = library_of(x) is not None and x.dtype.kind == "f"
        return x ** (p / q if is_float else exponent)

    def sqrt(self, x: Any) -> Any:
        """Return the square root of every entry."""
        return self.root(x, 2)

    def sign(self, x: Any) -> Any:
        """Return the sign of every entry, where entries have one."""
        return library_of(x).sign(x)

    def total(self, v: Any) -> Any:
        """Return the sum of the components, (1, ...)."""
        return v.sum(axis=0, keepdims=True)

    def norm(self, v: Any) -> Any:
        """Return the Euclidean length, (1, ...)."""
        return self.sqrt(self.total(v * v))

    def scaled(self, scales: Sequence[Any], v: Any) -> Any:
        """Return v with each component multiplied by a number of its own."""
        if len(scales) != len(v):
            raise DimensionError(
                f"the diagonal has {len(scales)} entries for {len(v)} components: give one each"
            )
        return _along(np.array(scales), v) * v

    def share(self, v: Any, split: Any, part: int) -> Any:
        """Return v with 0 for all components but those of a part; see `bea.trees.splits.Split`."""
        owners = Split.of(split).owners(self.variables, len(v))
        nothing = 0 * v if v.dtype == object else 0  # of the entries' own kind
        return library_of(v).where(_mask(owners, part, v.ndim), v, nothing)

    def part(self, theta: Any, split: Any, part: int) -> Any:
        """Return a part of the field at theta; see `bea.trees.splits.Split`."""
        return self.share(self(theta), split, part)

    def parts(self, theta: Any, split: Any) -> list[Any]:
        """Return all parts of the field at theta."""
        split = Split.of(split)
        if split.terms:
            return [self.part(theta, split, k) for k in range(split.count)]
        slope = self(theta)
        return [self.share(slope, split, k) for k in range(split.count)]

    def flow(self, theta: Any, split: Any, part: int, time: Any) -> Any:
        """Return theta moved for a time along a part of the field, while the others are 0.

        Where the part does not change by its own motion that is a step of Euler's method. Else it
        is the extrapolated midpoint rule, of 2m columns and order 2m, which is exact in series that
        end with it. Source: Hairer, Norsett and Wanner, Solving ODEs I, section II.9.
        """
        slope = self.part(theta, split, part)
        moved = theta + time * slope
        if self.same(self.part(moved, split, part), slope):
            return moved
        return self._extrapolated(theta, lambda x: self.part(x, split, part), time)

    def same(self, x: Any, y: Any) -> bool:
        """Tell whether two vectors are certainly the same."""
        return bool(np.all(x == y))

    def _extrapolated(self, theta: Any, slope: Callable[[Any], Any], time: Any) -> Any:
        """Return the flow of a slope for a time, by m columns of Gragg's extrapolation."""
        rows: list[Any] = []
        for m in range(1, self.columns() + 1):
            row = [_midpoint(theta, slope, time / (2 * m), 2 * m)]
            for k in range(1, m):
                gained = (row[-1] - rows[k - 1]) * ((m - k) ** 2) / (m**2 - (m - k) ** 2)
                row.append(row[-1] + gained)
            rows, before = row, rows
        self.settle(rows[-1], before[-1] if before else rows[-1])
        return rows[-1]

    def columns(self) -> int:
        """Return how many columns an extrapolation needs here, half its order."""
        raise self._lacks("order of their own, which the flow of a part and a mean are taken to")

    def settle(self, last: Any, before: Any) -> None:
        """Look at the last two columns of an extrapolation, where they are not exact."""

    def zero(self, theta: Any, power: int) -> Any:
        """Return the zero vector at theta; where sizes are told apart, that of gamma^power."""
        return 0 * theta

    def _lacks(self, what: str) -> MethodError:
        return MethodError(f"{self.kind} have no {what}: choose another method")


@cache
def newton_cotes(count: int) -> tuple[tuple[fmpq, fmpq], ...]:
    """Return nodes in [0, 1], equidistant with both ends, and the weights of the mean.

    Of a single one, which is enough where nothing varies yet, it is the first end.

    >>> newton_cotes(3), newton_cotes(1)
    (((0, 1/6), (1/2, 2/3), (1, 1/6)), ((0, 1),))
    """
    if count == 1:
        return ((fmpq(0), fmpq(1)),)
    nodes = [fmpq(i, count - 1) for i in range(count)]
    found = []
    for i, node in enumerate(nodes):
        lagrange = fmpq_poly([1])
        for j, other in enumerate(nodes):
            if j != i:
                lagrange *= fmpq_poly([-other, 1]) * (1 / (node - other))
        found.append((node, lagrange.integral()(fmpq(1))))
    return tuple(found)


def by_matrix(f: Arithmetic, theta: Any, size: Any) -> Callable[[Any], Any]:
    """Return the resolvent at a point of an arithmetic that solves linear systems."""
    matrix = f.unit_matrix(theta) - size * f.jacobian(theta)
    return lambda v: f.solve_linear(matrix, v)


@cache
def _mask(owners: tuple[int, ...], part: int, axes: int) -> Any:
    """Return where the components of a part are, in the shape of vectors of so many axes."""
    return (np.array(owners) == part).reshape(-1, *[1] * (axes - 1))


def _along(numbers: Any, v: Any) -> Any:
    """Return one number for each component, in the shape that multiplies v."""
    return numbers.reshape(-1, *[1] * (v.ndim - 1))


def _midpoint(theta: Any, slope: Callable[[Any], Any], step: Any, count: int) -> Any:
    """Return theta after an even number of steps of the explicit midpoint rule."""
    old, new = theta, theta + step * slope(theta)
    for _ in range(count - 1):
        old, new = new, old + (2 * step) * slope(new)
    return new
