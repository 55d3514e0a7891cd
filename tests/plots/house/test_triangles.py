"""Reference triangles have the right slope and stand where nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from bea.plots.house.triangles import place_triangle

GAMMAS = np.geomspace(1e-3, 1e-1, 12)


@pytest.mark.parametrize("slope", [1, 2, 5, 9])
def test_triangle_is_below_its_curve_and_above_the_next(slope: int) -> None:
    curve, lower = (10 * GAMMAS) ** slope, 0.2 * (10 * GAMMAS) ** (slope + 1)
    found = place_triangle(slope, GAMMAS, curve, [lower], range(12))
    assert found is not None
    (left, bottom), (right, _), (_, top) = found.corners
    assert top < (10 * right) ** slope and bottom < (10 * left) ** slope
    assert bottom > 0.2 * (10 * right) ** (slope + 1)
    assert GAMMAS[0] <= left < right <= GAMMAS[-1]


def test_there_is_no_triangle_between_curves_that_touch() -> None:
    curve = GAMMAS**2
    assert place_triangle(2, GAMMAS, curve, [0.9 * curve], range(12)) is None
    assert place_triangle(2, GAMMAS, curve, [np.full(12, np.nan)], range(12)) is not None


def test_a_window_of_one_point_gets_no_triangle() -> None:
    assert place_triangle(2, GAMMAS, GAMMAS**2, [], [3]) is None
