"""Fixed points k = g(k) in float64, lane by lane: Newton's method, at first with one Jacobian.

The Jacobian is taken by forward differences (n more calls of g for n unknowns), inverted once and
kept: for the stages of an implicit Runge-Kutta method this is the simplified Newton iteration of
Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.8. Where it does not come
to rest, each further iteration takes a Jacobian of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats

Equation = Callable[[Floats], Floats]

_EPS = float(np.finfo(float).eps)
_MANY = 40  # unknowns: a Jacobian of more takes longer than to try without one
_PLAIN = 60  # sweeps k <- g(k), while each is nearer by a factor of two
_SWEEPS = 8  # iterations with the first Jacobian
_ROUNDS = 40  # iterations with a Jacobian each, where those were not enough
# Corrections relative to the size of k: rounding; with a new Jacobian as good as exact, what is
# left of it being rounding of g; close enough to go on from there and not from the guess.
_ROUNDING, _EXACT, _CLOSE = 4 * _EPS, 1e-11, 1e-3


def fixed_point(
    g: Equation, guess: Floats, scale: Floats | float = 0.0
) -> tuple[Floats, NDArray[np.bool_]]:
    """Solve k = g(k) from a guess.

    Parameters
    ----------
    g
        A function of arrays (n, lanes) in which lanes do not mix.
    guess
        Where to start, (n, lanes).
    scale
        What k is to be measured by where it is smaller, (lanes,): near an equilibrium k vanishes,
        and g(k) is rounded relative to something else.

    Returns
    -------
    k : ndarray, shape (n, lanes)
        The fixed points; nan in the lanes that failed.
    failed : ndarray of bool, shape (lanes,)
        Where the iteration met non-finite values or did not come to rest.

    Examples
    --------
    >>> k, failed = fixed_point(np.cos, np.array([[1.0]]))
    >>> k, failed
    (array([[0.73908513]]), array([False]))
    """
    with np.errstate(all="ignore"):
        k = np.array(guess)
        settled = np.zeros(k.shape[1], dtype=bool)
        if np.array_equal(g(k), k):  # no equation: g does not depend on k
            return k, settled
        if len(k) > _MANY:
            k, settled = _swept(g, k, scale)
            if settled.all():
                return k, ~settled
            guess = np.where(np.isfinite(k), k, guess)
            k = np.array(guess)
        inverse = _inverse_jacobian(g, k, scale)
        for _ in range(_SWEEPS):
            k, change = _improved(g, k, inverse, settled, scale)
            settled |= change <= _ROUNDING
            if settled.all():
                return k, ~settled
        k = np.where(settled | (change <= _CLOSE), k, guess)
        for _ in range(_ROUNDS):
            k, change = _improved(g, k, _inverse_jacobian(g, k, scale), settled, scale)
            settled |= change <= _EXACT
            if settled.all():
                break
        return np.where(settled, k, np.nan), ~settled


def _swept(g: Equation, k: Floats, scale: Floats | float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return k after plain sweeps, which come to rest where g contracts, and where they did."""
    settled, before = np.zeros(k.shape[1], dtype=bool), np.full(k.shape[1], np.inf)
    for _ in range(_PLAIN):
        moved = g(k)
        change = np.max(np.abs(moved - k), axis=0) / _size(moved, scale)
        nearer = change <= before / 2
        k = np.where(settled | ~nearer & np.isfinite(before), k, moved)
        settled |= change <= _ROUNDING
        before = np.where(nearer, change, before)
        if (settled | ~nearer).all():
            break
    return k, settled


def _improved(
    g: Equation, k: Floats, inverse: Floats, settled: NDArray[np.bool_], scale: Floats | float
) -> tuple[Floats, Floats]:
    """Return k after one iteration in the lanes that are not settled, and its relative change."""
    correction = np.einsum("lij,jl->il", inverse, g(k) - k)
    k = np.where(settled, k, k + correction)
    return k, np.max(np.abs(correction), axis=0) / _size(k, scale)


def _size(k: Floats, scale: Floats | float) -> Floats:
    """Return what k is measured by in each lane, (lanes,); never 0."""
    size: Floats = np.maximum(np.max(np.abs(k), axis=0), scale)
    return np.where(size == 0, 1.0, size)


def _inverse_jacobian(g: Equation, k: Floats, scale: Floats | float) -> Floats:
    """Return (I - dg/dk)^(-1) for each lane, (lanes, n, n); the identity where it is singular."""
    n, lanes = k.shape
    here = g(k)
    jacobian = np.empty((lanes, n, n))
    distance = np.sqrt(_EPS) * _size(k, scale)
    for column in range(n):
        moved = np.array(k)
        moved[column] += distance
        jacobian[:, :, column] = ((g(moved) - here) / (moved[column] - k[column])).T
    matrix = np.eye(n) - jacobian
    # A singular or non-finite lane falls back to plain iteration: it may not stop the others.
    usable = np.asarray(np.isfinite(matrix).all(axis=(1, 2)))
    usable[usable] = np.linalg.det(matrix[usable]) != 0
    matrix[~usable] = np.eye(n)
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
