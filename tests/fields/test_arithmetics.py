"""The arithmetics that a step is run in: series against Taylor's formula, numbers against roots."""

from __future__ import annotations

from math import comb, factorial
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, arb_series, ctx, fmpq

from bea.algebra import exact, parse
from bea.algebra.ring.conversions import read, to_program
from bea.errors import BeaError, DimensionError, DomainError, MethodError
from bea.fields import NumericField, SeriesField, VectorField
from bea.fields.arithmetics import ScalarField
from bea.series import PowerSeries

SPIRAL = "y/(1 + x**2 + y**2) - x*y, -x + y**3/4"
ORDER = 5


def at(coefficient: Any, point: list[Any]) -> Any:
    return to_program([coefficient]).run(point, type(point[0]))[0]


# --- power series -------------------------------------------------------------------------------


def test_series_is_taylors_formula_at_the_general_point() -> None:
    """[gamma^n] f(theta + gamma v) = (v . grad)^n f / n!."""
    field = VectorField.read(SPIRAL)
    ring = field.ring
    v = [read(ring, parse("1 - y")), read(ring, parse("x/2"))]
    f = SeriesField(field, ORDER)
    along = [
        PowerSeries([x, direction], ORDER)
        for x, direction in zip(ring.generators(), v, strict=False)
    ]
    found = f(np.array(along, dtype=object))
    for series, component in zip(found, field.components, strict=True):
        derived = frozen_derivatives(component, v)
        for n in range(ORDER + 1):
            assert (series[n] - derived[n] / factorial(n)).is_zero()


def frozen_derivatives(value: Any, v: list[Any]) -> list[Any]:
    """Return (v . grad)^n value with v held constant, by the multinomial formula."""
    result = []
    for n in range(ORDER + 1):
        total = value * 0
        for j in range(n + 1):
            term = value
            for index in [0] * j + [1] * (n - j):
                term = term.derivative(index)
            total = total + comb(n, j) * v[0] ** j * v[1] ** (n - j) * term
        result.append(total)
    return result


def test_a_point_is_the_general_point_evaluated() -> None:
    field = VectorField.read(SPIRAL)
    point = [fmpq(1, 3), fmpq(-2, 5)]
    general, here = (
        f(f.identity + f.gamma * f(f.identity))
        for f in (SeriesField(field, ORDER), SeriesField(field, ORDER, point))
    )
    for a, b in zip(general, here, strict=True):
        assert [at(c, point) for c in a.coefficients] == list(b.coefficients)


def test_balls_agree_with_flints_series() -> None:
    field = VectorField.read("exp(sin(pi*x)) + log(2 + x)")
    f = SeriesField(field, 12, [arb("0.3")])
    (found,) = f(f.identity + f.gamma)
    cap = ctx.cap
    ctx.cap = 13
    try:
        x = arb_series([arb("0.3"), 1])
        expected = (x * arb.pi()).sin().exp() + (2 + x).log()
        assert all(found[k].overlaps(expected[k]) for k in range(13))
        assert all(found[k].rad() < 1e-6 for k in range(13))
    finally:
        ctx.cap = cap


def test_order_100_at_a_rational_point() -> None:
    f = SeriesField(VectorField.read("1/(1 + x)"), 100, [fmpq(1)])
    (found,) = f(f.identity + f.gamma)
    assert found[100] == fmpq(1, 2**101)
    assert found.order == 100


@pytest.mark.parametrize("order", [0, 1, 4])
def test_every_value_is_a_series_of_the_right_order(order: int) -> None:
    f = SeriesField(VectorField.read("2, x + y"), order)
    assert f.gamma.order == order
    for vector in (f.identity, f(f.identity), f.gamma * f(f.identity)):
        assert vector.shape == (2,)
        assert all(isinstance(s, PowerSeries) and s.order == order for s in vector)
    assert f(f.identity)[0][0] == 2


def test_corrections_are_higher_terms_of_the_field() -> None:
    field = VectorField.read("y**2")
    y = field.ring.variable(0)
    f = SeriesField(field, 3, corrections=[[-(y**3)], [y.exp()]])
    (found,) = f(f.identity)
    assert list(found.coefficients) == [y * y, -(y**3), y.exp(), 0]


def test_constants_may_be_radicals_or_parameters() -> None:
    f = SeriesField(VectorField.read("a*x", "x", "a"), 2)
    root = f.constant(exact("sqrt(2)"))
    assert root * root == 2
    assert f.constant(exact("a/2")) == f.ring.symbol("a") / 2
    (found,) = f(f.identity + root * f.gamma * f.identity)
    assert found[1] == f.ring.symbol("a") * f.ring.symbol("x") * root


