"""Equations summed over samples: what the generator gives, without its expansions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import bea
from bea.algebra.ring.conversions import read, to_expression
from bea.errors import BeaError, MethodError
from bea.measure.weak.moment_flow import MomentFlow
from bea.methods import Method, get
from bea.modified.diffusion.derive import stochastic_equation
from bea.modified.diffusion.noise_terms import noise_rate
from bea.modified.diffusion.sampled import SampledEquation
from bea.modified.random.generator import modified_generator
from bea.noise import Batches
from bea.problems import finite_sum
from bea.problems.sums.data import logistic_model

SUM = finite_sum(["log(1 + exp(x)) - x*y", "sin(x) + y**2", "x*y**2"])
METHODS = [
    ("gradient-descent", {}),
    ("gradient-descent-decay", {"weight_decay": "1/7"}),
    ("heavy-ball", {"beta": "1/3"}),
    ("heavy-ball-decay", {"beta": "1/3", "weight_decay": "1/7"}),
    ("nesterov-torch", {"beta": "b"}),
]


@pytest.mark.parametrize(("name", "parameters"), METHODS)
def test_it_is_what_the_generator_gives(name: str, parameters: dict[str, str]) -> None:
    method, batches = get(name, **parameters), Batches(2)
    equation = stochastic_equation(method, SUM, 2, batches)
    assert isinstance(equation, SampledEquation)
    generator = modified_generator(method, SUM, 1, batches)
    ring = equation.ring
    for mine, theirs in zip(equation.drift, generator.drift, strict=True):
        pairs = zip(mine, theirs, strict=True)
        assert all((a - read(ring, to_expression(b))).is_zero() for a, b in pairs)
    for i in range(2):
        for j in range(2):
            other = read(ring, to_expression(generator.diffusion[1][i][j]))
            assert (equation.covariance[0][i][j] - other).is_zero()


@pytest.mark.parametrize(("name", "parameters"), METHODS[:-1])
def test_numbers_by_samples_are_those_of_the_elements(
    name: str, parameters: dict[str, str]
) -> None:
    equation: Any = stochastic_equation(get(name, **parameters), SUM, 2, Batches(2))
    points = np.random.default_rng(5).normal(size=(7, 2))
    plain = super(SampledEquation, equation)._covariance_rhs  # type: ignore[misc]
    expected = plain(np.ascontiguousarray(points.T), np.full(7, 0.1)) * 0.1
    found = equation.diffusion(points, 0.1)
    np.testing.assert_allclose(np.moveaxis(found, 0, -1), expected, rtol=1e-12, atol=1e-15)


def test_many_samples_with_functions_of_their_own() -> None:
    """Logistic regression, whose slopes are y x/(1 + exp(y (w x + b))) by hand."""
    inputs, labels = np.arange(16) / 8, np.where(np.arange(16) % 3, 1, -1)
    loss = logistic_model([f"{n}/8" for n in range(16)], labels.tolist())
    equation: Any = stochastic_equation(get("gradient-descent"), loss, 2, Batches(4))
    point = {"w": 0.3, "b": -0.2}
    share = labels / (1 + np.exp(labels * (point["w"] * inputs + point["b"])))
    columns = {"w": share * inputs, "b": share}
    slopes = np.column_stack([columns[name[0]] for name in loss.variables])
    away = slopes - slopes.mean(axis=0)
    expected = 0.1 * float(Batches(4).covariance_factor(16)) * away.T @ away / 16
    found = equation.diffusion([point[name[0]] for name in loss.variables], 0.1)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_an_ensemble_of_the_equation_has_its_moments() -> None:
    """Sampling against the exact moments of the linear equation, within four standard errors."""
    line = finite_sum(["x**2/2", "x**2", "(x - 1)**2/2"])
    equation: Any = stochastic_equation(get("gradient-descent"), line, 2)
    exact = MomentFlow(equation, "1/10").after([1], 1)
    found = bea.sde_ensemble(
        equation, equation.diffusion_numeric(), [1], gamma=0.1, time=1, steps=50, runs=20_000,
        observables="x, x**2", seed=3,
    )  # fmt: skip
    means, errors = np.ravel(found.mean[-1]), np.ravel(found.error[-1])
    for mean, error, name in zip(means, errors, ("x", "x**2"), strict=True):
        assert abs(mean - float(exact.expectation(name))) < 4 * error + 1e-4


@dataclass(frozen=True)
class Squared(Method):
    """A step that is quadratic in its slope: noise enters its drift."""

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        slope = f(theta)
        return theta + gamma * slope + gamma * gamma * slope * slope, state


def test_a_step_that_is_not_linear_in_its_slope_goes_by_the_generator() -> None:
    with pytest.raises(MethodError, match="not linear in the slope"):
        noise_rate(Squared())
    line = finite_sum(["x**2/2 - x", "x**2/2 + x"])
    equation: Any = stochastic_equation(Squared(), line, 2)
    assert not isinstance(equation, SampledEquation)
    assert str(equation.drift[1][0]) == "x**2 - x/2 + 1"  # E[f_B²] = x² + 1


def test_a_batch_larger_than_the_sum_is_refused() -> None:
    with pytest.raises(BeaError, match="B=4 is larger than N=3"):
        stochastic_equation(get("gradient-descent"), SUM, 2, Batches(4))
