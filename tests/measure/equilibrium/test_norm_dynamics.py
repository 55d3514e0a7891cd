"""The squared norm in the ring: one step, the modified field and the generator agree exactly."""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq

import bea
from bea.algebra import Element
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError
from bea.measure.equilibrium.norm_dynamics import gradient_moments, norm_generator, norm_step
from bea.methods import get
from bea.noise import Batches
from bea.problems import FiniteSum

SAMPLINGS = [Batches(1), Batches(2), Batches(2, replacement=True)]


def wells() -> FiniteSum:
    total = bea.problems.get("scale-invariant-wells")
    assert isinstance(total, FiniteSum)
    return total


def rayleigh() -> FiniteSum:
    total = bea.problems.get("rayleigh-quotient", eigenvalues="0, 1", noise="2")
    assert isinstance(total, FiniteSum)
    return total


def within(ring: Ring, text: str, **elements: Element) -> Element:
    """Return a formula in rho, gamma, lam, tau and other elements, in this ring."""
    moved = {k: read(ring, to_expression(e)) for k, e in elements.items()}
    names = {**moved, "rho": read(ring, parse("x**2 + y**2"))}
    found = Ring([], [*names, "gamma", "lam"])
    formula = read(found, parse(text))
    total = ring.constant(0)
    for exponents, coefficient in formula.terms().items():
        term = ring.constant(fmpq(coefficient))
        for symbol, k in zip(found.generators(), exponents, strict=False):
            name = str(symbol)
            if k:
                term = term * (names[name] if name in names else ring.symbol(name)) ** int(k)
        total = total + term
    return total


@pytest.mark.parametrize("make", [wells, rayleigh])
@pytest.mark.parametrize("batches", SAMPLINGS, ids=str)
def test_one_step_is_alpha_squared_rho_and_growth_by_the_gradient(
    make: Any, batches: Batches
) -> None:
    total = make()
    found, moments = norm_step(total, batches=batches), gradient_moments(total, batches)
    ring = found.square.ring
    elements = {"tau": moments.square, "four": moments.fourth, "inverse": total_inverse(total)}
    square = within(ring, "(1 - gamma*lam)**2*rho + gamma**2*tau*inverse", **elements)
    fourth = within(
        ring,
        "(1 - gamma*lam)**4*rho**2 + 2*(1 - gamma*lam)**2*gamma**2*tau + gamma**4*four*inverse**2",
        **elements,
    )
    assert (found.square - square).is_zero() and (found.fourth - fourth).is_zero()
    assert not (found.fourth - square * square).is_zero()  # the noise of the norm is not nothing


def total_inverse(total: FiniteSum) -> Element:
    return read(Ring(total.variables), parse("1/(x**2 + y**2)"))


@pytest.mark.parametrize("make", [wells, rayleigh])
@pytest.mark.parametrize("batches", SAMPLINGS, ids=str)
def test_gradient_moments_are_the_mean_gradient_and_the_trace(make: Any, batches: Batches) -> None:
    total = make()
    covariance, rho = total.covariance(batches), read(total.ring, parse("x**2 + y**2"))
    mean = sum((c * c for c in total.components[1:]), start=total.components[0] ** 2)
    expected = rho * (mean + covariance[0][0] + covariance[1][1])
    moments = gradient_moments(total, batches)
    assert (moments.square - expected).is_zero()
    ring = total.ring
    outward = [ring.variable(i) for i in range(2)]
    for moment in moments:  # of the direction alone
        assert ring.lie_derivative(outward, moment).is_zero()


def test_noise_that_is_isotropic_has_moments_that_are_known() -> None:
    flat = bea.problems.get("rayleigh-quotient", eigenvalues="0, 0", noise="2")
    moments = gradient_moments(flat)
    assert moments.square.as_rational() == 2
    # a^4/2 (sin^4 + cos^4) of twice the angle: 8 - 4 sin^2 of four times it.
    sine = "4*x*y*(x**2 - y**2)/(x**2 + y**2)**2"
    expected = read(moments.fourth.ring, parse(f"8 - 4*({sine})**2"))
    assert (moments.fourth - expected).is_zero()


