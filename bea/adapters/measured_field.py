"""The modified field read off iterates: no formula of the method is involved.

Once their memory has settled, the iterates are theta_n = theta(n gamma) on a curve of the modified
flow, so that f~(theta_n) = (1/gamma) d theta_n / dn. The derivative is by central differences,

    d theta_n / dn = sum over j = 1 ... m of c_j (theta_(n+j) - theta_(n-j)) + O(d^(2m+1)),
    c_j = (-1)^(j+1) (m!)^2 / (j (m - j)! (m + j)!),

of every order 2m up to a highest one, and the one that is estimated to be the best is kept.
Source: Fornberg, Math. Comp. 51 (1988) 699-706. What the values say about single powers of gamma is
left to `bea.adapters.measured_terms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import DimensionError, MethodError
from bea.flows import Trajectory, iterate
from bea.flows.deterministic.lanes import Field
from bea.flows.deterministic.times import check_count, check_gammas
from bea.methods import Method

EPSILON = float(np.finfo(np.float64).eps)
# A run that misses the point by more than this part of its size was not aimed well enough.
_MISS = 1e-9
# Below this, what is left is the rounding of the iterates.
_GOOD = 1e-12


@dataclass(frozen=True, eq=False)
class MeasuredField:
    """Values of the modified field along iterates.

    Attributes
    ----------
    gammas : (gammas,)
        Step sizes.
    points : (gammas, starts, samples, d)
        The iterates at which the field was measured.
    values : (gammas, starts, samples, d)
        The field there; NaN where the run had failed, and nowhere else.
    error : (gammas, starts, samples)
        Estimate of the largest error of a component: what the last raise of the order changed, and
        rounding. NaN where the value is. It knows nothing of memory that has not settled.
    """

    gammas: Floats
    points: Floats
    values: Floats
    error: Floats

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Mask (gammas, starts, samples) of the values that could be measured."""
        return np.isfinite(self.error)


@either_number
def measured_field(run: Trajectory, *, burn_in: int = 0, width: int = 6) -> MeasuredField:
    """Read the modified field off iterates, by differences in n.

    Parameters
    ----------
    run
        Iterates of which every step is a sample, as from `bea.iterate(..., steps=n)`.
    burn_in : int
        How many samples to leave out at the start, until the memory has settled: a memory of rate
        beta is gone to rounding after log(2.2e-16)/log(beta) steps, 342 for 0.9.
    width : int
        How many neighbours on either side to use at most; the highest order is twice that.

    Returns
    -------
    MeasuredField
        At all samples but the first burn_in + width and the last `width`.

    Raises
    ------
    DimensionError
        If there are too few samples, or not every step is one.

    Examples
    --------
    >>> import bea
    >>> decay = bea.problems.loss("x**2/2")
    >>> run = bea.iterate(bea.methods.gradient_descent(), decay, [[1.0]], [0.1], steps=13)
    >>> field = measured_field(run)
    >>> print((field.values / field.points).round(9).ravel(), np.log(0.9).round(10) / 0.1)
    [-1.05360516] -1.053605157
    """
    _check_run(run, burn_in, width)
    kept = run.values[:, :, burn_in:]
    with np.errstate(invalid="ignore"):
        slopes, error = _derivatives(kept, width)
    gamma = run.gammas[:, None, None]
    points = kept[:, :, width:-width]
    failed = np.isnan(error)
    return MeasuredField(
        gammas=run.gammas,
        points=points,
        values=np.where(failed[..., None], np.nan, slopes / gamma[..., None]),
        error=error / gamma,
    )


@either_number
def measured_field_at(
    method: Method,
    problem: Field,
    point: ArrayLike,
    gammas: ArrayLike,
    *,
    burn_in: int = 0,
    width: int = 6,
) -> MeasuredField:
    """Measure the modified field at one point, for several step sizes.

    Runs are aimed: their starts are moved, by Newton's method, until they pass through the point
    after burn_in + width steps. Only iterates are used.

    Parameters
    ----------
    method
        What to iterate: a method of bea, an optimizer or a black box.
    problem
        What it is iterated on; for a black box that needs none, `Anywhere(d)`.
    point : (d,)
    gammas : (gammas,)
    burn_in, width : int
        See `measured_field`.

    Returns
    -------
    MeasuredField
        With one start and one sample: values of shape (gammas, 1, 1, d).

    Raises
    ------
    MethodError
        If no run that passes through the point is found.

    Examples
    --------
    >>> import bea
    >>> decay = bea.problems.loss("x**2/2")
    >>> euler = bea.methods.gradient_descent()
    >>> measured_field_at(euler, decay, [2.0], [0.1, 0.01]).values.ravel().round(8)
    array([-2.10721031, -2.01006717])
    """
    sizes = check_gammas(gammas)
    target = np.asarray(point, dtype=np.float64)
    if target.shape != (problem.dimension,):
        raise DimensionError(
            f"the point has shape {target.shape}: give one point of {problem.dimension} components"
        )
    _check_widths(burn_in, width)
    starts = _aimed(method, problem, target, sizes, burn_in + width)
    steps = burn_in + 2 * width
    run = iterate(method, problem, starts, sizes, steps=steps, include_start=True)
    return measured_field(run, burn_in=burn_in, width=width)


