"""The temperature of mini-batch noise.

The SDE of SGD is dX = −∇L dt + (γΣ)^(1/2) dW with Σ the covariance of a batch's gradient. Where
Σ = σ² I, it is the Langevin equation dX = −∇L dt + (2T)^(1/2) dW with

    T = γσ²/2,

whose stationary density is exp(−L/T). No other Σ has a temperature: the density is then not a
function of L alone.
Source: Mandt, Hoffman and Blei, J. Mach. Learn. Res. 18 (2017) 134.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra.language.reals import real_number
from bea.algebra.ring.exact import as_float, as_rational, exact
from bea.errors import BeaError
from bea.noise import Noise, independent_noise
from bea.problems import FiniteSum


def noise_temperature(total: FiniteSum, gamma: Any, batches: int | Noise = 1) -> fmpq:
    """Return T = γσ²/2, exactly, of a finite sum whose gradient noise is isotropic.

    Parameters
    ----------
    total
        A finite sum whose covariance is σ² I, the same everywhere.
    gamma
        The step size, exact.
    batches
        How the batch of each step is drawn, or its size.

    Raises
    ------
    BeaError
        If the covariance is no constant times the identity, or the step size is not rational.

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.with_gradient_covariance(bea.problems.double_well(), [3, 3])
    >>> noise_temperature(total, "1/10")
    3/20
    """
    way = sampling(total, batches)
    rows = total.covariance(way)
    variance = rows[0][0].as_rational()
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            if variance is None or not (entry - (variance if i == j else 0)).is_zero():
                raise BeaError(
                    f"the gradient noise of '{total.name}' has no temperature: its covariance is "
                    f"not the same in all places and directions (entry {i + 1}, {j + 1} is "
                    f"{entry}); with_gradient_covariance makes one that is"
                )
    size = as_rational(exact(gamma, "gamma"))
    if size is None or size <= 0:
        raise BeaError(f"the step size is {gamma}: give a positive rational number, such as 1/10")
    assert variance is not None
    return fmpq(size) * variance / 2


def sampling(total: Any, batches: int | Noise) -> Noise:
    """Return how batches are drawn; raise `BeaError` if the loss is no finite sum."""
    if not isinstance(total, FiniteSum):
        raise BeaError(
            f"the loss is a {type(total).__name__} and no finite sum: make one with "
            "bea.problems.finite_sum, from_data or with_gradient_covariance"
        )
    return independent_noise(batches)


def as_temperature(value: Any) -> float:
    """Return a temperature that is given as a number or exact; it must be positive.

    >>> as_temperature("1/8"), as_temperature(fmpq(1, 4)), as_temperature(0.5)
    (0.125, 0.25, 0.5)
    """
    heat = as_number(value, "the temperature")
    if not (np.isfinite(heat) and heat > 0):
        raise BeaError(f"the temperature is {heat:g}: it must be positive and finite")
    return heat


def as_number(value: Any, what: str) -> float:
    """Return a number that is given as a float or exact.

    >>> as_number("1/8", "the step size")
    0.125
    """
    plain = isinstance(value, float | int | np.number) and not isinstance(value, bool)
    return real_number(value, what) if plain else as_float(exact(value, what))
