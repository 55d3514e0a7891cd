"""What a trajectory says of its failures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bea.flows import Status, Trajectory


@pytest.fixture
def trajectory() -> Trajectory:
    values = np.ones((2, 2, 1, 2))
    values[1, 0] = np.nan
    return Trajectory(
        values=values,
        gammas=np.array([0.1, 0.25]),
        starts=np.array([[1.0, -2.0], [0.5, 0.0]]),
        times=np.ones((2, 1)),
        status=np.array([[Status.OK, Status.OK], [Status.BLOW_UP, Status.OK]], dtype=np.int8),
        stopped_at=np.array([[np.inf, np.inf], [0.75, np.inf]]),
    )


def test_ok_marks_the_runs_that_finished(trajectory: Trajectory) -> None:
    assert trajectory.ok.tolist() == [[True, True], [False, True]]


def test_failures_name_step_size_start_time_and_reason(trajectory: Trajectory) -> None:
    assert trajectory.failures() == [
        "gamma=0.25, start (1, -2): stopped at t=0.75, the solution blows up in finite time"
    ]


def test_failures_name_the_start_of_their_own_step_size(trajectory: Trajectory) -> None:
    starts = np.array([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    assert replace(trajectory, starts=starts).failures() == [
        "gamma=0.25, start (5, 6): stopped at t=0.75, the solution blows up in finite time"
    ]


def test_trajectory_is_frozen(trajectory: Trajectory) -> None:
    with pytest.raises(AttributeError):
        trajectory.values = np.zeros(1)  # type: ignore[misc]


def test_every_status_has_a_reason_of_its_own() -> None:
    assert len({status.reason for status in Status}) == len(Status)
