"""Critical points are those that are known, and kinds are what the Hessian says."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.algebra.ring.exact import as_float, exact
from bea.errors import BeaError, DimensionError
from bea.measure.escape import critical_point, critical_points
from bea.measure.escape.critical_points import hessian

KNOWN = ["double_well", "himmelblau", "three_hump_camel", "styblinski_tang", "beale", "booth"]


@pytest.mark.parametrize("name", KNOWN)
def test_the_grid_finds_all_points_that_the_library_knows_and_no_other(name: str) -> None:
    loss = bea.problems.get(name.replace("_", "-"))
    texts = (*loss.about.minima, *loss.about.critical)
    known = np.array([[as_float(exact(t)) for t in point] for point in texts])
    found = np.array([c.point for c in critical_points(loss)])
    assert len(found) == len(known)
    assert np.abs(found[:, None] - known).max(axis=2).min(axis=0).max() < 1e-9


def test_kinds_of_himmelblau() -> None:
    kinds = [c.kind for c in critical_points(bea.problems.himmelblau())]
    assert kinds == 4 * ["minimum"] + 4 * ["saddle"] + ["maximum"]


def test_a_vanishing_curvature_is_degenerate() -> None:
    (point,) = critical_points(bea.problems.monkey_saddle())
    assert point.kind == "degenerate"
    assert np.abs(point.point).max() < 1e-8


def test_hessian_is_the_derivative_of_the_gradient() -> None:
    loss = bea.problems.himmelblau()
    point, h = np.array([1.3, -0.4]), 1e-6
    columns = [(loss(point - h * e) - loss(point + h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(hessian(loss)(point), np.array(columns).T, rtol=1e-7)


def test_newton_from_one_start() -> None:
    found = critical_point(bea.problems.himmelblau(), [2.5, 2.5])
    np.testing.assert_allclose(found.point, [3, 2], atol=1e-12)
    with pytest.raises(BeaError, match="found no critical point"):
        critical_point(bea.problems.loss("x + exp(x)"), [0.0])


def test_bad_input() -> None:
    with pytest.raises(BeaError, match=r"give \(low, high\) for each"):
        critical_points(bea.problems.loss("x**2 + y**2"))
    with pytest.raises(BeaError, match="give starts"):
        critical_points(bea.problems.loss("x**2 + y**2 + z**2"), window=[(-1, 1)] * 3)
    with pytest.raises(DimensionError, match="give one point"):
        critical_point(bea.problems.double_well(), [1.0])
