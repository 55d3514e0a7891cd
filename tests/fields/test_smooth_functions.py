"""The smooth functions of published test problems: one formula, the same numbers everywhere."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special
import sympy
from flint import arb, fmpq

import bea
from bea.algebra.language.sympy_bridge import from_sympy
from bea.fields.arithmetics.scalars import ScalarField
from bea.series import PowerSeries

# By hand: F(u) and F'(u) in NumPy.
SMOOTH = {
    "atan": (np.arctan, lambda u: 1 / (1 + u * u)),
    "asin": (np.arcsin, lambda u: 1 / np.sqrt(1 - u * u)),
    "acos": (np.arccos, lambda u: -1 / np.sqrt(1 - u * u)),
    "asinh": (np.arcsinh, lambda u: 1 / np.sqrt(1 + u * u)),
    "acosh": (lambda u: np.arccosh(u), lambda u: 1 / np.sqrt(u * u - 1)),
    "atanh": (np.arctanh, lambda u: 1 / (1 - u * u)),
    "erf": (scipy.special.erf, lambda u: 2 / np.sqrt(np.pi) * np.exp(-u * u)),
}
AT = {name: 1.7 if name == "acosh" else 0.3 for name in SMOOTH}


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_values_slopes_and_balls_agree(name: str) -> None:
    value, slope = SMOOTH[name]
    field = bea.problems.field(f"{name}(y)")
    point = fmpq(17, 10) if name == "acosh" else fmpq(3, 10)
    at = np.array([[AT[name]]])
    assert field.numeric()(at, np.zeros(1))[0, 0] == pytest.approx(value(AT[name]), rel=1e-14)
    exact = ScalarField(field, arb)
    theta = exact.vector([point])
    assert float(exact(theta)[0]) == pytest.approx(value(AT[name]), rel=1e-14)
    assert float(exact.derivative(theta, [arb(1)])[0]) == pytest.approx(slope(AT[name]), rel=1e-14)
    # The first correction of Euler's method is -1/2 f' f.
    first = bea.modified_equation(bea.methods.explicit_euler(), field, order=1).terms[1]
    expected = -value(AT[name]) * slope(AT[name]) / 2
    assert float(first[0].subs("y", AT[name])) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("name", ["atan", "asin", "asinh", "erf"])
def test_series_have_mpmaths_coefficients(name: str) -> None:
    series = getattr(PowerSeries([0.3, 0.7, 0.0, 0.0, 0.0]), name)()
    mpmath.mp.dps = 30
    expected = mpmath.taylor(lambda t: getattr(mpmath, name)(mpmath.mpf("0.3") + 0.7 * t), 0, 4)
    np.testing.assert_allclose(np.array(list(series.coefficients)), [float(c) for c in expected],
                               rtol=1e-13)  # fmt: skip


@pytest.mark.parametrize("name", ["atan", "asinh", "erf", "asin"])
def test_mpmath_iterates_and_latex(name: str) -> None:
    loss = bea.problems.loss(f"{name}(x)**2/2")
    numbers = ScalarField(loss, lambda q: mpmath.mpf(int(q.p)) / int(q.q))
    value, slope = SMOOTH[name]
    assert float(numbers(numbers.vector([fmpq(3, 10)]))[0]) == pytest.approx(
        -value(0.3) * slope(0.3), rel=1e-14
    )
    latex = bea.modified_equation(bea.methods.gradient_descent(), loss, order=1).latex()
    commands = {"atan": r"\arctan", "asin": r"\arcsin", "asinh": "{arsinh}", "erf": "{erf}"}
    assert commands[name] in latex
    x = sympy.Symbol("x")
    assert from_sympy(getattr(sympy, name)(x)) is bea.parse(f"{name}(x)")


def test_the_helical_valley_is_confirmed() -> None:
    """Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 7, where x > 0; and a control."""
    loss = "100*((z - 10*atan(y/x)/(2*pi))**2 + (sqrt(x**2 + y**2) - 1)**2)/100 + z**2/100"
    problem = bea.problems.loss(loss)
    method = bea.methods.gradient_descent()
    certificate = bea.verify(
        method,
        problem,
        order=1,
        starts=[[1.0, 0.4, 0.3]],
        time=0.5,
        gammas=[0.04, 0.02, 0.01, 0.005],
    )
    assert certificate.verdict == "confirmed"
