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


def test_penalty_of_heavy_ball_is_the_published_one(data: ComparisonData) -> None:
    descent, heavy, _ = data.panels
    assert descent.penalty == pytest.approx(0.04 / 4, rel=1e-15)
    # gamma (1 + beta)/(4 (1 - beta)^2) with beta = 1/2
    assert heavy.penalty == pytest.approx(0.02 * 1.5 / (4 * 0.25), rel=1e-15)
    equation = bea.modified_equation(HEAVY, NETWORK, 1)
    point, slope = np.array([[1.3, 0.4]]), NETWORK([1.3, 0.4])
    term = equation.modified_loss()(point, 0.02) - equation.modified_loss()(point, 0.0)
    assert term[0] / 2 == pytest.approx(heavy.penalty * float(slope @ slope), rel=1e-9)


def test_penalty_of_an_irrational_hyperparameter_is_the_published_one() -> None:
    method, beta = bea.methods.heavy_ball(beta="sqrt(2)/2"), np.sqrt(0.5)
    (panel,) = comparison_data([method], NETWORK, 0.02, START, steps=5).panels
    assert panel.penalty == pytest.approx(0.02 * (1 + beta) / (4 * (1 - beta) ** 2), rel=1e-14)


def test_the_map_is_the_size_of_the_gradient(data: ComparisonData) -> None:
    grid = np.stack(np.meshgrid(data.behind.x, data.behind.y), axis=-1)
    np.testing.assert_allclose(data.behind.values, np.linalg.norm(NETWORK(grid), axis=-1))
    steps = np.diff(np.log10(data.behind.levels))
    assert np.ptp(steps) < 0.11  # 1, 3, 10 or 1, 2, 5, 10: an even bar is an even logarithm
    assert 4 <= len(steps) <= 8


def test_by_default_all_have_one_effective_rate_and_reach_the_valley() -> None:
    data = comparison_data([DESCENT, HEAVY, ADAM], NETWORK)
    descent, heavy, adam = data.panels
    assert heavy.gamma == pytest.approx(descent.gamma / 2, rel=0.05)
    for panel in data.panels:
        slope = np.linalg.norm(NETWORK(panel.iterates.points), axis=1)
        assert slope[-1] <= 2e-3 * slope[0]
        (left, right), (bottom, top) = data.window
        a, b = panel.iterates.points[-1]
        assert left < a < right and bottom < b < top
    # Steps of a size end flatter than the flow, and momentum flatter than descent.
    assert adam.sharpness < heavy.sharpness < descent.sharpness < data.sharpness
    a, b = descent.iterates.points[-1]
    curvature = np.linalg.eigvalsh([[b * b, 2 * a * b - 1], [2 * a * b - 1, a * a]])[-1]
    assert descent.sharpness == pytest.approx(curvature, rel=1e-12)


def test_where_no_modified_loss_exists_the_panel_says_so(data: ComparisonData) -> None:
    adam = data.panels[2]
    assert adam.penalty is None
    assert "no modified loss: f₀ is no gradient" in adam.notes
    assert "memory begun on the slow manifold" in adam.notes
    (kutta,) = comparison_data([bea.methods.rk4()], NETWORK, 0.1, START, steps=3).panels
    assert kutta.penalty is None
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
    titles = ["Gradient descent", "Heavy ball (β = 1/2)", "Adam"]
    assert [a.get_title(loc="left") for a in axes] == titles
    for panel in axes:
        (note,) = [text.get_text() for text in panel.texts]
        assert max(map(len, note.split("\n"))) <= 52 and "…" not in note
    assert {a.get_xlim() for a in axes} == {data.window[0]}
    assert {a.get_ylim() for a in axes} == {data.window[1]}
    assert all(a.get_aspect() == 1.0 for a in axes)
    np.testing.assert_array_equal(
        axes[0].get_lines()[-5].get_xydata(), data.panels[0].iterates.points
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
