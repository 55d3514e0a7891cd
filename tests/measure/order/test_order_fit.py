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
    assert np.isnan(fit.order)
    assert fit.reason == (
        "even the 4 smallest step sizes are not in the asymptotic range: take smaller ones"
    )
    errors, floor = np.append(0.0, np.exp(10 * gammas)), np.ones(5)
    fit = observed_order(np.append(0.05, gammas), errors, floor * 1e-9)
    assert fit.reason.startswith("even the 4 smallest step sizes that stand clear of the error fl")
    assert fit.reason.endswith("take other starts or a lower order")


def test_whether_the_floor_begins_the_run_is_known() -> None:
    floor = np.full(10, 1e-12)
    assert not observed_order(GAMMAS, GAMMAS**2, floor).floored
    assert observed_order(GAMMAS, GAMMAS**2, np.full(10, GAMMAS.min() ** 2 / 29)).floored


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


# --- the thresholds, from the model solved here by the normal equations ---------------------------


def line_with_bend(gammas: np.ndarray, logarithms: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return (a, p, c gamma at the end), the largest residual, and the standard error of p."""
    design = np.stack([gammas**0, np.log(gammas / gammas.max()), gammas / gammas.max()], axis=1)
    normal = np.linalg.inv(design.T @ design)
    solution = normal @ design.T @ logarithms
    residual = logarithms - design @ solution
    variance = residual @ residual / (len(gammas) - 3)
    return solution, float(np.abs(residual).max()), float(np.sqrt(variance * normal[1, 1]))


@pytest.mark.parametrize(("count", "kept"), [(8, 6), (9, 7), (10, 8)])
def test_the_interval_holds_what_the_order_changes_by_without_the_largest_quarter(
    count: int, kept: int
) -> None:
    """Smooth data whose next corrections the model has not: the residuals alone are too sure."""
    gammas = GAMMAS[9::-1][10 - count :]
    errors = gammas**2 * (1 + (6 * gammas) ** 2)
    (low, high), order = observed_order(gammas, errors, np.zeros(count))[1::-1]
    every, _, deviation = line_with_bend(gammas, np.log(errors))
    fewer, _, _ = line_with_bend(gammas[:kept], np.log(errors[:kept]))
    change = abs(every[1] - fewer[1])
    student = {8: 2.571, 9: 2.447, 10: 2.365}[count]  # 95 %, count - 3 degrees
    assert change > student * deviation
    assert (order, high - order, order - low) == pytest.approx((every[1], change, change))


def test_the_interval_is_that_of_student_where_noise_is_larger() -> None:
    gammas = GAMMAS[9:3:-1]
    errors = gammas**2 * np.exp([0.01, -0.01, -0.01, 0.012, 0.005, -0.01])
    fit = observed_order(gammas, errors, np.zeros(6))
    every, _, deviation = line_with_bend(gammas, np.log(errors))
    fewer, _, _ = line_with_bend(gammas[:5], np.log(errors[:5]))
    width = 3.182446 * deviation  # 95 % of Student's t with 3 degrees of freedom
    assert width > abs(every[1] - fewer[1])
    assert fit.order == pytest.approx(every[1])
    assert fit.interval == pytest.approx((every[1] - width, every[1] + width))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_scatter_of_a_thirtieth_is_the_most_that_a_fit_leaves(sign: int) -> None:
    gammas = GAMMAS[3::-1]
    pattern = np.array([1.0, -1.0, 1.0, -1.0]) * sign
    unit = line_with_bend(gammas, pattern)[1]
    for share, found in ((0.98, True), (1.02, False)):
        errors = gammas**2 * np.exp(pattern / 30 / unit * share)
        fit = observed_order(gammas, errors, np.zeros(4))
        assert (fit.reason == "") == found
        assert found or "not in the asymptotic range" in fit.reason


@pytest.mark.parametrize("sign", [1, -1])
def test_a_bend_of_one_is_the_most_that_a_fit_takes(sign: int) -> None:
    gammas = GAMMAS[3::-1]
    for bend, found in ((0.99, True), (1.01, False)):
        errors = gammas**2 * np.exp(sign * bend * gammas / gammas.max())
        fit = observed_order(gammas, errors, np.zeros(4))
        assert (fit.reason == "") == found


def test_the_window_is_the_largest_that_fits_and_not_the_first() -> None:
    """Points that are off are forgiven where more points follow that fit with them."""
    gammas, logarithms = GAMMAS[::-1], 2 * np.log(GAMMAS[::-1])
    logarithms[[0, 3]] += 0.07, 0.05
    assert line_with_bend(gammas[:5], logarithms[:5])[1] > 1 / 30
    assert line_with_bend(gammas, logarithms)[1] < 1 / 30
    assert observed_order(gammas, np.exp(logarithms), np.zeros(10)).window == tuple(range(10))


def test_a_point_is_clear_thirty_times_above_the_floor() -> None:
    for times, reason in ((30.5, ""), (29.5, "3 of 4 step sizes stand clear")):
        floor = GAMMAS[:4] ** 2 / [1e9, 1e9, 1e9, times]
        fit = observed_order(GAMMAS[:4], GAMMAS[:4] ** 2, floor)
        assert fit.reason.startswith(reason) and bool(fit.reason) == bool(reason)


def test_no_error_has_no_order() -> None:
    fit = observed_order(GAMMAS, np.zeros(10), np.zeros(10))
    assert fit.reason.startswith("0 of 10 step sizes stand clear of the error floor")


def test_nothing_below_a_gap_is_fitted() -> None:
    """Below the first point in the noise every other one may stand out by chance."""
    floor = np.zeros(10)
    floor[6] = 1
    fit = observed_order(GAMMAS, GAMMAS**2, floor)
    assert fit.window == (5, 4, 3, 2, 1, 0)


def test_the_remedy_for_the_fewest_step_sizes_is_not_more_of_them() -> None:
    for count, remedy in ((3, "give more step sizes"), (4, "have come to rest")):
        fit = observed_order(GAMMAS[:count], GAMMAS[:count], np.ones(count))
        assert fit.reason.endswith(remedy)


def test_four_finished_runs_are_enough_to_look_at_the_floor() -> None:
    errors = np.where(np.arange(6) < 2, np.inf, GAMMAS[:6])
    fit = observed_order(GAMMAS[:6], errors, np.full(6, 1.0))
    assert fit.reason.startswith("0 of 6 step sizes stand clear of the error floor")
    assert fit.reason.endswith("have come to rest")
    errors[2] = np.nan
    fit = observed_order(GAMMAS[:6], errors, np.full(6, 1.0))
    assert fit.reason.startswith("at 3 of 6 step sizes the runs finished, 4 are needed")


def test_where_the_floor_hides_the_asymptotic_range_smaller_step_sizes_are_no_remedy() -> None:
    gammas = np.geomspace(1.0, 0.01, 12)
    errors = gammas**2 * (1 + 0.9 * np.sin(40 * gammas))
    bent = observed_order(gammas, errors, np.where(gammas < 0.1, errors, 1e-15))
    assert "that stand clear of the error floor are not in the asymptotic range" in bent.reason
    assert bent.reason.endswith("take other starts or a lower order")
