"""A second choice of step sizes and time, once a first measurement has shown what it can.

A method of high order reaches the error floor within a factor of two or three of its largest step
size: a second choice has as many step sizes again within that range, and keeps those of the first,
which the flows of lower orders need. Where runs stopped early, a shorter time is tried.
"""

from __future__ import annotations

import numpy as np

from bea.arrays import Floats
from bea.measure.order.order_fit import CLEAR
from bea.measure.order.study import DriftStudy

# With so many of them the fit is as good as it gets; a single one shows no range to choose from.
_ENOUGH = 8


def gammas_that_stand_clear(study: DriftStudy) -> Floats | None:
    """Return the step sizes of a study and as many more where its curves stand clear of the floor.

    None where every curve has enough of them, or none shows where.

    >>> gammas = 1 / np.array([10.0, 20.0, 40.0, 80.0])
    >>> distances, ones = gammas[None, :, None, None] ** 6, np.ones((1, 4, 1, 1))
    >>> study = DriftStudy(
    ...     "drift", "m", "p", "", np.array([5]), (6,), gammas, np.zeros((1, 1)),
    ...     np.ones((4, 1)), distances, 1e-10 * ones)
    >>> np.rint(1 / gammas_that_stand_clear(study))
    array([10., 13., 17., 20., 23., 30., 40., 80.])
    """
    counts = [_clear(study, i) for i, power in enumerate(study.expected) if power is not None]
    wanting = [count for count in counts if 2 <= count < min(_ENOUGH, len(study.gammas))]
    if not wanting:
        return None
    gammas = np.sort(study.gammas)[::-1]
    time = float(study.times.max())
    steps = np.rint(time / gammas)
    within = np.rint(np.geomspace(steps[0], steps[min(wanting)], len(steps) + 2))
    return time / np.unique(np.concatenate([steps, within]))


# --- private helpers ----------------------------------------------------------------------------


def _clear(study: DriftStudy, index: int) -> int:
    """Return how many of the largest step sizes stand clear, up to the first that does not."""
    distance, floor = study.curve(index)
    ranked = np.argsort(study.gammas)[::-1]
    with np.errstate(invalid="ignore"):
        clear = (distance > CLEAR * floor)[ranked]
    return len(clear) if clear.all() else int(np.argmin(clear))
