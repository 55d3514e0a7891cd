"""Averages of iterates: the closed form equals the moments step by step, and ensembles agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

import bea
from bea.errors import BeaError
from bea.measure.training import (
    averaged_covariance,
    averaged_loss,
    stationary_variance,
    tail_average,
)
from bea.measure.weak import QuadraticMoments
from bea.noise import Batches

TURNED = bea.problems.with_gradient_covariance(
    bea.Loss.read("x**2 + x*y + y**2", "x y"), [[1, "1/2"], ["1/2", 2]]
)


def covariance_by_steps(
    hessian: Any, sigma: Any, gamma: fmpq, beta: fmpq, last: Any, count: int, every: int
) -> fmpq_mat:
    """Return Cov of the mean of n iterates from the second moments of (θ, v, sum), one by one.

    At the start θ is stationary; without momentum v is not looked at.
    """
    d = len(hessian)
    one = [[fmpq(int(i == j)) for j in range(d)] for i in range(d)]

    def rows(*blocks: Any) -> list[list[fmpq]]:
        return [[x for block in blocks for x in block[i]] for i in range(d)]

    def times(factor: fmpq, matrix: Any) -> Any:
        return [[factor * x for x in row] for row in matrix]

    def plus(a: Any, b: Any) -> Any:
        return [[x + y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]

    zero = times(fmpq(0), one)
    push = times(-gamma, hessian)
    move = fmpq_mat(
        rows(plus(one, push), times(beta, one), zero)
        + rows(push, times(beta, one), zero)
        + rows(zero, zero, one)
    )
    add = fmpq_mat(rows(one, zero, zero) + rows(zero, one, zero) + rows(one, zero, one))
    q = times(gamma**2, sigma)
    noise = fmpq_mat(rows(q, q, zero) + rows(q, q, zero) + rows(zero, zero, zero))
    moments = fmpq_mat(rows(last, zero, zero) + rows(zero, zero, zero) + rows(zero, zero, zero))
    moments = add * moments * add.transpose()
    for _ in range(count - 1):
        for _ in range(every):
            moments = move * moments * move.transpose() + noise
        moments = add * moments * add.transpose()
    return fmpq_mat(
        [[moments[2 * d + i, 2 * d + j] / count**2 for j in range(d)] for i in range(d)]
    )


@pytest.mark.parametrize(("count", "every"), [(1, 1), (2, 1), (7, 1), (5, 3)])
def test_closed_form_equals_moments_step_by_step(count: int, every: int) -> None:
    gamma = fmpq(1, 5)
    noise = tail_average(TURNED, gamma, count, every=every)
    sigma = [[fmpq(1), fmpq(1, 2)], [fmpq(1, 2), fmpq(2)]]
    hessian = [[fmpq(2), fmpq(1)], [fmpq(1), fmpq(2)]]
    found = covariance_by_steps(hessian, sigma, gamma, fmpq(0), noise.last, count, every)
    assert fmpq_mat([list(row) for row in noise.average]) == found


def test_one_dimension_is_the_textbook_sum() -> None:
    h, sigma, gamma, n = fmpq(1, 2), fmpq(3), fmpq(1, 10), 13
    total = bea.problems.noisy_quadratic("1/2", "3")
    rho, v = 1 - gamma * h, gamma * sigma / (h * (2 - gamma * h))
    direct = v * sum(
        (rho ** abs(i - j) for i in range(n) for j in range(n)), start=fmpq(0)
    ) / n**2  # fmt: skip
    closed = v / n * ((1 + rho) / (1 - rho) - 2 * rho * (1 - rho**n) / (n * (1 - rho) ** 2))
    noise = tail_average(total, gamma, n)
    assert noise.last == ((v,),)
    assert noise.average == ((direct,),) == ((closed,),)


def test_stationary_variance_with_momentum_is_known() -> None:
    h, gamma, beta = fmpq(1), fmpq(1, 10), fmpq(9, 10)
    noise = tail_average(bea.problems.noisy_quadratic("1"), gamma, 1, beta=beta)
    known = gamma * (1 + beta) / ((1 - beta) * h * (2 * (1 + beta) - gamma * h))
    assert noise.last == noise.average == ((known,),)
    assert known == stationary_variance(h, 1, gamma, beta)
    assert noise.gain == 1


def test_the_moments_of_a_run_tend_to_the_stationary_ones() -> None:
    moments = QuadraticMoments(TURNED)
    state = moments.advance(moments.start([1, -1]), "1/10", Batches(1), "1/2", steps=300)
    exact = tail_average(TURNED, "1/10", 1, beta="1/2").numbers[0]
    np.testing.assert_allclose(moments.covariance(state), exact, rtol=1e-9)


@pytest.mark.parametrize("beta", ["0", "1/2", "9/10"])
def test_long_averages_do_not_know_step_size_or_momentum(beta: str) -> None:
    for gamma in ("1/10", "1/20"):
        noise = tail_average(TURNED, gamma, 10**6, beta=beta)
        limit = np.array([[float(x.p) / float(x.q) for x in row] for row in noise.limit])
        np.testing.assert_allclose(10**6 * noise.numbers[1], limit, rtol=1e-3)
    shorter = tail_average(TURNED, "1/10", 10, beta=beta).numbers[1]
    assert np.abs(10 * shorter / limit - 1).max() > 0.1


def test_batches_divide_the_noise() -> None:
    one, five = (
        tail_average(TURNED, "1/10", 9, batches=Batches(size, replacement=True)) for size in (1, 5)
    )
    assert one.average[1][1] == 5 * five.average[1][1]
    assert one.gain == five.gain


@pytest.mark.parametrize(("method", "beta"), [("gradient-descent", "0"), ("heavy-ball", "1/2")])
def test_ensembles_average_as_predicted(method: str, beta: str) -> None:
    chosen = bea.methods.get(method, **({"beta": beta} if beta != "0" else {}))
    begin, count = 100, 40
    runs = bea.ensemble(chosen, TURNED, [0, 0], gamma="1/10", steps=begin + count, runs=8000,
                        record=range(begin + 1, begin + count + 1), keep=True, seed=4)  # fmt: skip
    noise = tail_average(TURNED, "1/10", count, beta=beta)
    last, average = averaged_covariance(runs, [0, 0])
    for k in range(2):
        for found, exact in zip((last, average), noise.numbers, strict=True):
            assert abs(found.mean[k] - exact[k, k]) < 3 * found.error[k]
        # As if the iterates were independent: off by many standard errors.
        naive = noise.numbers[0][k, k] / count
        assert abs(average.mean[k] - naive) > 20 * average.error[k]


def test_measured_excess_loss_is_that_of_the_exact_noise() -> None:
    counts = (1, 5, 30)
    runs = bea.ensemble("gradient-descent", TURNED, [0, 0], gamma="1/10", steps=130, runs=8000,
                        record=range(101, 131), keep=True, seed=7)  # fmt: skip
    found = averaged_loss(runs, TURNED, counts)
    for k, count in enumerate(counts):
        noise = tail_average(TURNED, "1/10", count)
        exact = noise.excess[1]
        assert abs(found.mean[k] - int(exact.p) / int(exact.q)) < 3 * found.error[k]
    assert noise.gain > 2


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="is no quadratic"):
        tail_average(
            bea.problems.with_gradient_covariance(bea.problems.double_well(), [1, 1]), "1/10", 5
        )
    with pytest.raises(BeaError, match="depends on where one is"):
        tail_average(bea.problems.finite_sum("x**2, 2*x**2"), "1/10", 5)
    with pytest.raises(BeaError, match="not stable"):
        tail_average(TURNED, 1, 5)
    with pytest.raises(BeaError, match="at least 1"):
        tail_average(TURNED, "1/10", 0)
    with pytest.raises(BeaError, match="0 ≤ β < 1"):
        tail_average(TURNED, "1/10", 5, beta=1)
    with pytest.raises(BeaError, match="no single minimum"):
        tail_average(
            bea.problems.with_gradient_covariance(bea.Loss.read("x**2", "x y"), [1, 1]), "1/10", 5
        )
    runs = bea.ensemble("gradient-descent", TURNED, [0, 0], gamma="1/10", steps=5, runs=10)
    with pytest.raises(BeaError, match="kept no points"):
        averaged_covariance(runs, [0, 0])
    with pytest.raises(BeaError, match="kept no points"):
        averaged_loss(runs, TURNED, [1])
    kept = bea.ensemble("gradient-descent", TURNED, [0, 0], gamma="1/10", steps=5, runs=10,
                        keep=True)  # fmt: skip
    with pytest.raises(BeaError, match="an average of 2 of 1 records"):
        averaged_loss(kept, TURNED, [2])
