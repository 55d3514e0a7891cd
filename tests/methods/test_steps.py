"""One step formula in every arithmetic: numbers, series, points and trees say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb, fmpq

from bea.algebra import Element, Ring, as_float
from bea.algebra.language.expressions import Expression
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.exact import in_ring
from bea.bseries import TreeArithmetic
from bea.fields import NumericField, SeriesField, VectorField
from bea.methods import available, get
from bea.trees import Tree, trees_up_to

# name: order of accuracy
METHODS = {
    "gradient-descent": 1,
    "explicit-euler": 1,
    "implicit-euler": 1,
    "explicit-midpoint": 2,
    "implicit-midpoint": 2,
    "trapezoidal": 2,
    "heun": 2,
    "ralston": 2,
    "kutta3": 3,
    "rk4": 4,
    "gauss4": 4,
    "gauss6": 6,
}
each_method = pytest.mark.parametrize("name", METHODS)
FIELD = "y - x*y/2, x**2/2 - y"
POINT = [fmpq(1, 3), fmpq(-1, 2)]
NODES = 5


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with flint.ctx.workprec(200):
        yield


def to_ball(value: Any, point: list[fmpq] | None = None) -> arb:
    if not isinstance(value, Element):
        return arb(value)
    return to_program([value]).run([arb(c) for c in point or []], arb)[0]


def number_ball(expression: Expression) -> arb:
    return to_ball(in_ring(expression, Ring([])))


def step_at_the_point(name: str, order: int) -> list[Any]:
    f = SeriesField(VectorField.read(FIELD), order, [arb(c) for c in POINT])
    theta, _ = get(name).bind(number_ball).step(f, f.identity, (), f.gamma)
    return list(theta)


def step_on_trees(name: str, nodes: int) -> list[Any]:
    ring = Ring([])
    f = TreeArithmetic(nodes)
    bound = get(name).bind(lambda e: in_ring(e, ring))
    theta, _ = bound.step(f, f.identity, (), f.gamma)
    assert (theta.identity, theta.shift) == (1, 0)
    return theta.coefficients


def elementary_differential(field: VectorField, t: Tree) -> list[Element]:
    """Return F(t): the derivative of f in the directions of the children's differentials."""
    inner = [elementary_differential(field, child) for child in t.children]
    return [directional(component, inner) for component in field.components]


def directional(value: Element, directions: list[list[Element]]) -> Element:
    """Return the derivative of a value in several directions that are held constant."""
    if not directions:
        return value
    total = value * 0
    for i, slope in enumerate(value.gradient()):
        total = total + directions[0][i] * directional(slope, directions[1:])
    return total


@each_method
def test_series_at_the_general_point_and_at_one_point(name: str) -> None:
    f = SeriesField(VectorField.read(FIELD), NODES)
    general, _ = get(name).bind(f.constant).step(f, f.identity, (), f.gamma)
    for a, b in zip(general, step_at_the_point(name, NODES), strict=True):
        for p, q in zip(a.coefficients, b.coefficients, strict=True):
            assert to_ball(p, POINT).overlaps(q)
            assert q.rad() < 1e-40


@each_method
def test_trees_and_series(name: str) -> None:
    """theta+ = theta + sum of gamma^|tau| a(tau)/sigma(tau) F(tau)."""
    field = VectorField.read(FIELD)
    sums = [[arb(0)] * 2 for _ in range(NODES + 1)]
    sums[0] = [arb(c) for c in POINT]
    for t, a in zip(trees_up_to(NODES), step_on_trees(name, NODES), strict=True):
        weight = to_ball(a) / t.symmetry
        differential = [to_ball(F, POINT) for F in elementary_differential(field, t)]
        sums[t.order] = [s + weight * F for s, F in zip(sums[t.order], differential, strict=True)]
    for i, series in enumerate(step_at_the_point(name, NODES)):
        for n in range(NODES + 1):
            assert series[n].overlaps(sums[n][i])


