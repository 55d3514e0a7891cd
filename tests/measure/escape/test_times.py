"""Escape times of ensembles agree with theory within standard errors, censored runs and all."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError
from bea.flows import Ensemble
from bea.measure.escape import (
    Away,
    EscapeTimes,
    Near,
    Past,
    critical_points,
    escape_times,
    mean_passage_time,
    unstable_exit_time,
)
from bea.measure.escape.kramers import step_factor
from bea.measure.training.temperature import noise_temperature
from bea.noise import Batches

DOUBLE = bea.problems.double_well()
LEFT, RIGHT, TOP = critical_points(DOUBLE)
WELL = bea.Loss.read("(x**2 - 1)**2/4")


def sgd(steps: int, runs: int = 3000, seed: int = 5) -> tuple[Ensemble, float]:
    """Return runs from the left well until the right one, at T = 1/10, and the step size."""
    total = bea.problems.with_gradient_covariance(DOUBLE, [32, 32])
    batches = Batches(8, replacement=True)
    assert float(noise_temperature(total, "1/20", batches).q) == 10
    found = bea.ensemble("gradient-descent", total, LEFT.point, gamma="1/20", steps=steps,
                         batches=batches, runs=runs, until="x - 1", seed=seed)  # fmt: skip
    return found, 1 / 20


def test_sgd_leaves_a_well_when_theory_says_so() -> None:
    found, gamma = sgd(steps=4000)
    watched = escape_times(found)
    expected = mean_passage_time(WELL, -1, 1, 0.1) / step_factor(LEFT, TOP, gamma)
    assert 0 < watched.runs - watched.left < 0.1 * watched.runs
    assert abs(watched.mean - expected) < 2.5 * watched.error
    # With half or twice the temperature theory is far off.
    for wrong in (0.05, 0.2):
        assert abs(watched.mean - mean_passage_time(WELL, -1, 1, wrong)) > 20 * watched.error


def test_a_short_watch_gives_the_same_mean_with_a_larger_error() -> None:
    found, gamma = sgd(steps=800, seed=6)
    watched = escape_times(found).after(5.0)  # a run that has just begun cannot leave
    expected = mean_passage_time(WELL, -1, 1, 0.1) / step_factor(LEFT, TOP, gamma)
    assert watched.left < 0.5 * watched.runs
    assert abs(watched.mean - expected) < 2.5 * watched.error
    # Leaving out the runs that have not left would be wrong by far.
    naive = watched.times[watched.escaped].mean()
    assert abs(naive - expected) > 15 * watched.error


def test_the_sde_leaves_as_its_mean_time_says() -> None:
    found = bea.sde_ensemble(DOUBLE, [[4, 0], [0, 4]], [-1, 0], gamma="1/20", time=400, steps=8000,
                             runs=1500, until=Near((1.0, 0.0), 0.6), seed=2)  # fmt: skip
    watched = escape_times(found)
    expected = bea.measure.escape.mean_exit_time(
        DOUBLE, [-1, 0], Near((1.0, 0.0), 0.6), 0.1, cells=128
    ).time
    assert abs(watched.mean - expected) < 2.5 * watched.error


def test_sgd_leaves_a_saddle_when_theory_says_so() -> None:
    saddle = bea.problems.with_gradient_covariance(bea.problems.saddle(), [1, 1])
    found = bea.ensemble("gradient-descent", saddle, [0, 0], gamma="1/50", steps=1000, runs=4000,
                         batches=Batches(4, replacement=True), until="y**2 - 1",
                         seed=1)  # fmt: skip
    watched = escape_times(found)
    heat = 1 / 50 / 8
    assert watched.left == watched.runs
    expected = unstable_exit_time(-1, 1, heat, 1 / 50)
    assert abs(watched.mean - expected) < 2.5 * watched.error + 1 / 50  # seen a step later
    assert abs(watched.mean - unstable_exit_time(-1, 1, heat / 2, 1 / 50)) > 15 * watched.error


def test_estimates_of_a_known_law() -> None:
    rng = np.random.default_rng(0)
    times, limit = rng.exponential(3.0, 20_000), 2.0
    watched = EscapeTimes(np.minimum(times, limit), times < limit)
    assert abs(watched.mean - 3.0) < 2.5 * watched.error < 0.1
    rate, error = watched.rate
    assert abs(rate - 1 / 3) < 2.5 * error
    moments, fraction, band = watched.survival()
    assert np.abs((fraction - np.exp(-moments / 3)) / band).max() < 4
    assert watched.at_least < watched.mean


def test_kaplan_meier_by_hand() -> None:
    watched = EscapeTimes(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, True]))
    moments, fraction, error = watched.survival()
    np.testing.assert_allclose(moments, [1, 2, 3])
    np.testing.assert_allclose(fraction, [3 / 4, 1 / 2, 0])
    np.testing.assert_allclose(error, [np.sqrt(3) / 8, 1 / 4, 0])


def test_no_run_left() -> None:
    watched = EscapeTimes(np.full(100, 2.0), np.zeros(100, dtype=bool))
    assert watched.mean == watched.error == np.inf
    assert watched.at_least == pytest.approx(200 / -np.log(0.05))
    assert "0 of 100 runs left: mean time above 66.7" in repr(watched)


def test_runs_that_failed_are_counted_and_did_not_leave() -> None:
    total = bea.problems.finite_sum("-x**4, -x**4 + x/10")
    found = bea.ensemble("gradient-descent", total, [1.0], gamma="1/10", steps=50, runs=10,
                         until="-x - 1")  # fmt: skip
    watched = escape_times(found)
    assert (watched.left, watched.failed) == (0, 10)


def test_regions() -> None:
    points = np.array([[0.5, 1.5, -0.5], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(Past(TOP, LEFT)(points), [0.5, 1.5, -0.5])
    np.testing.assert_allclose(Past(TOP, RIGHT)(points), [-0.5, -1.5, 0.5])
    np.testing.assert_allclose(Near((1.0, 0.0), 1.0)(points), [0.75, 0.75, -1.25])
    np.testing.assert_allclose(Away((1.0, 0.0), 1.0)(points), [-0.75, -0.75, 1.25])
    with pytest.raises(DimensionError, match="one number for each"):
        Near((1.0,), 1.0)(points)
    with pytest.raises(BeaError, match="no run was left"):
        EscapeTimes(np.ones(3), np.ones(3, dtype=bool)).after(2.0)
    with pytest.raises(BeaError, match="no unstable direction"):
        Past(LEFT, RIGHT)
    with pytest.raises(BeaError, match="no critical point"):
        Past(TOP, [1.0, 0.0])  # type: ignore[arg-type]
    with pytest.raises(BeaError, match="must be positive"):
        Away((0.0, 0.0), 0.0)(points)
    with pytest.raises(BeaError, match="give an ensemble"):
        escape_times(3)  # type: ignore[arg-type]
