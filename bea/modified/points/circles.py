"""Memory that goes in a circle: parts that follow one another by what is no number.

A matrix, or the root of one, takes such a part to the next step, and no factor is found by probing.
How fast it settles is measured instead: theta is held still, and what the step would move it by
nears what it comes to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bea.algebra.ring.exact import as_float
from bea.arrays import Floats
from bea.fields.arithmetics import NumericField
from bea.fields.functions import without_symbols
from bea.methods import Method

STEPS = 200  # that are watched
_ROUNDING = 1e-10  # of the movement: below this its changes mean nothing


def settling_rate(method: Method, problem: Any) -> float:
    """Return the factor by which the movement of theta nears its settled one from step to step.

    It is taken at the problem's own start, if there is one; 0 where it is there after two steps.
    A memory that never settles has 1.
    """
    source, theta, bound = without_symbols(problem), centre_of(problem), method.bind(as_float)
    still, moving = (
        NumericField(source.numeric(), np.full(1, gamma), None, source.variables)
        for gamma in (0.0, 1.0)
    )
    still.counts = moving.counts = True
    state, seen = bound.init(still, theta), []
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            seen.append(bound.step(moving, theta, state, moving.gamma)[0] - theta)
            state = bound.step(still, theta, state, still.gamma)[1]
    return _decay(np.array(seen)[:, :, 0])


def goes_in_a_circle(linear: Floats) -> bool:
    """Tell from J whether parts of the memory follow one another by no number, in a circle."""
    return depth_of(np.isnan(linear)) is None


def depth_of(unknown: Any) -> int | None:
    """Return how many parts in a row are made of one another by what is no number; None: a circle.

    >>> depth_of(np.array([[False, False], [True, False]])), depth_of(np.array([[True]]))
    (1, None)
    """
    left, depth = np.array(unknown, dtype=int), 0
    while left.any():
        left, depth = np.minimum(left @ unknown, 1), depth + 1
        if depth > len(unknown):
            return None
    return depth


def centre_of(problem: Any) -> Floats:
    """Return where the linear part of the memory is taken, (d, 1)."""
    source, d = without_symbols(problem), problem.dimension
    centre = source.about.start or [0.5] * d
    return np.reshape(np.array(centre if source.starts is None else source.starts[0]), (d, 1))


# --- private helpers ----------------------------------------------------------------------------


def _decay(seen: Floats) -> float:
    """Return the mean factor of the changes, over the later half of those that mean something."""
    size = float(np.abs(seen).max())
    if not np.isfinite(size):
        return 1.0
    gaps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    known = np.flatnonzero(gaps > _ROUNDING * size)
    if len(known) < 3:
        return 0.0
    first, last = known[len(known) // 2], known[-1]
    return float(min(1.0, (gaps[last] / gaps[first]) ** (1 / max(1, last - first))))
