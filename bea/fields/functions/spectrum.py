"""How fast a field changes, and how curved a loss is, from products with f' alone.

The largest eigenvalue by Arnoldi's method on all points at once (for a loss it is Lanczos' method,
since f' is symmetric), the trace by Hutchinson's estimate. Sources: Saad, Numerical Methods for
Large Eigenvalue Problems, section 6.2; Hutchinson, Commun. Stat. Simul. 18 (1989) 1059-1076.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bea.arrays import Floats
from bea.errors import DimensionError
from bea.fields.functions.of_program import without_symbols
from bea.fields.vector_field import VectorField, lanes_of, within
from bea.patience import counted, told

_STEPS = 20  # of Arnoldi's method: the largest eigenvalue of a network's Hessian to some digits
_SETTLED = 1e-10


class Estimate(NamedTuple):
    """A mean with its standard error."""

    value: Floats
    error: Floats


@told("finding the largest eigenvalue")
def largest_eigenvalue(problem: VectorField, points: Any, steps: int = _STEPS) -> Floats:
    """Return the largest modulus of an eigenvalue of f' at points (..., d), (...), in 1/time.

    For a loss it is the sharpness, the largest |eigenvalue| of its Hessian. nan where f is.

    Parameters
    ----------
    steps : int
        At most so many products with f' at each point.

    Examples
    --------
    >>> bowl = VectorField.read("-x, -10*y, -3*z")
    >>> largest_eigenvalue(bowl, [[1.0, 1.0, 1.0]]).round(9)
    array([10.])
    """
    source = without_symbols(problem)
    lanes = lanes_of(points, source.dimension)
    found = np.full(lanes.shape[1], np.nan)
    known = np.isfinite(within(source.domain(), lanes, lanes)).all(axis=0)
    if known.any():
        found[known] = _arnoldi(source, np.ascontiguousarray(lanes[:, known]), steps)
    return found.reshape(np.shape(points)[:-1])


@told("estimating the trace of the Hessian")
def hessian_trace(problem: VectorField, points: Any, probes: int = 32, seed: int = 0) -> Estimate:
    """Return the trace of the Hessian of a loss at points (..., d), with its standard error.

    The probes are the same at every point, so that differences between points are more exact. nan
    where f is.

    Examples
    --------
    >>> from bea.fields.vector_field import Loss
    >>> hessian_trace(Loss.read("x**2 + 3*y**2"), [[1.0, 1.0]])  # without off-diagonal terms: exact
    Estimate(value=array([8.]), error=array([0.]))
    """
    if probes < 2:
        raise DimensionError(f"probes={probes} leave no standard error: give at least 2")
    source = without_symbols(problem)
    lanes, rng = lanes_of(points, source.dimension), np.random.default_rng(seed)
    samples = []
    for _ in counted(range(probes), "probes"):
        signs = np.broadcast_to(rng.choice([-1.0, 1.0], (len(lanes), 1)), lanes.shape)
        product = source.derivatives.differential(lanes, [signs])
        samples.append(within(source.domain(), lanes, -(signs * product).sum(axis=0)))
    shape = np.shape(points)[:-1]
    error = np.std(samples, axis=0, ddof=1) / probes**0.5
    return Estimate(np.mean(samples, axis=0).reshape(shape), error.reshape(shape))


# --- private helpers ------------------------------------------------------------------------------


def _arnoldi(source: Any, lanes: Floats, steps: int) -> Floats:
    """Return the largest modulus of a Ritz value at every lane of (d, lanes)."""
    d, count = lanes.shape
    steps = min(d, steps)
    start = np.random.default_rng(0).standard_normal((d, count))
    basis = [start / np.linalg.norm(start, axis=0)]
    matrix = np.zeros((count, steps, steps))
    found = np.zeros(count)
    for j in counted(range(steps), "products with f'"):
        way = source.derivatives.differential(lanes, [basis[j]])
        for _ in range(2):  # the second time for what rounding has left
            for i, old in enumerate(basis):
                part = (old * way).sum(axis=0)
                matrix[:, i, j] += part
                way = way - part * old
        before = found
        small = np.nan_to_num(matrix[:, : j + 1, : j + 1])
        found = np.abs(np.linalg.eigvals(small)).max(axis=1)
        size = np.linalg.norm(way, axis=0)
        settled = j > 0 and np.all(np.abs(found - before) <= _SETTLED * found) and found.all()
        if j + 1 == steps or settled:
            break
        matrix[:, j + 1, j] = size
        basis.append(way / np.where(size > 1e-14 * found, size, np.inf))
    return np.where(np.isfinite(matrix).all(axis=(1, 2)), found, np.nan)
