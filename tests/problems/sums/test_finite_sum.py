"""Finite sums: exact means and covariances by enumeration, and numbers that agree with them."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq

from bea.errors import BeaError, DimensionError, ExpressionError
from bea.fields import Loss, VectorField
from bea.noise import Batches
from bea.problems import FiniteSum, finite_sum

POLYNOMIALS = "x**2*y + y**2, (x - y)**2, x**4/4 - y, 3*x*y"
FUNCTIONS = "sin(x) + y**2, exp(x*y), softplus(2*x - y), x**2/(1 + y**2)"


def enumerated(total: FiniteSum, batches: Batches) -> list[list[object]]:
    """The covariance of a batch's gradient, summed over all batches."""
    d = total.dimension
    found = [[total.ring.constant(0) for _ in range(d)] for _ in range(d)]
    for indices, weight in batches.choices(total.size):
        slope = total.batch(indices).components
        away = [s - m for s, m in zip(slope, total.components, strict=True)]
        for i in range(d):
            for j in range(d):
                found[i][j] = found[i][j] + away[i] * away[j] * weight
    return found


@pytest.mark.parametrize("text", [POLYNOMIALS, FUNCTIONS], ids=["polynomials", "functions"])
@pytest.mark.parametrize("batches", [Batches(1), Batches(2), Batches(3), Batches(3, True)], ids=str)
def test_covariance_is_that_of_all_batches_enumerated(text: str, batches: Batches) -> None:
    total = finite_sum(text, "x y")
    found = enumerated(total, batches)
    claimed = total.covariance(batches)
    assert all((found[i][j] - claimed[i][j]).is_zero() for i in range(2) for j in range(2))
    assert not claimed[0][1].is_zero()


def test_a_full_batch_without_replacement_has_no_noise() -> None:
    total = finite_sum(POLYNOMIALS, "x y")
    assert all(entry.is_zero() for row in total.covariance(Batches(4)) for entry in row)
    assert not total.covariance(Batches(4, replacement=True))[0][0].is_zero()


@pytest.mark.parametrize("text", [POLYNOMIALS, FUNCTIONS], ids=["polynomials", "functions"])
def test_the_numbers_of_a_batch_are_those_of_its_mean(text: str) -> None:
    total = finite_sum(text, "x y")
    rng = np.random.default_rng(0)
    theta, index = rng.normal(size=(2, 50)), rng.integers(0, 4, (3, 50))
    values = total.sample_rhs()(theta, index)
    expected = [total.batch(index[:, k])(theta[:, k]) for k in range(50)]
    np.testing.assert_allclose(values, np.transpose(expected), rtol=1e-13, atol=1e-13)


def test_a_sum_is_a_loss_and_a_field() -> None:
    total = finite_sum(POLYNOMIALS, "x y")
    parts = sum(float(loss.at([0.3, -0.7])) for loss in total.losses) / 4
    assert isinstance(total, Loss) and isinstance(total, VectorField)
    assert float(total.at([0.3, -0.7])) == pytest.approx(parts, rel=1e-14)


def test_losses_read_apart_are_brought_into_one_ring() -> None:
    total = finite_sum([Loss.read("sin(x)"), Loss.read("a*y**2", "y", "a")])
    assert (total.variables, total.parameters) == (("x", "y"), ("a",))
    assert total.losses[0].ring is total.losses[1].ring is total.ring


def test_further_parameters_leave_a_sum_a_sum() -> None:
    total = finite_sum(POLYNOMIALS, "x y").with_parameters(["lambda"])
    assert (total.size, total.parameters) == (4, ("lambda",))
    assert total.losses[0].ring is total.ring


def test_equal_losses_have_no_covariance() -> None:
    assert finite_sum("x**2, x**2").covariance()[0][0].as_rational() == fmpq(0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: FiniteSum([]), DimensionError, "a finite sum of no losses"),
        (lambda: finite_sum([]), DimensionError, "no expression is given"),
        (lambda: finite_sum("x, y", "x"), ExpressionError, "unknown variable 'y'"),
        (lambda: finite_sum("x, y").batch([2]), DimensionError, "give indices from 0 to 1"),
        (lambda: finite_sum("x, y").batch([]), DimensionError, "give indices from 0 to 1"),
        (lambda: finite_sum("a*x, x", "x", "a").sample_rhs(), BeaError, "'a' has no value"),
        (
            lambda: finite_sum("x, y").covariance(2),  # type: ignore[arg-type]
            BeaError,
            "the batches are a int: give bea.noise",
        ),
        (lambda: FiniteSum([Loss.read("x"), Loss.read("x")]), BeaError, "of different rings"),
    ],
)
def test_what_is_no_sum_is_refused(make: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        make()  # type: ignore[operator]
