"""Synthetic sums: exactly the mean and the covariance that were asked for, or a refusal."""

from __future__ import annotations

import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.errors import BeaError, DimensionError
from bea.noise import Batches
from bea.problems import FiniteSum, available, get, loss, noisy_quadratic, with_gradient_covariance

BOWL = loss("x**2 + x*y + y**4", "x y")
small = st.fractions(min_value=-3, max_value=3, max_denominator=12)


def numbers(total: FiniteSum) -> list[list[fmpq | None]]:
    return [[entry.as_rational() for entry in row] for row in total.covariance()]


@settings(max_examples=40, deadline=None)
@given(st.lists(small, min_size=6, max_size=6), st.integers(1, 3))
def test_mean_and_covariance_are_exact_for_every_gram_matrix(entries: list, rank: int) -> None:
    loss3 = loss("x**2 + y**2 + z**2", "x y z")
    rows = [[fmpq(f.numerator, f.denominator) for f in entries[k::3]][:rank] for k in range(3)]
    gram = [[sum((a * b for a, b in zip(r, s, strict=True)), fmpq(0)) for s in rows] for r in rows]
    total = with_gradient_covariance(loss3, gram)
    assert numbers(total) == gram
    assert total.value == loss3.value


def test_the_number_of_losses_is_small_and_can_be_a_multiple() -> None:
    assert with_gradient_covariance(BOWL, "1, 4").size == 4
    assert with_gradient_covariance(BOWL, "0, 0").size == 1
    total = with_gradient_covariance(BOWL, "1, 4", size=64)
    assert total.size == 64 and numbers(total) == [[1, 0], [0, 4]]
    half = total.covariance(Batches(32))
    assert half[1][1].as_rational() == 4 * fmpq(32, 32 * 63)


def test_large_numerators_need_few_squares() -> None:
    variance = fmpq(123456789012345678901, 10**20)
    total = with_gradient_covariance(loss("x**2"), [variance])
    assert numbers(total) == [[variance]]
    assert total.size <= 32


def test_noise_of_the_noisy_quadratic_has_the_hessian_as_covariance() -> None:
    total = noisy_quadratic("3, 1/5")
    hessian = [[-c.derivative(j) for j in range(2)] for c in total.components]
    assert numbers(total) == [[h.as_rational() for h in row] for row in hessian]
    assert numbers(noisy_quadratic([1, 2], variances=[5, 0])) == [[5, 0], [0, 0]]


def test_finite_sums_of_the_library_are_found_by_name() -> None:
    names = {name for name in available() if isinstance(get(name), FiniteSum)}
    assert names == {
        "linear-regression", "logistic-regression", "matrix-regression", "noisy-spectrum",
        "rayleigh-quotient", "scale-invariant-wells", "sigmoid-regression",
    }  # fmt: skip
    spectrum = get("noisy-spectrum")
    assert isinstance(spectrum, FiniteSum)
    assert fmpq_mat(numbers(spectrum)).det() == fmpq(1, 64)


@pytest.mark.parametrize(
    ("covariance", "error", "message"),
    [
        ([[1, 2], [2, 1]], BeaError, "the covariance is not positive semidefinite"),
        ([[0, 1], [1, 1]], BeaError, "the covariance is not positive semidefinite"),
        ("1, -1", BeaError, "the variance of component 2 is -1"),
        ([[-1, 0], [0, 1]], BeaError, "the variance of component 1 is -1"),
        ([[1, 2], [3, 9]], DimensionError, r"not symmetric: 2 at \(1, 2\) and 3 at \(2, 1\)"),
        ("1, 2, 3", DimensionError, r"has 3 row\(s\), and the loss 2 variable\(s\)"),
        ([[1, 0, 0], [0, 1, 0]], DimensionError, "give 2 rows of 2 numbers, or 2 variances"),
        ("sqrt(2), 1", BeaError, r"a variance is sqrt\(2\): give a rational"),
        ([0.5, 1], BeaError, "float"),
    ],
)
def test_what_is_no_covariance_is_refused(covariance: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        with_gradient_covariance(BOWL, covariance)


def test_a_size_that_is_no_multiple_is_refused() -> None:
    with pytest.raises(
        BeaError, match="N=6 losses cannot have this covariance: take a multiple of 4"
    ):
        with_gradient_covariance(BOWL, "1, 4", size=6)
