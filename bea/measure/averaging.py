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
from numpy.typing import NDArray

from bea.errors import BeaError
from bea.fields import Loss
from bea.fields.exact import as_rational, exact
from bea.flows import Ensemble, Estimate
from bea.methods import Batches
from bea.problems import FiniteSum

__all__ = ["AverageNoise", "averaged_covariance", "averaged_loss", "tail_average"]

Floats = NDArray[np.float64]
Matrix = tuple[tuple[fmpq, ...], ...]

_MOST = 24  # unknowns of z: a matrix equation in their square is solved exactly
# Powers of M with more binary digits than _LONG are rounded to _BITS of them.
_LONG, _BITS = 4096, 512


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
        return np.array(_floats(fmpq_mat(self.last))), np.array(_floats(fmpq_mat(self.average)))

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
    batches: int | Batches = 1,
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
    way = batches if isinstance(batches, Batches) else Batches(batches)
    size, momentum = _rational(gamma, "the step size"), _rational(beta, "the momentum")
    for number, what in ((count, "count"), (every, "every")):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            raise BeaError(f"{what} is {number!r}: give a whole number, at least 1")
    if not (size > 0 and 0 <= momentum < 1):
        raise BeaError(f"step size {size} and momentum {momentum}: γ > 0 and 0 ≤ β < 1 are needed")
    curvature, sigma = _constants(total, way)
    d, with_memory = total.dimension, momentum != 0
    step, noise = _recursion(curvature, sigma, size, momentum, with_memory)
    variance = _stationary(step, noise)
    mean = _mean_covariance(step, variance, int(count), int(every))
    inverse = curvature.inv()
    return AverageNoise(
        _block(variance, d), _block(mean, d), _block(inverse * sigma * inverse, d),
        _block(curvature, d),
    )  # fmt: skip


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


def _constants(total: FiniteSum, batches: Batches) -> tuple[fmpq_mat, fmpq_mat]:
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


def _recursion(
    curvature: fmpq_mat, sigma: fmpq_mat, gamma: fmpq, beta: fmpq, with_memory: bool
) -> tuple[fmpq_mat, fmpq_mat]:
    """Return M and Q of z = θ − θ*, or with memory of (θ − θ*, v)."""
    d = curvature.nrows()
    one, push, noise = _identity(d), -gamma * curvature, gamma**2 * sigma
    if not with_memory:
        return one + push, noise
    # v₊ = βv − γHθ + ζ, θ₊ = θ + v₊.
    step = _stack([[one + push, beta * one], [push, beta * one]])
    return step, _stack([[noise, noise], [noise, noise]])


def _stationary(step: fmpq_mat, noise: fmpq_mat) -> fmpq_mat:
    """Return V = M V Mᵀ + Q, from linear equations for its upper triangle."""
    size = step.nrows()
    if size > _MOST:
        raise BeaError(f"the noise of {size} numbers is more than is solved exactly: {_MOST}")
    eigenvalues = np.linalg.eigvals(np.array(_floats(step)))
    if np.abs(eigenvalues).max() >= 1:
        raise BeaError(
            "the recursion is not stable, so that there is no stationary noise: take a smaller "
            "step size"
        )
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    place = {pair: k for k, pair in enumerate(pairs)}
    rows = []
    for i, j in pairs:
        row = [fmpq(0)] * len(pairs)
        row[place[i, j]] += 1
        for k in range(size):
            for m in range(size):
                row[place[min(k, m), max(k, m)]] -= step[i, k] * step[j, m]
        rows.append(row)
    found = fmpq_mat(rows).solve(fmpq_mat([[noise[i, j]] for i, j in pairs]))
    return fmpq_mat(
        [[found[place[min(i, j), max(i, j)], 0] for j in range(size)] for i in range(size)]
    )


def _mean_covariance(step: fmpq_mat, variance: fmpq_mat, count: int, every: int) -> fmpq_mat:
    """Return the covariance of the mean of n iterates."""
    one, ahead = _identity(step.nrows()), _power(step, every)
    inverse = (one - ahead).inv()
    resolvent = ahead * inverse
    later = (
        fmpq(count) * resolvent - resolvent * (one - _power(ahead, count)) * inverse
    ) * variance
    return (fmpq(count) * variance + later + later.transpose()) * fmpq(1, count**2)


def _power(matrix: fmpq_mat, exponent: int) -> fmpq_mat:
    found, base = _identity(matrix.nrows()), matrix
    while exponent:
        if exponent % 2:
            found = _rounded(found * base)
        base, exponent = _rounded(base * base), exponent // 2
    return found


def _rounded(matrix: fmpq_mat) -> fmpq_mat:
    """Return the matrix, with entries that have very many digits rounded."""
    rows = matrix.tolist()
    if all(int(x.q).bit_length() <= _LONG for row in rows for x in row):
        return matrix
    unit = fmpq(1, 2**_BITS)
    return fmpq_mat([[unit * ((2**_BITS * x.p) // x.q) for x in row] for row in rows])


def _identity(size: int) -> fmpq_mat:
    return fmpq_mat([[fmpq(int(i == j)) for j in range(size)] for i in range(size)])


def _stack(blocks: list[list[fmpq_mat]]) -> fmpq_mat:
    return fmpq_mat(
        [
            [block[i, j] for block in row for j in range(block.ncols())]
            for row in blocks
            for i in range(row[0].nrows())
        ]
    )


def _block(matrix: fmpq_mat, size: int) -> Matrix:
    return tuple(tuple(fmpq(matrix[i, j]) for j in range(size)) for i in range(size))


def _floats(matrix: fmpq_mat) -> list[list[float]]:
    return [[int(x.p) / int(x.q) for x in row] for row in matrix.tolist()]


def _half_trace(a: Matrix, b: Matrix) -> fmpq:
    size = range(len(a))
    return sum((a[i][j] * b[j][i] for i in size for j in size), start=fmpq(0)) / 2


def _kept(runs: Ensemble) -> Floats:
    """Return the points (records, runs, d) of the runs that did not fail."""
    if runs.points is None:
        raise BeaError("the ensemble kept no points: run it with keep=True and records to average")
    points = runs.points[:, runs.ok]
    if points.shape[1] < 2:
        raise BeaError("fewer than two runs did not fail: there is no error of a mean")
    return points


def _squares(points: Floats, centre: Any) -> Estimate:
    squares = (points - np.asarray(centre, dtype=float)) ** 2
    error = squares.std(axis=0, ddof=1) / np.sqrt(len(squares))
    return Estimate(squares.mean(axis=0), np.asarray(error))
