"""When to compare under a schedule, so that no term hides.

What the terms with s', s'', ... do to a run adds up to differences between its ends, of s, s' and
so on. Between two ends at which s is level, as those of a cosine are, it may add up to nothing, and
a method of high order, which has no other terms so early, then seems to be of a higher order still.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.fields import VectorField
from bea.measure.order.drift import default_time
from bea.measure.order.pieces import as_number
from bea.methods import Method, Scheduled
from bea.methods.schedules.schedule import Schedule

__all__ = ["telling_end", "telling_time"]

_LATE = fmpq(3, 4)
_LEVEL = 1e-9


def telling_time(method: Method, problem: VectorField) -> float:
    """Return `default_time`, or under a schedule an earlier one that tells more.

    >>> import bea
    >>> from bea.fields import with_time
    >>> scheduled = Scheduled(bea.methods.rk4(), "cosine(time=1/10)")
    >>> telling_time(scheduled, with_time(bea.problems.booth()))
    0.075
    """
    found = default_time(method, problem)
    if not isinstance(method, Scheduled) or method.schedule is None:
        return found
    return min(found, as_number(telling_end(method.schedule)))


def telling_end(schedule: Schedule) -> Any:
    """Return the schedule's time, or three quarters of the way there in its last piece.

    The latter where s is level at the end, but not on the way.

    >>> from bea.methods.schedules.library import one_cycle, step
    >>> telling_end(one_cycle(time=1, peak="1/5")), telling_end(step(every=1, time=3))
    (4/5, 3)
    """
    before = [b for b in schedule.breaks if b < schedule.time]
    last = before[-1] if before else fmpq(0)
    earlier = last + _LATE * (schedule.time - last)
    within = schedule if schedule.is_smooth else schedule.piece(len(before))
    level = [abs(float(within.slope(as_number(t)))) < _LEVEL for t in (schedule.time, earlier)]
    return earlier if level == [True, False] else schedule.time
