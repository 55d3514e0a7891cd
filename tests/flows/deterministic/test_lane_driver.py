"""How a batch is cut into chunks leaves no trace in the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.integrate import solve_ivp

from bea.flows import Status, Trajectory, flow


def run(himmelblau: Any) -> Trajectory:
    starts = np.random.default_rng(2).uniform(-4, 4, (12, 2))
    return flow(himmelblau, starts, [0.1, 0.2, 0.3], [0.1, 0.5], rtol=1e-10)


@pytest.mark.parametrize("width", [1, 7, 64])
def test_width_of_a_chunk_leaves_no_trace(
    himmelblau: Any, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    whole = run(himmelblau)
    himmelblau.asked.clear()
    monkeypatch.setattr("bea.flows.deterministic.lane_driver.chunk_width", lambda dimension: width)
    parts = run(himmelblau)
    assert max(himmelblau.asked[1:]) == width  # the first call checks all starts
    assert_array_equal(parts.values, whole.values)
    assert_array_equal(parts.error, whole.error)
    assert_array_equal(parts.status, whole.status)


def test_slow_lanes_are_stepped_together(plain_field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bea.flows.deterministic.lane_driver.chunk_width", lambda dimension: 16)
    alone, field = (plain_field(lambda theta, gamma: -gamma * theta) for _ in range(2))
    flow(alone, [[1.0]], [2000.0], [1.0])
    gammas = np.where(np.arange(64) % 16 == 0, 2000.0, 1.0)  # eight slow lanes with the second run
    assert flow(field, [[1.0]], gammas, [1.0]).ok.all()
    # Chunk after chunk they would take eight times as long as one.
    assert len(field.asked) < 2 * len(alone.asked)


def test_samples_closer_than_time_can_be_cut(plain_field: Any) -> None:
    times = 1 + np.spacing(1.0) * np.array([0, 1, 2, 3, 7, 20])
    result = flow(plain_field(lambda theta, gamma: -theta), [[1.0]], 0.1, times, max_steps=100)
    assert result.ok.all()
    assert np.abs(result.values[0, 0, :, 0] - np.exp(-times)).max() < 1e-14


def test_close_samples_do_not_shorten_the_steps_after_them(plain_field: Any) -> None:
    once, twice = (plain_field(lambda theta, gamma: -theta) for _ in range(2))
    flow(once, [[1.0]], 0.1, [1.0, 9.0])
    flow(twice, [[1.0]], 0.1, [1.0, 1.0 + 1e-12, 9.0])
    assert len(twice.asked) <= len(once.asked) + 3 * 12  # three steps


def test_many_samples_are_all_taken(plain_field: Any) -> None:
    times = np.linspace(0.0, 3.0, 301)
    field = plain_field(lambda theta, gamma: -theta)
    result = flow(field, [[1.0], [2.0]], 0.1, times, max_steps=40)
    assert result.status.tolist() == [[Status.OK, Status.OK]]
    assert np.abs(result.values[0, 0, :, 0] - np.exp(-times)).max() < 1e-14


def pendulum(theta: np.ndarray, gamma: np.ndarray) -> list[np.ndarray]:
    return [theta[1], -np.sin(theta[0])]


@pytest.mark.parametrize("rtol", [1e-6, 1e-9, 1e-12])
def test_it_takes_no_more_steps_than_scipy_does(plain_field: Any, rtol: float) -> None:
    """The step control is the book's, as is SciPy's: the work for a smooth flow is alike."""
    field = plain_field(pendulum, dimension=2)
    end = 20.0
    result = flow(field, [[2.0, 0.5]], 0.1, [end], rtol=rtol, atol=rtol, estimate_error=False)
    known = solve_ivp(
        lambda t, y: [y[1], -np.sin(y[0])], (0, end), [2.0, 0.5], method="DOP853", rtol=rtol,
        atol=rtol,
    )  # fmt: skip
    steps, theirs = (len(field.asked) - 3) / 12, known.nfev / 12  # the first three calls prepare
    assert 0.8 * theirs <= steps <= 1.2 * theirs
    np.testing.assert_allclose(result.values[0, 0, 0], known.y[:, -1], atol=300 * rtol)


def test_a_budget_is_spent_to_the_last_step(plain_field: Any) -> None:
    """Two steps between any two samples are allowed besides."""
    field = plain_field(lambda theta, gamma: -1e6 * (theta - 1))
    run = flow(field, [[2.0]], 0.1, [1.0], max_steps=50, estimate_error=False)
    assert run.status[0, 0] == Status.STIFF
    # The start is checked and the first step guessed; after the last, why it ended is asked.
    assert len(field.asked) == 3 + 12 * 52 + 1


def test_a_pole_just_beyond_the_end_is_no_failure(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: theta * theta)
    run = flow(field, [[1.0]], 0.1, [1 - 1e-6])
    assert run.ok.all()
    assert run.values[0, 0, 0, 0] == pytest.approx(1e6, rel=1e-6)


def test_growth_faster_than_any_power_is_no_blow_up_in_finite_time(plain_field: Any) -> None:
    """exp(exp(t)) passes all bounds at t = 3.3 and doubles every 0.025 there, not at once."""
    field = plain_field(lambda theta, gamma: theta * np.log(theta))
    run = flow(field, [[np.e]], 0.1, [5.0])
    assert run.status[0, 0] == Status.DIVERGED
    assert np.log(np.log(1e12 * (1 + np.e))) <= run.stopped_at[0, 0] <= 5


def test_progress_ends_with_all_lanes(plain_field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bea.flows.deterministic.lane_driver.chunk_width", lambda dimension: 4)
    told: list[tuple[int, int]] = []
    field = plain_field(lambda theta, gamma: -gamma * theta)
    starts = np.ones((5, 1))
    flow(field, starts, [1.0, 9.0], [1.0], progress=lambda *now: told.append(now))
    done = [pair[0] for pair in told]
    assert done == sorted(done) and told[-1] == (20_000, 20_000)  # each lane runs twice
    assert {pair[1] for pair in told} == {20_000} and any(part % 1000 for part in done)
