"""Noise of linear recursions z₊ = M z + ζ, exactly, in matrices of rational numbers.

Owns the recursion of SGD with momentum on a quadratic, its stationary covariance V = M V Mᵀ + Q,
and the covariance of a mean of iterates; the formulas are in `bea.measure.training.averaging`.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpq_mat

from bea.errors import BeaError

Matrix = tuple[tuple[fmpq, ...], ...]

_MOST = 24  # unknowns of z: a matrix equation in their square is solved exactly
# Powers of M with more binary digits than _LONG are rounded to _BITS of them.
_LONG, _BITS = 4096, 512


def recursion(
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


def stationary(step: fmpq_mat, noise: fmpq_mat) -> fmpq_mat:
    """Return V = M V Mᵀ + Q, from linear equations for its upper triangle."""
    size = step.nrows()
    if size > _MOST:
        raise BeaError(f"the noise of {size} numbers is more than is solved exactly: {_MOST}")
    eigenvalues = np.linalg.eigvals(np.array(floats(step)))
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


def mean_covariance(step: fmpq_mat, variance: fmpq_mat, count: int, every: int) -> fmpq_mat:
    """Return the covariance of the mean of n iterates."""
    one, ahead = _identity(step.nrows()), _power(step, every)
    inverse = (one - ahead).inv()
    resolvent = ahead * inverse
    later = (
        fmpq(count) * resolvent - resolvent * (one - _power(ahead, count)) * inverse
    ) * variance
    return (fmpq(count) * variance + later + later.transpose()) * fmpq(1, count**2)


def block(matrix: fmpq_mat, size: int) -> Matrix:
    """Return the first rows and columns as a tuple of tuples."""
    return tuple(tuple(fmpq(matrix[i, j]) for j in range(size)) for i in range(size))


def floats(matrix: fmpq_mat) -> list[list[float]]:
    """Return the rows as floats, whatever their number of digits."""
    return [[int(x.p) / int(x.q) for x in row] for row in matrix.tolist()]


# --- private helpers ----------------------------------------------------------------------------


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
