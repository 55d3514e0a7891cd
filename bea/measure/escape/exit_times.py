"""Mean times of exit of dX = −∇L dt + (2T)^(1/2) dW in two variables, on a grid.

Kolmogorov's backward equation T Δu − ∇L·∇u = −1, with u = 0 where a run ends, is solved as the mean
time of the reversible jump process between neighbouring nodes whose rates are
T/h² exp(−(L_j − L_i)/2T), which tends to the diffusion as h². Two grids are extrapolated to none.
Source: Gardiner, Handbook of Stochastic Methods, third edition, section 5.4; for the jump process
Bovier and den Hollander, Metastability: A Potential-Theoretic Approach (2015), chapter 10.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import Loss
from bea.flows.ensembles.observables import read_observables
from bea.measure.training.temperature import as_temperature
from bea.patience import told

_COLDEST = 600.0  # exp of more than this cannot be written
_MOST_CELLS = 1024  # a million equations, some gigabytes


class PassageTime(NamedTuple):
    """A mean time, extrapolated from two grids, and the change that this made."""

    time: float
    error: float


@told("computing exit times")
def mean_exit_time(
    loss: Loss,
    start: ArrayLike,
    until: Any,
    temperature: Any,
    window: ArrayLike | None = None,
    cells: int = 256,
) -> PassageTime:
    """Return the mean time until an observable is first positive, of a loss of two variables.

    Parameters
    ----------
    loss
        A loss of two variables.
    start : (2,)
        Where it starts.
    until
        As for `bea.ensemble`: a text or a function of theta (2, lanes), positive at the end.
    temperature
        T.
    window : (2, 2), optional
        Low and high of each variable, with reflecting walls: by default the loss's own. The loss
        should be many T higher there.
    cells
        How many cells the grid has along each axis.

    Raises
    ------
    BeaError
        If there is no window, the start is outside, the end is nowhere inside, or a number of cells
        is not from 8 to 1024.

    Notes
    -----
    The error of a grid falls as the square of the width of its cells, so that two grids are
    extrapolated to none. The observable should be continuous.

    Examples
    --------
    >>> import bea
    >>> found = mean_exit_time(bea.problems.double_well(), [-1, 0], "x - 1", 0.1, cells=128)
    >>> exact = bea.measure.escape.mean_passage_time(Loss.read("(x**2 - 1)**2/4"), -1, 1, 0.1)
    >>> bool(abs(found.time - exact) < found.error < 0.001 * exact)
    True
    """
    if loss.dimension != 2:
        raise DimensionError(f"'{loss.name}' has {loss.dimension} variable(s): give a loss of two")
    heat, point = as_temperature(temperature), real_numbers(start, "the start")
    box = real_numbers(loss.about.window if window is None else window, "the window")
    if box.shape != (2, 2) or not (box[:, 0] < box[:, 1]).all():
        raise BeaError(f"'{loss.name}' needs a window: give (low, high) for both variables")
    if point.shape != (2,) or (point < box[:, 0]).any() or (point > box[:, 1]).any():
        raise BeaError(f"the start {point.tolist()} is not in the window {box.tolist()}")
    if isinstance(cells, bool) or not isinstance(cells, int) or not 8 <= cells <= _MOST_CELLS:
        raise BeaError(f"the grid has {cells} cells: give a whole number from 8 to {_MOST_CELLS}")
    ended = read_observables(until, loss.variables, lambda theta: loss.at(theta.T))
    if len(ended.names) != 1:
        raise BeaError(f"a run ends by one observable, and {len(ended.names)} were given")
    coarse, fine = (_on_grid(loss, point, ended, heat, box, n) for n in (cells // 2, cells))
    return PassageTime(fine + (fine - coarse) / 3, abs(fine - coarse) / 3)


# --- private helpers ----------------------------------------------------------------------------


def _on_grid(
    loss: Loss, point: Floats, ended: Any, temperature: float, box: Floats, cells: int
) -> float:
    """Return the mean time of the jump process on a grid, at a point between its nodes."""
    from scipy.interpolate import RegularGridInterpolator
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import MatrixRankWarning, spsolve

    width = (box[:, 1] - box[:, 0]) / cells
    axes = [low + h * (np.arange(cells) + 0.5) for low, h in zip(box[:, 0], width, strict=True)]
    lanes = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])
    heights, end = loss.at(lanes.T) / temperature, ended(lanes)[0]
    if not (end > 0).any():
        raise BeaError("the run never ends: the observable is positive nowhere in the window")
    row, column, rate = _rates(heights, end, temperature / width**2, cells)
    leaving = np.bincount(row, rate, cells * cells)
    leaving[leaving == 0] = 1.0  # at the end, and outside of the domain
    everywhere, inner = np.arange(cells * cells), end[column] <= 0
    # Divided by the diagonal, so that high places, whose rates are huge, are as any other.
    entries = np.append(np.ones(cells * cells), -(rate / leaving[row])[inner])
    places = np.append(everywhere, row[inner]), np.append(everywhere, column[inner])
    with catch_warnings():
        simplefilter("ignore", MatrixRankWarning)
        times = spsolve(coo_array((entries, places)).tocsc(), (end <= 0) / leaving)
    if not np.isfinite(times).all():
        raise BeaError("the end is not reached from everywhere in the window: choose another")
    found = RegularGridInterpolator(axes, times.reshape(cells, cells), bounds_error=False,
                                    fill_value=None)  # fmt: skip
    return float(found(point)[0])


def _rates(
    heights: Floats, end: Floats, scales: Floats, cells: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return from where, to where, and how often the process jumps before its end.

    Where the end lies between two nodes, at the zero of the observable by linear interpolation, the
    way to it is that much shorter.
    """
    number = np.arange(cells * cells).reshape(cells, cells)
    pairs = [(number[1:], number[:-1], scales[0]), (number[:, 1:], number[:, :-1], scales[1])]
    parts = []
    for one, other, scale in pairs:
        for a, b in ((one.ravel(), other.ravel()), (other.ravel(), one.ravel())):
            inner = (end[a] <= 0) & np.isfinite(heights[a]) & np.isfinite(heights[b])
            a, b = a[inner], b[inner]
            share, out = np.ones(len(a)), end[b] > 0
            share[out] = np.maximum(1e-3, end[a[out]] / (end[a[out]] - end[b[out]]))
            jump = share * (heights[a] - heights[b]) / 2
            if jump.max(initial=0.0) > _COLDEST:
                raise BeaError("the grid is too coarse for this temperature: give more cells")
            parts.append((a, b, scale / share * np.exp(jump)))
    row, column, rate = (np.concatenate(part) for part in zip(*parts, strict=True))
    return row, column, rate
