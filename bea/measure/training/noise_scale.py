"""The noise scale of stochastic gradient descent: how step size, batch and momentum trade.

A batch of B out of N losses has a mean gradient of covariance c Σ, with c = (N − B)/(B (N − 1)) if
it is drawn without replacement and Σ = (1/N) Σ_i (∇l_i − ∇L)(∇l_i − ∇L)ᵀ. A step of size ε moves
the time on by ε and adds the covariance ε² c Σ, so that per unit of time it is ε c Σ. With the
sample covariance S = N/(N − 1) Σ that is g S/N where

    g = ε (N − 1) c = ε (N/B − 1).

This is the noise scale of Smith and Le, "A Bayesian perspective on generalization and stochastic
gradient descent", ICLR 2018, equations 13–15, whose time counts the sum of the losses and not their
mean. Momentum m makes steps of ε/(1 − m) out of those of ε: Smith, Kindermans, Ying and Le, "Don't
decay the learning rate, increase the batch size", ICLR 2018, section 4.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.errors import BeaError, StepSizeError
from bea.flows.deterministic.times import check_count
from bea.measure.numbers import Number, momentum_number, number, rate_number
from bea.noise import Noise, independent_noise
from bea.patience import told


def effective_rate(gamma: Any, momentum: Any = 0) -> Number:
    """Return ε/(1 − m), the step size that heavy ball with momentum m has in the long run.

    Parameters
    ----------
    gamma
        The step size ε: exact, such as "1/10", or a float.
    momentum
        m, from 0 to below 1, exact or a float.

    Raises
    ------
    StepSizeError
        If the step size is not positive and finite.
    MethodError
        If the momentum is out of its range.

    Examples
    --------
    >>> effective_rate("1/10", "9/10"), effective_rate(0.25)
    (1, 0.25)
    """
    rate, m = _alike(rate_number(gamma), momentum_number(momentum))
    return rate / (1 - m)


@told("estimating the noise")
def noise_scale(gamma: Any, size: int, batches: int | Noise, momentum: Any = 0) -> Number:
    """Return the noise scale g: the random walk of θ has the covariance g Σ/(N − 1) per unit time.

    It is ε/(1 − m) (N/B − 1) without replacement, 0 at B = N, and ε/(1 − m) (N − 1)/B with.

    Parameters
    ----------
    gamma, momentum
        The step size ε and the momentum m; see `effective_rate`, of which the time is counted.
    size
        N, the number of losses.
    batches
        B, or `bea.noise.Batches`.

    Raises
    ------
    StepSizeError, MethodError
        If the step size or the momentum is out of its range.
    BeaError
        If the batch is larger than the sum.

    Examples
    --------
    >>> noise_scale("1/10", 1000, 10), noise_scale("1/100", 1000, 10, momentum="9/10")
    (99/10, 99/10)
    >>> noise_scale(0.1, 8, 16)
    Traceback (most recent call last):
    bea.errors.BeaError: the batch size B=16 is larger than N=8, the number of losses: ...
    """
    check_count(size, "the number of losses N")
    rate, factor = _alike(
        effective_rate(gamma, momentum), independent_noise(batches).covariance_factor(size)
    )
    return rate * (size - 1) * factor


def batch_of_noise_scale(noise: Any, gamma: Any, size: int, momentum: Any = 0) -> Number:
    """Return the batch size, in general no whole number, that has this noise scale.

    It is B = N/(1 + g (1 − m)/ε), the inverse of `noise_scale` without replacement.

    Parameters
    ----------
    noise
        g, not negative; exact or a float.
    gamma, size, momentum
        As for `noise_scale`.

    Raises
    ------
    BeaError
        If the noise scale is negative.

    Examples
    --------
    To halve the noise of 10 out of 100 at the same step size the batch must not quite double:

    >>> batch_of_noise_scale(noise_scale("1/10", 100, 10) / 2, "1/10", 100)
    200/11
    """
    check_count(size, "the number of losses N")
    g, rate = _alike(number(noise, "the noise scale"), effective_rate(gamma, momentum))
    if g < 0:
        raise BeaError(f"the noise scale is {noise}: give a number that is not negative")
    return size / (1 + g / rate)


def stationary_variance(curvature: Any, variance: Any, gamma: Any, momentum: Any = 0) -> Number:
    """Return the exact stationary variance of heavy ball on h θ²/2 with gradient noise.

    With the effective rate r = ε/(1 − m) it is r σ²/(2h) / (1 − r h (1 − m)/(2 (1 + m))). At equal
    r it is the same for every m to leading order in r h, and more momentum brings it nearer.

    Parameters
    ----------
    curvature
        h, positive.
    variance
        σ², that of the gradient in one step: c Σ for a batch.
    gamma, momentum
        The step size ε and the momentum m.

    Raises
    ------
    BeaError
        If the curvature is not positive or the variance is negative.
    StepSizeError
        If ε h is not below 2 (1 + m): then there is no stationary law.

    Examples
    --------
    >>> stationary_variance(1, 1, "1/2"), stationary_variance(1, 1, "1/20", "9/10")
    (1/3, 19/75)
    """
    numbers = number(curvature, "the curvature"), number(variance, "the variance")
    rate, m = rate_number(gamma), momentum_number(momentum)
    h, s, rate, m = _alike(*numbers, rate, m)
    if h <= 0:
        raise BeaError(f"the curvature is {curvature}: give a positive number")
    if s < 0:
        raise BeaError(f"the variance is {variance}: variances are not negative")
    if rate * h >= 2 * (1 + m):
        raise StepSizeError(
            f"step size {gamma} times curvature {curvature} is not below 2 (1 + m): iterates grow; "
            "take a smaller step size"
        )
    return rate * (1 + m) * s / (h * (1 - m) * (2 * (1 + m) - rate * h))


# --- private helpers ----------------------------------------------------------------------------


def _alike(*numbers: Number) -> list[Any]:
    """Return all of them exact, or all as floats."""
    if all(isinstance(number, fmpq) for number in numbers):
        return list(numbers)
    return [n if isinstance(n, float) else int(n.p) / int(n.q) for n in numbers]