# --- differences --------------------------------------------------------------------------------


def _derivatives(values: Floats, width: int) -> tuple[Floats, Floats]:
    """Return d/dn (..., samples, d) of values (..., n, d), and the error (..., samples)."""
    scale = EPSILON * np.abs(values).max(axis=(-2, -1))[..., None]
    previous = _central(values, width, 1)
    best, least = previous, np.full(previous.shape[:-1], np.inf)
    for half in range(2, width + 1):
        current = _central(values, width, half)
        # Each iterate is rounded, and carries the roundings of the steps on its way.
        rounding = scale * sum(2 * (1 + j) * abs(c) for j, c in _weights(half))
        error = np.abs(current - previous).max(axis=-1) + rounding
        better = ~(error >= least)
        best = np.where(better[..., None], current, best)
        least = np.where(better, error, least)
        previous = current
    return best, least


def _central(values: Floats, width: int, half: int) -> Floats:
    count = values.shape[-2] - 2 * width
    total = np.zeros((*values.shape[:-2], count, values.shape[-1]))
    for j, weight in reversed(_weights(half)):
        ahead = values[..., width + j : width + j + count, :]
        behind = values[..., width - j : width - j + count, :]
        total += weight * (ahead - behind)
    return total


def _weights(half: int) -> list[tuple[int, float]]:
    """Return (j, c_j) of the central difference with so many neighbours on either side."""
    square = factorial(half) ** 2
    return [
        (j, (-1) ** (j + 1) * square / (j * factorial(half - j) * factorial(half + j)))
        for j in range(1, half + 1)
    ]


def _check_run(run: Trajectory, burn_in: int, width: int) -> None:
    _check_widths(burn_in, width)
    counts = run.times / run.gammas[:, None]
    if counts.shape[1] > 1 and not np.allclose(np.diff(counts), 1, rtol=0, atol=1e-6):
        raise DimensionError("not every step is a sample: iterate with steps=n instead of time")
    need = burn_in + 2 * width + 1
    if counts.shape[1] < need:
        raise DimensionError(
            f"{counts.shape[1]} samples are too few: burn_in={burn_in} and width={width} need "
            f"{need}, so take more steps"
        )


def _check_widths(burn_in: int, width: int) -> None:
    check_count(burn_in + 1, "burn_in + 1")
    check_count(width, "width")
    if width < 2:
        raise DimensionError("width=1 leaves no lower order to compare with: give at least 2")


# --- aiming -------------------------------------------------------------------------------------


def _aimed(method: Method, problem: Field, target: Floats, gammas: Floats, steps: int) -> Floats:
    """Return starts (gammas, 1, d) whose runs are at the target after so many steps."""
    starts = np.empty((len(gammas), len(target)))
    way, known = np.zeros_like(target), 1.0
    for i in np.argsort(gammas):
        # The way back is about proportional to gamma, which makes a good guess from the last one.
        guess = target + way * (gammas[i] / known)
        starts[i] = _aim(_Shot(method, problem, target, gammas[i], steps), guess)
        way, known = starts[i] - target, gammas[i]
    return starts[:, None, :]


@dataclass(frozen=True, eq=False)
class _Shot:
    """A run that is to be at the target after so many steps."""

    method: Method
    problem: Field
    target: Floats
    gamma: float
    steps: int

    @property
    def size(self) -> float:
        """What distances are compared with."""
        return float(1 + np.abs(self.target).max())

    def miss(self, start: Floats) -> tuple[float, Floats]:
        """Return the largest component of the miss, and Newton's correction of the start."""
        nudge = 1e-6 * self.size
        starts = np.vstack([start, start + nudge * np.eye(len(start))])
        if not np.isfinite(starts).all():
            return np.inf, np.zeros_like(start)
        run = iterate(self.method, self.problem, starts, self.gamma, steps=self.steps)
        ends = run.values[0, :, -1]
        if not np.isfinite(ends).all():
            return np.inf, np.zeros_like(start)
        jacobian = (ends[1:] - ends[0]).T / nudge
        off = ends[0] - self.target
        return float(np.abs(off).max()), np.linalg.lstsq(jacobian, off, rcond=None)[0]


def _aim(shot: _Shot, start: Floats) -> Floats:
    """Return the start whose run hits, by Newton's method with steps halved while they worsen."""
    miss, correction = shot.miss(start)
    for _ in range(60):
        if miss <= 2 * EPSILON * shot.size:
            break
        trial = start - correction
        further, following = shot.miss(trial)
        if further < miss:
            start, miss, correction = trial, further, following
        elif miss <= _GOOD * shot.size:
            break
        else:
            correction = correction / 2
    if not miss <= _MISS * shot.size:
        raise MethodError(
            f"no run with gamma={shot.gamma:g} was found that is at the point after {shot.steps} "
            "steps: shorten the burn-in, take smaller step sizes, or another point"
        )
    return start
