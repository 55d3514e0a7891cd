"""Schedules that jump: modified flows from break to break, and their drift.

Where s or a derivative of it jumps, no series in gamma goes across. If the breaks are at whole
numbers of steps, the modified flow of each piece is followed to the next break and that of the next
piece from there: the iterates of a method without memory are near it as on each piece. A method
with memory would start each piece off its slow manifold, with a layer of its own, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from math import gcd, lcm

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from bea.errors import MethodError, OrderError, StepSizeError
from bea.fields import VectorField
from bea.flows import Trajectory, flow, iterate
from bea.flows.times import check_count
from bea.measure.expected import derive_for, expected_orders
from bea.measure.sampling import default_starts, stiffness
from bea.measure.study import DriftStudy
from bea.methods import Method
from bea.methods.schedule import Schedule, rational
from bea.methods.scheduled import Scheduled
from bea.modified import ModifiedEquation
from bea.modified.memory import has_memory

__all__ = ["flow_by_pieces", "gammas_by_pieces", "schedule_drift"]

Floats = NDArray[np.float64]

_EPSILON = float(np.finfo(float).eps)
_LARGEST = 0.2  # of gamma |f'|, as for the step sizes of `default_gammas`
_SPAN = 24.0


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
        A `Scheduled` method without memory.
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
        If the method is not scheduled, or has memory.

    Examples
    --------
    >>> import bea
    >>> from bea.fields import with_time
    >>> descent = Scheduled(bea.methods.gradient_descent(), "step(every=1/2, factor=1/2, time=1)")
    >>> study = schedule_drift(descent, with_time(bea.problems.loss("x**4/4 + x**2")), range(2))
    >>> study.expected, np.round(study.observed_orders, 1)
    ((1, 2), array([1., 2.]))
    """
    chosen = sorted(set(orders))
    if not chosen or chosen[0] < 0:
        raise OrderError("there is no order to measure: give whole numbers, 0 or more")
    schedule = _schedule_of(method)
    end = schedule.time if time is None else rational(time, "the time")
    points = _points(problem, starts)
    sizes = np.ravel(
        gammas_by_pieces(schedule, problem, points, end) if gammas is None else np.asarray(gammas)
    )
    equations = [derive_for(m, problem, chosen[-1]) for m, _ in _pieces(method, end)]
    run = iterate(method, problem, points, sizes, time=_float(end))
    lengths = [length for _, length in _pieces(method, end)]
    _check_steps(schedule, sizes, lengths)
    chains = [_chain([e.truncate(k) for e in equations], lengths, points, sizes) for k in chosen]
    steps = np.rint(run.times / run.gammas[:, None])[:, None, :]
    rounding = _EPSILON * np.linalg.norm(run.values, axis=-1) * np.sqrt(steps)
    return DriftStudy(
        kind="drift",
        method=str(method),
        problem=problem.name,
        formula=problem.about.formula,
        orders=np.array(chosen),
        expected=_expected(equations, chosen),
        gammas=run.gammas,
        starts=points,
        times=run.times,
        distances=np.array([np.linalg.norm(run.values - c[-1].values, axis=-1) for c in chains]),
        floors=np.array([_error(chain) + rounding for chain in chains]),
        failures=tuple(run.failures()) + tuple(f for c in chains for t in c for f in t.failures()),
    )


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
    schedule = _schedule_of(method)
    end = schedule.time if time is None else rational(time, "the time")
    points, sizes = _points(problem, starts), np.ravel(np.asarray(gammas, dtype=float))
    pieces = list(_pieces(method, end))
    lengths = [length for _, length in pieces]
    _check_steps(schedule, sizes, lengths)
    equations = [derive_for(m, problem, order).truncate(order) for m, _ in pieces]
    return _chain(equations, lengths, points, sizes, samples)


