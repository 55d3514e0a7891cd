"""Integrals of gradient fields along straight lines: potentials that no ring holds.

Gauss-Legendre quadrature on more and more panels until two rules agree, lane by lane.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError

Slope = Callable[[Floats], Floats]

_PANELS = (1, 4, 16, 64, 256)  # the last see a singularity a thousandth of the way off the line
_NODES = (24, 32)
_AGREE = 1e-9
# The finer rule is not symmetric: two symmetric ones agree on 0 for 1/x from -1 to 1.
_SKEW = 0.2


def line_integral(slope: Slope, points: Floats, base: Floats) -> Floats:
    """Return the potential at points, (n,), that is 0 at the base.

    Parameters
    ----------
    slope
        A gradient field: (d, lanes) -> (d, lanes).
    points : (d, n)
    base : (d,)

    Returns
    -------
    ndarray, shape (n,)
        nan where the line from the base meets a singularity, or nearly so.

    Raises
    ------
    BeaError
        If that is everywhere.

    Examples
    --------
    >>> line_integral(lambda x: 1 / x, np.array([[2.0, -1.0]]), np.array([1.0]))
    array([0.69314718,        nan])
    """
    total = np.full(points.shape[1], np.nan)
    for panels in _PANELS:
        left = np.flatnonzero(np.isnan(total))
        with np.errstate(all="ignore"):
            coarse = _quadrature(slope, points[:, left], base, panels, _NODES[0], 0.0)
            fine = _quadrature(slope, points[:, left], base, panels, _NODES[1], _SKEW)
        agree = np.isclose(coarse, fine, rtol=_AGREE, atol=_AGREE)
        total[left[agree]] = fine[agree]
    if np.isnan(total).all() and total.size:
        start = ", ".join(f"{x:g}" for x in base)
        raise BeaError(
            f"what is asked for cannot be integrated along a straight line from ({start}) to any "
            "of the points: choose points nearer to it"
        )
    return total


# --- private helpers ----------------------------------------------------------------------------


def _quadrature(
    slope: Slope, points: Floats, base: Floats, panels: int, nodes: int, skew: float
) -> Floats:
    """Integrate over s from 0 to 1, where the line is at s + skew s (1 - s)."""
    abscissae, weights = np.polynomial.legendre.leggauss(nodes)
    direction = points - base[:, None]
    total = np.zeros(points.shape[1])
    for panel in range(panels):
        for s, w in zip((panel + (abscissae + 1) / 2) / panels, weights / 2 / panels, strict=True):
            place = base[:, None] + (s + skew * s * (1 - s)) * direction
            weight = w * (1 + skew * (1 - 2 * s))
            total += weight * np.sum(slope(place) * direction, axis=0)
    return total