@each_method
def test_numbers_and_series(name: str) -> None:
    gammas = np.array([1e-3, 0.02, 0.05])
    f = NumericField(VectorField.read(FIELD).numeric(), gammas)
    start = np.repeat([[as_number(c)] for c in POINT], 3, axis=1)
    theta, _ = get(name).bind(as_float).step(f, start, (), gammas)
    assert not f.unsolved.any()
    for row, series in zip(theta, step_at_the_point(name, 14), strict=True):
        for value, gamma in zip(row, gammas, strict=True):
            exact = sum(c * arb(gamma) ** n for n, c in enumerate(series.coefficients))
            assert value == pytest.approx(float(exact), rel=1e-14, abs=1e-14)


def as_number(c: fmpq) -> float:
    return int(c.p) / int(c.q)


@each_method
def test_order_of_one_step_on_a_linear_flow(name: str) -> None:
    """The defect falls as gamma^(p+1), far above the rounding floor."""
    order = METHODS[name]
    gammas = (0.4 if order > 4 else 0.1) * 2.0 ** -np.linspace(0, 2, 5)
    f = NumericField(VectorField.read("y, -x").numeric(), gammas)
    start = np.repeat([[0.8], [-0.3]], 5, axis=1)
    theta, _ = get(name).bind(as_float).step(f, start, (), gammas)
    turned = np.array([[np.cos(gammas), np.sin(gammas)], [-np.sin(gammas), np.cos(gammas)]])
    exact = np.einsum("ijl,jl->il", turned, start)
    defect = np.linalg.norm(theta - exact, axis=0)
    assert defect.min() > 50 * np.finfo(float).eps
    slope = np.polyfit(np.log(gammas), np.log(defect), 1)[0]
    assert slope == pytest.approx(order + 1, abs=0.1)


@each_method
def test_order_of_one_step_on_trees(name: str) -> None:
    """The order conditions hold up to order p, and one of order p + 1 does not."""
    order = METHODS[name]
    assert get(name).order_of_accuracy == order
    listed = trees_up_to(order + 1)
    residuals = {
        t: a - fmpq(1, t.density)
        for t, a in zip(listed, step_on_trees(name, order + 1), strict=True)
    }
    assert all(residual == 0 for t, residual in residuals.items() if t.order <= order)
    assert not all(residual == 0 for residual in residuals.values())


@each_method
def test_shift_polynomials_are_those_of_the_step(name: str) -> None:
    """theta+ - theta = gamma (sigma_0 f(theta) + sigma_1 f(theta+)) where they are given."""
    method = get(name)
    polynomials = method.shift_polynomials()
    linear = ("explicit-euler", "gradient-descent", "implicit-euler", "trapezoidal")
    assert (polynomials is not None) is (name in linear)
    if polynomials is None:
        return
    rho, sigma = polynomials
    f = TreeArithmetic(6)
    ring = Ring([])
    after, _ = method.bind(lambda e: in_ring(e, ring)).step(f, f.identity, (), f.gamma)
    points = [f.identity, after]
    left = rho[0] * points[0] + rho[1] * points[1]
    right = f.gamma * sum(s * f(p) for s, p in zip(sigma, points, strict=False))
    assert (left - right).vanishes()


def test_one_lane_does_not_depend_on_the_others() -> None:
    rhs = VectorField.read(FIELD).numeric()
    gammas = np.array([0.01, 0.2, 0.05])
    start = np.array([[1.0, -0.4, 0.2], [0.5, 0.6, -1.0]])
    for name in METHODS:
        method = get(name).bind(as_float)
        together, _ = method.step(NumericField(rhs, gammas), start, (), gammas)
        for lane in range(3):
            part = slice(lane, lane + 1)
            f = NumericField(rhs, gammas[part])
            alone, _ = method.step(f, start[:, part], (), gammas[part])
            np.testing.assert_allclose(alone[:, 0], together[:, lane], rtol=1e-14)


def test_all_methods_of_the_package_are_here_or_need_parameters() -> None:
    assert set(METHODS) <= set(available())
