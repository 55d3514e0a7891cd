"""Noise scales: the covariance of all batches per unit of time, with momentum; what is refused."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.errors import BeaError, MethodError, StepSizeError
from bea.measure.training import (
    batch_of_noise_scale,
    effective_rate,
    noise_scale,
    stationary_variance,
)
from bea.methods import heavy_ball
from bea.noise import Batches, ShuffledEpochs
from bea.problems import noisy_quadratic

rates = st.fractions(Fraction(1, 100), Fraction(1, 2), max_denominator=100)
momenta = st.fractions(0, Fraction(19, 20), max_denominator=20)


def variance_of_batch_means(values: list[fmpq], size: int) -> fmpq:
    """Return the variance of the mean of a batch, over all batches."""
    means = [sum(batch, fmpq(0)) / size for batch in combinations(values, size)]
    return (
        sum((m * m for m in means), fmpq(0)) / len(means) - (sum(means, fmpq(0)) / len(means)) ** 2
    )


@pytest.mark.parametrize("size", range(1, 7))
def test_it_is_the_covariance_per_time_of_all_batches(size: int) -> None:
    values = [fmpq(v) for v in (3, -1, 4, 1, -5, 9)]
    rate = fmpq(1, 10)
    sample_variance = variance_of_batch_means(values, 1) * fmpq(6, 5)
    per_time = rate * variance_of_batch_means(values, size)
    assert noise_scale(rate, 6, size) * sample_variance / 6 == per_time
    assert noise_scale(rate, 6, size) == rate * (fmpq(6, size) - 1)


@given(rates, momenta, st.integers(1, 40))
def test_the_batch_of_a_noise_scale_is_its_inverse(rate: Any, m: Any, batch: int) -> None:
    g = noise_scale(rate, 40, batch, momentum=m)
    assert batch_of_noise_scale(g, rate, 40, momentum=m) == batch
    assert g == effective_rate(rate, m) * (fmpq(40, batch) - 1)


def test_with_replacement_the_whole_sum_is_noisy_too() -> None:
    assert noise_scale("1/10", 11, Batches(11)) == 0
    assert noise_scale("1/10", 11, Batches(11, replacement=True)) == fmpq(1, 11)
    assert noise_scale("1/10", 11, Batches(1)) == noise_scale("1/10", 11, Batches(1, True))


def test_floats_give_floats_and_exact_numbers_exact_ones() -> None:
    found = noise_scale(0.1, 1000, 10, momentum="1/2")
    assert isinstance(found, float) and found == pytest.approx(19.8)
    assert isinstance(noise_scale("sqrt(2)/10", 1000, 10), float)
    assert noise_scale(Fraction(1, 10), 1000, np.int64(10), "1/2") == fmpq(99, 5)


# --- the stationary variance ----------------------------------------------------------------------


@given(rates, momenta, st.fractions(Fraction(1, 10), 3, max_denominator=10))
def test_the_stationary_variance_is_the_fixed_point_of_the_second_moments(
    rate: Any, m: Any, h: Any
) -> None:
    # Of x₊ = x + ε v₊, v₊ = m v − h x + ξ with unit noise: a = E x², b = E x v, w = E v² obey
    #   w = m² w + h² a − 2 m h b + 1,   b = (m b − h a) + ε w,   a = a + 2ε (m b − h a) + ε² w.
    e, m, h = (fmpq(f.numerator, f.denominator) for f in (rate, m, h))
    rows = [
        [h * h, -2 * m * h, m * m - 1],
        [-h, m - 1, e],
        [-2 * e * h, 2 * e * m, e * e],
    ]
    a, _, _ = (row[0] for row in fmpq_mat(rows).solve(fmpq_mat([[-1], [0], [0]])).tolist())
    assert stationary_variance(h, 1, e, m) == a


@pytest.mark.parametrize("m", [fmpq(0), fmpq(1, 2), fmpq(9, 10)], ids=str)
def test_equal_effective_rates_have_equal_variances_to_leading_order(m: fmpq) -> None:
    for r in (fmpq(1, 10), fmpq(1, 20), fmpq(1, 40)):
        leading = r / 2
        found = stationary_variance(1, 1, r * (1 - m), m)
        assert 1 - leading / found == r * (1 - m) / (2 * (1 + m))
    # At equal step sizes, in contrast, momentum multiplies the variance.
    assert stationary_variance(1, 1, "1/100", m) >= fmpq(1, 200) / (1 - m)


def test_ensembles_at_equal_effective_rate_have_the_exact_variances() -> None:
    total, rate = noisy_quadratic("1", variances="1", size=2), fmpq(1, 2)
    found, exact = {}, {}
    for m in (fmpq(0), fmpq(1, 2), fmpq(9, 10)):
        runs = bea.ensemble(heavy_ball(beta=m), total, [0.0], gamma=rate * (1 - m), steps=200,
                            runs=8000, observables="x**2", seed=11)  # fmt: skip
        mean, error = (values[-1] for values in runs["x**2"])
        found[m], exact[m] = (mean, error), float(stationary_variance(1, 1, rate * (1 - m), m))
        assert abs(mean - exact[m]) < 4.5 * error < 0.1 * exact[m]
    # All are 1/4 to leading order; what is beyond it is many standard errors.
    assert exact[fmpq(0)] == 1 / 3 and exact[fmpq(9, 10)] < 0.26
    (mean, error), wrong = found[fmpq(0)], exact[fmpq(9, 10)]
    assert abs(mean - wrong) > 15 * error


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: noise_scale("1/10", 8, 9), BeaError, "B=9 is larger than N=8"),
        (lambda: noise_scale("1/10", 8, 0), BeaError, "the batch size is 0"),
        (lambda: noise_scale("1/10", 0, 1), BeaError, "the number of losses N=0 must be a whole"),
        (
            lambda: noise_scale("1/10", 8, ShuffledEpochs(2)),
            BeaError,
            "are not independent",
        ),
        (lambda: noise_scale(0, 8, 2), StepSizeError, "gamma=0 must be positive"),
        (lambda: noise_scale(-0.1, 8, 2), StepSizeError, "gamma=-0.1 must be positive"),
        (lambda: noise_scale(float("nan"), 8, 2), BeaError, "the step size is nan: give a finite"),
        (lambda: noise_scale("1/10", 8, 2, momentum=1), MethodError, "m=1 is out of range"),
        (lambda: effective_rate("1/10", momentum="-1/2"), MethodError, "m=-1/2 is out of range"),
        (lambda: batch_of_noise_scale(-1, "1/10", 8), BeaError, "the noise scale is -1"),
        (lambda: stationary_variance(1, -1, "1/2"), BeaError, "variances are not negative"),
        (lambda: stationary_variance(0, 1, "1/2"), BeaError, "the curvature is 0: give a positive"),
        (lambda: stationary_variance(1, 1, 2), StepSizeError, "not below 2 (1 + m): iterates grow"),
    ],
)
def test_bad_input_is_refused(call: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
