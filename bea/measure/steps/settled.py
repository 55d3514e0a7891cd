"""Runs from where their memory has settled, for steps that nothing can be put into.

A memory that is known begins on the slow manifold (`bea.modified.memory.on_manifold`); that of a
step that is somebody else's code begins as it does. After n steps the transients have decayed like
rho^n, rho the slowest rate of the memory, and from there on the run follows the modified flow.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bea.arrays import Floats
from bea.errors import StepSizeError
from bea.fields import VectorField
from bea.flows import Trajectory, iterate
from bea.flows.deterministic.times import sample_steps
from bea.flows.deterministic.trajectory import Status
from bea.methods import Method
from bea.patience import telling

# What is left of the transients, which a factor n^k may lead at first.
_LEFT = 1e-16
_MOST_STEPS = 5_000_000
_MOST_GAMMAS, _SPAN = 8, 4.0


def steps_to_settle(slowest: float) -> int:
    """Return after how many steps a memory with this slowest rate has settled.

    >>> steps_to_settle(0.0), steps_to_settle(0.5)
    (0, 60)
    """
    if not slowest:
        return 0
    steps = np.log(_LEFT) / np.log(slowest)
    return int(np.ceil(steps + np.log(steps) / -np.log(slowest) + 1))


def settling_gammas(time: float, settling: int, fewest: int, count: int) -> Floats:
    """Return step sizes with which settling takes no longer than a time, largest first.

    They are few and near each other, since the runs are long: at most eight, down to a quarter.

    Parameters
    ----------
    time, settling
        The time, and after how many steps a memory has settled.
    fewest
        So many steps there are at least in the time.
    count
        How many step sizes.

    >>> 1 / settling_gammas(1.0, 100, 30, 3)
    array([100., 200., 400.])
    """
    most = max(settling, fewest)
    return time / np.unique(np.rint(np.geomspace(most, _SPAN * most, min(count, _MOST_GAMMAS))))


def settled_runs(
    method: Method,
    problem: VectorField,
    points: Floats,
    gammas: Floats,
    time: float,
    settling: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Trajectory, Floats]:
    """Iterate until the memory has settled and on for the time; return the run, and from where.

    Parameters
    ----------
    points : (starts, d)
    gammas : (gammas,)
    time : float
        How long the run goes on after the memory has settled.
    settling : int
        After how many steps it has.

    Returns
    -------
    Trajectory
        One sample, the end; its time counts from where the memory had settled.
    begins : (gammas, starts, d)

    Raises
    ------
    StepSizeError
        If that takes more than five million steps in all.
    """
    counts = sample_steps(gammas, time)[:, 0]
    total = int((counts + settling).sum()) * len(points)
    if total > _MOST_STEPS:
        raise StepSizeError(
            f"{len(gammas)} step sizes from {len(points)} starts would take {total:.2g} steps of "
            f"'{method}', whose memory settles in {settling}: give fewer gammas and starts"
        )
    shape = (len(gammas), len(points))
    begins = np.empty((*shape, points.shape[1]))
    ends, status, stopped = np.empty_like(begins), np.empty(shape, np.int8), np.empty(shape)
    done, report = 0, progress or telling("iterates")
    for i, (gamma, count) in enumerate(zip(gammas, counts, strict=True)):
        run = iterate(
            method, problem, points, [gamma], steps=int(settling + count), include_start=True
        )
        begins[i], ends[i] = run.values[0, :, settling], run.values[0, :, -1]
        status[i], stopped[i] = run.status[0], run.stopped_at[0]
        done += int(settling + count) * len(points)
        report(done, total)
    lost = ~np.isfinite(begins).all(axis=-1)
    begins[lost] = np.broadcast_to(points, begins.shape)[lost]
    assert (status[lost] != Status.OK).all()
    times = (counts * gammas)[:, None]
    return Trajectory(ends[:, :, None], gammas, points, times, status, stopped), begins
