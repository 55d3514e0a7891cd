"""Intrinsic and effective learning rates: what weight decay makes of a scale-invariant loss.

Directions move at the effective rate γ/‖w‖², and ‖w‖² itself obeys
(`bea.measure.equilibrium.norm_dynamics`)

    ρ₊ = α² ρ + γ² G/ρ,     α = 1 − γλ,     G = ‖g‖² at norm one, of mean τ and E G² = κ τ².

Hence ρ² relaxes at the rate 4γλ a step to γτ/(2λ), and the effective rate to √(2γλ/τ): set by the
intrinsic rate γλ alone. To the next order in δ = γλ, where G at different steps is uncorrelated:

    E ρ² = γτ/(2λ) (1 + (κ − ½) δ),   E γ/ρ = √(2δ/τ) (1 + (κ/4 − ½) δ),   rate 4δ (1 + (½ + κ) δ).

For m = E ρ² obeys m₊ = α⁴ m + 2 α² γ² τ + κ γ⁴ τ²/m, up to δ³ m, and the variance of ρ² becomes
2(κ − 1) δ m². At κ = 1 the fixed point is exact: ρ² = γτ/(λ (2 − γλ)), with the slope 2α² − 1.
Source: Li, Lyu and Arora, Reconciling modern deep learning with traditional optimization analyses,
NeurIPS 2020, for the leading terms; beyond, derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra import Element
from bea.algebra.language.reals import real_number, real_numbers
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.exact import as_float, exact
from bea.arrays import Floats
from bea.errors import BeaError, DomainError
from bea.fields import Loss
from bea.measure.equilibrium.norm_dynamics import gradient_moments
from bea.noise import Noise


class Values(NamedTuple):
    """What an equilibrium is: ‖w‖⁴, the effective rate, and the rate of relaxation of ‖w‖⁴."""

    fourth_power: float
    effective_rate: float
    relaxation_rate: float


@dataclass(frozen=True)
class Equilibrium:
    """The equilibrium of the norm, from the mean of the squared gradient at norm one.

    Attributes
    ----------
    gamma, weight_decay
        γ and λ.
    gradient_square
        τ, the mean of ‖g‖² at norm one over batches, and over directions.
    kurtosis
        κ = E‖g‖⁴/τ² at norm one; 1 where ‖g‖ is always the same.

    Examples
    --------
    >>> found = Equilibrium(gamma=0.5, weight_decay=0.01, gradient_square=2.0)
    >>> found.leading.fourth_power, found.intrinsic_rate
    (50.0, 0.005)
    >>> found.leading.effective_rate, found.leading.relaxation_rate  # sqrt(2 gamma lambda/tau)
    (0.07071067811865475, 0.02)
    """

    gamma: float
    weight_decay: float
    gradient_square: float
    kurtosis: float = 1.0

    def __post_init__(self) -> None:
        for name in ("gamma", "weight_decay", "gradient_square"):
            if not 0 < getattr(self, name) < np.inf:
                raise DomainError(
                    f"{name}={getattr(self, name):g} has no equilibrium: it must be positive"
                )
        if self.intrinsic_rate >= 1:
            raise DomainError(
                f"gamma*weight_decay={self.intrinsic_rate:g}: the decay of a step must be below 1"
            )
        if not self.kurtosis >= 1:
            raise DomainError(
                f"kurtosis={self.kurtosis:g} is not possible: a mean square is at least the square "
                "of the mean, so it is 1 or more"
            )

    @property
    def intrinsic_rate(self) -> float:
        """δ = γλ."""
        return self.gamma * self.weight_decay

    @property
    def leading(self) -> Values:
        """The values at small γλ: γτ/(2λ), √(2γλ/τ) and 4γλ a step."""
        return Values(
            self.gamma * self.gradient_square / (2 * self.weight_decay),
            sqrt(2 * self.intrinsic_rate / self.gradient_square),
            4 * self.intrinsic_rate,
        )

    @property
    def corrected(self) -> Values:
        """The values to the next order in γλ, for gradients that are uncorrelated."""
        fourth, rate, relaxation = self.leading
        delta, kappa = self.intrinsic_rate, self.kurtosis
        return Values(
            fourth * (1 + (kappa - 1 / 2) * delta),
            rate * (1 + (kappa / 4 - 1 / 2) * delta),
            relaxation * (1 + (1 / 2 + kappa) * delta),
        )

    @property
    def steady(self) -> Values:
        """The exact values where ‖g‖ at norm one is always the same (κ = 1)."""
        keep = (1 - self.intrinsic_rate) ** 2
        slope = 2 * keep - 1
        fourth = self.gamma**2 * self.gradient_square / (1 - keep)
        rate = sqrt((1 - keep) / self.gradient_square)
        return Values(fourth, rate, -log1p(slope - 1) if slope > 0 else np.inf)

    def path(
        self, fourth_power: float, steps: ArrayLike, gradient_squares: ArrayLike | None = None
    ) -> Floats:
        """Return the mean of ‖w‖⁴ after these numbers of steps, from its value at step 0.

        Parameters
        ----------
        fourth_power
            ‖w‖⁴ at the start.
        steps : (n,)
            Increasing whole numbers.
        gradient_squares : (n,)
            τ at these steps, with straight lines between, where it changes on the way.

        Examples
        --------
        >>> found = Equilibrium(gamma=0.5, weight_decay=0.01, gradient_square=2.0)
        >>> found.path(200.0, [0, 50, 1000]).round(1).tolist()
        [200.0, 105.0, 50.1]
        """
        wanted = np.asarray(steps, dtype=np.int64)
        every = np.arange(int(wanted[-1]) + 1)
        given = (
            [self.gradient_square] * len(wanted) if gradient_squares is None else gradient_squares
        )
        keep = (1 - self.intrinsic_rate) ** 2
        values = np.empty(len(every))
        values[0] = value = float(fourth_power)
        growths = self.gamma**2 * np.interp(every, wanted, real_numbers(given, "the squares"))
        for n, growth in enumerate(growths[:-1].tolist()):
            value = keep**2 * value + 2 * keep * growth + self.kurtosis * growth**2 / value
            values[n + 1] = value
        return values[wanted]

    def spread(self, path: ArrayLike, steps: ArrayLike) -> Floats:
        """Return the variance of ‖w‖⁴ over its squared mean along a path from one norm.

        To leading order: the variance grows by 4(κ − 1)γ⁴τ² a step, relaxes at the rate 8γλ, and
        in equilibrium it is 2(κ − 1)γλ squared means.

        Parameters
        ----------
        path, steps : (n,)
            What `path` returned, and at which steps.

        Examples
        --------
        >>> found = Equilibrium(gamma=0.5, weight_decay=0.01, gradient_square=2.0, kurtosis=1.5)
        >>> found.spread([50.0, 50.0], [0, 1000]).round(6).tolist()
        [0.0, 0.005]
        """
        delta, growth = self.intrinsic_rate, self.gamma**2 * self.gradient_square
        grown = -np.expm1(-8 * delta * real_numbers(steps, "the steps"))
        variance = growth**2 * (self.kurtosis - 1) / (2 * delta) * grown
        found: Floats = variance / real_numbers(path, "the path") ** 2
        return found


def predicted_equilibrium(
    total: Loss,
    gamma: Any,
    weight_decay: Any,
    directions: ArrayLike,
    batches: Noise | int = 1,
) -> Equilibrium:
    """Return the equilibrium of a finite sum whose directions are spread over these points.

    Parameters
    ----------
    total
        A scale-invariant finite sum.
    gamma, weight_decay
        Numbers, or exact such as "1/10".
    directions : (d,) or (points, d)
        Over which to average: a minimum, a set of them, the points of an ensemble. Their norm does
        not matter.
    batches
        How batches are drawn, or a size (without replacement).

    Raises
    ------
    BeaError
        If the loss is not scale-invariant, or a direction is 0.
    DomainError
        If there is no equilibrium: no decay, or no gradient.

    Examples
    --------
    >>> import bea
    >>> circle = bea.problems.rayleigh_quotient()
    >>> found = predicted_equilibrium(circle, "1/2", "1/100", [[1, 0, 0], [3, 4, 0]])
    >>> round(found.gradient_square, 9), round(found.kurtosis, 3)
    (0.444444444, 1.91)
    """
    moments = gradient_moments(total, batches)
    total.require_values()
    points = np.atleast_2d(real_numbers(directions, "the directions"))
    if points.shape[-1] != total.dimension or not np.all(np.abs(points).max(axis=1) > 0):
        raise BeaError(
            f"the directions have shape {points.shape}: give points of {total.dimension} "
            "components that are not 0"
        )
    square, fourth = np.mean(values_at(moments, points), axis=1)
    return Equilibrium(number(gamma), number(weight_decay), float(square),
                       float(fourth / square**2) if square else 1.0)  # fmt: skip


def intrinsic_rate(gamma: Any, weight_decay: Any) -> float:
    """Return γλ, by which everything in equilibrium is set.

    >>> intrinsic_rate("1/10", "1/200")
    0.0005
    """
    return number(gamma) * number(weight_decay)


def rate_on_sphere(gamma: Any, squared_norm: ArrayLike) -> Floats:
    """Return γ/‖w‖², the effective rate: that at which the direction moves on the sphere.

    >>> rate_on_sphere("1/10", [1.0, 4.0])
    array([0.1  , 0.025])
    """
    found: Floats = number(gamma) / real_numbers(squared_norm, "the squared norms")
    return found


def values_at(elements: Sequence[Element], points: Floats) -> Floats:
    """Return the values (elements, points) of ring elements at points (points, d)."""
    function = compile_program(to_program(elements))
    return function(list(points.T), np.empty((len(elements), len(points))))


def number(value: Any) -> float:
    """Return a number that is given as a float, or exact such as "1/10".

    >>> number("1/10"), number(0.25)
    (0.1, 0.25)
    """
    plain = isinstance(value, float | int | np.number) and not isinstance(value, bool)
    return float(real_number(value, "the number")) if plain else as_float(exact(value))
