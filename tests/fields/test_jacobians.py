"""How fast a field changes: spectral norms of its Jacobian, from values of it."""

from __future__ import annotations

import numpy as np
import pytest

from bea.fields import VectorField
from bea.fields.jacobians import jacobian_norms, matrices_at, stiffness


def test_norms_are_the_largest_singular_values() -> None:
    """f = (x y, x - 3 y) has the Jacobian ((y, x), (1, -3))."""
    field = VectorField.read("x*y, x - 3*y", "x y")
    points = np.random.default_rng(0).normal(size=(2, 5, 2))
    norms = jacobian_norms(field, points)
    assert norms.shape == (2, 5)
    for place in np.ndindex(2, 5):
        x, y = points[place]
        a = np.array([[y, x], [1, -3]])
        assert norms[place] == pytest.approx(np.sqrt(np.linalg.eigvalsh(a.T @ a).max()))
    assert stiffness(field, points) == pytest.approx(norms.max())


def test_points_off_the_domain_have_no_norm_and_do_not_count() -> None:
    field = VectorField.read("log(x), y", "x y")
    points = [[0.25, 0.0], [0.0, 1.0], [4.0, 1.0]]
    norms = jacobian_norms(field, points)
    assert norms[[0, 2]].tolist() == [4.0, 1.0] and np.isnan(norms[1])
    assert stiffness(field, points) == 4.0
    assert stiffness(field, points[1:2]) == 0.0


def test_rows_are_rows_and_columns_are_columns() -> None:
    x, y = VectorField.read("x, y").components
    found = matrices_at([[x, y], [x * y, x * 0]], [[2.0, 3.0], [5.0, 7.0]], 2)
    assert found.tolist() == [[[2, 3], [6, 0]], [[5, 7], [35, 0]]]
