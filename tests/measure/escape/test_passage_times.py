"""Mean times of passage in one variable, of which Kramers' rate is the limit."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError
from bea.measure.escape import critical_points, escape_rate, mean_passage_time, unstable_exit_time

WELL = bea.Loss.read("(x**2 - 1)**2/4")


def test_downhill_the_time_is_that_of_the_flow_when_it_is_cold() -> None:
    bowl = bea.Loss.read("x**2/2")
    late = [mean_passage_time(bowl, 3.0, 1.0, heat) - np.log(3.0) for heat in (0.02, 0.01)]
    assert abs(late[1]) < 0.01
    assert late[0] / late[1] == pytest.approx(2, rel=0.05)


def test_passage_from_the_other_side_is_the_mirror_image() -> None:
    tilted = bea.Loss.read("(x**2 - 1)**2/4 + x/10")
    mirror = bea.Loss.read("(x**2 - 1)**2/4 - x/10")
    assert mean_passage_time(tilted, 1, -1, 0.1) == pytest.approx(
        mean_passage_time(mirror, -1, 1, 0.1), rel=1e-12
    )
    assert mean_passage_time(tilted, -1, 1, 0.1) > 3 * mean_passage_time(tilted, 1, -1, 0.1)


def test_kramers_in_one_dimension_is_the_limit_with_an_error_of_order_temperature() -> None:
    left, _, top = critical_points(WELL, window=[(-2, 2)])
    heats = np.array([0.04, 0.02, 0.01])
    excess = np.array(
        [mean_passage_time(WELL, -1, 1, t) * escape_rate(left, top, t) - 1 for t in heats]
    )
    assert np.all(np.diff(np.abs(excess / heats - 1.5)) < 0)  # 3/2 by Laplace's method
    assert excess[-1] / heats[-1] == pytest.approx(1.5, rel=0.1)


def test_reaching_the_saddle_takes_half_of_the_time() -> None:
    ratio = mean_passage_time(WELL, -1, 0, 0.02) / mean_passage_time(WELL, -1, 1, 0.02)
    assert ratio == pytest.approx(0.5, abs=1e-4)


def test_exit_from_a_saddle_is_its_asymptotic_form_up_to_an_exact_remainder() -> None:
    for heat in (1e-2, 1e-4):
        ratio = 1 / (2 * heat)
        asymptotic = (np.log(4 * ratio) + np.euler_gamma) / 2
        assert unstable_exit_time(-1, 1, heat) == pytest.approx(asymptotic - 1 / (4 * ratio),
                                                                abs=2 / ratio**2)  # fmt: skip
    # A hot start is pure diffusion: r²/(2T).
    assert unstable_exit_time(-1, 1, 1e4) == pytest.approx(0.5e-4, rel=1e-4)


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="must be positive"):
        mean_passage_time(WELL, -1, 1, 0)
    with pytest.raises(BeaError, match="more than 600 T"):
        mean_passage_time(WELL, -1, 1, 1e-4)
    with pytest.raises(BeaError, match="two different points"):
        mean_passage_time(WELL, 1, 1, 0.1)
    with pytest.raises(BeaError, match="does not rise"):
        mean_passage_time(bea.Loss.read("-x**2"), 0, 1, 0.1)
    with pytest.raises(DimensionError, match="mean_exit_time"):
        mean_passage_time(bea.problems.double_well(), 0, 1, 0.1)
    with pytest.raises(BeaError, match="negative one"):
        unstable_exit_time(1, 1, 0.1)
    with pytest.raises(BeaError, match="0 for the SDE"):
        unstable_exit_time(-1, 1, 0.1, gamma=-1)
