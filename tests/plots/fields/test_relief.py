"""A surface in space: the loss on a grid and along the paths that lie on it."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.plots.fields import draw_relief, relief_data, relief_figure

DESCENT, BOOTH = bea.methods.gradient_descent(), bea.problems.booth()


def test_heights_are_those_of_the_loss_and_are_cut_above_the_paths() -> None:
    data = relief_data(DESCENT, BOOTH, 0.05, steps=6)
    grid = np.stack(np.meshgrid(data.x, data.y), axis=-1)
    known = np.isfinite(data.heights)
    np.testing.assert_array_equal(data.heights[known], BOOTH.at(grid)[known])
    assert known.any() and data.heights[known].max() <= 1.25 * max(map(np.max, data.along)) + 1e-9
    points = data.trajectory.iterates.points
    np.testing.assert_array_equal(data.along[0], BOOTH.at(points))


def test_where_the_loss_has_no_bound_the_rest_is_drawn() -> None:
    deep = bea.problems.loss("-exp(x**6 + y**6)", "x y")
    data = relief_data(DESCENT, deep, 1e-6, [0.5, 0.5], steps=4, window=((-3.2, 3.2), (-3.2, 3.2)))
    assert np.isneginf(deep.at([3.2, 3.2])) and np.isfinite(data.heights[60, 60])


def test_the_paths_are_drawn_in_space() -> None:
    data = relief_data(DESCENT, BOOTH, 0.05, orders=[0, 1], steps=6)
    (axes,) = draw_relief(data).axes
    lines = axes.get_lines()
    assert [line.get_label() for line in lines] == ["iterates", "exact flow, K = 0",
                                                    "modified flow, K = 1"]  # fmt: skip
    x, y, z = lines[0].get_data_3d()
    np.testing.assert_array_equal(np.stack([x, y], axis=1), data.trajectory.iterates.points)
    np.testing.assert_array_equal(z, data.along[0])


def test_only_a_loss_of_two_variables_is_a_surface() -> None:
    with pytest.raises(bea.BeaError, match="'pendulum' is no loss"):
        relief_figure(bea.methods.rk4(), bea.problems.pendulum(), 0.1)
    with pytest.raises(bea.BeaError, match="has 1 variables: give a loss of two"):
        relief_figure(DESCENT, bea.problems.loss("x**2"), 0.1, [1.0])
