"""Mean times of passage of dX = −∇L dt + (2T)^(1/2) dW, without sampling and without asymptotics.

In one dimension Kolmogorov's backward equation T u″ − L′ u′ = −1 is solved by two integrals,

    u(a → b) = (1/T) ∫_a^b e^(L(y)/T) ∫_(−∞)^y e^(−L(z)/T) dz dy.

From a saddle the unstable direction alone is a repelling Ornstein-Uhlenbeck process, and the double
integral is one of Dawson's function F,

    (2/λ) ∫_0^(r(λ/2T)^(1/2)) F(s) ds  ~  (1/2λ) (log(2λr²/T) + 0.5772).

Two variables are `bea.measure.escape.exit_times`'.
Source: Gardiner, Handbook of Stochastic Methods, third edition, section 5.2.7.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import Loss
from bea.measure.training.temperature import as_number, as_temperature
from bea.patience import told

_NODES = 16
_COLDEST = 600.0  # exp of more than this many temperatures cannot be written
_WALL = 45.0  # so many temperatures up, exp(−45) of the weight is left out
_TOLERANCE = 1e-11


@told("computing passage times")
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
    if not (np.isfinite(size) and size >= 0):
        raise BeaError(f"the step size is {size:g}: it is positive, or 0 for the SDE")
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
    raise BeaError(
        f"the loss does not rise by {_WALL:g} T behind the start, or is not defined there: a run "
        "may never come back, so choose another start or a lower temperature"
    )


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
