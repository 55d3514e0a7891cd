"""A comparison shows each optimizer's own iterates, flow and regulariser, on common axes."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

import bea
from bea.plots import comparison_figure
from bea.plots.fields import trajectory_data
from bea.plots.house.canvas import new_axes
from bea.plots.order import ComparisonData, comparison_data, draw_comparison

NETWORK = cast(bea.Loss, bea.problems.linear_network())
DESCENT = bea.methods.gradient_descent()
HEAVY = bea.methods.heavy_ball(beta="1/2")
ADAM = bea.methods.adam(beta1="1/2", beta2="3/4", epsilon="1/2")
START = [1.6, 0.1]


@pytest.fixture(scope="module")
def data() -> ComparisonData:
    return comparison_data([DESCENT, HEAVY, ADAM], NETWORK, [0.04, 0.02, 0.02], START, steps=20)


def test_iterates_are_those_of_the_methods(data: ComparisonData) -> None:
    for panel, method in zip(data.panels[:2], (DESCENT, HEAVY), strict=True):
        run = bea.iterate(method, NETWORK, [START], panel.gamma, steps=20, include_start=True)
        np.testing.assert_array_equal(panel.iterates.points, run.values[0, 0])


def test_regulariser_of_heavy_ball_is_the_published_one(data: ComparisonData) -> None:
    grid = np.stack(np.meshgrid(data.loss.x, data.loss.y), axis=-1)
    square = np.sum(NETWORK(grid) ** 2, axis=-1)
    descent, heavy, _ = data.panels
    assert descent.regulariser is not None and heavy.regulariser is not None
    np.testing.assert_allclose(descent.regulariser, 0.04 / 4 * square, atol=1e-9)
    # gamma (1 + beta)/(4 (1 - beta)^2) |grad L|^2 with beta = 1/2
    np.testing.assert_allclose(heavy.regulariser, 0.02 * 1.5 / (4 * 0.25) * square, atol=1e-9)


def test_levels_are_common_and_hold_all_values(data: ComparisonData) -> None:
    shown = [p.regulariser for p in data.panels if p.regulariser is not None]
    assert len(shown) == 2
    assert data.levels[0] <= min(map(np.min, shown))
    assert data.levels[-1] >= max(map(np.max, shown))


def test_where_no_modified_loss_exists_the_panel_says_so(data: ComparisonData) -> None:
    adam = data.panels[2]
    assert adam.regulariser is None
    assert "no modified loss: f₀ is no gradient" in adam.notes
    assert "memory begun on the slow manifold" in adam.notes
    (kutta,) = comparison_data([bea.methods.rk4()], NETWORK, 0.1, START, steps=3).panels
    assert kutta.regulariser is None
    assert kutta.notes == ("no term of order γ: nothing is penalised",)


def test_flow_of_heavy_ball_starts_where_its_run_belongs(data: ComparisonData) -> None:
    heavy = data.panels[1]
    equation = bea.modified_equation(HEAVY, NETWORK, 1)
    np.testing.assert_allclose(
        heavy.modified.points[0], equation.corrected_starts([START], [0.02])[0, 0]
    )
    assert "flows from the corrected start" in heavy.notes
    np.testing.assert_array_equal(data.gradient_flow.points[0], START)


def test_modified_flows_are_nearer_than_the_gradient_flow(data: ComparisonData) -> None:
    for panel in data.panels:
        path = panel.modified
        miss = np.abs(path.points[:: path.every] - panel.iterates.points)[-1].max()
        curve = data.gradient_flow.points - panel.iterates.points[-1]
        assert 2 * miss < np.linalg.norm(curve, axis=1).min()


def test_trajectories_start_their_flows_there_too() -> None:
    heavy = trajectory_data(HEAVY, NETWORK, 0.005, START, steps=40)
    assert heavy.subtitle.endswith("flows from the corrected start")
    assert heavy.flows[0].label == "flow of f₀, K = 0"
    np.testing.assert_array_equal(heavy.flows[0].points[0], START)
    last = [np.abs(p.points[-1] - heavy.iterates.points[-1]).max() for p in heavy.flows]
    assert last[0] > 3 * last[1] > 9 * last[2]
    adam = trajectory_data(ADAM, NETWORK, 0.02, START, steps=10)
    assert adam.subtitle.endswith("memory begun on the slow manifold")


def test_time_is_that_of_the_gradient_flow() -> None:
    data = comparison_data([DESCENT, HEAVY], NETWORK, 0.02, START, time=0.8)
    assert [len(panel.iterates.times) - 1 for panel in data.panels] == [40, 20]


def test_panels_share_their_axes_and_name_their_methods(data: ComparisonData) -> None:
    axes = draw_comparison(data).axes[:3]
    assert [a.get_title(loc="left") for a in axes] == ["Gradient descent", "Heavy ball", "Adam"]
    assert {a.get_xlim() for a in axes} == {data.window[0]}
    assert {a.get_ylim() for a in axes} == {data.window[1]}
    assert all(a.get_aspect() == 1.0 for a in axes)
    np.testing.assert_array_equal(
        axes[0].get_lines()[-3].get_xydata(), data.panels[0].iterates.points
    )


def test_axes_may_be_given_one_for_each_method(data: ComparisonData) -> None:
    axes = new_axes((9, 3), 1, 3)
    assert draw_comparison(data, axes) is axes[0].get_figure()
    with pytest.raises(bea.BeaError, match="2 axes are given: this figure needs 3"):
        draw_comparison(data, axes[:2])


@pytest.mark.parametrize(
    ("methods", "loss", "gammas", "options", "message"),
    [
        ([], NETWORK, 0.1, {}, "there is no method to compare"),
        ([DESCENT], bea.problems.loss("x**2"), 0.1, {}, "has 1 variable: give a loss of two"),
        ([DESCENT], bea.problems.pendulum(), 0.1, {}, "is no loss"),
        ([DESCENT], NETWORK, [0.1, 0.2], {}, "2 step sizes for 1 methods"),
        ([DESCENT], NETWORK, 0.1, {"order": 0}, "order 0 has no modified flow"),
        ([DESCENT], NETWORK, 0.1, {"steps": 3, "time": 1.0}, "both given"),
    ],
)
def test_wrong_input_is_refused(methods, loss, gammas, options, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(bea.BeaError, match=message):
        comparison_data(methods, loss, gammas, **options)


def test_names_are_no_methods_or_losses() -> None:
    descent, booth = bea.methods.gradient_descent(), bea.problems.booth()
    for methods, loss, message in (
        ("heun", booth, "the methods are a str"),
        (["heun"], booth, "the method is a str: give one, such as"),
        ([descent], "booth", "the problem is a str: give one, such as"),
    ):
        with pytest.raises(bea.BeaError, match=message):
            comparison_figure(methods, loss, 0.1)  # type: ignore[arg-type]
