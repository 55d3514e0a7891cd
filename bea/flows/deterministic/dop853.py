"""One step of DOP853 for many lanes at once, each with its own step length.

The Runge-Kutta pair of Dormand and Prince of order 8(5,3): Hairer, Nørsett, Wanner, Solving
Ordinary Differential Equations I, 2nd ed., II.5 (the method), II.10 (its error estimate) and II.4
(the first step). The coefficients are those of `scipy.integrate.DOP853`. Stage sums are plain
element-wise products and sums: not one bit of a lane then depends on the lanes beside it, which
matrix products do not promise. Which steps to take is the business of
`bea.flows.deterministic.lane_driver`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats
from bea.flows.deterministic.lanes import Rhs

Row = tuple[tuple[int, float], ...]


class Coefficients(NamedTuple):
    """The tableau as sparse rows of (stage, weight)."""

    stages: tuple[Row, ...]
    weights: Row
    # Embedded formulas: fifth is the difference of orders 8 and 5, third of order 8 and 3.
    fifth: Row
    third: Row


class Attempt(NamedTuple):
    """A step that was tried: the new point (d, lanes), its size and its error (lanes,).

    The size is the largest |component|, NaN or infinite where the step failed. An error of at most
    1 is within the tolerance.
    """

    theta: Floats
    size: Floats
    error: Floats


@cache
def coefficients() -> Coefficients:
    """Read the tableau from SciPy: from its file, as importing scipy.integrate takes a while."""
    (folder,) = find_spec("scipy").submodule_search_locations  # type: ignore[union-attr, misc]
    path = Path(folder) / "integrate" / "_ivp" / "dop853_coefficients.py"
    if path.exists():
        table: Any = run_path(str(path))
        a, b, third, fifth = table["A"][:12, :12], table["B"], table["E3"], table["E5"]
    else:
        from scipy.integrate import DOP853

        a, b, third, fifth = DOP853.A, DOP853.B, DOP853.E3, DOP853.E5
    return Coefficients(
        stages=tuple(_sparse(row) for row in a[1:]),
        weights=_sparse(b),
        fifth=_sparse(fifth),
        # E3 = B - b̂ where b̂ has three entries only: the difference is the cheaper sum.
        third=_sparse(b - third[: len(b)]),
    )


def attempt(
    rhs: Rhs, theta: Floats, gamma: Floats, length: Floats, rtol: Floats, atol: Floats
) -> Attempt:
    """Try one step of `length` (lanes,), negative for backward, from `theta` (d, lanes).

    The error of a step is measured component by component in units of atol + rtol·|θ|, tolerances
    (lanes,), by the combination of the estimates of order 5 and 3 in HNW (II.10.17).
    """
    table = coefficients()
    slopes = [rhs(theta, gamma)]
    for row in table.stages:
        slopes.append(rhs(_moved(theta, length, _combine(row, slopes)), gamma))
    increment = _combine(table.weights, slopes)
    new = _moved(theta, length, increment.copy())
    magnitude = np.abs(new)
    scale = np.maximum(np.abs(theta), magnitude)
    scale *= rtol
    scale += atol
    increment -= _combine(table.third, slopes)
    fifth = _square_sum(_combine(table.fifth, slopes), scale)
    third = _square_sum(increment, scale)
    return Attempt(new, magnitude.max(axis=0), _error(length, fifth, third, len(theta)))


def step_factor(error: Floats) -> Floats:
    """Return by how much (lanes,) to lengthen a step of this error: 0.9 error^(-1/8), in 1/5…8.

    A step whose error is not a number is to be shortened to a fifth.

    >>> step_factor(np.array([0.0, 1.0, np.nan]))
    array([8. , 0.9, 0.2])
    """
    eighth_root = np.sqrt(np.sqrt(np.sqrt(error)))
    return np.fmin(8.0, np.fmax(0.2, 0.9 / np.maximum(eighth_root, 0.1)))


def first_step(
    rhs: Rhs, theta: Floats, gamma: Floats, sign: Floats, span: Floats, rtol: Floats, atol: Floats
) -> Floats:
    """Guess the length (lanes,) of the first step as in HNW II.4, at most `span`."""
    scale = atol + rtol * np.abs(theta)
    slope = rhs(theta, gamma)
    size, speed = _largest(theta / scale), _largest(slope / scale)
    probe = np.where((size > 0) & (speed > 0), 0.01 * size / speed, 1e-6 * span)
    # Where the speed overflows a step must still be longer than nothing.
    probe = np.clip(probe, 1e-30 * span, span)
    bend = _largest((rhs(theta + sign * probe * slope, gamma) - slope) / scale) / probe
    steepest = np.fmax(speed, bend)
    # Where slope and bend vanish the start is at rest and any step will do.
    length = np.where(steepest > 0, np.sqrt(np.sqrt(np.sqrt(0.01 / steepest))), span)
    length = np.where(np.isfinite(length) & (length > 0), length, probe)
    return np.minimum(span, np.where(steepest > 0, np.minimum(100 * probe, length), length))


def _sparse(row: NDArray[np.float64]) -> Row:
    return tuple((int(stage), float(row[stage])) for stage in np.flatnonzero(row))


def _combine(row: Row, slopes: Sequence[Floats]) -> Floats:
    (stage, weight), *rest = row
    total = slopes[stage] * weight
    work = np.empty_like(total)
    for stage, weight in rest:
        np.multiply(slopes[stage], weight, out=work)
        total += work
    return total


def _moved(theta: Floats, length: Floats, slope: Floats) -> Floats:
    # In place on `slope`, which is ours: fewer arrays alive keep the stages in the cache.
    slope *= length
    slope += theta
    return slope


def _square_sum(difference: Floats, scale: Floats) -> Floats:
    difference /= scale
    return _row_sum(np.multiply(difference, difference, out=difference))


def _error(length: Floats, fifth: Floats, third: Floats, dimension: int) -> Floats:
    combined = (fifth + 0.01 * third) * dimension
    error: Floats = np.abs(length) * fifth / np.sqrt(np.maximum(combined, 1e-300))
    return error


def _largest(vector: Floats) -> Floats:
    largest: Floats = np.abs(vector).max(axis=0)
    return largest


def _row_sum(rows: Floats) -> Floats:
    # One row after the other: `sum(axis=0)` groups its terms differently when there is one lane.
    total = rows[0]
    for row in rows[1:]:
        total = total + row
    return total