@pytest.mark.parametrize("make", [wells, rayleigh])
@pytest.mark.parametrize("batches", SAMPLINGS, ids=str)
def test_the_generator_has_the_norms_equation(make: Any, batches: Batches) -> None:
    total = make()
    terms = norm_generator(total, order=1, batches=batches)
    tau = gradient_moments(total, batches).square
    ring, inverse = terms[0].square.ring, total_inverse(total)
    for k, (square, fourth) in enumerate(
        [("-2*lam*rho", "-4*lam*rho**2"),
         ("tau*inverse - lam**2*rho", "2*tau - 2*lam**2*rho**2")]
    ):  # fmt: skip
        elements = {"tau": tau, "inverse": inverse}
        assert (terms[k].square - within(ring, square, **elements)).is_zero()
        assert (terms[k].fourth - within(ring, fourth, **elements)).is_zero()
    wrong = within(ring, "tau*inverse", tau=tau, inverse=inverse)
    assert not (terms[1].square - wrong).is_zero()


def test_without_noise_the_modified_field_says_the_same() -> None:
    loss = bea.Loss.read("x*y/(x**2 + y**2)")
    decay = get("gradient-descent-decay", weight_decay="lam")
    equation = bea.modified_equation(decay, loss, order=3)
    ring = equation.components[0][0].ring
    rho = read(ring, parse("x**2 + y**2"))
    terms = norm_generator(loss, order=3)
    for component, term in zip(equation.components, terms, strict=True):
        for value, found in zip((rho, rho * rho), term, strict=True):
            along = ring.lie_derivative(component, value)
            assert (read(found.ring, to_expression(along)) - found).is_zero()


def test_the_stochastic_equation_of_weak_order_one_misses_the_mean_gradient() -> None:
    total = wells()
    decay = get("gradient-descent-decay", weight_decay="1/3")
    rho, equations = read(total.ring, parse("x**2 + y**2")), []
    for weak_order in (1, 2):
        sde = bea.stochastic_equation(decay, total, weak_order)
        # Ito: D rho = 2 w·b + gamma trace; here the terms of gamma^1.
        drift = sde.drift[1] if weak_order == 2 else [total.ring.constant(0)] * 2
        trace = sde.covariance[0][0][0] + sde.covariance[0][1][1]
        equations.append(total.ring.lie_derivative(drift, rho) + trace)
    second = norm_generator(total, "1/3")[1].square
    assert (equations[1] - second).is_zero() and not (equations[0] - second).is_zero()
    slope = sum((c * c for c in total.components[1:]), start=total.components[0] ** 2)
    assert (equations[0] - (second - slope + rho / 9)).is_zero()


@pytest.mark.parametrize("beta", [fmpq(1, 2), fmpq(1, 3), fmpq(9, 10)])
def test_with_momentum_noise_and_mean_gradient_grow_the_norm_differently(beta: fmpq) -> None:
    total = wells()
    method = get("heavy-ball-decay", beta=beta, weight_decay="1/3")
    found = norm_generator(total, method=method)[1].square
    covariance = total.covariance()
    trace = covariance[0][0] + covariance[1][1]
    slope = sum((c * c for c in total.components[1:]), start=total.components[0] ** 2)
    rho = read(total.ring, parse("x**2 + y**2"))
    # gamma/(1 - beta) is the step of the noise; the mean gradient has (1 + beta)/(1 - beta) beside.
    noise, mean = 1 / (1 - beta) ** 2, (1 + beta) / (1 - beta) ** 3
    assert (found - (trace * noise + slope * mean - rho / 9)).is_zero()


def test_what_is_not_scale_invariant_has_no_norm_equation() -> None:
    for verb in (gradient_moments, norm_step, norm_generator):
        with pytest.raises(BeaError, match="is not scale-invariant"):
            verb(bea.Loss.read("x**2 + y**2"))  # type: ignore[operator]
    with pytest.raises(BeaError, match="is no finite sum has no batches"):
        gradient_moments(bea.Loss.read("x*y/(x**2 + y**2)"), 2)
