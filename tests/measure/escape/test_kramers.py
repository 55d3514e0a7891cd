"""Kramers' rate, and what finite steps make of it."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.measure.escape import critical_points, escape_rate, mean_passage_time
from bea.measure.escape.kramers import step_factor

DOUBLE = bea.problems.double_well()
LEFT, _, TOP = critical_points(DOUBLE)


def discrete_mean_time(gamma: float, temperature: float) -> float:
    """Return the mean time from −1 to 1 of x − γL′ + (2γT)^(1/2) ξ with normal ξ.

    It solves u(x) = γ + ∫_(y<1) u(y) N(y; x − γL′(x), 2γT) dy, here with Gauss-Legendre panels.
    """
    spread, low, high = np.sqrt(2 * gamma * temperature), -2.4, 1.0
    nodes, weights = np.polynomial.legendre.leggauss(8)
    edges = np.linspace(low, high, int((high - low) / (2.7 * spread)) + 2)
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + half * (1 + nodes)).ravel()
    w = (half * weights).ravel()

    def kernel(start: np.ndarray) -> np.ndarray:
        away = x - (start - gamma * (start**3 - start))[:, None]
        return np.exp(-(away**2) / (2 * spread**2)) / (spread * np.sqrt(2 * np.pi)) * w

    times = np.linalg.solve(np.eye(len(x)) - kernel(x), np.full(len(x), gamma))
    return float(gamma + (kernel(np.array([-1.0])) @ times)[0])


def test_finite_steps_change_the_rate_by_the_derived_factor() -> None:
    """The logarithm of the ratio is −γ/4 to first order; half or twice of that is refused."""
    temperature = 0.03
    flow = mean_passage_time(bea.Loss.read("(x**2 - 1)**2/4"), -1, 1, temperature)
    gammas = np.array([0.1, 0.05, 0.025])
    ratios = np.array([discrete_mean_time(g, temperature) / flow for g in gammas])
    predicted = np.array([step_factor(LEFT, TOP, g) for g in gammas])
    left = np.log(ratios * predicted) / gammas
    assert np.log(predicted) / gammas == pytest.approx(0.25)
    # What is left falls with gamma, to what is of order T.
    assert np.all(np.diff(np.abs(left)) < 0)
    slope = 2 * left[2] - left[1]
    assert abs(slope) < 0.01
    assert abs(slope + 0.125) > 0.1


def test_several_ways_out_add_up() -> None:
    camel = bea.problems.three_hump_camel()
    middle, _, _, *tops = critical_points(camel)
    both = escape_rate(middle, tops, 0.2)
    assert both == pytest.approx(2 * escape_rate(middle, tops[0], 0.2))


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="give the minimum first"):
        escape_rate(TOP, LEFT, 0.1)
    with pytest.raises(BeaError, match="with one way down"):
        escape_rate(LEFT, LEFT, 0.1)
    with pytest.raises(BeaError, match="must be positive"):
        escape_rate(LEFT, TOP, -1)
    with pytest.raises(BeaError, match="no saddle"):
        escape_rate(LEFT, [], 0.1)
