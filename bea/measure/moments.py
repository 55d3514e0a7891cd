"""Moments without sampling: of the iterates by their recursion, of a diffusion by its generator.

Where slopes are linear in theta (quadratic losses, each with its own curvature and centre), the
average of a step and the truncated generator both turn polynomials into polynomials of no higher
degree. They are matrices with rational entries, read off the method's `step` and off the
generator: powers of the one are exact, exponentials of the other are enclosed in Arb balls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import flint
import numpy as np
from flint import arb_mat, fmpq, fmpq_mat

from bea.errors import BeaError, DimensionError, OrderError, StepSizeError
from bea.fields import Element, Loss, Ring, VectorField, as_rational, exact
from bea.fields.conversions import read, to_expression
from bea.fields.differential_operator import DifferentialOperator, MultiIndex
from bea.fields.sources import expressions_of, substitute
from bea.methods import Batches, Method
from bea.modified.polynomial_step import PolynomialStep, monomials

__all__ = [
    "BITS",
    "Generator",
    "MomentFlow",
    "MomentRecursion",
    "Moments",
    "exact_number",
    "exact_point",
    "exact_step_size",
    "read_observable",
]

#: The precision of the balls in which matrix exponentials are enclosed.
BITS = 400
_LOSS = "L"


class Generator(Protocol):
    """What has a generator: `ModifiedGenerator` and `StochasticEquation`."""

    problem: VectorField

    @property
    def terms(self) -> tuple[DifferentialOperator, ...]:
        """The operators by powers of gamma."""
        ...

    @property
    def start(self) -> tuple[DifferentialOperator, ...] | None:
        """Where a run from zero memory begins."""
        ...


@dataclass(frozen=True)
class Moments:
    """E of all monomials of theta up to a degree.

    Attributes
    ----------
    problem : VectorField
        The problem, whose variables they are in.
    values : dict
        Multi-indices and moments: exact rationals, or Arb balls.
    """

    problem: VectorField
    values: Mapping[MultiIndex, Any]

    def expectation(self, observable: Any) -> Any:
        """Return E of a polynomial: a rational or a ball, as the moments are.

        Parameters
        ----------
        observable
            A text in the problem's variables, in which L is its loss, or a ring element.

        Raises
        ------
        BeaError
            If it is no polynomial of a degree that is there, or names what is no variable.
        """
        total: Any = fmpq(0)
        for index, c in _terms(read_observable(observable, self.problem)).items():
            if index not in self.values:
                raise BeaError(
                    f"the observable '{observable}' has degree {sum(index)}: ask for moments to "
                    "that degree"
                )
            total = total + self.values[index] * c
        return total

    @property
    def mean(self) -> tuple[Any, ...]:
        """E theta."""
        return tuple(self.values[u] for u in self._units())

    @property
    def covariance(self) -> tuple[tuple[Any, ...], ...]:
        """The covariance matrix of theta."""
        units, mean = self._units(), self.mean
        return tuple(
            tuple(
                self.values[tuple(map(sum, zip(u, v, strict=True)))] - a * b
                for v, b in zip(units, mean, strict=True)
            )
            for u, a in zip(units, mean, strict=True)
        )

    def _units(self) -> list[MultiIndex]:
        return list(monomials(self.problem.dimension, 1)[1:])


class MomentRecursion:
    """The exact moments of a method's iterates on random batches of quadratic losses.

    Parameters
    ----------
    method, problem, batches
        The method, a finite sum of losses with linear gradients, and how batches are drawn.
    gamma
        The step size: an exact number, such as "1/10".
    degree
        The highest degree of the moments.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> recursion = MomentRecursion(bea.methods.gradient_descent(), pair, "1/2")
    >>> recursion.after([1], steps=2).expectation("x**2")
    3/8
    >>> recursion.stationary().covariance  # gamma/(2 - gamma)
    ((1/3,),)
    """

    def __init__(
        self,
        method: Method,
        problem: VectorField,
        gamma: Any,
        degree: int = 2,
        batches: Batches | None = None,
    ) -> None:
        self.problem, self.gamma, self.degree = problem, exact_step_size(gamma), _degree(degree)
        step = PolynomialStep(method, problem, batches, self.gamma)
        self.matrix = step.matrix(degree)
        self.monomials = monomials(step.size_of_state, degree)

    def after(self, start: Any, steps: int) -> Moments:
        """Return the moments after some steps from a point, with zero memory.

        Raises
        ------
        DimensionError
            If the point has not one coordinate for each variable.
        BeaError
            If a coordinate is not exact.
        """
        point = exact_point(start, self.problem)
        state = [*point, *[fmpq(0)] * (len(self.monomials[0]) - len(point))]
        vector = fmpq_mat(len(self.monomials), 1, [_value(m, state) for m in self.monomials])
        for _ in range(steps):
            vector = self.matrix * vector
        return self._moments(vector)

    def stationary(self) -> Moments:
        """Return the moments of the stationary law.

        Raises
        ------
        BeaError
            If there is none, since moments grow.
        """
        size = len(self.monomials)
        floats = np.array([[float(v) for v in row] for row in _rows(self.matrix)])
        growth = np.abs(np.linalg.eigvals(floats[1:, 1:])).max(initial=0.0)
        if growth >= 1:
            raise BeaError(
                f"moments of degree {self.degree} grow at step size {self.gamma}: there is no "
                "stationary law with them; take a smaller one"
            )
        return self._moments(_fixed(self.matrix - _identity(size)))

    def _moments(self, vector: fmpq_mat) -> Moments:
        d = self.problem.dimension
        values = {m[:d]: vector[i, 0] for i, m in enumerate(self.monomials) if not any(m[d:])}
        return Moments(self.problem, values)


class MomentFlow:
    """The moments of the law that a generator, or a linear stochastic equation, moves forward.

    Parameters
    ----------
    source
        A `ModifiedGenerator` or a `StochasticEquation` of a finite sum of quadratic losses.
    gamma
        The step size, an exact number.
    degree
        The highest degree of the moments.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> equation = bea.stochastic_equation(bea.methods.gradient_descent(), pair, weak_order=2)
    >>> MomentFlow(equation, "1/2").stationary().covariance  # gamma/(2 + gamma)
    ((1/5,),)
    """

    def __init__(self, source: Generator, gamma: Any, degree: int = 2) -> None:
        self.source, self.gamma, self.degree = source, exact_step_size(gamma), _degree(degree)
        self.problem = source.problem
        self.monomials = monomials(self.problem.dimension, degree)
        self.matrix = self._matrix(_at(source.terms, self.gamma))

    def after(self, start: Any, time: Any, corrected: bool = True) -> Moments:
        """Return the moments after a time, from a point, as Arb balls.

        Parameters
        ----------
        start
            The point, exact.
        time
            The time, exact.
        corrected
            For a method with memory: whether to begin where a run with zero memory belongs.
        """
        point = exact_point(start, self.problem)
        begin = [_value(m, point) for m in self.monomials]
        if corrected and self.source.start is not None:
            shift = self._matrix(_at(self.source.start, self.gamma))
            begin = [v for (v,) in _rows(shift * fmpq_mat(len(begin), 1, begin))]
        duration = exact_number(time, "the time")
        with flint.ctx.workprec(BITS):
            flowed = arb_mat(self.matrix * duration).exp() * arb_mat(len(begin), 1, begin)
            values = {m: flowed[i, 0] for i, m in enumerate(self.monomials)}
        return Moments(self.problem, values)

    def stationary(self) -> Moments:
        """Return the moments of the stationary law, exactly.

        Raises
        ------
        BeaError
            If there is none, since moments grow.
        """
        floats = np.array([[float(v) for v in row] for row in _rows(self.matrix)])
        if np.linalg.eigvals(floats[1:, 1:]).real.max(initial=-1.0) >= 0:
            raise BeaError(
                f"moments of degree {self.degree} grow at step size {self.gamma}: there is no "
                "stationary law with them; take a smaller one"
            )
        fixed = _fixed(self.matrix)
        return Moments(self.problem, {m: fixed[i, 0] for i, m in enumerate(self.monomials)})

    def _matrix(self, operator: DifferentialOperator) -> fmpq_mat:
        """Return the matrix of an operator on the monomials."""
        place = {index: i for i, index in enumerate(self.monomials)}
        found = fmpq_mat(len(place), len(place))
        for index, i in place.items():
            for j, c in _terms(operator(_monomial(operator.ring, index))).items():
                if j not in place:
                    raise BeaError(
                        "the slopes are not linear in theta, so that moments do not close: take "
                        "quadratic losses"
                    )
                found[i, place[j]] = c
        return found


def exact_number(value: Any, what: str) -> fmpq:
    """Return a number given as integer, fraction or text as a rational.

    >>> exact_number("3/7", "the time")
    3/7
    """
    number = as_rational(exact(value, what))
    if number is None:
        raise BeaError(f"{what} {value} is not rational: exact moments need rational numbers")
    return number


def exact_step_size(gamma: Any) -> fmpq:
    """Return a step size as a positive rational.

    >>> exact_step_size("1/10")
    1/10
    """
    value = exact_number(gamma, "the step size")
    if value <= 0:
        raise StepSizeError(f"the step size is {value}: give a positive number")
    return value


def read_observable(observable: Any, problem: VectorField) -> Element:
    """Return a function of theta as a ring element.

    Parameters
    ----------
    observable
        A text in the problem's variables, in which L stands for its loss; or a ring element.

    Raises
    ------
    BeaError
        If it cannot be read, or names what is no variable.

    Examples
    --------
    >>> read_observable("x*L", Loss.read("x**2/2"))
    x**3/2
    """
    if isinstance(observable, Element):
        return observable
    names = problem.variables
    if not isinstance(problem, Loss) or _LOSS in names:
        (expression,) = expressions_of(observable, names)
    else:
        (expression,) = expressions_of(observable, (*names, _LOSS))
        expression = substitute(expression, {_LOSS: to_expression(problem.value)})
    return read(Ring(names), expression)


def exact_point(start: Any, problem: VectorField) -> list[fmpq]:
    """Return a point with rational coordinates, one for each variable of a problem."""
    given = list(start) if isinstance(start, Sequence | np.ndarray) else [start]
    if len(given) != problem.dimension:
        raise DimensionError(
            f"the point has {len(given)} coordinates for the variables "
            f"{', '.join(problem.variables)}: give one for each"
        )
    return [exact_number(value, "a coordinate of the point") for value in given]


# --- private helpers ----------------------------------------------------------------------------


def _degree(degree: int) -> int:
    if isinstance(degree, bool) or not isinstance(degree, int) or degree < 1:
        raise OrderError(f"moments of degree {degree!r}: give a whole number, 1 or more")
    return degree


def _at(terms: Sequence[DifferentialOperator], gamma: fmpq) -> DifferentialOperator:
    """Return the sum of gamma^k terms[k]."""
    total = DifferentialOperator(terms[0].ring, {})
    for k, term in enumerate(terms):
        total = total + gamma**k * term
    return total


def _monomial(ring: Ring, index: MultiIndex) -> Element:
    value = ring.constant(1)
    for i, exponent in enumerate(index):
        value = value * ring.variable(i) ** exponent
    return value


def _terms(value: Element) -> dict[MultiIndex, fmpq]:
    """Return an element as a polynomial in the variables of its ring alone."""
    d = len(value.ring.variables)
    if any(any(e[d:]) for e in value.terms()):
        raise BeaError(f"'{value}' is no polynomial in {', '.join(value.ring.variables)}: give one")
    return {tuple(map(int, e[:d])): c for e, c in value.terms().items()}


def _value(index: MultiIndex, point: Sequence[fmpq]) -> fmpq:
    value = fmpq(1)
    for x, exponent in zip(point, index, strict=True):
        value = value * x**exponent
    return value


def _rows(matrix: fmpq_mat) -> list[list[fmpq]]:
    return [[matrix[i, j] for j in range(matrix.ncols())] for i in range(matrix.nrows())]


def _identity(size: int) -> fmpq_mat:
    return fmpq_mat(size, size, [fmpq(i == j) for i in range(size) for j in range(size)])


def _fixed(matrix: fmpq_mat) -> fmpq_mat:
    """Return the vector m with m[0] = 1 and the rows of matrix m, but for the first, 0."""
    rows = _rows(matrix)
    inner = fmpq_mat([row[1:] for row in rows[1:]])
    right = fmpq_mat([[-row[0]] for row in rows[1:]])
    solved = [v for (v,) in _rows(inner.solve(right))]
    return fmpq_mat(len(rows), 1, [fmpq(1), *solved])
