"""The observed order: found where it is there, refused with a reason where it is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.measure import observed_order
from bea.measure.order.order_fit import CLEAR, FEWEST

GAMMAS = 0.1 * 2.0 ** -np.arange(10)


@given(st.integers(1, 8), st.floats(1e-3, 1e3))
def test_a_pure_power_is_found_exactly(order: int, constant: float) -> None:
    fit = observed_order(GAMMAS, constant * GAMMAS**order, np.zeros(10))
    assert fit.order == pytest.approx(order, abs=1e-9)
    assert fit.window == tuple(range(9, -1, -1))
    assert fit.interval[0] <= fit.order <= fit.interval[1]


def test_the_step_sizes_may_come_in_any_order() -> None:
    shuffled = np.random.default_rng(0).permutation(10)
    errors = 2 * GAMMAS**3
    fit = observed_order(GAMMAS[shuffled], errors[shuffled], np.zeros(10))
    assert fit.order == pytest.approx(3)
    assert list(GAMMAS[shuffled][list(fit.window)]) == sorted(GAMMAS)


def test_points_in_the_floor_are_left_out() -> None:
    errors = GAMMAS**4
    floor = np.full(10, errors[5] / (CLEAR / 2))
    noisy = errors + floor * np.random.default_rng(1).normal(size=10)
    fit = observed_order(GAMMAS, noisy, floor)
    assert fit.order == pytest.approx(4, abs=0.1)
    assert max(fit.window) == 4  # the five largest stand clear
    # The control: with the floor ignored, order 4 is not found.
    assert not abs(observed_order(GAMMAS, np.abs(noisy), np.zeros(10)).order - 4) <= 0.1


def test_the_window_stops_where_the_curve_bends() -> None:
    errors = GAMMAS**2 * (1 + (30 * GAMMAS) ** 3)
    fit = observed_order(GAMMAS, errors, np.zeros(10))
    assert fit.order == pytest.approx(2, abs=0.05)
    assert FEWEST <= len(fit.window) < 10
    straight = np.polyfit(np.log(GAMMAS), np.log(errors), 1)[0]
    assert abs(straight - 2) > 0.2  # the control: all points give another slope


@given(st.integers(1, 6), st.floats(-3, 3))
def test_the_first_correction_is_allowed_for(order: int, correction: float) -> None:
    """error = C gamma^p (1 + c gamma): a straight line through it is off, the fit is not."""
    errors = GAMMAS**order * (1 + correction * GAMMAS)
    fit = observed_order(GAMMAS, errors, np.zeros(10))
    assert fit.order == pytest.approx(order, abs=0.01)


def test_too_few_clear_points() -> None:
    fit = observed_order(GAMMAS, GAMMAS**5, np.full(10, 1e-9))
    assert np.isnan(fit.order) and fit.window == ()
    assert fit.reason.startswith("2 of 10 step sizes stand clear of the error floor, 4 are needed")


def test_a_range_that_is_not_asymptotic() -> None:
    gammas = np.array([0.1, 0.2, 0.4, 0.8])
    fit = observed_order(gammas, np.exp(10 * gammas), np.zeros(4))
    assert np.isnan(fit.order) and "not in the asymptotic range" in fit.reason


def test_failed_step_sizes_end_the_run() -> None:
    errors = GAMMAS**2
    errors[:2] = np.nan
    fit = observed_order(GAMMAS, errors, np.zeros(10))
    assert fit.order == pytest.approx(2) and set(fit.window) == set(range(2, 10))


def test_the_interval_covers_the_truth_under_noise() -> None:
    source = np.random.default_rng(2)
    covered = 0
    for _ in range(300):
        errors = GAMMAS**3 * np.exp(0.005 * source.normal(size=10))
        low, high = observed_order(GAMMAS, errors, np.zeros(10)).interval
        covered += low <= 3 <= high
    assert covered >= 0.93 * 300


def test_the_remedy_fits_the_reason() -> None:
    gammas, noise = np.geomspace(1e-3, 1e-1, 6), np.full(6, 1e-16)
    assert observed_order(gammas, noise / 2, noise).reason.endswith("have come to rest")
    few = observed_order(gammas[:2], gammas[:2], noise[:2])
    assert few.reason == (
        "2 of 2 step sizes stand clear of the error floor, 4 are needed: give more step sizes"
    )
    failed = observed_order(gammas, np.full(6, np.nan), noise)
    assert failed.reason == (
        "at 0 of 6 step sizes the runs finished, 4 are needed: shorten the time or take smaller "
        "step sizes"
    )
