"""Runs from where their memory has settled: how many steps that takes, and what is compared."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import StepSizeError
from bea.flows import Status
from bea.measure.steps import settled
from bea.measure.steps.settled import settled_runs, settling_gammas, steps_to_settle
from bea.methods import get

BOWL = bea.problems.loss("x**2/2")


@pytest.mark.parametrize("rate", [0.3, 0.9, 0.99])
def test_a_memory_has_settled_after_so_many_steps(rate: float) -> None:
    steps = steps_to_settle(rate)
    assert steps * rate**steps < 1e-15 < rate ** (steps // 2)


def test_runs_are_compared_from_where_they_have_settled() -> None:
    method, bowl = get("heavy-ball", beta="1/2"), BOWL
    gammas = settling_gammas(1.0, 50, 10, 4)
    assert gammas[0] == pytest.approx(1 / 50) and gammas[0] / gammas[-1] == pytest.approx(4)
    run, begins = settled_runs(method, bowl, np.array([[1.0]]), gammas, 1.0, 50)
    assert begins.shape == (4, 1, 1) and run.ok.all()
    whole = bea.iterate(method, bowl, [[1.0]], gammas[:1], steps=100)
    assert begins[0, 0] == whole.values[0, 0, 49] and run.values[0, 0, 0] == whole.values[0, 0, 99]


def test_no_more_steps_are_waited_for_than_are_needed() -> None:
    assert steps_to_settle(0.0) == 0
    for rate in (0.3, 0.9, 0.99):
        n = steps_to_settle(rate) - 2
        assert n * rate**n > 1e-18  # a hundredth of what may be left


@pytest.mark.parametrize(("settling", "fewest"), [(100, 30), (30, 100)])
def test_settling_takes_no_longer_than_the_time(settling: int, fewest: int) -> None:
    gammas = settling_gammas(3.0, settling, fewest, 20)
    assert len(gammas) == 8 and (np.diff(gammas) < 0).all()
    np.testing.assert_allclose(3 / gammas, np.rint(3 / gammas))
    assert 3 / gammas[0] == pytest.approx(100) and 3 / gammas[-1] == pytest.approx(400)
    assert len(settling_gammas(3.0, settling, fewest, 3)) == 3


def test_progress_counts_the_steps_of_all_runs() -> None:
    told: list[tuple[int, int]] = []
    starts, gammas = np.array([[1.0], [2.0]]), np.array([0.1, 0.05])
    method = get("heavy-ball", beta="1/2")
    run, begins = settled_runs(method, BOWL, starts, gammas, 1.0, 7, lambda *now: told.append(now))
    assert told == [(2 * 17, 2 * 44), (2 * 44, 2 * 44)]
    assert run.values.shape == (2, 2, 1, 1) and begins.shape == (2, 2, 1)
    np.testing.assert_allclose(run.times, [[1.0], [1.0]])
    np.testing.assert_array_equal(run.starts, starts)
    for i, (gamma, count) in enumerate(zip(gammas, (10, 20), strict=True)):
        whole = bea.iterate(method, BOWL, starts, [gamma], steps=7 + count)
        np.testing.assert_array_equal(begins[i], whole.values[0, :, 6])
        np.testing.assert_array_equal(run.values[i, :, 0], whole.values[0, :, -1])


def test_a_memory_that_settles_at_once_begins_at_the_start() -> None:
    starts = np.array([[1.0], [2.0]])
    run, begins = settled_runs(get("gradient-descent"), BOWL, starts, np.array([0.1]), 1.0, 0)
    np.testing.assert_array_equal(begins[0], starts)
    np.testing.assert_allclose(run.values[0, :, 0], starts * 0.9**10)


def test_runs_that_are_lost_before_begin_at_their_start_and_are_known_to_be() -> None:
    steep = bea.problems.loss("x**4")
    starts = np.array([[0.1], [1e3]])
    run, begins = settled_runs(get("gradient-descent"), steep, starts, np.array([0.1]), 1.0, 20)
    assert run.status[0].tolist() == [Status.OK, Status.DIVERGED]
    assert begins[0, 1] == 1e3 and begins[0, 0] < 0.1
    assert np.isfinite(run.stopped_at[0, 1])


def test_runs_that_would_take_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    starts, gammas = np.array([[1.0], [2.0]]), np.array([0.1, 0.05])
    method = get("heavy-ball", beta="1/2")
    monkeypatch.setattr(settled, "_MOST_STEPS", 88)
    settled_runs(method, BOWL, starts, gammas, 1.0, 7)
    monkeypatch.setattr(settled, "_MOST_STEPS", 87)
    with pytest.raises(StepSizeError, match=r"2 step sizes from 2 starts would take 88 steps of"):
        settled_runs(method, BOWL, starts, gammas, 1.0, 7)
