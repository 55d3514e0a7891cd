"""Eigenvalues and traces from products alone, beside those of the whole matrix."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import DimensionError
from bea.fields.functions.spectrum import hessian_trace, largest_eigenvalue

D = 30
RNG = np.random.default_rng(2)
Q = np.linalg.qr(RNG.standard_normal((D, D)))[0]
VALUES = np.concatenate([[7.0, -5.0], RNG.uniform(-1, 2, D - 2)])
MATRIX = Q @ np.diag(VALUES) @ Q.T
BOWL = bea.problems.from_function(
    lambda x: x @ (MATRIX @ x) / 2, D, gradient=lambda x: MATRIX @ x, start=np.ones(D)
)


def test_the_largest_eigenvalue_is_that_of_the_matrix() -> None:
    points = RNG.standard_normal((2, D))
    assert np.allclose(largest_eigenvalue(BOWL, points, steps=D), 7.0, rtol=1e-10)
    assert np.allclose(largest_eigenvalue(BOWL, points), 7.0, rtol=1e-3)


def test_a_rotation_has_the_modulus_of_its_eigenvalues() -> None:
    turn = bea.problems.field("3*y, -3*x")
    assert largest_eigenvalue(turn, [[1.0, 2.0], [np.nan, 1.0]]).tolist()[0] == pytest.approx(3)
    assert np.isnan(largest_eigenvalue(turn, [[np.nan, 1.0]]))


def test_the_trace_is_within_its_error() -> None:
    found = hessian_trace(BOWL, np.ones(D), probes=200)
    assert found.error > 0
    assert abs(found.value - VALUES.sum()) < 4 * found.error
    with pytest.raises(DimensionError, match="at least 2"):
        hessian_trace(BOWL, np.ones(D), probes=1)


def test_outside_of_the_domain_of_a_loss_it_has_no_curvature() -> None:
    barrier = bea.problems.loss("x - log(x)")  # whose second derivative is finite on both sides
    points = [[-0.5], [0.5]]
    for found in (largest_eigenvalue(barrier, points), *hessian_trace(barrier, points)):
        assert np.isnan(found).tolist() == [True, False]
