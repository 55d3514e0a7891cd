"""Default times and step sizes: how long to run a method on a problem, and in which steps.

Under a schedule no term may hide. What the terms with s', s'', ... do to a run adds up to
differences between its ends, of s, s' and so on. Between two ends at which s is level, as those of
a cosine are, it may add up to nothing, and a method of high order, which has no other terms so
early, then seems to be of a higher order still.

A method of high order reaches the error floor within a factor of two or three of its largest step
size. That range is known only after a first measurement; a second choice has as many step sizes
again within it, and keeps those of the first, which the flows of lower orders need.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq

from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields import VectorField
from bea.fields.jacobians import stiffness
from bea.flows import flow
from bea.measure.order.defaults import (
    affordable_time,
    default_gammas,
    default_starts,
    spread_gammas,
)
from bea.measure.order.order_fit import CLEAR
from bea.measure.order.pieces import as_number
from bea.measure.order.study import DriftStudy
from bea.methods import Method, Scheduled
from bea.methods.schedules.schedule import Schedule
from bea.modified.derive import derive
from bea.modified.memory.character import Character
from bea.modified.memory.leading_field import followed_field
from bea.modified.memory.time_scale import time_scale_of

# By how much of itself the field may change in a default time, where it is no multiple of f.
_CHANGE = 0.5
_LATE = fmpq(3, 4)
_LEVEL = 1e-9
# With so many of them the fit is as good as it gets; a single one shows no range to choose from.
_ENOUGH = 8


def default_time(method: Method, problem: VectorField) -> float:
    """Return the problem's own time over the effective rate: as long a way for every method.

    Where no tree expresses the method there is no such rate. Without memory it may be given longer,
    if it is slower than f, but not so long that its field may change by more than a half; with
    memory, whose runs then begin on the slow manifold, no longer than that, nor than runs of
    seconds last.

    >>> from bea.methods import get, heavy_ball
    >>> bowl = VectorField.read("-x, -10*y")
    >>> default_time(heavy_ball(beta="9/10"), bowl)
    0.1
    >>> default_time(get("preconditioned-descent", diagonal="1/100, 1/100"), bowl)
    5.0
    """
    return suiting_time(Character(method, problem))


def suiting_time(character: Character) -> float:
    """Return the `default_time` of a method on a problem, of which the character is known."""
    method, problem = character.method, _problem(character)
    own = float(problem.about.time)
    if character.is_on_trees:
        return own / abs(character.effective_rate)
    starts = default_starts(problem)
    rate, limit = time_scale_of(character, starts, lambda: derive(character, 1))
    if isinstance(method, Scheduled) or not rate > 0:  # a schedule may end when the time does
        return own
    if character.has_memory:
        return min(own, _CHANGE / rate, affordable_time(rate / limit))
    return min(own * stiffness(problem, starts) / rate, max(own, _CHANGE / rate))


def gammas_for(
    method: Method, problem: VectorField, starts: Floats, time: float, **options: int
) -> Floats:
    """Return the step sizes of `default_gammas` for this method, (gammas,).

    Parameters are those of `default_gammas`; the method's order and useful range are its own.

    >>> from bea.methods import heun
    >>> gammas_for(heun(), VectorField.read("-x"), np.array([[1.0]]), 1.0, count=4)
    array([0.33333333, 0.11111111, 0.04      , 0.01388889])
    """
    return suiting_gammas(Character(method, problem), starts, time, **options)


def suiting_gammas(character: Character, starts: Floats, time: float, **options: int) -> Floats:
    """Return the step sizes of `gammas_for`, for a method of which the character is known."""
    problem, leading = _problem(character), character.method.order_of_accuracy or 1
    if character.is_on_trees:
        # A multistep method has its limit where its own roots meet, and may go less near to it.
        leading = (leading + 1) // 2 if character.has_memory else leading
        limit = character.useful_limit
        return default_gammas(problem, starts, time, leading=leading, limit=limit, **options)
    rate, limit = time_scale_of(
        character, _paths(character, starts, time), lambda: derive(character, 1)
    )
    return spread_gammas(rate / limit, time, leading=leading, **options)


def comparing_time(character: Character) -> float:
    """Return `suiting_time`, or under a schedule an earlier one that tells more.

    >>> import bea
    >>> from bea.fields import with_time
    >>> scheduled = Scheduled(bea.methods.rk4(), "cosine(time=1/10)")
    >>> comparing_time(Character(scheduled, with_time(bea.problems.booth())))
    0.075
    """
    method, found = character.method, suiting_time(character)
    if not isinstance(method, Scheduled) or method.schedule is None:
        return found
    return min(found, as_number(schedule_end(method.schedule)))


def schedule_end(schedule: Schedule) -> Any:
    """Return the schedule's time, or three quarters of the way there in its last piece.

    The latter where s is level at the end, but not on the way.

    >>> from bea.methods.schedules.library import one_cycle, step
    >>> schedule_end(one_cycle(time=1, peak="1/5")), schedule_end(step(every=1, time=3))
    (4/5, 3)
    """
    before = [b for b in schedule.breaks if b < schedule.time]
    last = before[-1] if before else fmpq(0)
    earlier = last + _LATE * (schedule.time - last)
    within = schedule if schedule.is_smooth else schedule.piece(len(before))
    level = [abs(float(within.slope(as_number(t)))) < _LEVEL for t in (schedule.time, earlier)]
    return earlier if level == [True, False] else schedule.time


def gammas_that_stand_clear(study: DriftStudy) -> Floats | None:
    """Return the step sizes of a study and as many more where its curves stand clear of the floor.

    None where every curve has enough of them, or none shows where.

    >>> gammas = 1 / np.array([10.0, 20.0, 40.0, 80.0])
    >>> distances, ones = gammas[None, :, None, None] ** 6, np.ones((1, 4, 1, 1))
    >>> study = DriftStudy(
    ...     "drift", "m", "p", "", np.array([5]), (6,), gammas, np.zeros((1, 1)),
    ...     np.ones((4, 1)), distances, 1e-10 * ones)
    >>> np.rint(1 / gammas_that_stand_clear(study))
    array([10., 13., 17., 20., 23., 30., 40., 80.])
    """
    counts = [_clear(study, i) for i, power in enumerate(study.expected) if power is not None]
    wanting = [count for count in counts if 2 <= count < min(_ENOUGH, len(study.gammas))]
    if not wanting:
        return None
    gammas = np.sort(study.gammas)[::-1]
    time = float(study.times.max())
    steps = np.rint(time / gammas)
    within = np.rint(np.geomspace(steps[0], steps[min(wanting)], len(steps) + 2))
    return time / np.unique(np.concatenate([steps, within]))


# --- private helpers ----------------------------------------------------------------------------


def _problem(character: Character) -> VectorField:
    assert character.problem is not None
    return character.problem


def _paths(character: Character, starts: Floats, time: float) -> Floats:
    """Return where the field that the method follows leads, (starts, times, d)."""
    problem = _problem(character)
    try:
        leading = followed_field(derive(character, 0))
    except MethodError:  # an equation is tested that the method itself has not
        leading = problem
    path = flow(leading, starts, [1.0], np.linspace(0.0, time, 9), rtol=1e-8, estimate_error=False)
    return path.values[0]


def _clear(study: DriftStudy, index: int) -> int:
    """Return how many of the largest step sizes stand clear, up to the first that does not."""
    distance, floor = study.curve(index)
    ranked = np.argsort(study.gammas)[::-1]
    with np.errstate(invalid="ignore"):
        clear = (distance > CLEAR * floor)[ranked]
    return len(clear) if clear.all() else int(np.argmin(clear))
