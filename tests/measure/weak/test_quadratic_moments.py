"""Moments by recursion are those of all sequences of batches, run by the method's own step."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from flint import fmpq

from bea.errors import BeaError, DimensionError
from bea.measure.training import stationary_variance
from bea.measure.weak import MomentRecursion, QuadraticMoments
from bea.methods import heavy_ball
from bea.noise import Batches
from bea.problems import finite_sum, linear_regression, noisy_quadratic

SKEW = finite_sum(["x**2/2 + x*y/3", "x**2 + y**2/2 - y", "(x - 1)**2/2 + (y - x)**2"])


def enumerated(total, batches, rate, m, steps, start):  # type: ignore[no-untyped-def]
    """Return E θ, E θθᵀ and E L over all sequences of batches, exactly."""
    mean, square, loss = 0, 0, fmpq(0)
    choices = [(total.batch(indices), weight) for indices, weight in batches.choices(total.size)]
    for sequence in product(choices, repeat=steps):
        weight, theta, velocity = fmpq(1), np.array(start), np.array([fmpq(0)] * len(start))
        for field, share in sequence:
            slope = np.array([at(f, theta) for f in field.components])
            velocity = m * velocity + slope
            theta = theta + rate * velocity
            weight *= share
        mean, square = mean + weight * theta, square + weight * np.outer(theta, theta)
        loss += weight * at(total.value, theta)
    return mean, square, loss


def at(value, point):  # type: ignore[no-untyped-def]
    total = fmpq(0)
    for exponents, c in value.terms().items():
        for x, e in zip(point, exponents, strict=True):
            c = c * x ** int(e)
        total += c
    return total


@pytest.mark.parametrize("batches", [Batches(1), Batches(2), Batches(2, True), Batches(3)], ids=str)
@pytest.mark.parametrize("m", [fmpq(0), fmpq(1, 3)], ids=str)
def test_moments_are_those_of_all_sequences_of_batches(batches: Batches, m: fmpq) -> None:
    rate, start = fmpq(1, 4), [fmpq(2), fmpq(-1, 3)]
    moments = QuadraticMoments(SKEW, exact=True)
    state = moments.advance(moments.start(start), rate, batches, m, steps=3)
    mean, square, loss = enumerated(SKEW, batches, rate, m, 3, start)
    assert (moments.mean(state) == mean).all()
    assert (moments.covariance(state) == square - np.outer(mean, mean)).all()
    assert moments.loss(state) == loss


def test_moments_are_those_of_the_recursion_through_all_batches() -> None:
    rate, m, batches = fmpq(1, 4), fmpq(1, 3), Batches(2)
    recursion = MomentRecursion(heavy_ball(beta=m), SKEW, rate, batches=batches)
    expected = recursion.after([2, -1], steps=6)
    moments = QuadraticMoments(SKEW, exact=True)
    state = moments.advance(moments.start([2, -1]), rate, batches, m, steps=6)
    assert tuple(moments.mean(state)) == expected.mean
    assert tuple(map(tuple, moments.covariance(state))) == expected.covariance
    assert moments.loss(state) == expected.expectation("L")


def test_floats_are_the_rationals_rounded() -> None:
    line = linear_regression()
    exact, floats = QuadraticMoments(line, exact=True), QuadraticMoments(line)
    options = {"gamma": "1/50", "batches": Batches(2), "momentum": "1/2", "steps": 20}
    found = floats.loss(floats.advance(floats.start([0.0, 0.0]), **options))
    expected = exact.loss(exact.advance(exact.start([0, 0]), **options))
    assert found == pytest.approx(int(expected.p) / int(expected.q), rel=1e-13)


@pytest.mark.parametrize("m", ["0", "1/2", "9/10"])
def test_long_runs_have_the_stationary_variance_of_each_direction(m: str) -> None:
    total = noisy_quadratic("1, 1/4", size=64)
    batches = Batches(8)
    moments = QuadraticMoments(total)
    state = moments.advance(moments.start([1.0, 1.0]), "1/10", batches, m, steps=2000)
    factor = batches.covariance_factor(64)
    for k, h in enumerate((fmpq(1), fmpq(1, 4))):
        expected = stationary_variance(h, factor * h, "1/10", m)
        assert moments.covariance(state)[k, k] == pytest.approx(float(expected), rel=1e-11)
    assert abs(moments.covariance(state)[0, 1]) < 1e-12


def test_what_is_not_quadratic_or_not_exact_is_refused() -> None:
    with pytest.raises(BeaError, match=r"do not close: take quadratic losses"):
        QuadraticMoments(finite_sum("x**4, x**2"))
    exact = QuadraticMoments(SKEW, exact=True)
    with pytest.raises(BeaError, match=r"the float 0\.5: exact numbers are meant"):
        exact.start([0.5, 1])
    with pytest.raises(DimensionError, match=r"1 coordinates for 2 variable"):
        exact.start([1])
    with pytest.raises(BeaError, match="is a float, and exact moments are wanted"):
        exact.advance(exact.start([1, 1]), 0.1, Batches(1))
