"""Moments of the law that a modified generator, or a linear stochastic equation, moves forward.

Where slopes are linear in theta, the truncated generator turns polynomials into polynomials of no
higher degree: a matrix with rational entries, whose exponential is enclosed in Arb balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import flint
import numpy as np
from flint import arb_mat, fmpq, fmpq_mat

from bea.algebra import Element, Ring
from bea.algebra.ring.differential_operator import DifferentialOperator, MultiIndex
from bea.errors import BeaError
from bea.fields import VectorField
from bea.measure.weak.inputs import (
    checked_degree,
    exact_number,
    exact_point,
    exact_step_size,
    polynomial,
)
from bea.measure.weak.moments import Moments, fixed_vector, monomial_values, rows_of
from bea.modified.random.polynomial_step import monomials

#: The precision of the balls in which matrix exponentials are enclosed.
BITS = 400


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

    Raises
    ------
    BeaError
        If the source has no generator, or the moments do not close.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> equation = bea.stochastic_equation(bea.methods.gradient_descent(), pair, weak_order=2)
    >>> MomentFlow(equation, "1/2").stationary().covariance  # gamma/(2 + gamma)
    ((1/5,),)
    """

    def __init__(self, source: Generator, gamma: Any, degree: int = 2) -> None:
        if not all(isinstance(term, DifferentialOperator) for term in _terms(source)):
            raise BeaError(
                f"the source is a {type(source).__name__}: give what has a generator, from "
                "bea.modified_generator or bea.stochastic_equation"
            )
        self.source, self.gamma, self.degree = (
            source,
            exact_step_size(gamma),
            checked_degree(degree),
        )
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

        Raises
        ------
        BeaError
            If a number is not exact, or the time is negative: a diffusion has no way back.
        """
        point = exact_point(start, self.problem)
        begin = monomial_values(self.monomials, point)
        if corrected and self.source.start is not None:
            shift = self._matrix(_at(self.source.start, self.gamma))
            begin = [v for (v,) in rows_of(shift * fmpq_mat(len(begin), 1, begin))]
        duration = exact_number(time, "the time")
        if duration < 0:
            raise BeaError(f"the time is {duration}: a diffusion has no way back, give 0 or more")
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
        floats = np.array([[float(v) for v in row] for row in rows_of(self.matrix)])
        if np.linalg.eigvals(floats[1:, 1:]).real.max(initial=-1.0) >= 0:
            raise BeaError(
                f"moments of degree {self.degree} grow at step size {self.gamma}: there is no "
                "stationary law with them; take a smaller one"
            )
        fixed = fixed_vector(self.matrix)
        return Moments(self.problem, {m: fixed[i, 0] for i, m in enumerate(self.monomials)})

    def _matrix(self, operator: DifferentialOperator) -> fmpq_mat:
        """Return the matrix of an operator on the monomials."""
        place = {index: i for i, index in enumerate(self.monomials)}
        found = fmpq_mat(len(place), len(place))
        for index, i in place.items():
            for j, c in polynomial(operator(_monomial(operator.ring, index))).items():
                if j not in place:
                    raise BeaError(
                        "the slopes are not linear in theta, so that moments do not close: take "
                        "quadratic losses"
                    )
                found[i, place[j]] = c
        return found


# --- private helpers ----------------------------------------------------------------------------


def _terms(source: Any) -> tuple[Any, ...]:
    """Return the terms of a source; of what has none, no operator."""
    return getattr(source, "terms", None) or (source,)


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
