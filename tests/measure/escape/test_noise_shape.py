"""The shape of noise: the climb is the gradient flow, and coins climb less than normal numbers."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.measure.escape import critical_points, escape_times, mean_passage_time
from bea.measure.escape.kramers import step_factor
from bea.measure.escape.noise_shape import escape_path, shape_factor
from bea.measure.training.temperature import noise_temperature
from bea.noise import Batches

DOUBLE = bea.problems.double_well()
LEFT, RIGHT, TOP = critical_points(DOUBLE)
COINS = bea.problems.with_gradient_covariance(DOUBLE, ["9/4", "9/4"])  # ± 3/2 in each coordinate


def test_the_climb_goes_over_all_of_the_barrier() -> None:
    times, points = escape_path(COINS, LEFT, TOP)
    force = -COINS(points)
    assert np.trapezoid((force**2).sum(axis=1), times) == pytest.approx(0.25, rel=1e-4)
    assert np.linalg.norm(points[-1] - LEFT.point) < 1e-4
    assert escape_path(COINS, RIGHT, TOP)[1][-1][0] == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("variance", ["100", "400"])
def test_where_the_tilt_is_small_the_fourth_cumulant_is_all(variance: str) -> None:
    # κ = −2, and ∫ L′⁴ dt = ∫ (x³ − x)³ dx = 1/40 on the way up from −1 to 0.
    total = bea.problems.with_gradient_covariance(DOUBLE, [variance, variance])
    heat = float(variance) / 40
    found = np.log(shape_factor(total, LEFT, TOP, "1/20"))
    assert found == pytest.approx(-1 / 20 / (120 * heat**2), rel=0.01)


def test_large_batches_are_normal() -> None:
    factors = []
    for count in (1, 4, 16):
        variance = str(4 * count)
        total = bea.problems.with_gradient_covariance(DOUBLE, [variance] * 2, size=32)
        way = Batches(count, replacement=True)
        assert float(noise_temperature(total, "1/32", way).q) == 16
        factors.append(1 - shape_factor(total, LEFT, TOP, "1/32", way))
    assert factors[0] > 3 * factors[1] > 9 * factors[2] > 0


def test_coins_climb_as_predicted_and_not_as_the_sde() -> None:
    gamma = 1 / 18
    runs = bea.ensemble("gradient-descent", COINS, LEFT.point, gamma="1/18", steps=20_000,
                        runs=3000, until="x - 1", seed=8)  # fmt: skip
    watched = escape_times(runs)
    line = bea.Loss.read("(x**2 - 1)**2/4")
    normal = mean_passage_time(line, -1, 1, 1 / 16) / step_factor(LEFT, TOP, gamma)
    shaped = normal / shape_factor(COINS, LEFT, TOP, "1/18")
    assert abs(watched.mean - shaped) < 2.5 * watched.error
    assert watched.mean - normal > 4 * watched.error


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="draw with replacement"):
        shape_factor(COINS, LEFT, TOP, "1/18", 2)
    camel = bea.problems.three_hump_camel()
    _, side, other, _, top = critical_points(camel)
    total = bea.problems.with_gradient_covariance(camel, [1, 1])
    with pytest.raises(BeaError, match="does not lead to"):
        shape_factor(total, side, top, "1/18")
    assert shape_factor(total, other, top, "1/18") < 1
