"""Schedules that jump: modified flows from break to break, and their drift.

Where s or a derivative of it jumps, no series in gamma goes across. If the breaks are at whole
numbers of steps, the modified flow of each piece is followed to the next break and that of the next
piece from there: the iterates are near it as on each piece. Linear memory, which a jump takes off
its slow manifold, begins the next piece at a corrected start; see `bea.measure.order.pieces`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from math import gcd, lcm
from typing import NamedTuple

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import StepSizeError
from bea.fields import VectorField
from bea.fields.jacobians import stiffness
from bea.flows import Trajectory, iterate
from bea.flows.deterministic.times import check_count
from bea.measure.order.comparison import (
    Progress,
    checked_orders,
    drift_study,
    labelled,
    starting_points,
)
from bea.measure.order.pieces import Chain, Pieces, as_number, schedule_of
from bea.measure.order.study import DriftStudy
from bea.measure.steps.defaults import default_starts, largest_product
from bea.methods.schedules.schedule import Schedule, rational
from bea.methods.schedules.scheduled import Scheduled
from bea.modified import ModifiedEquation
from bea.modified.memory.time_scale import time_scale_of
from bea.patience import told

_SPAN = 24.0  # as for the step sizes of `default_gammas`


class PiecewiseRun(NamedTuple):
    """The equations of the pieces of a schedule, and the iterates across its breaks."""

    pieces: Pieces
    iterates: Trajectory


@told("measuring drift")
@either_number
def schedule_drift(
    method: Scheduled,
    problem: VectorField,
    orders: Iterable[int] = range(3),
    gammas: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    time: object = None,
) -> DriftStudy:
    """Measure the drift of a scheduled method at a time, across the breaks of its schedule.

    Parameters
    ----------
    method
        A `Scheduled` method, without memory or with one that is linear.
    problem
        The problem with the time, `bea.fields.with_time(problem)`.
    orders
        The orders K of truncation.
    gammas : (gammas,), optional
        Step sizes of which all breaks and the time are multiples; by default a dozen.
    starts : (starts, d + 1), optional
        Starts at the time 0; by default nine around the problem's own.
    time : exact number, optional
        When to compare; by default the schedule's time.

    Raises
    ------
    StepSizeError
        If a break, or the time, is no whole number of steps.
    MethodError
        If the method is not scheduled, or has memory that is not linear.

    Examples
    --------
    >>> import bea
    >>> from bea.fields import with_time
    >>> descent = Scheduled(bea.methods.gradient_descent(), "step(every=1/2, factor=1/2, time=1)")
    >>> study = schedule_drift(descent, with_time(bea.problems.loss("x**4/4 + x**2")), range(2))
    >>> study.expected, np.round(study.observed_orders(), 1)
    ((1, 2), array([1., 2.]))
    """
    chosen = checked_orders(orders)
    return study_by_pieces(run_by_pieces(method, problem, chosen, gammas, starts, time), chosen)


def run_by_pieces(
    method: Scheduled,
    problem: VectorField,
    orders: Sequence[int],
    gammas: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    time: object = None,
    *,
    gamma_count: int = 12,
    progress: Progress | None = None,
) -> PiecewiseRun:
    """Derive the equations of the pieces for these orders, and run the method across the breaks.

    Parameters and errors are those of `schedule_drift`.
    """
    schedule = schedule_of(method)
    end = schedule.time if time is None else rational(time, "the time")
    points = _points(problem, starts)
    pieces = Pieces.of(method, problem, orders, end)
    if gammas is None:
        sizes = _suiting(pieces, problem, points, end, gamma_count)
    else:
        sizes = np.ravel(np.asarray(gammas, dtype=float))
    pieces.check_steps(sizes)
    told = labelled(progress, "iterates")
    iterates = iterate(method, problem, points, sizes, time=as_number(end), progress=told)
    return PiecewiseRun(pieces, iterates)


def study_by_pieces(
    run: PiecewiseRun,
    orders: Sequence[int],
    equations: Sequence[ModifiedEquation] | None = None,
    *,
    corrected: bool = True,
) -> DriftStudy:
    """Compare the iterates with the flows of these orders, of the equations or of wrong ones.

    Without the corrections every start, at 0 and at the breaks, is where the run itself is.
    """
    return followed_by_pieces(run, orders, equations, corrected=corrected)[0]


def followed_by_pieces(
    run: PiecewiseRun,
    orders: Sequence[int],
    equations: Sequence[ModifiedEquation] | None = None,
    *,
    corrected: bool = True,
) -> tuple[DriftStudy, list[Chain]]:
    """Return the study of `study_by_pieces` and the flows of each order."""
    pieces, iterates = run
    chains = [
        pieces.follow(
            [equation.truncate(k) for equation in equations or pieces.equations],
            iterates.starts,
            iterates.gammas,
            corrected=corrected,
        )
        for k in orders
    ]
    first, expected = pieces.equations[0], pieces.expected(orders)
    study = drift_study(first, orders, expected, iterates, chains, method=pieces.method)
    return study, chains


@either_number
def flow_by_pieces(
    method: Scheduled,
    problem: VectorField,
    order: int,
    starts: ArrayLike,
    gammas: ArrayLike,
    time: object = None,
    samples: int = 1,
) -> list[Trajectory]:
    """Return the modified flow of an order as one trajectory per piece, each from the last's end.

    Each has `samples` samples, the last at the end of the piece; their times count from the start
    of the piece, while the last component of the values is the time itself. Parameters and errors
    are those of `schedule_drift`.

    Examples
    --------
    >>> import bea
    >>> from bea.fields import with_time
    >>> descent = Scheduled(bea.methods.gradient_descent(), "step(every=1, factor=1/2, time=2)")
    >>> field = with_time(bea.problems.loss("x**2/2"))
    >>> runs = flow_by_pieces(descent, field, 1, [[1, 0]], [0.1])
    >>> [round(float(run.values[0, 0, -1, -1]), 9) for run in runs]
    [1.0, 2.0]
    """
    schedule = schedule_of(method)
    end = schedule.time if time is None else rational(time, "the time")
    points, sizes = _points(problem, starts), np.ravel(np.asarray(gammas, dtype=float))
    pieces = Pieces.of(method, problem, [order], end)
    pieces.check_steps(sizes)
    cut = [equation.truncate(order) for equation in pieces.equations]
    return list(pieces.follow(cut, points, sizes, samples).runs)


def gammas_by_pieces(
    schedule: Schedule,
    problem: VectorField,
    starts: ArrayLike,
    time: object = None,
    count: int = 12,
    leading: int = 1,
    rate: float | None = None,
) -> Floats:
    """Return step sizes of which all breaks and the time are multiples, largest first.

    They suit a problem with the time, near these starts (starts, d + 1), and a method of the order
    of accuracy `leading` that needs gamma rate < 1; by default the rate is |f'|.

    Examples
    --------
    >>> from bea.fields import with_time
    >>> from bea.methods.schedules.library import step
    >>> field = with_time(VectorField.read("-x"))
    >>> gammas_by_pieces(step(every="1/2", time=1), field, [[1.0, 0.0]], count=3)
    array([0.16666667, 0.03333333, 0.00694444])
    """
    check_count(count, "count")
    end = schedule.time if time is None else rational(time, "the time")
    times = [*(b for b in schedule.breaks if b < end), end]
    bottom = reduce(lcm, (int(t.q) for t in times))
    common = reduce(gcd, (int(t.p) * (bottom // int(t.q)) for t in times)) / bottom
    rate = stiffness(problem, starts) if rate is None else rate
    fewest = max(2.0, np.ceil(common * rate / largest_product(leading)))
    return common / np.unique(np.rint(np.geomspace(fewest, fewest * _SPAN, count)))


# --- private helpers ----------------------------------------------------------------------------


def _points(problem: VectorField, starts: ArrayLike | None) -> Floats:
    if starts is None:
        points = default_starts(problem)
        points[:, -1] = 0.0
        return points
    points = starting_points(problem, starts)
    if np.any(points[:, -1] != 0):
        raise StepSizeError("a run across the breaks of a schedule starts at the time 0")
    return points


def _suiting(pieces: Pieces, problem: VectorField, points: Floats, end: fmpq, count: int) -> Floats:
    """Return step sizes for the pace of the method, whose schedules are about 1."""
    first = pieces.equations[0]
    rate, limit = time_scale_of(first.character, points, lambda: first.at_least(1))
    leading = pieces.expected([0])[0] or 1
    schedule = pieces.method.schedule
    return gammas_by_pieces(schedule, problem, points, end, count, leading, rate / limit)
