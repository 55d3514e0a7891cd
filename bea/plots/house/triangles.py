"""Reference triangles: right triangles of whole-numbered slope, set where nothing else is drawn.

All positions are decimal logarithms, since that is what the eye sees on log-log axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from bea.arrays import Floats

# Decades: the width of a triangle at its widest, and the room that is kept free around it.
_WIDTH = 0.3
_MARGIN = 0.25
# A triangle of less than this share of the widest is not worth drawing.
_SMALLEST = 0.3


class Triangle(NamedTuple):
    """A right triangle below a curve.

    Attributes
    ----------
    slope : int
        Its rise over its run in logarithms: the expected order.
    corners : (3, 2)
        Lower left, lower right (the right angle) and upper right, as (gamma, distance).
    """

    slope: int
    corners: Floats


def place_triangle(
    slope: int,
    gammas: Floats,
    median: Floats,
    others: Iterable[Floats],
    window: Sequence[int],
) -> Triangle | None:
    """Return a triangle below a curve where the room is widest, or None where there is none.

    Parameters
    ----------
    slope
        The triangle's slope.
    gammas, median : (gammas,)
        Step sizes, rising, and the curve.
    others
        The other curves, each (gammas,); nan where nothing is drawn.
    window
        Indices of the points that were fitted: the triangle stands below them.

    Examples
    --------
    >>> gammas = np.geomspace(0.01, 0.1, 5)
    >>> found = place_triangle(2, gammas, gammas**2, [], range(5))
    >>> low, corner, high = np.log10(found.corners)
    >>> float(round((high[1] - corner[1]) / (corner[0] - low[0]), 6))
    2.0
    """
    x = np.log10(gammas)
    y = _logarithm(median)
    below = [_logarithm(other) for other in others]
    width = min(_WIDTH, (x[window[-1]] - x[window[0]]) / 2)
    if width <= 0:
        return None
    best, room = None, _SMALLEST
    for left in x[list(window)]:
        share = _share(left, width, slope, x, y, below)
        if left + width <= x[window[-1]] + 1e-9 and share > room:
            best, room = left, share
    if best is None:
        return None
    width *= min(1.0, room)
    top = float(np.interp(best + width, x, y)) - _MARGIN
    corners = [
        (best, top - slope * width),
        (best + width, top - slope * width),
        (best + width, top),
    ]
    return Triangle(slope, 10.0 ** np.array(corners))


# --- private helpers ----------------------------------------------------------------------------


def _logarithm(values: Floats) -> Floats:
    return np.log10(np.where(values > 0, values, np.nan))


def _share(
    left: float, width: float, slope: int, x: Floats, y: Floats, others: Sequence[Floats]
) -> float:
    """Return how many triangles of that width would fit between the curve and the next below it.

    More than 1 counts for little, so that of two places that are wide enough the roomier one wins.
    """
    grid = np.linspace(left, left + width, 5)
    upper = np.interp(grid, x, y)
    if np.isnan(upper).any():
        return 0.0
    room = np.inf
    for other in others:
        known = np.isfinite(other)
        lower = np.interp(grid, x[known], other[known]) if known.any() else np.array([np.nan])
        if np.all(lower < upper):
            room = min(room, float(upper[-1] - lower.max()))
    share = (room - 2 * _MARGIN) / (slope * width)
    return min(share, 1.0) + 1e-3 * min(share, 10.0)
