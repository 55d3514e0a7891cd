"""Factors of covariances: Σ = S Sᵀ exactly, with no more columns than are needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.algebra import Ring
from bea.errors import BeaError, DimensionError
from bea.fields import NoiseFactor
from bea.fields.noise_factor import definite_parts
from bea.flows.ensembles.diffusion import Diffusion
from bea.noise import Batches
from bea.problems import FiniteSum, finite_sum, from_data

SUMS = {
    "two": (finite_sum("(x - 1)**2/2, (x + 1)**2/2"), 1),
    "no noise": (finite_sum("x**2, x**2"), 0),
    "least squares": (bea.problems.linear_regression(), 3),
    "wells": (bea.problems.scale_invariant_wells(), 2),
    "classes": (bea.problems.logistic_regression(), 3),
    "quartic": (finite_sum(["x**4 + y", "x*y**2", "y**2 - 3*x", "exp(x*y)"]), 3),
    "many": (from_data("(w*x - y)**2/2", {"x": range(1, 101), "y": [1] * 100}), 2),
}


@pytest.mark.parametrize(("total", "columns"), SUMS.values(), ids=SUMS)
@pytest.mark.parametrize("batches", [None, Batches(2)], ids=["single", "pairs"])
def test_it_is_the_exact_covariance(
    total: FiniteSum, columns: int, batches: Batches | None
) -> None:
    factor = total.noise_factor(batches)
    assert factor is not None
    pairs = total.size == 2 and batches is not None  # all of the losses: no noise
    assert factor.count == (0 if pairs else columns)
    for row, wanted in zip(factor.covariance(), total.covariance(batches), strict=True):
        assert all((a - b).is_zero() for a, b in zip(row, wanted, strict=True))


def test_numbers_are_those_of_the_columns() -> None:
    total = bea.problems.linear_regression()
    factor, theta = total.noise_factor(), np.random.default_rng(0).normal(size=(2, 50))
    assert factor is not None
    root = factor.numeric()(theta)
    assert root.shape == (2, 3, 50)
    wanted = Diffusion(total.covariance(), total.variables)(theta, 1.0)
    np.testing.assert_allclose(np.einsum("ikl,jkl->ijl", root, root), wanted, rtol=1e-12)
    scaled = factor.scaled(fmpq(4)).numeric()(theta)
    np.testing.assert_allclose(scaled, 2 * root, rtol=1e-15)
    assert factor.scaled(fmpq(0)).count == 0


def test_more_columns_than_asked_for_are_none() -> None:
    total = bea.problems.linear_regression()
    assert total.noise_factor(most=2) is None
    assert total.noise_factor(most=None) is not None
    data = {"x": range(40), "s": [1, -1] * 20}
    assert from_data("log(1 + exp(-s*w*x))", data, "w").noise_factor() is None


def test_as_many_columns_as_asked_for_are_given() -> None:
    x = Ring(["x"]).variable(0)
    pair = [(x - 1,), (x + 1,)]
    assert NoiseFactor.of_samples(pair, most=0) is None
    factor = NoiseFactor.of_samples(pair, most=1)
    assert factor is not None and factor.count == 1


def test_a_factor_is_read_from_rows() -> None:
    factor = NoiseFactor.read([["x", 1, 0], ["1/2", "y", "x*y"]], ["x", "y"])
    assert (factor.dimension, factor.count, factor.constant) == (2, 3, False)
    assert str(factor.covariance()[0][1]) == "x/2 + y"
    assert NoiseFactor.read([[1], [2]], ["x", "y"]).constant


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([["x", 1]], DimensionError, "rows of lengths 2: give 2"),
        ([["x", 1], [0]], DimensionError, "rows of lengths 2, 1"),
        ([["z"], [1]], BeaError, "unknown variable 'z'"),
        ([[0.5], [1]], BeaError, "float"),
        ([["x, y"], [1]], DimensionError, "is 2 expressions"),
    ],
)
def test_bad_rows_are_refused(rows: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        NoiseFactor.read(rows, ["x", "y"])


def test_what_is_not_semidefinite_has_no_parts() -> None:
    def matrix(*rows: tuple[int, ...]) -> list[list[fmpq]]:
        return [[fmpq(entry) for entry in row] for row in rows]

    assert definite_parts(matrix((1, 2), (2, 1))) is None
    assert definite_parts(matrix((0, 1), (1, 1))) is None
    assert definite_parts(matrix((0, 0), (0, 0))) == []


def test_the_covariance_without_columns_is_zero() -> None:
    ring = Ring(["x", "y"])
    assert all(entry.is_zero() for row in NoiseFactor(ring, ()).covariance() for entry in row)
