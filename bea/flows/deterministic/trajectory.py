"""What a batch of runs leaves behind: the values, and where and why a run stopped.

A `Trajectory` comes out of `iterate` and of `flow` alike, so that the two can be subtracted. A run
that fails holds NaN from there on, is marked by its `Status`, and does not disturb the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats


class Status(IntEnum):
    """How a run ended.

    >>> Status.BLOW_UP.reason
    'the solution blows up in finite time'
    """

    OK = 0
    DIVERGED = 1
    BLOW_UP = 2
    LEFT_DOMAIN = 3
    UNSOLVED = 4
    STIFF = 5
    INDEFINITE = 6

    @property
    def reason(self) -> str:
        """The status in words."""
        return _REASONS[self]


_REASONS = {
    Status.OK: "finished",
    Status.DIVERGED: "it grew beyond all bounds",
    Status.BLOW_UP: "the solution blows up in finite time",
    Status.LEFT_DOMAIN: "it left the domain of the field",
    Status.UNSOLVED: "an equation of the step, implicit or linear, was not solved",
    Status.INDEFINITE: "the diffusion matrix was not positive semidefinite",
    Status.STIFF: "the step budget was exhausted (the field is stiff there)",
}


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Runs from every start with every step size, sampled in time.

    Attributes
    ----------
    values : (gammas, starts, times, d)
        The points; NaN after a failure, and nowhere else.
    gammas : (gammas,)
        Step sizes.
    starts : (starts, d) or (gammas, starts, d)
        Starting points.
    times : (gammas, times)
        The times of the samples, multiples nγ of the step size where iterates are concerned.
    status : (gammas, starts) int8
        A `Status` for each run; `Status.OK` (0) where every sample was reached.
    stopped_at : (gammas, starts)
        Time at which a run failed; infinite where it did not.
    error : (gammas, starts, times) or None
        Estimate of the Euclidean error of `values` (see `flow`); NaN where the value is, infinite
        where it could not be estimated. None for iterates, which carry rounding errors only.

    Examples
    --------
    >>> point = Trajectory(np.ones((1, 1, 1, 2)), np.array([0.1]), np.ones((1, 2)),
    ...     np.array([[1.0]]), np.zeros((1, 1), np.int8), np.full((1, 1), np.inf))
    >>> point.ok.all(), point.failures()
    (np.True_, [])
    """

    values: Floats
    gammas: Floats
    starts: Floats
    times: Floats
    status: NDArray[np.int8]
    stopped_at: Floats
    error: Floats | None = None

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Mask (gammas, starts) of the runs that reached every sample."""
        return self.status == Status.OK

    def failures(self) -> list[str]:
        """One readable line for each run that stopped early: step size, start, time, reason."""
        return [
            f"gamma={self.gammas[i]:g}, start {point_text(self._start(i, j))}: stopped at "
            f"t={self.stopped_at[i, j]:.6g}, {Status(self.status[i, j]).reason}"
            for i, j in np.argwhere(~self.ok)
        ]

    def _start(self, i: int, j: int) -> Floats:
        return self.starts[i, j] if self.starts.ndim == 3 else self.starts[j]


def point_text(point: Floats) -> str:
    """Write a point as a tuple of short numbers.

    >>> point_text(np.array([1.0, -0.25]))
    '(1, -0.25)'
    """
    return "(" + ", ".join(f"{x:.6g}" for x in point) + ")"
