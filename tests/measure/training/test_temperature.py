"""The temperature of mini-batch noise: exact, and that of the stationary density."""

from __future__ import annotations

import pytest
from flint import fmpq

import bea
from bea.errors import BeaError, ExpressionError
from bea.measure.training import noise_temperature
from bea.measure.training.temperature import as_temperature
from bea.noise import Batches

DOUBLE = bea.problems.double_well()


def test_temperature_is_exact_in_step_and_batch() -> None:
    total = bea.problems.with_gradient_covariance(DOUBLE, [3, 3])
    assert noise_temperature(total, "1/10") == fmpq(3, 20)
    assert noise_temperature(total, "1/10", Batches(5, replacement=True)) == fmpq(3, 100)
    without = fmpq(total.size - 2, 2 * (total.size - 1))
    assert noise_temperature(total, "1/10", 2) == fmpq(3, 20) * without


def test_stationary_density_has_that_temperature() -> None:
    # On a quadratic the exact variance is γσ²/(h(2 − γh)) = T/(h(1 − γh/2)).
    total = bea.problems.with_gradient_covariance(bea.Loss.read("x**2/2"), [[2]])
    assert noise_temperature(total, "1/50") == fmpq(1, 50)
    runs = bea.ensemble("gradient-descent", total, [0.0], gamma="1/50", steps=400, runs=20_000,
                        observables="x**2", seed=3)  # fmt: skip
    mean, error = runs["x**2"]
    exact = (1 / 50) / (1 - 1 / 100)
    assert abs(mean[-1] - exact) < 3 * error[-1]
    assert abs(mean[-1] - exact / 2) > 20 * error[-1]


def test_no_temperature_where_noise_is_not_the_same_everywhere() -> None:
    for variances in ([3, 2], [[3, 1], [1, 3]]):
        total = bea.problems.with_gradient_covariance(DOUBLE, variances)
        with pytest.raises(BeaError, match="has no temperature"):
            noise_temperature(total, "1/10")
    with pytest.raises(BeaError, match="has no temperature"):
        noise_temperature(bea.problems.linear_regression(), "1/10")


def test_bad_input() -> None:
    total = bea.problems.with_gradient_covariance(DOUBLE, [3, 3])
    with pytest.raises(BeaError, match="positive rational"):
        noise_temperature(total, "0")
    with pytest.raises(BeaError, match="must be positive"):
        as_temperature("-1/8")
    with pytest.raises(ExpressionError):
        as_temperature("hot")
