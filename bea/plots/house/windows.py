"""Windows: what part of the plane to show, so that a path fills it and its scales are true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bea.arrays import Floats
from bea.errors import DimensionError

Window = tuple[tuple[float, float], tuple[float, float]]

# Width to height of the axes of a figure in the plane.
_RATIO = 1.25
_MARGIN = 0.12
# A run is not followed further than this many widths of the problem's window outside it.
_FAR = 1.0


def checked_window(window: Sequence[tuple[float, float]], count: int) -> None:
    """Refuse a window that is not (low, high), low < high, for each of `count` axes.

    Raises
    ------
    DimensionError
        If it is not.

    Examples
    --------
    >>> checked_window([(0, 1), (2, 1)], 2)
    Traceback (most recent call last):
    bea.errors.DimensionError: the window (0, 1), (2, 1) does not fit: give (low, high) ...
    """
    shape = np.shape(window)
    if shape != (count, 2) or not all(-np.inf < low < high < np.inf for low, high in window):
        given = ", ".join(map(str, window)) if len(shape) == 2 else repr(window)
        raise DimensionError(
            f"the window {given} does not fit: give (low, high) with low < high for each of the "
            f"{count} ax{'i' if count == 1 else 'e'}s"
        )


def path_window(
    paths: Sequence[Floats], about: Floats | None = None, targets: Floats | None = None
) -> Window:
    """Return a window around paths in the plane, in the proportions of a figure.

    Parameters
    ----------
    paths
        Each (times, 2); nan where there is nothing.
    about : (2, 2), optional
        The problem's own window, (low, high) per axis: runs that leave far beyond it are cut.
    targets : (points, 2), optional
        Points of which the nearest is shown too, if it is near.

    Examples
    --------
    >>> (left, right), (bottom, top) = path_window([np.array([[0.0, 0.0], [1.0, 0.8]])])
    >>> round((right - left) / (top - bottom), 6), left < 0 and 1 < right
    (1.25, True)
    """
    low, high = _box(paths, about)
    if targets is not None and len(targets):
        low, high = _with_nearest(low, high, targets)
    width, height = high - low
    centre = (low + high) / 2
    height = max(height, width / _RATIO) * (1 + 2 * _MARGIN)
    around = 1.0 if about is None else float(about[1, 1] - about[1, 0])
    if height <= 1e-9 * max(around, float(np.abs(centre).max())):  # the run stays where it is
        height = 0.2 * around
    return _window(centre, np.array([height * _RATIO, height]) / 2)


def time_window(times: Floats, paths: Sequence[Floats], about: Floats | None = None) -> Window:
    """Return a window around paths (times, 1) against time."""
    low, high = (float(v[0]) for v in _box(paths, about))
    margin = _MARGIN * (high - low) or 0.5
    end = float(times[-1])
    return (-0.02 * end, 1.02 * end), (low - margin, high + margin)


# --- private helpers ----------------------------------------------------------------------------


def _box(paths: Sequence[Floats], about: Floats | None) -> tuple[Floats, Floats]:
    """Return the corners of a box around all points, without those that have left for infinity."""
    start = paths[0][0]
    points = np.concatenate(paths)
    points = points[np.isfinite(points).all(axis=1)]
    if about is None:
        spread = np.abs(points - start).max(axis=1)
        points = points[spread <= 20 * float(np.median(spread))]
    else:
        width = _FAR * (about[:, 1] - about[:, 0])
        low, high = np.minimum(about[:, 0], start) - width, np.maximum(about[:, 1], start) + width
        points = points[((points >= low) & (points <= high)).all(axis=1)]
    points = np.vstack([start, points])
    return points.min(axis=0), points.max(axis=0)


def _with_nearest(low: Floats, high: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Widen a box to its nearest target, if that is no further than half the box's diagonal."""
    outside = np.maximum(np.maximum(low - targets, targets - high), 0.0)
    distance = np.linalg.norm(outside, axis=1)
    nearest = int(np.argmin(distance))
    if distance[nearest] <= 0.5 * float(np.linalg.norm(high - low)):
        low, high = np.minimum(low, targets[nearest]), np.maximum(high, targets[nearest])
    return low, high


def _window(centre: Floats, half: Floats) -> Window:
    left, bottom = (float(v) for v in centre - half)
    right, top = (float(v) for v in centre + half)
    return (left, right), (bottom, top)
