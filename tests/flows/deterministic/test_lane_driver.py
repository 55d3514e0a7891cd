"""How a batch is cut into chunks leaves no trace in the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

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
