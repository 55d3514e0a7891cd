"""Step sizes and starts that suit a problem, and how stiff it is.

The measure of all step sizes is gamma |f'|: gradient descent on a quadratic has a modified equation
only for gamma lambda < 1, where log(1 - gamma lambda) is real.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.errors import DomainError, StepSizeError
from bea.fields import VectorField
from bea.fields.conversions import to_program
from bea.fields.numpy_code import compile_program
from bea.fields.vector_field import lanes_of
from bea.flows import flow
from bea.flows.times import check_count
from bea.flows.trajectory import point_text

__all__ = ["default_gammas", "default_starts", "stiffness", "typical_stiffness"]

Floats = NDArray[np.float64]

# The largest default step size of a method of order p has gamma |f'| = 0.2 p^0.8: a method of high
# order is so exact at smaller ones that nothing stands clear of rounding, ...
_LARGEST = 0.2
_GROWTH = 0.8
# ... and the smallest is this much smaller: with order 5 that is seven decades of error.
_SPAN = 24.0
_MOST_STEPS = 1e7
_SPREAD = 0.05  # default starts lie this far around the problem's own, in widths of its window


def stiffness(problem: VectorField, points: Any) -> float:
    """Return the largest spectral norm of the Jacobian f' at points (..., d), in 1/time.

    >>> stiffness(VectorField.read("-x, -10*y"), [[1.0, 1.0]])
    10.0
    """
    return float(_rates(problem, points).max(initial=0.0))


def typical_stiffness(problem: VectorField, points: Any) -> float:
    """Return the median over points (..., d) of what `stiffness` takes the largest of.

    >>> typical_stiffness(VectorField.read("-x**3"), [[1.0], [2.0], [100.0]])
    12.0
    """
    return float(np.median(_rates(problem, points)))


def default_starts(problem: VectorField, count: int = 9) -> Floats:
    """Return at most `count` starts around the problem's own, (count, d).

    They are spread evenly (a Kronecker sequence of irrational steps), always the same, and only
    where the field is defined. A problem without a start has them around (1/2, 1/2, ...).

    Raises
    ------
    DomainError
        If the field is defined at none of them.
    """
    check_count(count, "count")
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


def default_gammas(
    problem: VectorField,
    starts: Floats,
    time: float,
    count: int = 12,
    samples: int = 1,
    leading: int = 1,
    limit: float = 1.0,
    typical: bool = False,
) -> Floats:
    """Return `count` step sizes time/n, largest first, that suit the problem near these starts.

    `leading` is the order of accuracy of the method, and `limit` the gamma |f'| up to which its
    modified equation means something. `typical` takes |f'| for what it is on the run of the middle
    start, as for a field with poles, and not on that of the stiffest. All are whole fractions of
    time/samples, so that every step size is compared at the same times.

    Raises
    ------
    StepSizeError
        If the time is not positive and finite.
    DimensionError
        If `count` or `samples` is no whole number, at least 1.
    """
    check_count(count, "count")
    check_count(samples, "samples")
    if not (np.isfinite(time) and time > 0):
        raise StepSizeError(f"time {time:g} must be positive and finite")
    path = flow(problem, starts, [1.0], np.linspace(0.0, time, 9), rtol=1e-8, estimate_error=False)
    rates = _rates(problem, path.values).reshape(path.values.shape[1:-1]).max(axis=-1)
    rate = max(float(np.median(rates) if typical else np.max(rates)), 1.0 / time)
    piece = time / samples
    fewest = max(1.0, np.ceil(piece * rate / (limit * _LARGEST * leading**_GROWTH)))
    if not fewest * _SPAN < _MOST_STEPS:
        raise StepSizeError(
            f"time {time:g} would take more than {_MOST_STEPS:.0e} steps: choose a shorter one"
        )
    numbers = np.unique(np.rint(np.geomspace(fewest, fewest * _SPAN, count)).astype(int))
    following = numbers[-1] + 1
    while len(numbers) < count:  # rounding made some equal: go on beyond the smallest step size
        numbers = np.append(numbers, following)
        following += 1
    return piece / numbers


# --- private helpers ----------------------------------------------------------------------------


def _rates(problem: VectorField, points: Any) -> Floats:
    """Return the spectral norms of f' at points (..., d), (n,); 0 where they are not finite."""
    entries = [c.derivative(j) for c in problem.components for j in range(problem.dimension)]
    function = compile_program(to_program(entries))
    lanes = lanes_of(points, problem.dimension)
    values = function(lanes, np.empty((len(entries), lanes.shape[1])))
    matrices = values.T.reshape(-1, problem.dimension, problem.dimension)
    finite = np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(lanes).all(axis=0)
    rates = np.zeros(len(matrices))
    rates[finite] = np.linalg.norm(matrices[finite], ord=2, axis=(1, 2))
    return rates
