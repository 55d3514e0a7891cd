"""Loss figures show the loss, its modified loss and nothing but their difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import bea
from bea.plots import loss_figure
from bea.plots.fields import draw_loss, loss_data

DESCENT = bea.methods.gradient_descent()
HIMMELBLAU = bea.problems.himmelblau()


def test_the_difference_at_order_1_is_a_quarter_gamma_times_the_squared_slope() -> None:
    data = loss_data(DESCENT, HIMMELBLAU, 0.01)
    points = np.stack(np.meshgrid(data.x, data.y), axis=-1)
    slope = np.sum(HIMMELBLAU(points) ** 2, axis=-1)
    np.testing.assert_allclose(data.loss, HIMMELBLAU.at(points))
    np.testing.assert_allclose(data.difference, 0.0025 * slope, atol=1e-8)
    np.testing.assert_allclose(data.modified - data.loss, data.difference, atol=1e-9)
    assert data.name == "modified loss"


def test_levels_rise_and_span_both_losses() -> None:
    data = loss_data(DESCENT, bea.problems.linear_network(), 0.05)
    assert np.all(np.diff(data.levels) > 0)
    assert data.levels[0] <= min(data.loss.min(), data.modified.min()) + 1e-9
    assert data.levels[-1] >= max(data.loss.max(), data.modified.max()) - 1e-9


def test_where_no_modified_loss_exists_the_gradient_part_is_shown_and_named() -> None:
    equation = bea.modified_equation(DESCENT, bea.problems.linear_network(), 2)
    data = loss_data(equation, gamma=0.05)
    assert data.title.startswith("Linear network and its loss of the gradient part")
    part = equation.gradient_part().loss
    points = np.array([[data.x[3], data.y[5]], [data.x[120], data.y[40]]])
    shown = np.array([data.modified[5, 3], data.modified[40, 120]])
    expected = part(points, 0.05)
    assert np.diff(shown) == pytest.approx(np.diff(expected))


def test_a_constant_of_integration_is_not_shown() -> None:
    data = loss_data(DESCENT, bea.problems.double_well(), 0.1, 1)
    i, j = np.argmin(np.abs(data.y)), np.argmin(np.abs(data.x - 1))
    assert abs(data.x[j] - 1) < 1e-12 and abs(data.y[i]) < 1e-12  # a minimum is on the grid
    assert data.difference[i, j] == pytest.approx(0, abs=1e-12)


def test_rounding_errors_are_no_difference() -> None:
    data = loss_data(DESCENT, bea.problems.booth(), 0.01, order=0)
    assert not data.difference.any()
    axes = draw_loss(data).axes[2]
    assert [t.get_text() for t in axes.texts] == ["difference: 0 everywhere"]


def test_panels_share_scales_and_levels() -> None:
    data = loss_data(DESCENT, HIMMELBLAU, 0.01)
    figure = draw_loss(data)
    figure.draw_without_rendering()
    panels = figure.axes[:3]
    assert len({axes.get_xlim() for axes in panels}) == 1
    assert len({axes.get_ylim() for axes in panels}) == 1
    assert {axes.get_aspect() for axes in panels} == {1.0}
    heights = {round(axes.get_window_extent().height) for axes in panels}
    assert len(heights) == 1


def test_one_variable_gives_two_curves_and_their_difference() -> None:
    data = loss_data(DESCENT, bea.problems.loss("x**4 - x**2"), 0.1, 2)
    assert data.loss.shape == data.x.shape == (401,)
    upper, lower = draw_loss(data).axes
    loss, modified = upper.get_lines()[:2]
    np.testing.assert_array_equal(loss.get_ydata(), data.loss)
    np.testing.assert_array_equal(modified.get_ydata(), data.modified)
    np.testing.assert_array_equal(lower.get_lines()[0].get_ydata(), data.difference)
    bottom, top = upper.get_ylim()
    assert bottom < data.loss.min() and data.loss.max() < top < 3 * data.loss.max()


def test_outside_the_domain_nothing_is_shown() -> None:
    data = loss_data(DESCENT, bea.problems.loss("x - log(x)"), 0.1, window=[(-1.0, 2.0)])
    np.testing.assert_array_equal(np.isnan(data.modified), data.x <= 0)
    with pytest.raises(bea.BeaError, match="not defined anywhere in the window"):
        loss_data(DESCENT, bea.problems.loss("x - log(x)"), 0.1, window=[(-3.0, -1.0)])


def test_two_of_three_variables_are_drawn_at_a_point() -> None:
    loss = bea.problems.loss("x**2 + y**2 + z**2*x**2 + exp(z)*y")
    data = loss_data(DESCENT, loss, 0.1, components=("z", "x"), at=[9.0, 0.5, 9.0])
    assert data.variables == ("z", "x")
    assert data.subtitle.startswith("γ = 0.1, order 1, y = 0.5; beyond the useful range")
    point = np.array([data.y[4], 0.5, data.x[11]])
    assert data.loss[4, 11] == pytest.approx(float(loss.at(point)))


@pytest.mark.parametrize(
    ("equation", "loss", "options", "message"),
    [
        (DESCENT, None, {}, "alone has no loss to draw: give a loss too"),
        (bea.modified_equation(DESCENT, order=1), None, {}, "of every field at once, which is no"),
        (DESCENT, bea.problems.pendulum(), {}, "of pendulum, which is no loss"),
        (DESCENT, HIMMELBLAU, {"gamma": -1.0}, "gamma=-1 must be positive"),
        (DESCENT, HIMMELBLAU, {"window": [(0.0, 1.0)]}, "does not fit"),
        (DESCENT, bea.problems.loss("x*y*z"), {}, r"3 variables.*components=\('x', 'y'\)"),
        (DESCENT, bea.problems.loss("x*y*z"), {"components": ("x", "y", "z")}, "give one or two"),
        (DESCENT, HIMMELBLAU, {"at": [1.0]}, r"shape \(1,\): give one of 2"),
        (bea.modified_equation(DESCENT, HIMMELBLAU, 1), bea.problems.booth(), {}, "leave the loss"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    equation: Any, loss: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(bea.BeaError, match=message):
        loss_figure(equation, loss, **options)


def test_given_axes_are_used_if_there_are_enough() -> None:
    figure = Figure()
    panels = list(figure.subplots(1, 3))
    assert loss_figure(DESCENT, HIMMELBLAU, 0.01, axes=panels) is figure
    with pytest.raises(bea.BeaError, match="2 axes are given: this figure needs 3"):
        loss_figure(DESCENT, HIMMELBLAU, 0.01, axes=panels[:2])


def test_by_default_the_step_size_is_one_at_which_they_differ() -> None:
    loss = bea.problems.linear_network()
    data = loss_data(DESCENT, loss)
    equation = bea.modified_equation(DESCENT, loss, 1)
    largest = equation.useful_gamma([loss.about.start])
    gamma = float(data.subtitle.split()[2].rstrip(","))
    assert 0.9 * largest < gamma < largest and "beyond" not in data.subtitle
    assert np.nanmax(data.difference) > 0.3 * np.nanmax(data.loss)
    with pytest.raises(bea.BeaError, match="no step size suits this loss"):
        loss_data(DESCENT, bea.problems.loss("x + y"), at=[0.0, 0.0])
