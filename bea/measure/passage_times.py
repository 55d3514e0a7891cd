"""Mean times of passage of dX = −∇L dt + (2T)^(1/2) dW, without sampling and without asymptotics.

In one dimension Kolmogorov's backward equation T u″ − L′ u′ = −1 is solved by two integrals,

    u(a → b) = (1/T) ∫_a^b e^(L(y)/T) ∫_(−∞)^y e^(−L(z)/T) dz dy,

in two it is solved on a grid, as the mean time of the reversible jump process with rates
T/h² exp(−(L_j − L_i)/2T) between neighbours, which tends to the diffusion as h². From a saddle the
unstable direction alone is a repelling Ornstein-Uhlenbeck process, and the double integral is one
of Dawson's function F, (2/λ) ∫_0^(r(λ/2T)^(1/2)) F(s) ds ~ (1/2λ) (log(2λr²/T) + 0.5772).
Source: Gardiner, Handbook of Stochastic Methods, third edition, section 5.2.7.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.errors import BeaError, DimensionError
from bea.fields import Loss
from bea.fields.reals import real_number, real_numbers
from bea.flows.observables import read_observables
from bea.measure.temperature import as_number, as_temperature

__all__ = ["PassageTime", "mean_exit_time", "mean_passage_time", "unstable_exit_time"]

Floats = NDArray[np.float64]

_NODES = 16
_COLDEST = 600.0  # exp of more than this many temperatures cannot be written
_WALL = 45.0  # so many temperatures up, exp(−45) of the weight is left out
_TOLERANCE = 1e-11


class PassageTime(NamedTuple):
    """A mean time, extrapolated from two grids, and the change that this made."""

    time: float
    error: float


def mean_passage_time(loss: Loss, start: float, end: float, temperature: Any) -> float:
    """Return the mean time from `start` until `end` is first reached, of a loss of one variable.

    Behind the start the loss must rise without end; the double integral is taken to about ten
    digits.

    Raises
    ------
    DimensionError
        If the loss has several variables.
    BeaError
        If it does not rise behind the start, or changes by more than 600 T on the way.

    Examples
    --------
    >>> well = Loss.read("(x**2 - 1)**2/4")
    >>> round(mean_passage_time(well, -1, 1, "1/20"), 3)  # by Kramers 659.4
    729.671
    """
    if loss.dimension != 1:
        raise DimensionError(f"'{loss.name}' has {loss.dimension} variables, not one: use "
                             "mean_exit_time")  # fmt: skip
    heat = as_temperature(temperature)
    a, b = real_number(start, "the start"), real_number(end, "the end")
    if not (np.isfinite(a) and np.isfinite(b) and a != b):
        raise BeaError(f"there is no passage from {a:g} to {b:g}: give two different points")
    sign = 1.0 if b > a else -1.0

    def value(x: Floats) -> Floats:
        return loss.at(sign * x[..., None]) / heat

    wall = _wall(value, sign * a, sign * b)
    panels, last = 64, np.nan
    while panels <= 65_536:
        found = _double_integral(value, wall, sign * a, sign * b, panels) / heat
        if abs(found - last) <= _TOLERANCE * abs(found):
            return found
        panels, last = 2 * panels, found
    raise BeaError(f"the passage from {a:g} to {b:g} has no mean time: is the loss smooth there?")


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
        If there is no window, the start is outside, or the end is nowhere inside.

    Notes
    -----
    The error of a grid falls as the square of the width of its cells, so that two grids are
    extrapolated to none. The observable should be continuous.

    Examples
    --------
    >>> import bea
    >>> found = mean_exit_time(bea.problems.double_well(), [-1, 0], "x - 1", 0.1, cells=128)
    >>> exact = mean_passage_time(Loss.read("(x**2 - 1)**2/4"), -1, 1, 0.1)
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
    ended = read_observables(until, loss.variables, lambda theta: loss.at(theta.T))
    coarse, fine = (_on_grid(loss, point, ended, heat, box, n) for n in (cells // 2, cells))
    return PassageTime(fine + (fine - coarse) / 3, abs(fine - coarse) / 3)


def unstable_exit_time(curvature: Any, radius: Any, temperature: Any, gamma: Any = 0) -> float:
    """Return the mean time to leave |x| < r from 0 where the loss is −|λ| x²/2.

    Parameters
    ----------
    curvature
        λ, the negative curvature at a saddle.
    radius, temperature
        r and T.
    gamma
        With a step size, rate and noise are those of the process that the steps
        x + γ|λ|x + (2γT)^(1/2) ξ follow exactly: |λ| becomes log(1 + γ|λ|)/γ, and T falls by
        1 + γ|λ|/2. A run is seen to have left by a step later.

    Raises
    ------
    BeaError
        If the curvature is not negative, or another number not positive.

    Examples
    --------
    >>> round(unstable_exit_time(-1, 1, 0.01), 6)  # (log(200) + 0.577216)/2 = 2.937767
    2.932689
    """
    from scipy.integrate import quad
    from scipy.special import dawsn

    heat, rate = as_temperature(temperature), -as_number(curvature, "the curvature")
    reach, size = as_number(radius, "the radius"), as_number(gamma, "the step size")
    if not (np.isfinite(rate) and rate > 0):
        raise BeaError(f"the curvature is {-rate:g}: an unstable direction has a negative one")
    if not (np.isfinite(reach) and reach > 0):
        raise BeaError(f"the radius is {reach:g}: it must be positive and finite")
    top = reach * np.sqrt(rate * (1 + size * rate / 2) / (2 * heat))
    speed = np.log1p(size * rate) / size if size else rate
    pieces = np.unique([0.0, *np.geomspace(min(1.0, top), top, 12)])
    parts = [quad(dawsn, low, high)[0] for low, high in pairwise(pieces)]
    return float(2 / speed * sum(parts))


# --- private helpers ----------------------------------------------------------------------------


def _wall(value: Callable[[Floats], Floats], start: float, end: float) -> float:
    """Return a point behind the start, so high above it that nothing comes from beyond."""
    low = float(value(np.linspace(start, end, 257)).min())
    distance = 0.1 * (end - start)
    for _ in range(60):
        behind = value(np.linspace(start - distance, start, 257))
        low = min(low, float(behind.min()))
        if behind[0] > low + _WALL:
            return start - distance
        distance *= 1.3
    raise BeaError("the loss does not rise behind the start, so that a run may never come back")


def _double_integral(
    value: Callable[[Floats], Floats], wall: float, start: float, end: float, panels: int
) -> float:
    """Return ∫_start^end e^V(y) ∫_wall^y e^(−V(z)) dz dy by Gauss-Legendre panels."""
    nodes, weights, partial = _legendre()
    ahead = np.linspace(start, end, panels + 1)
    edges = np.concatenate([np.linspace(wall, start, panels + 1)[:-1], ahead])
    half = np.diff(edges)[:, None] / 2
    heights = value(edges[:-1, None] + half * (1 + nodes))
    heights = heights - heights.min()
    if heights[panels:].max() > _COLDEST:
        raise BeaError(
            f"the loss changes by more than {_COLDEST:g} T on the way: give a higher temperature"
        )
    inner = np.exp(-heights)
    whole = half[:, 0] * (inner @ weights)
    below = np.concatenate([[0.0], np.cumsum(whole)[:-1]])[:, None] + half * (inner @ partial.T)
    outer = np.exp(heights[panels:]) * below[panels:]
    return float((half[panels:, 0] * (outer @ weights)).sum())


def _legendre() -> tuple[Floats, Floats, Floats]:
    """Return nodes and weights on [−1, 1], and Q with (Q f)_i = ∫_(−1)^(x_i) f."""
    from numpy.polynomial import legendre

    nodes, weights = legendre.leggauss(_NODES)
    modes = legendre.legvander(nodes, _NODES - 1)
    integrals = np.stack(
        [legendre.legval(nodes, legendre.legint(row, lbnd=-1)) for row in np.eye(_NODES)], axis=1
    )
    return nodes, weights, np.asarray(np.linalg.solve(modes.T, integrals.T).T)


def _on_grid(
    loss: Loss, point: Floats, ended: Any, temperature: float, box: Floats, cells: int
) -> float:
    """Return the mean time of the jump process on a grid, at a point between its nodes."""
    from scipy.interpolate import RegularGridInterpolator
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import spsolve

    width = (box[:, 1] - box[:, 0]) / cells
    axes = [low + h * (np.arange(cells) + 0.5) for low, h in zip(box[:, 0], width, strict=True)]
    lanes = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])
    heights, end = loss.at(lanes.T) / temperature, ended(lanes)[0]
    if not (end > 0).any():
        raise BeaError("the run never ends: the observable is positive nowhere in the window")
    row, column, rate = _rates(heights, end, temperature / width**2, cells)
    leaving = np.bincount(row, rate, cells * cells) + (end > 0)
    everywhere, inner = np.arange(cells * cells), end[column] <= 0
    # Divided by the diagonal, so that high places, whose rates are huge, are as any other.
    entries = np.append(np.ones(cells * cells), -(rate / leaving[row])[inner])
    places = np.append(everywhere, row[inner]), np.append(everywhere, column[inner])
    times = spsolve(coo_array((entries, places)).tocsc(), (end <= 0) / leaving)
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
            a, b = a[end[a] <= 0], b[end[a] <= 0]
            share, out = np.ones(len(a)), end[b] > 0
            share[out] = np.maximum(1e-3, end[a[out]] / (end[a[out]] - end[b[out]]))
            parts.append((a, b, scale / share * np.exp(share * (heights[a] - heights[b]) / 2)))
    row, column, rate = (np.concatenate(part) for part in zip(*parts, strict=True))
    return row, column, rate
