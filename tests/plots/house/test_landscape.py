"""Levels, marks and windows of what lies behind a path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import bea
from bea.plots.house.landscape import (
    draw_marks,
    known_points,
    landscape,
    marked_points,
    points_within,
)
from bea.plots.house.levels import band_colours, contour_levels, with_zero
from bea.plots.house.windows import checked_window, path_window, time_window

VALUES = arrays(np.float64, (5, 8), elements=st.floats(-1e6, 1e6, allow_subnormal=False))


@given(VALUES)
def test_levels_rise_and_span_all_values(values: np.ndarray) -> None:
    levels = contour_levels(values)
    slack = 1e-5 * (np.ptp(values) + 1e-12)
    assert np.all(np.diff(levels) > 0)
    assert levels[0] <= values.min() + slack
    assert levels[-1] >= values.max() - slack


def test_levels_of_a_steep_function_fill_the_window() -> None:
    x = np.linspace(0.1, 1.0, 300)
    values = np.exp(1 / x**2)  # from 2.7 to 1e43
    counts, _ = np.histogram(values, contour_levels(values))
    assert counts.max() < 3 * counts.min()


def test_a_constant_has_one_band_and_nothing_finite_is_refused() -> None:
    assert contour_levels(np.full(9, 2.0)).tolist() == [1.0, 3.0]
    rounded = np.append(np.full(8, -1e6), np.nextafter(-1e6, 0))
    assert contour_levels(rounded).tolist() == [-1.5e6, -0.5e6]
    with pytest.raises(bea.BeaError, match="not defined anywhere in the window"):
        contour_levels(np.full(9, np.nan))


def test_colours_below_zero_are_of_another_hue() -> None:
    levels = with_zero(np.array([-4.0, -1.0, 0.1, 2.0, 5.0]))
    assert 0.0 in levels
    colours = band_colours(levels, signed=True)
    assert len(colours) == len(levels) - 1
    warm = [int(c[1:3], 16) > int(c[5:], 16) for c in colours]
    assert warm == [level < 0 for level in levels[:-1]]


def test_marks_are_the_known_points_as_numbers() -> None:
    about = bea.problems.double_well().about
    np.testing.assert_allclose(marked_points(about.minima, (0, 1)), [[-1, 0], [1, 0]])
    np.testing.assert_allclose(marked_points(about.critical, (1, 0)), [[0, 0]])
    symbolic = bea.problems.rosenbrock(a=None).about
    assert marked_points(symbolic.minima, (0, 1)).shape == (0, 2)


def test_local_minima_are_marked_as_minima_and_not_as_saddles() -> None:
    camel = bea.problems.three_hump_camel()
    minima, others = known_points(camel, (0, 1))
    edge = np.sqrt(2.1 + np.sqrt(0.91)), -np.sqrt(2.1 + np.sqrt(0.91)) / 2
    np.testing.assert_allclose(minima, [np.negative(edge), (0, 0), edge], atol=1e-12)
    assert others.shape == (2, 2)
    figure = bea.plots.loss_figure(bea.methods.gradient_descent(), camel, 0.02)
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["minima", "critical points"]
    minima, others = known_points(bea.problems.styblinski_tang(), (1, 0))
    assert len(minima) == 4 and len(others) == 5  # a maximum is no minimum either


def test_points_outside_are_not_marked() -> None:
    points = np.array([[0.0, 0.0], [2.0, 0.5], [1.0, 0.5]])
    assert points_within(points, [(-1.0, 1.0), (-1.0, 1.0)]).tolist() == [[0.0, 0.0]]


def test_the_legend_counts_the_marks() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    handles = draw_marks(axes, np.zeros((1, 2)), np.zeros((2, 2)))
    assert [handle.get_label() for handle in handles] == ["minimum", "critical points"]


def test_there_is_nothing_behind_three_dimensions() -> None:
    assert landscape(bea.problems.lorenz(), ((0, 1), (0, 1))) is None


def test_streamlines_of_swapped_components_are_swapped() -> None:
    window = ((-1.0, 1.0), (-2.0, 2.0))
    problem = bea.VectorField.read("2*y, -x", "x y")
    behind = landscape(problem, window, (1, 0))
    assert behind is not None and behind.kind == "field"
    np.testing.assert_allclose(behind.values[0], np.tile(-behind.y[:, None], 41))
    np.testing.assert_allclose(behind.values[1], np.tile(2 * behind.x, (41, 1)))


@given(arrays(np.float64, (6, 2), elements=st.floats(-1e3, 1e3)))
def test_a_window_holds_the_path_in_the_proportions_of_the_axes(path: np.ndarray) -> None:
    about = np.array([[-1e3, 1e3], [-1e3, 1e3]])
    (left, right), (bottom, top) = path_window([path], about)
    assert (right - left) / (top - bottom) == pytest.approx(1.25)
    assert np.all((path >= [left, bottom]) & (path <= [right, top]))


def test_a_window_against_time_begins_at_zero() -> None:
    path = np.array([[1.0], [2.0], [np.nan]])
    (start, end), (low, high) = time_window(np.array([0.0, 1.0, 2.0]), [path])
    assert start < 0 < 2 < end and low < 1 and high > 2


def test_a_window_that_is_none_is_refused() -> None:
    with pytest.raises(bea.BeaError, match="low < high for each of the 1 axis"):
        checked_window([(1.0, 1.0)], 1)
