"""Exact moments of the iterates on random batches of quadratic losses, by their recursion.

Where slopes are linear in theta (each loss with its own curvature and centre), the average of a
step turns polynomials into polynomials of no higher degree: a matrix with rational entries, read
off the method's `step`, whose powers give all moments. The moments of a modified generator are in
`bea.measure.weak.moment_flow`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from bea.algebra.ring.differential_operator import MultiIndex
from bea.errors import BeaError
from bea.fields import VectorField
from bea.measure.weak.inputs import (
    checked_degree,
    checked_steps,
    exact_point,
    exact_step_size,
    polynomial,
    read_observable,
)
from bea.methods import Method
from bea.modified.random.polynomial_step import PolynomialStep, monomials
from bea.noise import Noise


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
        for index, c in polynomial(read_observable(observable, self.problem)).items():
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
        batches: Noise | int | None = None,
    ) -> None:
        self.problem, self.gamma, self.degree = (
            problem,
            exact_step_size(gamma),
            checked_degree(degree),
        )
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
            If a coordinate is not exact, or the number of steps no whole number.
        """
        point = exact_point(start, self.problem)
        state = [*point, *[fmpq(0)] * (len(self.monomials[0]) - len(point))]
        vector = fmpq_mat(len(self.monomials), 1, monomial_values(self.monomials, state))
        for _ in range(checked_steps(steps)):
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
        floats = np.array([[float(v) for v in row] for row in rows_of(self.matrix)])
        growth = np.abs(np.linalg.eigvals(floats[1:, 1:])).max(initial=0.0)
        if growth >= 1:
            raise BeaError(
                f"moments of degree {self.degree} grow at step size {self.gamma}: there is no "
                "stationary law with them; take a smaller one"
            )
        return self._moments(fixed_vector(self.matrix - _identity(size)))

    def _moments(self, vector: fmpq_mat) -> Moments:
        d = self.problem.dimension
        values = {m[:d]: vector[i, 0] for i, m in enumerate(self.monomials) if not any(m[d:])}
        return Moments(self.problem, values)


def monomial_values(indices: Sequence[MultiIndex], point: Sequence[fmpq]) -> list[fmpq]:
    """Return the values of monomials at a point."""
    return [_value(index, point) for index in indices]


def rows_of(matrix: fmpq_mat) -> list[list[fmpq]]:
    """Return the rows of a matrix as lists."""
    return [[matrix[i, j] for j in range(matrix.ncols())] for i in range(matrix.nrows())]


def fixed_vector(matrix: fmpq_mat) -> fmpq_mat:
    """Return the vector m with m[0] = 1 and the rows of matrix m, but for the first, 0."""
    rows = rows_of(matrix)
    inner = fmpq_mat([row[1:] for row in rows[1:]])
    right = fmpq_mat([[-row[0]] for row in rows[1:]])
    solved = [v for (v,) in rows_of(inner.solve(right))]
    return fmpq_mat(len(rows), 1, [fmpq(1), *solved])


# --- private helpers ----------------------------------------------------------------------------


def _value(index: MultiIndex, point: Sequence[fmpq]) -> fmpq:
    value = fmpq(1)
    for x, exponent in zip(point, index, strict=True):
        value = value * x**exponent
    return value


def _identity(size: int) -> fmpq_mat:
    return fmpq_mat(size, size, [fmpq(i == j) for i in range(size) for j in range(size)])