def test_means_over_components_keep_their_axis() -> None:
    f = SeriesField(VectorField.read("x, y"), 1)
    mean = np.mean(f.identity, axis=0, keepdims=True)
    assert (2 * (f.identity - mean))[0][0] == f.ring.variable(0) - f.ring.variable(1)


def test_solve_implicit_euler_on_a_linear_field() -> None:
    """k = y + gamma k has k = y / (1 - gamma)."""
    f = SeriesField(VectorField.read("y"), 8)
    (k,) = f.solve(lambda k: f(f.identity + f.gamma * k), f(f.identity))
    assert list(k.coefficients) == [f.ring.variable(0)] * 9


def test_solve_implicit_euler_on_a_quadratic_field() -> None:
    """Y = y + gamma Y^2 has Y = (1 - sqrt(1 - 4 gamma y)) / (2 gamma): the Catalan numbers."""
    f = SeriesField(VectorField.read("y**2"), 8)
    y = f.ring.variable(0)
    (k,) = f.solve(lambda k: f(f.identity + f.gamma * k), f(f.identity))
    catalan = [comb(2 * n, n) // (n + 1) for n in range(10)]
    step = f.identity[0] + f.gamma * k
    assert list(step.coefficients) == [c * y ** (n + 1) for n, c in enumerate(catalan[:9])]


def test_solve_takes_stages_together() -> None:
    f = SeriesField(VectorField.read("x*y, x - y**2"), 6)

    def equation(k: list[Any]) -> list[Any]:
        return [f(f.identity + f.gamma * (k[0] / 4 - k[1] / 8)), f(f.identity + f.gamma * k[0] / 3)]

    k = f.solve(equation, [f(f.identity)] * 2)
    for stage, again in zip(k, equation(k), strict=True):
        assert all(a == b for a, b in zip(stage, again, strict=True))


@pytest.mark.parametrize("point", [None, [fmpq(1, 2)], [arb(0.5)]])
def test_an_equation_that_does_not_settle_is_refused(point: list[Any] | None) -> None:
    """Sweeps would return the guess and more, order by order, and never the root."""
    f = SeriesField(VectorField.read("1 - x**2"), 4, point)
    settled = f.solve(lambda k: f(f.identity + f.gamma * k), f(f.identity))
    assert settled[0].order == 4
    for equation in (lambda k: f(f.identity + k), lambda k: k / 2 + f(f.identity)):
        with pytest.raises(MethodError, match="does not settle power by power of gamma"):
            f.solve(equation, f(f.identity))
    with pytest.raises(MethodError, match="does not settle"):
        f.solve(lambda k: [2 * k[0], f(f.identity)], [f(f.identity)] * 2)


def test_series_errors() -> None:
    field = VectorField.read("x, y")
    with pytest.raises(DimensionError, match="the point has 1 components, not 2"):
        SeriesField(field, 2, [fmpq(1)])
    f = SeriesField(VectorField.read("exp(x)"), 2, [fmpq(1)])
    with pytest.raises(ValueError, match=r"exp\(1\) is not a rational number"):
        f(f.identity)
    f = SeriesField(VectorField.read("pi*x"), 2, [fmpq(1)])
    with pytest.raises(DomainError, match="have no π"):
        f(f.identity)


# --- scalars ------------------------------------------------------------------------------------


def test_scalars_of_any_kind_take_a_step() -> None:
    """theta + gamma f(theta) in rationals, and in balls and mpmath numbers around them."""
    field = VectorField.read("y/(1 + x**2), -x")
    start, gamma = [fmpq(1, 3), fmpq(-2)], fmpq(1, 10)
    results = []
    for lift in (fmpq, arb, lambda c: mpmath.mpf(int(c.p)) / int(c.q)):
        f = ScalarField(field, lift)
        theta = f.vector(start)
        results.append(theta + f.lift(gamma) * f(theta))
    exact_, balls, floats = results
    assert list(exact_) == [fmpq(1, 3) - fmpq(9, 50), fmpq(-2) - fmpq(1, 30)]
    for value, ball, number in zip(exact_, balls, floats, strict=True):
        assert ball.contains(value)
        assert float(number) == pytest.approx(float(ball), rel=1e-15)


def test_scalar_constants_and_refusals() -> None:
    f = ScalarField(VectorField.read("x"), arb)
    assert (f.constant(exact("sqrt(2)")) ** 2).contains(2)
    assert ScalarField(VectorField.read("x"), fmpq).constant(exact("9/10")) == fmpq(9, 10)
    with pytest.raises(MethodError, match="choose an explicit method"):
        f.solve(lambda k: 2 * k, f.vector([fmpq(1)]))
    with pytest.raises(BeaError, match="parameter 'a' has no value"):
        ScalarField(VectorField.read("a*x", "x", "a"), arb)
    with pytest.raises(DomainError, match="rational"):
        ScalarField(VectorField.read("x"), fmpq).constant(exact("sqrt(2)"))


# --- numbers ------------------------------------------------------------------------------------


def numeric(text: str, gamma: Any) -> NumericField:
    return NumericField(VectorField.read(text).numeric(), np.asarray(gamma, dtype=float))


def implicit_midpoint(f: NumericField, theta: np.ndarray) -> np.ndarray:
    return f.solve(lambda k: f(theta + f.gamma / 2 * k), f(theta))


def test_solve_a_linear_system() -> None:
    gamma = np.array([1e-3, 0.1, 1.0, 50.0])
    f = numeric("-2*x + y, x - 3*y", gamma)
    theta = np.array([[1.0] * 4, [-2.0] * 4])
    k = implicit_midpoint(f, theta)
    A = np.array([[-2.0, 1.0], [1.0, -3.0]])
    for lane, g in enumerate(gamma):
        exact_k = np.linalg.solve(np.eye(2) - g / 2 * A, A @ theta[:, lane])
        np.testing.assert_allclose(k[:, lane], exact_k, rtol=1e-13)
    assert not f.unsolved.any()


def test_solve_stages_together() -> None:
    f = numeric("-x**3 + y, x - 3*y", [0.1, 0.2, 0.4])
    theta = np.array([[1.0, 0.5, -1.0], [0.3, 2.0, 0.0]])

    def equation(k: list[np.ndarray]) -> list[np.ndarray]:
        return [f(theta + f.gamma * (k[0] / 4 - k[1] / 8)), f(theta + f.gamma * k[0] / 3)]

    k = f.solve(equation, [f(theta)] * 2)
    for stage, again in zip(k, equation(k), strict=True):
        np.testing.assert_allclose(stage, again, rtol=1e-13, atol=1e-14)


def test_what_is_not_solved_is_flagged_until_the_end() -> None:
    f = numeric("y**2", [0.1, 0.5, 0.1])  # Y = 1 + gamma Y^2 has no real root for gamma > 1/4
    theta = np.ones((1, 3))
    k = f.solve(lambda k: f(theta + f.gamma * k), f(theta))
    np.testing.assert_array_equal(f.unsolved, [False, True, False])
    assert np.isnan(k[0, 1])
    root = (1 - np.sqrt(0.6)) / 0.2
    np.testing.assert_allclose(1 + 0.1 * k[0, [0, 2]], root, rtol=1e-14)
    f.solve(lambda k: 0 * k, f(theta))
    np.testing.assert_array_equal(f.unsolved, [False, True, False])


def test_runs_into_a_minimum_stay_solved() -> None:
    """Near the minimum f is rounding: implicit steps go on from there and stay there."""
    f = numeric("-4*x*(x**2 + y - 11) - 2*(x + y**2 - 7), -2*(x**2 + y - 11) - 4*y*(x + y**2 - 7)",
                np.repeat([1e-3, 1e-2, 0.1], 8))  # fmt: skip
    theta = np.array([3.0, 2.0])[:, None] + np.tile(10.0 ** -np.arange(1, 17, 2), 3)
    for _ in range(30):
        theta = theta + f.gamma * implicit_midpoint(f, theta)
    assert not f.unsolved.any()
    assert np.abs(theta[:, f.gamma == 0.1] - np.array([[3.0], [2.0]])).max() < 1e-2
    assert np.abs(f(theta)[:, -1]).max() < 1e-12


def test_hilltop_starts_are_solved_by_new_jacobians() -> None:
    """Where gamma times the curvature is large, one Jacobian for all iterations does not do."""
    rng = np.random.default_rng(0)
    f = numeric("-4*x*(x**2 + y - 11) - 2*(x + y**2 - 7), -2*(x**2 + y - 11) - 4*y*(x + y**2 - 7)",
                np.full(200, 0.02))  # fmt: skip
    theta = rng.uniform(-4, 4, (2, 200))
    k = f.solve(lambda k: f(theta + f.gamma * k), f(theta))
    assert f.unsolved.mean() <= 0.01
    solved = ~f.unsolved
    residual = np.abs(f(theta + f.gamma * k) - k)[:, solved]
    assert residual.max() < 1e-9
