"""Averages of the last iterates on a quadratic: what their noise is, exactly, and what they gain.

On L = ½ (θ − θ*)ᵀ H (θ − θ*) with gradient noise of constant covariance Σ, SGD with momentum is the
linear recursion z₊ = M z + ζ of z = (θ − θ*, v) with ζ = −γ(ξ, ξ), Cov ξ = Σ. Its stationary
covariance solves V = M V Mᵀ + Q, and that of the mean of n iterates, each a number of steps after
the one before, with A = M^every, is

    (1/n²) (n V + W + Wᵀ),   W = Σ_(k<n) (n − k) A^k V = (n R − R (I − A^n)(I − A)⁻¹) V,

with R = A (I − A)⁻¹. In one dimension without momentum, with ρ = 1 − γh and v = γσ²/(h(2 − γh)),

    v/n · ((1 + ρ)/(1 − ρ) − 2ρ(1 − ρⁿ)/(n(1 − ρ)²)) → σ²/(n h²):

whatever the step size and the momentum, a long average is as good as it can be.
Source: Polyak and Juditsky, SIAM J. Control Optim. 30 (1992) 838; for weights of networks Izmailov
et al., Averaging weights leads to wider optima and better generalization, UAI 2018.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from bea.algebra.language.reals import real_numbers
from bea.algebra.ring.exact import as_rational, exact
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import Loss
from bea.flows import Ensemble, Estimate
from bea.measure.training.linear_noise import (
    Matrix,
    block,
    floats,
    mean_covariance,
    recursion,
    stationary,
)
from bea.measure.training.temperature import sampling
from bea.noise import Noise
from bea.patience import told
from bea.problems import FiniteSum


@dataclass(frozen=True)
class AverageNoise:
    """The stationary noise of one iterate, and of the mean of several.

    Attributes
    ----------
    last, average
        The covariances (d, d) of an iterate and of the mean: exact, but that for thousands of
        iterates what is left of the first one is rounded to 512 binary digits.
    limit
        H⁻¹ Σ H⁻¹: n times the covariance of the mean of n iterates, each a step after the one
        before, tends to it.
    hessian
        H.
    """

    last: Matrix
    average: Matrix
    limit: Matrix
    hessian: Matrix

    @property
    def numbers(self) -> tuple[Floats, Floats]:
        """The covariances of an iterate and of the mean, as arrays (d, d) of floats."""
        return np.array(floats(fmpq_mat(self.last))), np.array(floats(fmpq_mat(self.average)))

    @property
    def excess(self) -> tuple[fmpq, fmpq]:
        """The mean of L − L* at an iterate and at the average, ½ tr(H V)."""
        return _half_trace(self.hessian, self.last), _half_trace(self.hessian, self.average)

    @property
    def gain(self) -> fmpq:
        """How many times smaller the excess loss of the average is; 1 where there is no noise."""
        last, average = self.excess
        return last / average if average != 0 else fmpq(1)


def tail_average(
    total: FiniteSum,
    gamma: Any,
    count: int,
    *,
    batches: int | Noise = 1,
    beta: Any = 0,
    every: int = 1,
) -> AverageNoise:
    """Return the stationary noise of the mean of n iterates of SGD on a quadratic.

    Parameters
    ----------
    total
        A finite sum whose Hessian and gradient covariance are the same everywhere.
    gamma, beta
        Step size and momentum (of the heavy ball θ₊ = θ + v₊, v₊ = βv − γ∇L), exact.
    count, every
        n, and how many steps there are from one to the next that is averaged.
    batches
        How the batch of each step is drawn, or its size.

    Raises
    ------
    BeaError
        If the loss is no quadratic with one minimum, its noise depends on θ, a number is not
        rational, or the recursion is not stable.

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.noisy_quadratic("1")
    >>> noise = tail_average(total, "1/2", 2)
    >>> noise.last, noise.average, noise.limit
    (((1/3,),), ((1/4,),), ((1,),))
    """
    way = sampling(total, batches)
    size, momentum = _rational(gamma, "the step size"), _rational(beta, "the momentum")
    for number, what in ((count, "count"), (every, "every")):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            raise BeaError(f"{what} is {number!r}: give a whole number, at least 1")
    if not (size > 0 and 0 <= momentum < 1):
        raise BeaError(f"step size {size} and momentum {momentum}: γ > 0 and 0 ≤ β < 1 are needed")
    curvature, sigma = _constants(total, way)
    d, with_memory = total.dimension, momentum != 0
    step, noise = recursion(curvature, sigma, size, momentum, with_memory)
    variance = stationary(step, noise)
    mean = mean_covariance(step, variance, int(count), int(every))
    inverse = curvature.inv()
    return AverageNoise(
        block(variance, d), block(mean, d), block(inverse * sigma * inverse, d),
        block(curvature, d),
    )  # fmt: skip


@told("averaging")
def averaged_covariance(runs: Ensemble, centre: Any) -> tuple[Estimate, Estimate]:
    """Return the mean squares (d,) about a point of the last and of the averaged iterate.

    Parameters
    ----------
    runs
        An ensemble with `keep=True` and a record at each iterate that is averaged.
    centre : (d,)
        The minimum.

    Raises
    ------
    BeaError
        If the points were not kept, or fewer than two runs did not fail.

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.noisy_quadratic("1")
    >>> runs = bea.ensemble("gradient-descent", total, [0], gamma="1/2", steps=52, runs=20_000,
    ...     record=[51, 52], keep=True, seed=1)
    >>> last, average = averaged_covariance(runs, [0])
    >>> bool(abs(last.mean[0] - 1/3) < 4 * last.error[0])
    True
    >>> bool(abs(average.mean[0] - 1/4) < 4 * average.error[0])
    True
    """
    points = _kept(runs)
    return _squares(points[-1], centre), _squares(points.mean(axis=0), centre)


def averaged_loss(runs: Ensemble, loss: Loss, counts: Sequence[int]) -> Estimate:
    """Return the mean loss at the averages of the last n records, for several n.

    Parameters
    ----------
    runs
        An ensemble with `keep=True` and a record at each iterate that is averaged.
    loss
        L.
    counts : (counts,)
        How many records to average.

    Raises
    ------
    BeaError
        If the points were not kept, there are not as many records, or fewer than two runs did not
        fail.

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.noisy_quadratic("1")
    >>> runs = bea.ensemble("gradient-descent", total, [0], gamma="1/2", steps=52, runs=20_000,
    ...     record=[51, 52], keep=True, seed=1)
    >>> found = averaged_loss(runs, bea.Loss.read("x**2/2"), [1, 2])  # 1/6 and 1/8
    >>> bool(np.all(np.abs(found.mean - [1/6, 1/8]) < 4 * found.error))
    True
    """
    points = _kept(runs)
    if not isinstance(counts, Sequence | np.ndarray) or not len(counts):
        raise BeaError(f"the counts are {counts!r}: give how many records to average, such as [1]")
    for count in counts:
        if not 1 <= count <= len(points):
            raise BeaError(f"an average of {count} of {len(points)} records: choose fewer")
    values = np.array([loss.at(points[-count:].mean(axis=0)) for count in counts])
    error = values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
    return Estimate(values.mean(axis=1), np.asarray(error))


# --- private helpers ----------------------------------------------------------------------------


def _rational(value: Any, what: str) -> fmpq:
    found = as_rational(exact(value, what))
    if found is None:
        raise BeaError(f"{what} is {value}: give a rational number, such as 1/10")
    return found


def _constants(total: FiniteSum, batches: Noise) -> tuple[fmpq_mat, fmpq_mat]:
    """Return H and Σ as exact matrices, or say that they are not constant."""
    slopes = [[-entry for entry in part.gradient()] for part in total.components]
    curvature = _numbers(slopes, f"'{total.name}' is no quadratic: its Hessian has the entry")
    sigma = _numbers(
        total.covariance(batches),
        f"the gradient noise of '{total.name}' depends on where one is: its covariance has",
    )
    if curvature.det() == 0:
        raise BeaError(f"'{total.name}' has no single minimum: its Hessian is singular")
    return curvature, sigma


def _numbers(rows: Any, problem: str) -> fmpq_mat:
    found = [[entry.as_rational() for entry in row] for row in rows]
    for row, values in zip(rows, found, strict=True):
        for entry, value in zip(row, values, strict=True):
            if value is None:
                raise BeaError(f"{problem} {entry}; use with_gradient_covariance on a quadratic")
    return fmpq_mat(found)


def _half_trace(a: Matrix, b: Matrix) -> fmpq:
    size = range(len(a))
    return sum((a[i][j] * b[j][i] for i in size for j in size), start=fmpq(0)) / 2


def _kept(runs: Ensemble) -> Floats:
    """Return the points (records, runs, d) of the runs that did not fail."""
    if not isinstance(runs, Ensemble):
        raise BeaError(f"a {type(runs).__name__} has no runs: give an ensemble")
    if runs.points is None:
        raise BeaError("the ensemble kept no points: run it with keep=True and records to average")
    points = runs.points[:, runs.ok]
    if points.shape[1] < 2:
        raise BeaError("fewer than two runs did not fail: there is no error of a mean")
    return points


def _squares(points: Floats, centre: Any) -> Estimate:
    middle = real_numbers(centre, "the centre")
    if middle.shape != points.shape[1:]:
        raise DimensionError(
            f"the centre has shape {middle.shape} for {points.shape[1]} variable(s): give one point"
        )
    squares = (points - middle) ** 2
    error = squares.std(axis=0, ddof=1) / np.sqrt(len(squares))
    return Estimate(squares.mean(axis=0), np.asarray(error))
