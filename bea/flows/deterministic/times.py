"""Step sizes and the times at which iterates and flows are compared.

Iterates exist only at whole multiples of the step size. For each time t_j that is wished for, a
step size γ therefore gets the nearest multiple n_j γ, and the flows are sampled at those times.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.reals import real_number, real_numbers
from bea.errors import BeaError, DimensionError, StepSizeError

# Times of samples over all step sizes. Each takes some bytes for every component of every start.
MAX_SAMPLES = 10_000_000


def check_gammas(gammas: ArrayLike) -> NDArray[np.float64]:
    """Return the step sizes as a float64 array (gammas,).

    Raises
    ------
    StepSizeError
        If one is not positive and finite, or there is none.
    DimensionError
        If they are neither a number nor one-dimensional.

    >>> check_gammas(0.1)
    array([0.1])
    """
    array = np.atleast_1d(real_numbers(gammas, "the step sizes"))
    if array.ndim != 1:
        raise DimensionError(
            f"step sizes have shape {array.shape}; give a number or a one-dimensional array"
        )
    if not array.size:
        raise StepSizeError("there is no step size; give at least one gamma")
    bad = array[~(np.isfinite(array) & (array > 0))]
    if bad.size:
        raise StepSizeError(f"step size gamma={bad[0]:g} must be positive and finite")
    return array


def positive_time(time: Any) -> float:
    """Return a time as a float; `StepSizeError` if it is not positive and finite."""
    time = real_number(time, "the time")
    if not (math.isfinite(time) and time > 0):
        raise StepSizeError(f"time {time:g} must be positive and finite")
    return time


def sample_steps(
    gammas: ArrayLike, time: float, samples: int = 1, *, include_start: bool = False
) -> NDArray[np.int64]:
    """Numbers of steps n_j ≈ t_j/γ after which each step size is sampled, t_j = time·j/samples.

    Parameters
    ----------
    gammas : (gammas,)
    time : float
        The last time wished for, in the units of γ.
    samples : int
        How many times, evenly spaced, besides the start.
    include_start : bool
        Whether n_0 = 0 comes first.

    Returns
    -------
    (gammas, samples) or (gammas, samples + 1) of int64, never decreasing along a row.

    Raises
    ------
    StepSizeError
        If a step size or the time is not positive and finite, or a step size is so much longer
        than the time that not one step fits.

    >>> sample_steps([0.1, 0.3], time=1.0, samples=2)
    array([[ 5, 10],
           [ 2,  3]])
    """
    steps = check_gammas(gammas)
    time = positive_time(time)
    check_count(samples, "samples")
    check_samples(len(steps), samples)
    wished = time * np.arange(0 if include_start else 1, samples + 1) / samples
    counts = np.rint(wished / steps[:, None])
    if not counts[:, -1].all():
        gamma = steps[counts[:, -1] == 0][0]
        raise StepSizeError(
            f"step size gamma={gamma:g} is more than twice the time {time:g}; "
            "lengthen the time or take smaller steps"
        )
    if counts.max() > 2**62:
        raise StepSizeError(f"step size gamma={steps.min():g} is too small for the time {time:g}")
    return counts.astype(np.int64)


def sample_times(gammas: ArrayLike, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the times nγ (gammas, times) that belong to `sample_steps`, computed in one way only.

    >>> sample_times([0.25, 0.5], np.array([[4], [2]]))
    array([[1.],
           [1.]])
    """
    return counts * check_gammas(gammas)[:, None]


def check_one_length(steps: object, time: object) -> None:
    """Refuse a number of steps and a time that are both given."""
    if steps is not None and time is not None:
        raise StepSizeError("steps and time are both given: give one of them")


def check_count(count: int, name: str) -> None:
    """Refuse a count that is not a positive whole number."""
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise DimensionError(f"{name}={count} must be a whole number, at least 1")


def check_samples(gammas: int, samples: int) -> None:
    """Refuse more samples than memory holds.

    >>> check_samples(12, 10**9)
    Traceback (most recent call last):
    bea.errors.StepSizeError: 1e+09 samples for each of 12 step sizes are more than the limit ...
    """
    if gammas * samples > MAX_SAMPLES:
        raise StepSizeError(
            f"{samples:.3g} samples for each of {gammas} step sizes are more than the limit of "
            f"{MAX_SAMPLES:,} in all: take fewer"
        )


def check_progress(progress: object) -> None:
    """Refuse what cannot be told how far the work is: neither None nor callable."""
    if progress is not None and not callable(progress):
        raise BeaError(
            f"progress is a {type(progress).__name__}: give a function that is told how far the "
            "work is, or None"
        )
