"""Numbers with standard errors, read off means over groups of independent runs.

A number such as a rate or a time is no mean, but a function of means; its error is that of the
jackknife, from what it changes by when one group is left out. Source: Efron and Stein, The
jackknife estimate of variance, Ann. Statist. 9 (1981) 586-596.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats


class Measured(NamedTuple):
    """A number and its standard error."""

    value: float
    error: float


def jackknife(groups: Floats, statistic: Callable[[Floats], float]) -> Measured:
    """Return a function of the mean over groups of equal size, and its standard error.

    Parameters
    ----------
    groups : (groups, ...)
        The means over each group, at least two.
    statistic
        The function of the mean (...); smooth.

    Examples
    --------
    >>> jackknife(np.array([1.0, 2.0, 3.0]), float)  # of a mean: the usual error
    Measured(value=2.0, error=0.5773502691896257)
    """
    count, total = len(groups), groups.sum(axis=0)
    parts = np.array([statistic((total - part) / (count - 1)) for part in groups])
    error = np.sqrt((count - 1) / count * np.sum((parts - parts.mean()) ** 2))
    return Measured(statistic(total / count), float(error))


def log_slope(x: ArrayLike, values: Sequence[Measured]) -> Measured:
    """Return the exponent p of value ~ x^p: a straight line through the logarithms, weighted.

    Examples
    --------
    >>> slope = log_slope([1, 2, 4], [Measured(8, 0.1), Measured(4, 0.1), Measured(2, 0.1)])
    >>> round(slope.value, 9), round(slope.error, 3)
    (-1.0, 0.029)
    """
    logs = np.log(real_numbers(x, "x"))
    heights = np.log([value.value for value in values])
    weights = np.array([value.value / value.error for value in values]) ** 2
    away = logs - np.average(logs, weights=weights)
    spread = np.sum(weights * away**2)
    return Measured(float(np.sum(weights * away * heights) / spread), float(spread**-0.5))
