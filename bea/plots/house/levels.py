"""Levels of contours and the colours between them: rising, rounded, and light."""

from __future__ import annotations

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.plots.house.style import mixed

_LEVELS = 15
_NEARLY_ALL = 0.98
# Of how many decades at most levels begin with these, which are about even in the logarithm.
_WITHIN_DECADE = ((1.2, (1, 1.5, 2, 3, 5, 7)), (2.0, (1, 2, 5)), (np.inf, (1, 3)))
_WHITE, _BLUE, _ORANGE = (255, 255, 255), (179, 197, 220), (240, 192, 128)


def contour_levels(values: Floats, count: int = _LEVELS) -> Floats:
    """Return rising levels between which about equally many values lie, rounded where that is free.

    However steep the function is, contours then fill the window evenly. Values that are not finite
    do not count; all others lie between the first level and the last, but for rounding errors.

    Raises
    ------
    BeaError
        If no value is finite.

    Examples
    --------
    >>> contour_levels(np.geomspace(0.01, 1000, 500), 6)
    array([1.e-02, 1.e-01, 1.e+00, 1.e+01, 1.e+02, 1.e+03])
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise BeaError("the function is not defined anywhere in the window: choose another window")
    levels = np.quantile(finite, np.linspace(0.0, 1.0, count))
    size, rounding = float(np.ptp(levels)), 1e-12 * float(np.abs(levels).max())
    levels = levels[np.diff(levels, prepend=-np.inf) > 1e-9 * size]
    if len(levels) < 2 or size <= max(rounding, 1e-200):  # a constant, but for rounding errors
        return np.asarray(levels[0] + np.array([-0.5, 0.5]) * (abs(levels[0]) or 1.0))
    return _rounded(levels)


def even_levels(values: Floats, decades: int = 3) -> Floats:
    """Return levels 1, 3, 10, … of a size, or closer ones, so that a bar of them reads evenly.

    They are even in the logarithm. The highest is beyond nearly all values, and the lowest below
    nearly all, but no more than so many decades lower; values outside count as the nearest.

    Raises
    ------
    BeaError
        If no value is positive and finite.

    Examples
    --------
    >>> even_levels(np.geomspace(1e-6, 25, 100))
    array([1.e-02, 3.e-02, 1.e-01, 3.e-01, 1.e+00, 3.e+00, 1.e+01, 3.e+01])
    >>> even_levels(np.geomspace(2.1, 9, 100))
    array([ 2.,  3.,  5.,  7., 10.])
    """
    known = values[np.isfinite(values) & (values > 0)]
    if not known.size:
        raise BeaError("nothing in the window is finite and positive: choose another window")
    low, high = np.log10(np.quantile(known, [1 - _NEARLY_ALL, _NEARLY_ALL]))
    low = max(low, high - decades)
    within = next(m for span, m in _WITHIN_DECADE if high - low <= span)
    count = len(within)
    found = [
        float(f"{within[n % count]}e{n // count}")
        for n in range(count * int(np.floor(low)), count * int(np.ceil(high) + 1) + 1)
    ]
    levels = np.array(found)
    first = max(int(np.searchsorted(levels, 10**low * (1 + 1e-9), side="right")) - 1, 0)
    last = int(np.searchsorted(levels, 10**high * (1 - 1e-9)))
    return levels[first : max(last, first + 1) + 1]


def with_zero(levels: Floats) -> Floats:
    """Return levels with 0 among them, if there are at least two bands and of both signs.

    >>> with_zero(np.array([-2.0, 0.1, 3.0])), with_zero(np.array([1.0, 2.0]))
    (array([-2.,  0.,  3.]), array([1., 2.]))
    """
    if len(levels) < 3 or not levels[0] < 0.0 < levels[-1]:
        return levels
    nearest = int(np.argmin(np.abs(levels)))
    if 0 < nearest < len(levels) - 1:
        levels = np.delete(levels, nearest)
    return np.unique(np.append(levels, 0.0))


def band_colours(levels: Floats, signed: bool = False) -> list[str]:
    """Return the colour between each two levels: from white to blue; if signed, orange below 0.

    They are light, so that lines stand out on them.

    >>> band_colours(np.array([0.0, 1.0, 2.0])), band_colours(np.array([-1.0, 0.0, 1.0]), True)
    (['#ffffff', '#b3c5dc'], ['#f0c080', '#b3c5dc'])
    """
    if signed and 0.0 in levels[1:-1]:
        below, above = int((levels < 0).sum()), int((levels > 0).sum())
        negative = [mixed(_WHITE, _ORANGE, (i + 1) / below) for i in reversed(range(below))]
        return negative + [mixed(_WHITE, _BLUE, (i + 1) / above) for i in range(above)]
    bands = len(levels) - 1
    return [mixed(_WHITE, _BLUE, i / max(bands - 1, 1)) for i in range(bands)]


# --- private helpers ----------------------------------------------------------------------------


def _rounded(levels: Floats) -> Floats:
    """Round each level by at most a third of the way to its neighbours; the ends outwards."""
    gaps = np.diff(levels)
    near = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
    unit = 10.0 ** np.floor(np.log10(near / 1.5))
    rounded = np.rint(levels / unit) * unit
    # Outwards but for rounding errors: -1e-17 is to become 0.
    rounded[0] = np.floor(levels[0] / unit[0] + 1e-6) * unit[0]
    rounded[-1] = np.ceil(levels[-1] / unit[-1] - 1e-6) * unit[-1]
    return np.unique(rounded)
