"""Step sizes and starts that suit a problem, and how stiff it is.

The measure of all step sizes is gamma |f'|: gradient descent on a quadratic has a modified equation
only for gamma lambda < 1, where log(1 - gamma lambda) is real.
"""

from __future__ import annotations

import numpy as np

from bea.arrays import Floats
from bea.errors import DomainError, StepSizeError
from bea.fields import VectorField
from bea.fields.jacobians import stiffness
from bea.fields.vector_field import lanes_of
from bea.flows import flow
from bea.flows.deterministic.times import check_count
from bea.flows.deterministic.trajectory import point_text

# The largest default step size of a method of order p has gamma |f'| = 0.2 p^0.8: a method of high
# order is so exact at smaller ones that nothing stands clear of rounding, ...
_LARGEST = 0.2
_GROWTH = 0.8
# ... and the smallest is this much smaller: with order 5 that is seven decades of error.
_SPAN = 24.0
_MOST_STEPS = 1e7
_AFFORDABLE = 2e4  # steps of a run that takes seconds
_SPREAD = 0.05  # default starts lie this far around the problem's own, in widths of its window


def default_starts(problem: VectorField, count: int = 9) -> Floats:
    """Return at most `count` starts around the problem's own, (count, d).

    A problem that brings starts with it, such as a network with its weights, has these alone.

    They are spread evenly (a Kronecker sequence of irrational steps), always the same, and only
    where the field is defined. A problem without a start has them around (1/2, 1/2, ...).

    Raises
    ------
    DomainError
        If the field is defined at none of them.
    """
    check_count(count, "count")
    own = getattr(problem, "starts", None)
    if own is not None:
        return np.array(own[:count])
    d = problem.dimension
    centre = np.array(problem.about.start or [0.5] * d, dtype=float)
    window = np.array(problem.about.window or [(-1.0, 1.0)] * d, dtype=float)
    width = _SPREAD * (window[:, 1] - window[:, 0])
    steps = np.sqrt([2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0][:d] + [23.0] * max(0, d - 8))
    fractions = np.outer(np.arange(4 * count), steps) % 1.0
    candidates = centre + width * (2 * fractions - 1)
    candidates[0] = centre
    inside = problem.domain()
    usable = candidates if inside is None else candidates[inside(lanes_of(candidates, d))]
    if not len(usable):
        raise DomainError(
            f"'{problem.name}' is not defined near {point_text(centre)}, where the default starts "
            "are: give starts"
        )
    return usable[:count]


def affordable_time(rate: float) -> float:
    """Return the time in which the smallest step size of `spread_gammas` takes 20,000 steps.

    >>> round(24 * affordable_time(2.0) / 0.1)
    20000
    """
    return _AFFORDABLE * _LARGEST / (_SPAN * rate)


def largest_product(leading: int) -> float:
    """Return gamma |f'| at the largest default step size of a method of an order of accuracy.

    >>> round(largest_product(1), 3), round(largest_product(4), 3)
    (0.2, 0.606)
    """
    return float(_LARGEST * leading**_GROWTH)


def default_gammas(
    problem: VectorField,
    starts: Floats,
    time: float,
    count: int = 12,
    samples: int = 1,
    leading: int = 1,
    limit: float = 1.0,
) -> Floats:
    """Return `count` step sizes time/n, largest first, that suit the problem near these starts.

    `leading` is the order of accuracy of the method, and `limit` the gamma |f'| up to which its
    modified equation means something. All are whole fractions of time/samples, so
    that every step size is compared at the same times.

    Raises
    ------
    StepSizeError
        If the time is not positive and finite.
    DimensionError
        If `count` or `samples` is no whole number, at least 1.
    """
    _check_time(time)
    path = flow(problem, starts, [1.0], np.linspace(0.0, time, 9), rtol=1e-8, estimate_error=False)
    points = path.values[np.isfinite(path.values).all(axis=-1)]
    rate = max(stiffness(problem, points) / limit, 1.0 / time)
    return spread_gammas(rate, time, count, samples, leading)


def spread_gammas(
    rate: float, time: float, count: int = 12, samples: int = 1, leading: int = 1
) -> Floats:
    """Return `count` step sizes time/n, largest first, which suit where gamma rate < 1 is needed.

    Other parameters, and errors, are those of `default_gammas`.

    >>> spread_gammas(2.0, 1.0, count=4)
    array([0.1       , 0.03448276, 0.01204819, 0.00416667])
    """
    check_count(count, "count")
    check_count(samples, "samples")
    _check_time(time)
    piece = time / samples
    fewest = max(1.0, np.ceil(piece * rate / largest_product(leading)))
    if not fewest * _SPAN < _MOST_STEPS:
        raise StepSizeError(
            f"time {time:g} would take more than {_MOST_STEPS:.0e} steps: choose a shorter time"
        )
    numbers = np.unique(np.rint(np.geomspace(fewest, fewest * _SPAN, count)).astype(int))
    following = numbers[-1] + 1
    while len(numbers) < count:  # rounding made some equal: go on beyond the smallest step size
        numbers = np.append(numbers, following)
        following += 1
    return piece / numbers


# --- private helpers ----------------------------------------------------------------------------


def _check_time(time: float) -> None:
    if not (np.isfinite(time) and time > 0):
        raise StepSizeError(f"time {time:g} must be positive and finite")
