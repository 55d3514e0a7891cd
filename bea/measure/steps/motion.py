"""Where the field that a method follows leads, and how much happens on the way.

Time is measured in turns, the integral of the pace (|f'| for gradient descent) along the path: in
one turn what is fast has moved by about its own size, whatever the units of time are. A path ends
where the flow does, at a blow-up, at the edge of the domain or at a kink such as that of Adam's
field, where a component of the gradient changes its sign and the flow turns stiff from one step to
the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields import VectorField
from bea.flows import Status, flow
from bea.methods import Scheduled
from bea.modified.derive import derive, derived_already
from bea.modified.memory.character import Character
from bea.modified.memory.leading_field import followed_field
from bea.modified.memory.time_scale import paces_of, require_values

# From this part of the time on, as many times, evenly spaced on a logarithmic axis.
_EARLIEST = 1e-9
_TIMES = 73
_FEW_TIMES = 25  # on functions, where each costs as many products with f' as everything else
_RTOL = 1e-7
_MOST_STEPS = 400
# A path that ends is followed for this part of it: flows of other orders end a little earlier.
_BEFORE_THE_END = 0.7


@dataclass(frozen=True)
class Motion:
    """Paths of the field that is followed.

    Attributes
    ----------
    points : (starts, times, d)
        nan after the end of a path.
    times : (times,)
        Beginning with 0.
    paces : (starts, times)
        nan after the end of a path.
    turns : (starts, times)
        The integral of the pace, never falling; infinite after the end of a path.
    stiff_from : (starts,)
        When a path was given up, since it takes too long to follow; infinite where it was not.
    """

    points: Floats
    times: Floats
    paces: Floats
    turns: Floats
    stiff_from: Floats

    @property
    def stiffness(self) -> float:
        """How many turns the stiff paths would take to the end at their last pace; 0 without.

        It is the median over all paths, as most of them decide.

        >>> import bea
        >>> descent, steep = bea.methods.gradient_descent(), bea.problems.loss("500000*x**2 + y**2")
        >>> motion = Motion.of(Character(descent, steep), np.array([[1.0, 1.0]]), 2.0)
        >>> round(motion.stiffness / 1e6, 1)
        2.0
        """
        known = np.isfinite(self.paces)
        last = self.paces[np.arange(len(known)), np.maximum(known.sum(axis=1) - 1, 0)]
        left = np.maximum(self.times[-1] - self.stiff_from, 0.0)
        return float(np.median(np.nan_to_num(last) * left))

    def fastest(self, until: float = float("inf")) -> float:
        """Return the largest pace on the way, up to a time, of three paths in four."""
        within = np.isfinite(self.paces) & (self.times <= until)
        largest = np.sort(np.where(within, self.paces, 0.0).max(axis=1))
        return float(largest[len(largest) - 1 - len(largest) // 4])

    def time_of(self, turns: float) -> float:
        """Return when three paths in four have not gone on for more turns; infinite if not here.

        The quarter that is earlier is left out, as the curves of a study leave it out.

        >>> import bea
        >>> descent = bea.methods.gradient_descent()
        >>> bowl = bea.problems.loss("x**2/2 + 5*y**2")
        >>> motion = Motion.of(Character(descent, bowl), np.array([[1.0, 1.0]]), 2.0)
        >>> round(motion.time_of(3.0), 9), motion.time_of(30.0)
        (0.3, inf)
        """
        found = sorted(self._when(row, turns) for row in self.turns)
        return found[len(found) // 4]

    @classmethod
    def of(cls, character: Character, starts: Floats, time: float) -> Motion:
        """Follow the field of a method from starts (starts, d) up to a time.

        Raises `MethodError` if hyperparameters, or parameters of the problem, have no value.
        """
        require_values(character, "a run")
        assert character.problem is not None
        count = _TIMES if character.problem.symbolic else _FEW_TIMES
        times = np.concatenate([[0.0], time * np.geomspace(_EARLIEST, 1.0, count)])
        path = flow(
            leading_field(character), starts, [1.0], times,
            rtol=_RTOL, estimate_error=False, max_steps=_MOST_STEPS,
        )  # fmt: skip
        paces = paces_at(character, path.values[0])
        ends = times[None] > _BEFORE_THE_END * path.stopped_at[0][:, None]
        steps = np.diff(times) * (paces[:, 1:] + paces[:, :-1]) / 2
        turns = np.concatenate([np.zeros((len(starts), 1)), np.cumsum(steps, axis=1)], axis=1)
        turns = np.where(ends | ~np.isfinite(turns), np.inf, turns)
        stiff = path.status[0] == Status.STIFF
        return cls(path.values[0], times, paces, turns, np.where(stiff, path.stopped_at[0], np.inf))

    def _when(self, row: Floats, turns: float) -> float:
        """Return when a path has gone on for so many turns, or has ended."""
        after = row > turns
        if not after.any():
            return float("inf")
        i = int(np.argmax(after))
        if not np.isfinite(row[i]):
            return float(self.times[i - 1])
        part = (turns - row[i - 1]) / (row[i] - row[i - 1])
        return float(self.times[i - 1] + part * (self.times[i] - self.times[i - 1]))


def leading_field(character: Character) -> VectorField:
    """Return f_0 of a method on its problem; the problem where the method cannot be derived."""
    assert character.problem is not None
    try:
        return followed_field(derive(character, 0))
    except MethodError:  # an equation is tested that the method itself has not
        return character.problem


def paces_at(character: Character, points: Floats) -> Floats:
    """Return the pace at points (..., d), (...), times s(t) if there is a schedule.

    >>> import bea
    >>> from bea.fields import with_time
    >>> descent = Scheduled(bea.methods.gradient_descent(), "exponential(rate=1)")
    >>> field = with_time(bea.problems.loss("5*x**2"))
    >>> paces_at(Character(descent, field), np.array([[1.0, 0.0], [1.0, 1.0]])).round(3)
    array([10.   ,  3.679])
    """
    with np.errstate(all="ignore"):
        paces = paces_of(character, points, lambda: derived_already(character, 1))
    schedule = getattr(character.method, "schedule", None)
    if not isinstance(character.method, Scheduled) or schedule is None:
        return paces
    return np.asarray(paces * np.abs(schedule(points[..., -1])))
