"""The ways out of a basin: which saddles lead from a minimum, and to which other minima.

A saddle with one way down joins the two minima to which the gradient flow leads on its two sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.fields import Loss
from bea.flows import flow
from bea.measure.escape.critical_points import CriticalPoint
from bea.measure.escape.times import Near
from bea.patience import counted, told

# The flow begins so far beside a saddle, in units of the way to the nearest minimum, and has
# arrived when it is so near to one.
_BESIDE, _ARRIVED = 1e-3, 1e-2
# A run has settled beyond when it is nearer to the other minimum than this part of the way there.
_NEAR = 0.5


@dataclass(frozen=True)
class WayOut:
    """A saddle, and the minimum beyond it."""

    saddle: CriticalPoint
    beyond: CriticalPoint


@dataclass(frozen=True)
class Settled:
    """Positive near one of the minima beyond: give it as `until`."""

    near: tuple[Near, ...]

    @classmethod
    def beyond(cls, ways: Sequence[WayOut]) -> Settled:
        """Return that a run is nearer to a minimum beyond than half of its way from the saddle."""
        places = []
        for way in ways:
            radius = _NEAR * float(np.linalg.norm(way.beyond.point - way.saddle.point))
            places.append(Near(tuple(way.beyond.point.tolist()), radius))
        return cls(tuple(places))

    def __call__(self, theta: Floats) -> Floats:
        """Return the largest of the values (lanes,) of each, of theta (d, lanes)."""
        return np.asarray(np.max([near(theta) for near in self.near], axis=0))


@told("looking for ways out")
def ways_out(
    loss: Loss, minimum: CriticalPoint, points: Sequence[CriticalPoint]
) -> tuple[WayOut, ...]:
    """Return the saddles among the points that join a minimum with another one.

    Parameters
    ----------
    loss
        The loss, or a finite sum.
    minimum
        One of the points.
    points
        What `bea.measure.escape.critical_points` has found.

    Raises
    ------
    BeaError
        If there is none, or one leads to no minimum among the points.

    Examples
    --------
    >>> import bea
    >>> well = bea.problems.double_well()
    >>> points = bea.measure.escape.critical_points(well)
    >>> way, = ways_out(well, points[0], points)
    >>> way.beyond
    minimum at (1, 0), L = 0, curvatures 1, 2
    """
    minima = [point for point in points if point.kind == "minimum"]
    found = []
    for saddle in counted(points, "saddles"):
        if saddle.kind == "degenerate" or (saddle.eigenvalues < 0).sum() != 1:
            continue
        ends = _ends(loss, saddle, minima)
        if minimum not in ends:
            continue
        for end in ends:
            if end is None:
                raise BeaError(
                    f"beyond the {saddle} no minimum was found: give a window that holds one"
                )
            if end is not minimum:
                found.append(WayOut(saddle, end))
    if not found:
        raise BeaError(
            f"no saddle that was found joins the {minimum} with another minimum: give a window "
            "that holds both, or another minimum"
        )
    return tuple(found)


# --- private helpers ----------------------------------------------------------------------------


def _ends(
    loss: Loss, saddle: CriticalPoint, minima: Sequence[CriticalPoint]
) -> list[CriticalPoint | None]:
    """Return the minima to which the flow leads on the two sides of a saddle."""
    places = np.array([minimum.point for minimum in minima])
    distance = np.linalg.norm(places - saddle.point, axis=1).min()
    aside = _BESIDE * distance * saddle.directions[:, 0]
    # Beside the saddle, and near a minimum, the slowest rates set the time.
    time = 1.5 * np.log(1 / _BESIDE) / -saddle.eigenvalues[0]
    time += np.log(1 / _ARRIVED**2) / min(minimum.eigenvalues[0] for minimum in minima)
    starts = np.array([saddle.point + aside, saddle.point - aside])
    run = flow(loss, starts, [1.0], [time], rtol=1e-6, estimate_error=False)
    return [_nearest(point, minima, _ARRIVED * distance) for point in run.values[0, :, -1]]


def _nearest(point: Floats, minima: Sequence[CriticalPoint], radius: float) -> CriticalPoint | None:
    for minimum in minima:
        if np.linalg.norm(point - minimum.point) < radius:
            return minimum
    return None
