"""What holds in every arithmetic with components: the functions, the derivative, the roots."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flint import fmpq

from bea.bseries import TreeArithmetic
from bea.errors import DimensionError, MethodError, NotSmoothError

from .places import Place

near = pytest.approx


def test_functions_are_those_of_floats(place: Place) -> None:
    f, v = place.f, place.f(place.theta)
    x, y = place.floats(v)
    assert place.floats(f.norm(v)) == near([math.hypot(x, y)])
    assert place.floats(f.total(v)) == near([x + y])
    assert place.floats(f.sqrt(v * v)) == near([abs(x), abs(y)])
    assert place.floats(f.root(f.power(v * v, fmpq(3)), 3)) == near([x**2, y**2])
    for name in ("exp", "sin", "cos", "tanh"):
        expected = [getattr(math, name)(x), getattr(math, name)(y)]
        assert place.floats(f.function(name, v)) == near(expected)


def test_components_are_scaled_and_shared_out(place: Place) -> None:
    f, v = place.f, place.f(place.theta)
    x, y = place.floats(v)
    assert place.floats(f.scaled([2, -3], v)) == near([2 * x, -3 * y])
    assert place.floats(f.share(v, 1, 0)) == near([x, 0])
    assert place.floats(f.share(v, 1, 1)) == near([0, y])
    with pytest.raises(DimensionError, match="1 entries for 2 components: give one each"):
        f.scaled([2], v)
    with pytest.raises(DimensionError, match="the second has none: give a smaller number"):
        f.share(v, 2, 0)


def test_the_jacobian_is_made_of_derivatives(place: Place) -> None:
    """f = (p, -sin q) at (1, 1/4): f' = (0, 1; -cos 1, 0), and f' x = f is solved by f'^(-1) f."""
    f, theta = place.f, place.theta
    matrix = f.jacobian(theta)
    assert place.floats(matrix) == near([0, 1, -math.cos(1), 0])
    assert place.floats(f.derivative(theta, f(theta))) == near([-math.sin(1), -math.cos(1) / 4])
    solution = f.solve_linear(matrix, f(theta))
    assert place.floats(solution) == near([math.tan(1), 0.25])


@pytest.mark.parametrize("kind", ["floats", "series"])
def test_roots_solve_their_equation(kind: str) -> None:
    from .places import PENDULUM, START, WITH_COMPONENTS

    place = WITH_COMPONENTS[kind](PENDULUM, START)
    f, theta, gamma = place.f, place.theta, place.gamma
    k = f.solve(lambda k: f(theta + gamma * k), f(theta))
    assert place.floats(k - f(theta + gamma * k)) == near([0, 0], abs=1e-14)
    assert np.shape(k) == np.shape(theta)


def test_a_sign_is_refused_where_numbers_have_none() -> None:
    from .places import NUMBERS, PENDULUM, START, in_series

    for at in NUMBERS.values():
        place = at(PENDULUM, START)
        assert place.floats(place.f.sign(place.f(place.theta))) == [1, -1]
    series = in_series(PENDULUM, START)
    with pytest.raises(NotSmoothError):
        series.f.sign(series.f(series.theta))


REFUSED = {
    "two series on trees cannot be multiplied": lambda f, v: f.norm(v),
    "sqrt cannot be expressed on trees": lambda f, v: f.sqrt(v),
    "exp cannot be expressed on trees": lambda f, v: f.function("exp", v),
    "sign cannot be expressed on trees": lambda f, v: f.sign(v),
    "theta has no components on trees": lambda f, v: f.total(v),
    "the matrix f' and its inverse have no place": lambda f, v: f.jacobian(f.identity),
    "series on trees have no solve_linear": lambda f, v: f.solve_linear(v, v),
}


@pytest.mark.parametrize("message", REFUSED)
def test_trees_refuse_by_name(message: str) -> None:
    f = TreeArithmetic(3)
    with pytest.raises(MethodError, match=message):
        REFUSED[message](f, f(f.identity))


def test_trees_share_a_slope_by_the_colours_of_roots() -> None:
    from bea.trees import PLAYERS

    f = TreeArithmetic(2, colors=PLAYERS)
    slope = f(f.identity)
    one, two = f.share(slope, 1, 0), f.share(slope, 1, 1)
    assert (one + two).coefficients == slope.coefficients
    assert one.coefficients != two.coefficients
