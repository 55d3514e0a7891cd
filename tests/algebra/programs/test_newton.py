"""Fixed points lane by lane: solved to rounding, flagged where there is none, never mixed up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bea.algebra.programs.newton import fixed_point

EPS = np.finfo(float).eps
Numbers = np.ndarray


def linear(matrix: Numbers, shift: Numbers) -> Callable[[Numbers], Numbers]:
    return lambda k: matrix @ k + shift


@settings(max_examples=50)
@given(
    matrix=arrays(float, (3, 3), elements=st.floats(-0.3, 0.3)),
    shift=arrays(float, (3, 4), elements=st.floats(-5, 5)),
)
def test_linear_systems_are_solved_to_rounding(matrix: Numbers, shift: Numbers) -> None:
    k, failed = fixed_point(linear(matrix, shift), np.zeros((3, 4)))
    exact = np.linalg.solve(np.eye(3) - matrix, shift)
    assert not failed.any()
    np.testing.assert_allclose(k, exact, rtol=0, atol=100 * EPS * (1 + np.abs(shift).max()))


@pytest.mark.parametrize("stiffness", [1.0, 1e3, 1e6, 1e9])
def test_stiff_systems_need_no_contraction(stiffness: float) -> None:
    """Plain iteration would grow by the stiffness in each sweep."""
    shift = np.array([[1.0, -2.0]])
    k, failed = fixed_point(lambda k: shift - stiffness * k, np.array([[5.0, 7.0]]))
    assert not failed.any()
    np.testing.assert_allclose(k, shift / (1 + stiffness), rtol=1e-14)


def test_nonlinear_lanes() -> None:
    a = np.linspace(0.1, 3.0, 40)[None]
    k, failed = fixed_point(lambda k: np.exp(-a * k), np.ones_like(a))
    assert not failed.any()
    np.testing.assert_allclose(k, np.exp(-a * k), rtol=8 * EPS)


def test_a_lane_without_a_fixed_point_is_flagged_and_spoils_no_other() -> None:
    shift = np.array([[0.1, 1.0, 0.2]])  # k = k^2 + c has no real root for c > 1/4
    k, failed = fixed_point(lambda k: k * k + shift, np.zeros((1, 3)))
    np.testing.assert_array_equal(failed, [False, True, False])
    assert np.isnan(k[0, 1])
    roots = (1 - np.sqrt(1 - 4 * shift[0, [0, 2]])) / 2
    np.testing.assert_allclose(k[0, [0, 2]], roots, rtol=1e-14)


@pytest.mark.parametrize(
    "odd",
    [
        lambda k: k + 1,  # I - J is singular and there is no root
        lambda k: np.nan * k,
        lambda k: np.log(k - 10),
        lambda k: np.inf + k,
    ],
)
def test_a_singular_or_undefined_lane_spoils_no_other(odd: Callable[[Numbers], Numbers]) -> None:
    def g(k: Numbers) -> Numbers:
        return np.stack([odd(k[:, 0]), np.cos(k[:, 1]), odd(k[:, 2])], axis=1)

    k, failed = fixed_point(g, np.ones((2, 3)))
    np.testing.assert_array_equal(failed, [True, False, True])
    np.testing.assert_array_equal(np.isnan(k), [[True, False, True]] * 2)
    np.testing.assert_allclose(k[:, 1], np.cos(k[:, 1]), rtol=4 * EPS)


def test_a_lane_does_not_depend_on_its_neighbours() -> None:
    a = np.array([[0.3, 2.9, 0.7, 1.3]])
    together, _ = fixed_point(lambda k: np.exp(-a * k), np.ones_like(a))
    for lane in range(4):
        part = a[:, lane : lane + 1]
        alone, _ = fixed_point(lambda k, part=part: np.exp(-part * k), np.ones((1, 1)))
        np.testing.assert_allclose(alone[:, 0], together[:, lane], rtol=8 * EPS)


@pytest.mark.parametrize("start", [1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 0.0])
def test_near_an_equilibrium_what_is_left_is_rounding(start: float) -> None:
    """k = f(theta + gamma k) with f(1) = 0: rounded relative to theta, not to k."""
    theta, gamma = 1 + start, 0.1

    def f(x: Numbers) -> Numbers:
        return 3 - 2 * x - x**3

    guess = f(np.full((1, 1), theta))
    k, failed = fixed_point(lambda k: f(theta + gamma * k), guess, scale=theta / gamma)
    assert not failed.any()
    residual = f(theta + gamma * k) - k
    assert np.abs(residual).max() <= 100 * EPS
    slope = -5 / (1 + 5 * gamma)
    assert k[0, 0] == pytest.approx(slope * (theta - 1), rel=10 * start, abs=100 * EPS)


def test_zero_is_a_fixed_point_like_any_other() -> None:
    k, failed = fixed_point(lambda k: 0.5 * k, np.zeros((2, 3)))
    assert not failed.any()
    assert not k.any()


def test_what_was_given_is_left_alone() -> None:
    guess = np.ones((1, 2))
    fixed_point(np.cos, guess)
    np.testing.assert_array_equal(guess, np.ones((1, 2)))
