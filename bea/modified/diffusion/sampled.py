"""Stochastic equations of weak order 1 and 2 without expanding products of samples.

To gamma noise enters as γ/2 r² Σ:∇² alone (`noise_rate`), so that the drift is that of the modified
equation of the mean loss, and Σ is summed over the samples where numbers are wanted: with many
samples that have functions of their own, the expanded covariance has as many terms as pairs of
samples. The elements are found when they are asked for. That the generator gives the same is a
test.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from bea.algebra import Element
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.differential_operator import DifferentialOperator
from bea.arrays import Floats
from bea.errors import BeaError
from bea.fields import VectorField
from bea.fields.noise_factor import NoiseFactor
from bea.methods import Method
from bea.modified.derive import modified_equation
from bea.modified.diffusion.equation import StochasticEquation
from bea.modified.diffusion.noise_terms import noise_rate
from bea.modified.equation import ModifiedEquation
from bea.modified.random.generator import Matrix, modified_generator
from bea.modified.symbolic_step import in_ring_of
from bea.noise import Noise
from bea.problems import FiniteSum


class SampledEquation(StochasticEquation):
    """An equation whose covariance is summed over the samples; made by `stochastic_equation`."""

    def __init__(
        self,
        method: Method,
        problem: FiniteSum,
        weak_order: int,
        batches: Noise,
        equation: ModifiedEquation,
        rate: Any,
    ) -> None:
        super().__init__(
            method,
            problem,
            weak_order,
            drift=self._components,
            covariance=self._expanded,
            batches=batches,
            start=self._start,
        )
        self._equation, self._rate = equation, rate

    @property
    def identity(self) -> str:
        """What it is made of, in place of its terms, which are many."""
        problem = self.problem
        assert isinstance(problem, FiniteSum)
        return f"{self.method}, {problem.identity}, {self.batches}, weak order {self.weak_order}"

    def _components(self) -> tuple[tuple[Element, ...], ...]:
        return self._equation.components

    def _start(self) -> tuple[DifferentialOperator, ...]:
        order = self.weak_order - 1
        return modified_generator(self.method, self.problem, order, self.batches).start

    def _expanded(self) -> list[Matrix]:
        field = self._equation.problem
        assert isinstance(field, FiniteSum)
        rows = field.covariance(self.batches)
        return [tuple(tuple(entry * self._square for entry in row) for row in rows)]

    def noise_factor(self) -> NoiseFactor | None:
        """Return r times the factor of the sum, if it has few columns."""
        problem = self.problem
        assert isinstance(problem, FiniteSum)
        self._with_values()
        found, square = problem.noise_factor(self.batches), self._square.as_rational()
        return None if found is None or square is None else found.scaled(square)

    @property
    def _square(self) -> Element:
        """r², in the ring of the drift."""
        return self.ring.constant(1) * in_ring_of(VectorField(self.drift[0]), self._rate**2)

    @cached_property
    def _rhs(self) -> Callable[[Floats, Floats], Floats]:
        return self._equation.numeric()

    @cached_property
    def _covariance_rhs(self) -> Callable[[Floats, Floats], Floats]:
        """Return r² Σ as the mean over samples of (∇l_i − ∇L)(∇l_i − ∇L)ᵀ."""
        problem, batches = self.problem, self.batches
        assert isinstance(problem, FiniteSum) and batches is not None
        self._with_values()
        mean, of_sample = problem.numeric(), problem.sample_rhs()
        factor = batches.covariance_factor(problem.size) / problem.size
        square = float(to_program([self._square * factor]).run([0.0] * self.dimension, float)[0])

        def covariance(theta: Floats, gamma: Floats) -> Floats:
            center = mean(theta, gamma)
            total = np.zeros((len(theta), *theta.shape))
            for i in range(problem.size):
                away = of_sample(theta, np.full((1, theta.shape[1]), i)) - center
                total += away[:, None] * away[None]
            return total * square

        return covariance


def by_samples(
    method: Method, problem: FiniteSum, weak_order: int, batches: Noise
) -> SampledEquation | None:
    """Return the equation of weak order 1 or 2, or None where only the generator gives it.

    Raises
    ------
    BeaError
        If a batch is larger than the sum.
    """
    if batches.factor(problem.size) is None:  # the generator knows the moments of every law
        return None
    try:
        rate = noise_rate(method)
    except BeaError:  # slopes beside theta, or not linear in them: the generator knows
        return None
    equation = modified_equation(method, problem, weak_order - 1)
    return SampledEquation(method, problem, weak_order, batches, equation, rate)