def gammas_by_pieces(
    schedule: Schedule,
    problem: VectorField,
    starts: ArrayLike,
    time: object = None,
    count: int = 12,
) -> Floats:
    """Return step sizes of which all breaks and the time are multiples, largest first.

    They suit the problem, which is one with the time, near these starts (starts, d + 1).

    Examples
    --------
    >>> from bea.fields import with_time
    >>> from bea.methods.schedules import step
    >>> field = with_time(VectorField.read("-x"))
    >>> gammas_by_pieces(step(every="1/2", time=1), field, [[1.0, 0.0]], count=3)
    array([0.16666667, 0.03333333, 0.00694444])
    """
    check_count(count, "count")
    end = schedule.time if time is None else rational(time, "the time")
    times = [*(b for b in schedule.breaks if b < end), end]
    bottom = reduce(lcm, (int(t.q) for t in times))
    common = reduce(gcd, (int(t.p) * (bottom // int(t.q)) for t in times)) / bottom
    fewest = max(2.0, np.ceil(common * stiffness(problem, starts) / _LARGEST))
    return common / np.unique(np.rint(np.geomspace(fewest, fewest * _SPAN, count)))


# --- private helpers ----------------------------------------------------------------------------


def _schedule_of(method: Method) -> Schedule:
    if not isinstance(method, Scheduled):
        raise MethodError(f"'{method}' has no schedule: give Scheduled(method, schedule)")
    if method.schedule is None:
        raise MethodError("the schedule is left open: give Scheduled(method, schedule)")
    if has_memory(method) and not method.schedule.is_smooth:
        listed = ", ".join(map(str, method.schedule.breaks))
        raise MethodError(
            f"'{method.method}' has memory, which a jump of the schedule (at t = {listed}) takes "
            "off its slow manifold: measure each smooth piece, schedule.piece(index), by itself"
        )
    return method.schedule


def _pieces(method: Scheduled, end: fmpq) -> list[tuple[Scheduled, fmpq]]:
    """Return the method on each smooth piece before the end, with the length of the piece."""
    schedule = method.schedule
    starts = [fmpq(0), *(b for b in schedule.breaks if b < end)]
    ends = [*starts[1:], end]
    methods = [
        Scheduled(method.method, schedule if schedule.is_smooth else schedule.piece(i))
        for i in range(len(starts))
    ]
    return [(m, b - a) for m, a, b in zip(methods, starts, ends, strict=True)]


def _chain(
    equations: Sequence[ModifiedEquation],
    lengths: Sequence[fmpq],
    points: Floats,
    gammas: Floats,
    samples: int = 1,
) -> list[Trajectory]:
    """Follow each equation for the length of its piece, from where the last one ended."""
    at, runs = np.tile(points, (len(gammas), 1, 1)), []
    for equation, length in zip(equations, lengths, strict=True):
        times = _float(length) * np.arange(1, samples + 1) / samples
        runs.append(flow(equation, at, gammas, times))
        at = runs[-1].values[:, :, -1]
    return runs


def _expected(equations: Sequence[ModifiedEquation], orders: Sequence[int]) -> tuple[int, ...]:
    """Return the lowest order of the pieces: the worst one rules."""
    found = [expected_orders(equation, orders) for equation in equations]
    lowest = [[p for p in column if p is not None] for column in zip(*found, strict=True)]
    return tuple(min(column) if column else None for column in lowest)  # type: ignore[misc]


def _error(chain: Sequence[Trajectory]) -> Floats:
    """Return what the errors of all pieces may add up to."""
    total = np.zeros_like(chain[-1].values[..., 0])
    for run in chain:
        assert run.error is not None
        total = total + run.error[..., -1:]
    return total


def _check_steps(schedule: Schedule, gammas: Floats, lengths: Sequence[fmpq]) -> None:
    for gamma in gammas:
        counts = np.array([_float(length) for length in lengths]) / gamma
        if np.any(np.abs(counts - np.rint(counts)) > 1e-6 * np.maximum(1.0, counts)):
            listed = ", ".join(map(str, schedule.breaks))
            raise StepSizeError(
                f"step size {gamma:g} does not meet the times of the schedule, {listed}, and the "
                "end after whole numbers of steps: choose one that divides them all"
            )


def _points(problem: VectorField, starts: ArrayLike | None) -> Floats:
    given = default_starts(problem) if starts is None else starts
    points = np.atleast_2d(np.array(given, dtype=float))
    if starts is None:
        points[:, -1] = 0.0
    elif np.any(points[:, -1] != 0):
        raise StepSizeError("a run across the breaks of a schedule starts at the time 0")
    return points


def _float(value: fmpq) -> float:
    return int(value.p) / int(value.q)
