"""Predictions of the norm's equilibrium: exact where they say so, and their corrections' orders."""

from __future__ import annotations

from math import log, sqrt
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DomainError
from bea.measure.equilibrium import (
    Equilibrium,
    intrinsic_rate,
    predicted_equilibrium,
    rate_on_sphere,
)


def at(delta: float, kurtosis: float = 1.0, tau: float = 2.0) -> Equilibrium:
    return Equilibrium(0.5, 2 * delta, tau, kurtosis)


def relative(found: Any, expected: Any) -> np.ndarray:
    return np.abs(np.array(found) / np.array(expected) - 1)


def test_leading_values_are_those_of_the_literature() -> None:
    found = Equilibrium(gamma=0.1, weight_decay=0.02, gradient_square=3.0).leading
    expected = (0.1 * 3 / (2 * 0.02), sqrt(2 * 0.1 * 0.02 / 3), 4 * 0.1 * 0.02)
    assert tuple(found) == pytest.approx(expected, rel=1e-15)


def test_the_steady_values_are_the_fixed_point_of_the_step() -> None:
    found = at(0.03)
    rho, keep = sqrt(found.steady.fourth_power), (1 - found.intrinsic_rate) ** 2

    def step(x: float) -> float:
        return keep * x + found.gamma**2 * found.gradient_square / x

    assert step(rho) == pytest.approx(rho, rel=1e-14)
    assert found.gamma / rho == pytest.approx(found.steady.effective_rate, rel=1e-14)
    slope = (step(rho + 1e-5) - step(rho - 1e-5)) / 2e-5
    assert -log(slope) == pytest.approx(found.steady.relaxation_rate, rel=1e-7)


@pytest.mark.parametrize("which", ["leading", "corrected"])
def test_corrections_leave_the_next_power(which: str) -> None:
    misses = [relative(getattr(at(d), which), at(d).steady) for d in (0.02, 0.01)]
    orders = np.log2(misses[0] / misses[1])
    np.testing.assert_allclose(orders, 1.0 if which == "leading" else 2.0, atol=0.05)


@pytest.mark.parametrize("kurtosis", [1.0, 2.0, 4.0])
def test_the_path_ends_and_relaxes_as_corrected_says(kurtosis: float) -> None:
    misses = []
    for delta in (0.01, 0.005):
        found = at(delta, kurtosis)
        start, steps = 1.0001 * found.path(50.0, [0, 4000])[1], np.array([0, 1, 4000])
        near = found.path(start, steps)
        rate = -log((near[1] - near[2]) / (near[0] - near[2]))
        corrected = (found.corrected.fourth_power, found.corrected.relaxation_rate)
        misses.append(relative((near[2], rate), corrected))
    np.testing.assert_allclose(np.log2(misses[0] / misses[1]), 2.0, atol=0.25)


def test_random_gradients_have_the_corrected_moments() -> None:
    # The squared gradient is 4 tau in one step of four, and 0 otherwise: kappa = 4.
    found, lanes, rng = at(0.01, kurtosis=4.0), 200_000, np.random.default_rng(1)
    keep, growth = (1 - found.intrinsic_rate) ** 2, 4 * found.gamma**2 * found.gradient_square
    rho = np.full(lanes, sqrt(found.leading.fourth_power))
    for _ in range(400):
        rho = keep * rho + growth * (rng.integers(0, 4, lanes, dtype=np.uint8) == 0) / rho
    values = {"fourth_power": rho**2, "effective_rate": found.gamma / rho}
    for name, sample in values.items():
        error = sample.std() / sqrt(lanes)
        leading, corrected = getattr(found.leading, name), getattr(found.corrected, name)
        # What is left is of the order delta^2, beside the standard error.
        assert abs(sample.mean() - corrected) < 4 * error + 5e-4 * corrected
        assert abs(sample.mean() - leading) > 8 * error
    spread = np.var(rho**2) / np.mean(rho**2) ** 2
    assert spread == pytest.approx(2 * 3 * found.intrinsic_rate, rel=0.1)


def test_a_gradient_that_changes_on_the_way_is_followed() -> None:
    found = at(0.01)
    steps = np.arange(0, 301, 10)
    same = found.path(80.0, steps, np.full(31, 2.0))
    np.testing.assert_array_equal(same, found.path(80.0, steps))
    grown = found.path(80.0, steps, np.linspace(2.0, 3.0, 31))
    assert np.all(grown[1:] > same[1:])
    assert found.path(80.0, [300], [2.0]) == found.path(80.0, [0, 300])[1]


def test_it_is_predicted_from_a_sum_and_where_its_directions_are() -> None:
    circle = bea.problems.get("rayleigh-quotient", noise="3/2")
    found = predicted_equilibrium(circle, "1/2", "1/50", [[1, 0, 0], [0, 2, 0]])  # type: ignore[arg-type]
    assert found.gradient_square == pytest.approx(1, rel=1e-14)  # 4 a^2 (d - 1)/(2 d^2)
    away = predicted_equilibrium(circle, "1/2", "1/50", [1, 0, 1])  # type: ignore[arg-type]
    assert away.gradient_square == pytest.approx(1 + 1 / 4, rel=1e-14)
    batch = predicted_equilibrium(circle, "1/2", "1/50", [1, 0, 0],  # type: ignore[arg-type]
                                  bea.noise.Batches(2, replacement=True))  # fmt: skip
    assert batch.gradient_square == pytest.approx(1 / 2, rel=1e-14)
    assert intrinsic_rate("1/2", "1/50") == found.intrinsic_rate == 0.01
    np.testing.assert_array_equal(rate_on_sphere("1/2", [2.0]), [0.25])


def test_what_has_no_equilibrium_is_refused() -> None:
    with pytest.raises(DomainError, match="weight_decay=0 has no equilibrium"):
        Equilibrium(0.5, 0.0, 1.0)
    with pytest.raises(DomainError, match="gradient_square=0 has no equilibrium"):
        Equilibrium(0.5, 0.1, 0.0)
    with pytest.raises(DomainError, match="decay of a step must be below 1"):
        Equilibrium(0.5, 2.0, 1.0)
    with pytest.raises(DomainError, match=r"kurtosis=0\.5 is not possible"):
        Equilibrium(0.5, 0.1, 1.0, 0.5)
    circle = bea.problems.get("rayleigh-quotient")
    with pytest.raises(BeaError, match="give points of 3 components that are not 0"):
        predicted_equilibrium(circle, "1/2", "1/50", [[0, 0, 0]])  # type: ignore[arg-type]
