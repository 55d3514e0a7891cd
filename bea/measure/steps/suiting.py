"""Times and step sizes that suit a method on a problem: by curvature, and by what moves.

A time is long enough for something to happen, and no longer: after a few turns of the fastest part
(see `bea.measure.steps.motion`) it has come to rest, and what is left of it is rounding.

Under a schedule no term may hide. What the terms with s', s'', ... do to a run adds up to
differences between its ends, of s, s' and so on. Between two ends at which s is level, as those of
a cosine are, it may add up to nothing, and a method of high order, which has no other terms so
early, then seems to be of a higher order still.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike

from bea.arrays import Floats
from bea.errors import StepSizeError
from bea.fields import VectorField
from bea.fields.vector_field import lanes_of
from bea.flows.deterministic.times import check_gammas, positive_time
from bea.measure.steps.defaults import affordable_time, default_starts, spread_gammas
from bea.measure.steps.motion import Motion, leading_field
from bea.methods import Method, Scheduled
from bea.methods.schedules.schedule import Schedule
from bea.modified.derive import derived_already
from bea.modified.memory.character import Character, as_number
from bea.modified.memory.time_scale import time_scale_of
from bea.modified.memory.variables import in_own_variables

# For how many turns a default run goes on, at least and at most, ...
_FEWEST_TURNS = 0.5
_MOST_TURNS = 3.0
# ... and at most with a memory of which no tree tells how it settles.
_OFF_TREES = 0.5
# With more of them an explicit integrator, stable up to |f'| h = 6, would not come to an end.
_STIFF_TURNS = 50_000
# Of so many steps or more an order can be seen.
_STEPS = 20
# After so many turns what is left is too little to see a break of the schedule by.
_AT_REST = 10.0
_LATE = fmpq(3, 4)
_LEVEL = 1e-9


def default_time(method: Method, problem: VectorField, starts: Floats | None = None) -> float:
    """Return the problem's own time over the effective rate, where that is neither long nor short.

    It is made longer, or shorter, where less than half a turn or more than three would happen
    (see `bea.measure.steps.motion`), and shorter where the smallest step size would take more
    than 20,000 steps.

    >>> import bea
    >>> default_time(bea.methods.heavy_ball(beta="9/10"), bea.problems.loss("x**2"))
    0.1
    >>> steep = bea.problems.loss("1000000*x**2 + y**2")
    >>> round(default_time(bea.methods.gradient_descent(), steep), 12)
    1.5e-06
    """
    return suiting_time(Character(method, problem), starts)


def suiting_time(character: Character, starts: Floats | None = None) -> float:
    """Return the `default_time` of a method on a problem, of which the character is known."""
    own = float(_problem(character).about.time)
    if character.is_on_trees:
        own /= abs(character.effective_rate)
    points = suiting_starts(character) if starts is None else starts
    if isinstance(character.method, Scheduled):  # may end when the time does
        return own
    return _within_turns(character, points, own)


def comparing_time(character: Character, starts: Floats | None = None) -> float:
    """Return `suiting_time`, or under a schedule an earlier one that tells more.

    >>> import bea
    >>> from bea.fields import with_time
    >>> scheduled = Scheduled(bea.methods.rk4(), "cosine(time=1/10)")
    >>> comparing_time(Character(scheduled, with_time(bea.problems.booth())))
    0.075
    """
    method, found = character.method, suiting_time(character, starts)
    if not isinstance(method, Scheduled):
        return found
    if method.schedule is not None:
        found = min(found, as_number(schedule_end(method.schedule)))
    points = suiting_starts(character) if starts is None else starts
    return min(found, Motion.of(character, points, found).time_of(_MOST_TURNS))


def check_time(character: Character, starts: Floats, time: float) -> None:
    """Raise `StepSizeError`, before anything is spent, if the flows are too stiff for that time.

    They are followed explicitly, in 10,000 steps of which none takes more than about six turns of
    what is fastest, at rest or not.

    >>> import bea
    >>> character = Character(bea.methods.implicit_euler(), bea.problems.loss("10**6*x**2 + y**2"))
    >>> check_time(character, np.array([[1.0, 1.0]]), 1.0)
    Traceback (most recent call last):
    ...
    bea.errors.StepSizeError: the problem is stiff: ... 2e+06 turns in the time 1, ... to 0.013, ...
    """
    _check_stiffness(Motion.of(character, starts, time))


def check_room(gammas: ArrayLike, time: float) -> None:
    """Raise `StepSizeError` if step sizes were given for which a time that was chosen is too short.

    >>> check_room([0.25, 0.125], 0.1)
    Traceback (most recent call last):
    ...
    bea.errors.StepSizeError: step size gamma=0.25 is longer than the time 0.1 that suits ...
    """
    largest = float(check_gammas(gammas).max())
    if not has_room(gammas, time):
        raise StepSizeError(
            f"step size gamma={largest:g} is longer than the time {time:g} that suits the problem "
            f"at these starts: take step sizes below {time / _STEPS:.2g}, or give the time, too"
        )


def has_room(gammas: ArrayLike, time: float) -> bool:
    """Tell whether a step of each of the sizes fits into the time."""
    return bool(check_gammas(gammas).max() <= time)


def suiting_starts(character: Character, count: int = 9) -> Floats:
    """Return `default_starts` of the problem at which the field that is followed is defined, too.

    With a schedule they are at the time 0.
    """
    problem = _problem(character)
    points = default_starts(problem, count)
    if isinstance(character.method, Scheduled):
        points[:, -1] = 0.0
        return points
    if in_own_variables(character) is not character:
        return points  # of theta; what else there is, is placed beside it
    inside = leading_field(character).domain()
    if inside is None:
        return points
    more = default_starts(problem, 4 * count)
    usable = more[inside(lanes_of(more, problem.dimension))]
    return usable[:count] if len(usable) else points


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
    time = positive_time(time)
    leading = character.method.order_of_accuracy or 1
    if character.is_on_trees and character.has_memory:
        # A multistep method has its limit where its own roots meet, and may go less near to it.
        leading = (leading + 1) // 2
    motion = Motion.of(character, starts, time)
    _check_stiffness(motion)
    _, limit = time_scale_of(character, starts, lambda: derived_already(character, 1))
    rate = max(motion.fastest() / limit, 1 / time)
    return spread_gammas(rate, time, leading=leading, **options)


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


def end_across_breaks(method: Scheduled, problem: VectorField) -> fmpq:
    """Return `schedule_end` of a schedule that jumps, or an earlier end that tells more.

    Where the runs have not come to rest at the first break, it is some turns after it; else some
    turns after the start, so that only the first piece is seen, as nothing moves in the others. The
    first break is a whole multiple of what is beyond it, or of the end.

    >>> import bea
    >>> from bea.fields import with_time
    >>> descent, field = bea.methods.gradient_descent(), with_time(bea.problems.loss("5*x**2"))
    >>> for until in ("1/10", "10"):
    ...     end_across_breaks(Scheduled(descent, f"warm-up(until={until}, time=20)"), field)
    2/5
    2
    """
    schedule = method.schedule
    assert schedule is not None
    end, first = schedule_end(schedule), schedule.breaks[0]
    if first >= end:
        return end
    character = Character(method.smooth_pieces(end)[0][-1], problem)
    points = suiting_starts(character)
    motion = Motion.of(character, points, as_number(first))
    if motion.time_of(_AT_REST) < as_number(first):
        early = as_number(first) / motion.time_of(_MOST_TURNS)
        return first / int(np.ceil(early))
    sizes = schedule(np.linspace(as_number(first), as_number(end), 65))
    pace = motion.fastest() * float(np.max(sizes))
    parts = (end - first) / first
    if pace > 0:
        found = round(2**20 * _MOST_TURNS / (pace * as_number(first)))
        parts = min(parts, fmpq(found, 2**20))
    beyond = first * parts.floor() if parts >= 1 else first / (1 / parts).ceil()
    return min(end, first + beyond)


# --- private helpers ----------------------------------------------------------------------------


def _problem(character: Character) -> VectorField:
    assert character.problem is not None
    return character.problem


def _within_turns(character: Character, points: Floats, own: float) -> float:
    """Return a time in which neither too little nor too much happens, nor too many steps."""
    motion = Motion.of(character, points, own)
    pace = motion.fastest()
    if motion.time_of(_FEWEST_TURNS) > own and pace > 0:  # too little happens
        motion = Motion.of(character, points, max(own, 2 * _FEWEST_TURNS / pace))
    longest = float(motion.times[-1])
    off_trees = character.has_memory and not character.is_on_trees
    most = _OFF_TREES if off_trees else _MOST_TURNS
    found = min(max(own, motion.time_of(_FEWEST_TURNS)), motion.time_of(most), longest)
    if character.has_memory and motion.fastest(found) > 0:
        _, limit = time_scale_of(character, points, lambda: derived_already(character, 1))
        found = min(found, affordable_time(motion.fastest(found) / limit))
    return found


def _check_stiffness(motion: Motion) -> None:
    time, turns = motion.times[-1], motion.stiffness
    if turns > _STIFF_TURNS:
        raise StepSizeError(
            f"the problem is stiff: what is fastest goes through {turns:.2g} turns in the time "
            f"{time:g}, and the flows can be followed through {_STIFF_TURNS:,}: shorten the time "
            f"to {0.5 * time * _STIFF_TURNS / turns:.2g}, or leave it out for one that suits"
        )
