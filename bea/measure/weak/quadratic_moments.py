"""The first and second moments of SGD with momentum on quadratic losses, by their exact recursion.

Where every loss of a finite sum is quadratic, the slope of a batch is linear in θ, and a step of
heavy ball turns the matrix S = E (1, θ, v)(1, θ, v)ᵀ into

    T S Tᵀ + P W Pᵀ,    T: the step of the mean loss,  W = c E Σ(θ),  P: noise enters v and γ v,

with Σ(θ) the covariance of one loss's gradient, itself linear in S, and c the batches' factor. No
batch is listed, so that N may be large. Losses need not have the same curvature. The recursion
runs in floats, or in rationals, whose digits grow with every step. For other methods, and moments
of any degree, there is `bea.measure.weak.moments`, which goes through all batches of a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.algebra import Element
from bea.algebra.language.reals import real_numbers
from bea.errors import BeaError, DimensionError, DomainError
from bea.fields import Loss
from bea.flows.deterministic.trajectory import point_text
from bea.measure.numbers import momentum_number, rate_number
from bea.measure.weak.inputs import exact_number
from bea.noise import Noise
from bea.problems import FiniteSum

Array = NDArray[Any]


class QuadraticMoments:
    """Means and covariances of heavy ball on a finite sum of quadratic losses.

    Parameters
    ----------
    total
        The sum; every loss a polynomial of degree 2 at most, with rational coefficients.
    exact
        Whether to compute in rationals instead of floats.

    Raises
    ------
    BeaError
        If a loss is not such a polynomial.

    Examples
    --------
    >>> import bea
    >>> from bea.noise import Batches
    >>> pair = bea.problems.finite_sum("(x - 1)**2/2, (x + 1)**2/2")
    >>> moments = QuadraticMoments(pair, exact=True)
    >>> state = moments.advance(moments.start([1]), "1/2", Batches(1), steps=2)
    >>> moments.mean(state), moments.covariance(state), moments.loss(state)
    (array([1/4], dtype=object), array([[5/16]], dtype=object), 11/16)
    """

    def __init__(self, total: FiniteSum, exact: bool = False) -> None:
        if not isinstance(total, FiniteSum):
            raise BeaError(
                f"the loss is a {type(total).__name__} and no finite sum: make one with "
                "bea.problems.finite_sum, from_data or noisy_quadratic"
            )
        self.total, self.exact = total, exact
        slopes = np.array([[_linear(f, total) for f in loss.components] for loss in total.losses])
        self._mean = self._in(np.array([_linear(f, total) for f in total.components]))
        away = self._in(slopes) - self._mean
        pairs = np.tensordot(away, away, axes=(0, 0)).transpose(0, 2, 1, 3)  # i j, k l
        d = total.dimension
        self._noise = pairs.reshape(d * d, (d + 1) ** 2) / self._one(total.size)
        self._energy = self._in(_form(total))

    def start(self, point: Sequence[Any]) -> Array:
        """Return the moments (1 + 2d, 1 + 2d) of a point with zero velocity.

        Raises
        ------
        DimensionError
            If the point has not d coordinates.
        DomainError
            If one is not finite.
        """
        d = self.total.dimension
        if len(point) != d:
            raise DimensionError(f"the start has {len(point)} coordinates for {d} variable(s)")
        if self.exact:
            values = [exact_number(value, "a coordinate of the start") for value in point]
        else:
            values = real_numbers(point, "the start").tolist()
            if not np.isfinite(values).all():
                raise DomainError(f"the start {point_text(values)} is not finite: choose another")
        z = self._in(np.array([1, *values, *[0] * d], dtype=object))
        return np.outer(z, z)

    def advance(
        self, state: Array, gamma: Any, batches: Noise, momentum: Any = 0, steps: int = 1
    ) -> Array:
        """Return the moments after some steps.

        Parameters
        ----------
        state : (1 + 2d, 1 + 2d)
            The moments before.
        gamma, momentum
            The step size and the momentum.
        batches
            How each step's batch is drawn, independently of all others.
        steps
            How many.
        """
        rate, m = self._one(rate_number(gamma)), self._one(momentum_number(momentum))
        factor = self._one(batches.covariance_factor(self.total.size))
        step, place = self._matrices(rate, m)
        d = self.total.dimension
        for _ in range(steps):
            noise = factor * (self._noise @ state[: d + 1, : d + 1].ravel()).reshape(d, d)
            state = step @ state @ step.T + place @ noise @ place.T
        return state

    def mean(self, state: Array) -> Array:
        """Return E θ (d,)."""
        return state[0, 1 : self.total.dimension + 1]

    def covariance(self, state: Array) -> Array:
        """Return the covariance (d, d) of θ."""
        inner = slice(1, self.total.dimension + 1)
        return state[inner, inner] - np.outer(state[0, inner], state[0, inner])

    def loss(self, state: Array) -> Any:
        """Return E L(θ)."""
        d = self.total.dimension
        return (self._energy * state[: d + 1, : d + 1]).sum()

    def _matrices(self, rate: Any, m: Any) -> tuple[Array, Array]:
        """Return T (1 + 2d, 1 + 2d) and P (1 + 2d, d)."""
        d = self.total.dimension
        zero, unit = self._in(np.zeros((1, d), dtype=object)), self._in(np.eye(d, dtype=object))
        velocity = np.hstack([self._mean, m * unit])
        stay = np.hstack([zero.T, unit, self._in(np.zeros((d, d), dtype=object))])
        first = self._in(np.eye(1, 1 + 2 * d, dtype=object))
        step = np.vstack([first, stay + rate * velocity, velocity])
        return step, np.vstack([zero, rate * unit, unit])

    def _in(self, numbers: Array) -> Array:
        """Return an array of rationals, or of floats."""
        return np.vectorize(self._one, otypes=[object if self.exact else float])(numbers)

    def _one(self, number: Any) -> Any:
        if not self.exact:
            return number if isinstance(number, float) else float(fmpq(number))
        if isinstance(number, float):
            raise BeaError(f"{number} is a float, and exact moments are wanted: write a fraction")
        return fmpq(number)


# --- private helpers ----------------------------------------------------------------------------


def _coefficients(value: Element, total: FiniteSum, degree: int) -> dict[tuple[int, ...], fmpq]:
    """Return the coefficients of a polynomial of at most that degree, by exponents."""
    d = total.dimension
    found = value.terms()
    if any(any(e[d:]) or sum(e) > degree for e in found):
        raise BeaError(
            f"the moments of {total.name} do not close: take quadratic losses with rational "
            "coefficients, such as bea.problems.noisy_quadratic"
        )
    return {tuple(map(int, e)): c for e, c in found.items()}


def _linear(slope: Element, total: FiniteSum) -> list[fmpq]:
    """Return b, a_1, …, a_d of the slope b + a·θ."""
    row = [fmpq(0)] * (total.dimension + 1)
    for exponents, c in _coefficients(slope, total, 1).items():
        row[exponents.index(1) + 1 if any(exponents) else 0] = c
    return row


def _form(loss: Loss) -> Array:
    """Return the symmetric matrix Q (1 + d, 1 + d) with L = (1, θ) Q (1, θ)ᵀ."""
    d = loss.dimension
    form = np.full((d + 1, d + 1), fmpq(0))
    assert isinstance(loss, FiniteSum)
    for exponents, c in _coefficients(loss.value, loss, 2).items():
        i, j = ([k + 1 for k, e in enumerate(exponents) for _ in range(e)] + [0, 0])[:2]
        form[i, j] += c / 2
        form[j, i] += c / 2
    return form
