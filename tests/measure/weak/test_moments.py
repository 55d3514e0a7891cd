"""Moments by recursion and by generators: closed formulas, enumeration, and each other."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq

from bea.errors import BeaError, DimensionError, OrderError, StepSizeError
from bea.measure.weak.enumeration import law_after
from bea.measure.weak.moment_flow import MomentFlow
from bea.measure.weak.moments import MomentRecursion
from bea.methods import get
from bea.modified import modified_equation, modified_generator, stochastic_equation
from bea.noise import Batches
from bea.problems import finite_sum

Q = fmpq
SGD = get("gradient-descent")
PAIR = finite_sum(["3*(x - 1/2)**2/2", "3*(x + 1/2)**2/2"])  # a = 3, variance (3/2)²
A, VARIANCE = Q(3), Q(9, 4)
PLANE = finite_sum(["x**2/2 + x*y + y**2", "x**2 - y", "(x - 1)**2/2 + (y + x)**2"])


@pytest.mark.parametrize("beta", [Q(0), Q(1, 2), Q(9, 10)])
@pytest.mark.parametrize("gamma", [Q(1, 10), Q(1, 3)])
def test_stationary_variance_of_heavy_ball(beta: fmpq, gamma: fmpq) -> None:
    """γσ²(1+β)/(a(1−β)(2(1+β) − γa)), which for β = 0 is γσ²/(a(2−γa))."""
    found = MomentRecursion(get("heavy-ball", beta=beta), PAIR, gamma).stationary()
    below = A * (1 - beta) * (2 * (1 + beta) - gamma * A)
    assert found.covariance[0][0] == gamma * VARIANCE * (1 + beta) / below
    assert found.mean == (0,)


@pytest.mark.parametrize("gamma", [Q(1, 10), Q(1, 50)])
def test_stationary_variance_order_by_order(gamma: fmpq) -> None:
    """1: γσ²/(2a); 2: γσ²/(a(2+γa)), twice as far off; each further generator is closer."""
    exact = MomentRecursion(SGD, PAIR, gamma).stationary().covariance[0][0]
    generator = modified_generator(SGD, PAIR, 4)
    first = stochastic_equation(SGD, PAIR, 1)
    found = [MomentFlow(first, gamma).stationary().covariance[0][0]]
    assert found[0] == gamma * VARIANCE / (2 * A)
    found += [MomentFlow(generator.truncate(k), gamma).stationary().covariance[0][0]
              for k in range(1, 5)]  # fmt: skip
    assert found[1] == gamma * VARIANCE / (A * (2 + gamma * A))
    misses = [abs(value - exact) for value in found]
    assert misses[1] > misses[0]
    assert misses[2] < misses[0] and misses[3] < misses[2] and misses[4] < misses[3]


@pytest.mark.parametrize(
    "batches", [Batches(1), Batches(2), Batches(2, replacement=True), Batches(3)]
)
@pytest.mark.parametrize("method", [SGD, get("heavy-ball", beta="1/3"), get("heun")])
def test_the_recursion_is_the_enumeration(method: object, batches: Batches) -> None:
    recursion = MomentRecursion(method, PLANE, "1/7", 3, batches)  # type: ignore[arg-type]
    law = law_after(method, PLANE, "1/7", 3, [1, -2], batches)  # type: ignore[arg-type]
    moments = recursion.after([1, -2], 3)
    for observable in ("x", "x*y**2 - 3*y**3 + 1", "L"):
        assert moments.expectation(observable) == law.expectation(observable)


def test_multiplicative_noise_may_have_no_stationary_moment() -> None:
    """Curvatures 1 and 7: the mean contracts at step size 1/3, the second moment grows."""
    wild = finite_sum(["x**2/2", "7*x**2/2"])
    assert MomentRecursion(SGD, wild, "1/3", degree=1).stationary().mean == (0,)
    with pytest.raises(BeaError, match="degree 2 grow at step size 1/3"):
        MomentRecursion(SGD, wild, "1/3", degree=2).stationary()


def test_without_noise_the_flow_of_moments_is_the_flow() -> None:
    """e^(tA) on monomials of x' = -log(1 + ...): the generator's series at high order."""
    lone = finite_sum(["x**2/2"])
    generator = modified_generator(SGD, lone, 12)
    moments = MomentFlow(generator, "1/10", degree=3).after([2], 1)
    exact = 2 * 0.9**10
    assert abs(float(moments.expectation("x")) - exact) < 1e-11
    assert abs(float(moments.expectation("x**3")) - exact**3) < 1e-10


def test_the_law_of_a_linear_equation_is_known() -> None:
    """Ornstein and Uhlenbeck's mean and variance."""
    equation = stochastic_equation(SGD, PAIR, 1)
    moments = MomentFlow(equation, "1/10").after([1], "1/2")
    assert abs(float(moments.mean[0]) - np.exp(-1.5)) < 1e-15
    variance = 0.1 * 2.25 / 6 * (1 - np.exp(-3.0))
    assert abs(float(moments.covariance[0][0]) - variance) < 1e-15


def test_what_is_refused() -> None:
    with pytest.raises(BeaError, match="not linear in theta"):
        MomentRecursion(SGD, finite_sum(["x**4", "x**2"]), "1/10")
    with pytest.raises(BeaError, match="no polynomials"):
        MomentRecursion(SGD, finite_sum(["sin(x)", "x**2"]), "1/10")
    with pytest.raises(StepSizeError, match="positive"):
        MomentRecursion(SGD, PAIR, "-1/10")
    with pytest.raises(BeaError, match="float"):
        MomentRecursion(SGD, PAIR, 0.1)
    with pytest.raises(OrderError, match="1 or more"):
        MomentRecursion(SGD, PAIR, "1/10", degree=0)
    with pytest.raises(BeaError, match="beta=1/2"):
        MomentRecursion(get("heavy-ball", beta="beta"), PAIR, "1/10")
    recursion = MomentRecursion(SGD, PAIR, "1/10")
    with pytest.raises(DimensionError, match="2 coordinates"):
        recursion.after([1, 2], 1)
    with pytest.raises(BeaError, match="-1 steps are not possible"):
        recursion.after([1], -1)
    moments = recursion.after([1], 1)
    with pytest.raises(BeaError, match="degree 3"):
        moments.expectation("x**3")
    with pytest.raises(BeaError, match="y"):
        moments.expectation("y")
    with pytest.raises(BeaError, match="no polynomial"):
        moments.expectation("sin(x)")


def test_only_what_has_a_generator_flows_and_only_forward() -> None:
    with pytest.raises(BeaError, match="a ModifiedEquation: give what has a generator"):
        MomentFlow(modified_equation(SGD, PAIR, order=1), "1/2")
    with pytest.raises(BeaError, match="no way back"):
        MomentFlow(modified_generator(SGD, PAIR, 1), "1/2").after([1], -1)
