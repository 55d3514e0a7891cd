"""Single terms f_0, f_1, ... out of the measured field, and the derived ones beside them.

At a fixed point the modified field is f_0 + gamma f_1 + gamma^2 f_2 + ...; from its values at
several step sizes the terms follow by fitting polynomials of rising degree. The best degree is that
which the next lower one, and the errors of the values, say is the most certain: the same choice as
for the orders of differences in `bea.adapters.measured_field`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bea.adapters.measured_field import MeasuredField
from bea.algebra import Element
from bea.algebra.language.makers import either_number
from bea.algebra.ring.conversions import to_program
from bea.arrays import Floats
from bea.errors import DimensionError, OrderError
from bea.flows.deterministic.times import check_count
from bea.modified import ModifiedEquation


@dataclass(frozen=True, eq=False)
class MeasuredTerms:
    """The terms f_0, f_1, ... at one point, as measured.

    Attributes
    ----------
    point : (d,)
        The point.
    values : (terms, d)
        Row k holds f_k.
    uncertainty : (terms, d)
        Estimate of their errors: what the last raise of the degree changed, and what the errors of
        the measured field can do at worst.
    """

    point: Floats
    values: Floats
    uncertainty: Floats


@dataclass(frozen=True, eq=False)
class TermComparison:
    """One term as measured beside the same as derived.

    Attributes
    ----------
    power : int
        k of f_k.
    measured, derived, uncertainty : (d,)
        The two, and the estimated error of the measured one.
    """

    power: int
    measured: Floats
    derived: Floats
    uncertainty: Floats

    @property
    def agree(self) -> bool:
        """Whether the two differ by no more than twice the uncertainty, in every component."""
        return bool(np.all(np.abs(self.measured - self.derived) <= 2 * self.uncertainty))

    def __str__(self) -> str:
        verdict = "agree" if self.agree else "DISAGREE"
        pairs = ", ".join(
            f"{m:.10g} ± {u:.1e} (derived {d:.10g})"
            for m, u, d in zip(self.measured, self.uncertainty, self.derived, strict=True)
        )
        return f"f_{self.power}: {pairs}: {verdict}"


@either_number
def measured_terms(measured: MeasuredField, terms: int = 2) -> MeasuredTerms:
    """Split a field that was measured at one point into the powers of gamma.

    Parameters
    ----------
    measured
        From `measured_field_at`, with more step sizes than terms: two more or so give good digits.
    terms : int
        How many terms, from f_0 up.

    Raises
    ------
    OrderError
        If the step sizes are too few for so many terms.
    DimensionError
        If two step sizes are equal, or it is not one point that was measured at.

    Examples
    --------
    >>> import bea
    >>> from bea.adapters import measured_field_at
    >>> loss, euler = bea.problems.loss("x**2/2"), bea.methods.gradient_descent()
    >>> field = measured_field_at(euler, loss, [1.0], [0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
    >>> measured_terms(field, 3).values.ravel().round(4)  # log(1 - gamma)/gamma
    array([-1.    , -0.5   , -0.3333])
    """
    _check(measured, terms)
    gammas = measured.gammas
    values, error = measured.values[:, 0, 0], measured.error[:, 0, 0]
    best, least = _fit(gammas, values, error, terms)[0], np.full((terms, values.shape[1]), np.inf)
    previous = best
    for degree in range(terms + 1, len(gammas) + 1):
        current, rounding = _fit(gammas, values, error, degree)
        current, rounding = current[:terms], rounding[:terms]
        doubt = np.abs(current - previous) + rounding[:, None]
        better = doubt < least
        best, least = np.where(better, current, best), np.where(better, doubt, least)
        previous = current
    return MeasuredTerms(measured.points[:, 0, 0].mean(axis=0), best, least)


def compare_terms(measured: MeasuredTerms, equation: ModifiedEquation) -> list[TermComparison]:
    """Set measured terms beside those of a derived equation, at the same point.

    Parameters
    ----------
    measured
        From `measured_terms`.
    equation
        A modified equation of the same method on the same problem; as many terms are compared as
        both have.

    Raises
    ------
    DimensionError
        If the equation is of another dimension.

    Examples
    --------
    >>> import bea
    >>> from bea.adapters import measured_field_at
    >>> loss, euler = bea.problems.loss("x**2/2"), bea.methods.gradient_descent()
    >>> field = measured_field_at(euler, loss, [1.0], [0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
    >>> terms = compare_terms(measured_terms(field), bea.modified_equation(euler, loss, order=1))
    >>> [term.agree for term in terms]
    [True, True]
    """
    if equation.dimension != len(measured.point):
        raise DimensionError(
            f"the equation has {equation.dimension} components and the measured field "
            f"{len(measured.point)}: derive it on the same problem"
        )
    pairs = zip(measured.values, measured.uncertainty, equation.components, strict=False)
    return [
        TermComparison(k, value, _at(term, measured.point), uncertainty)
        for k, (value, uncertainty, term) in enumerate(pairs)
    ]


# --- private helpers ----------------------------------------------------------------------------


def _at(term: Sequence[Element], point: Floats) -> Floats:
    """Return a term at a point; what else its ring has learned does not limit it."""
    values = to_program(term).run(list(point), lambda c: int(c.p) / int(c.q))
    return np.array(values, dtype=float)


def _fit(gammas: Floats, values: Floats, error: Floats, degree: int) -> tuple[Floats, Floats]:
    """Return coefficients (degree, d) of the fit, and the most that the errors can change them."""
    unit = gammas.max()
    powers = np.vander(gammas / unit, degree, increasing=True)
    weight = error.min() / error
    inverse = np.linalg.pinv(powers * weight[:, None]) * weight
    back = unit ** -np.arange(degree, dtype=float)
    return (inverse @ values) * back[:, None], (np.abs(inverse) @ error) * back


def _check(measured: MeasuredField, terms: int) -> None:
    check_count(terms, "terms")
    if measured.values.shape[1:3] != (1, 1) or not measured.ok.all():
        raise DimensionError(
            "the terms are split at one point: give what measured_field_at returns"
        )
    if len(np.unique(measured.gammas)) != len(measured.gammas):
        raise DimensionError("two step sizes are equal: give different ones")
    if len(measured.gammas) <= terms:
        raise OrderError(
            f"{len(measured.gammas)} step sizes are too few for {terms} terms: give at least "
            f"{terms + 1}"
        )
