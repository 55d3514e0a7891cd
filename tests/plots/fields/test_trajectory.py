"""Trajectory figures show the iterates and flows themselves, in a window that fits them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import bea
from bea.fields import with_time
from bea.methods import Scheduled
from bea.plots import trajectory_figure
from bea.plots.fields import TrajectoryData, draw_trajectory, trajectory_data

HIMMELBLAU = bea.problems.himmelblau()
DESCENT = bea.methods.gradient_descent()
EULER = bea.methods.explicit_euler()


@pytest.fixture(scope="module")
def data() -> TrajectoryData:
    return trajectory_data(DESCENT, HIMMELBLAU, 0.012, steps=12)


def test_iterates_are_those_of_the_method(data: TrajectoryData) -> None:
    run = bea.iterate(DESCENT, HIMMELBLAU, [[0.0, 1.0]], 0.012, steps=12, include_start=True)
    np.testing.assert_array_equal(data.iterates.points, run.values[0, 0])
    np.testing.assert_array_equal(data.iterates.times, run.times[0])


def test_flows_are_those_of_the_truncated_equations_at_the_times_of_the_steps(
    data: TrajectoryData,
) -> None:
    equation = bea.modified_equation(DESCENT, HIMMELBLAU, 2)
    times = data.iterates.times
    for path in data.flows:
        run = bea.flow(equation.truncate(path.orders[0]), [[0.0, 1.0]], [0.012], times)
        np.testing.assert_allclose(path.points[:: path.every], run.values[0, 0], atol=1e-7)
        np.testing.assert_allclose(path.times[:: path.every], times, atol=1e-14)
    assert [path.orders for path in data.flows] == [(0,), (1,), (2,)]


def test_flows_of_higher_order_are_nearer_to_the_iterates(data: TrajectoryData) -> None:
    miss = [np.abs(path.points[:: path.every] - data.iterates.points).max() for path in data.flows]
    assert miss[0] > 2 * miss[1] > 2 * miss[2]


def test_window_holds_the_path_and_the_nearest_minimum_with_equal_scales(
    data: TrajectoryData,
) -> None:
    (left, right), (bottom, top) = data.window
    for path in (data.iterates, *data.flows):
        assert np.all((path.points > [left, bottom]) & (path.points < [right, top]))
    assert data.aspect == "equal"
    np.testing.assert_allclose(data.minima, [[3, 2]])
    assert right - left < 5  # zoomed in: the problem's own window is 10 wide
    axes = draw_trajectory(data).axes[0]
    assert axes.get_aspect() == 1.0
    assert axes.get_xlim() == data.window[0] and axes.get_ylim() == data.window[1]


def test_background_of_a_loss_is_the_loss(data: TrajectoryData) -> None:
    behind = data.behind
    assert behind is not None and behind.kind == "loss"
    point = np.array([behind.x[7], behind.y[30]])
    assert behind.values[30, 7] == pytest.approx(float(HIMMELBLAU.at(point)))
    assert np.all(np.diff(behind.levels) > 0)
    assert behind.levels[0] <= behind.values.min()
    assert behind.levels[-1] >= behind.values.max()


def test_background_of_a_field_is_its_invariant_else_its_flow_lines() -> None:
    with_one = trajectory_data(EULER, bea.problems.lotka_volterra(), 0.1, orders=[0], steps=5)
    without = trajectory_data(EULER, bea.problems.van_der_pol(), 0.1, orders=[0], steps=5)
    assert with_one.behind is not None and with_one.behind.kind == "invariant"
    q, p = with_one.behind.x[3], with_one.behind.y[9]
    value = p - np.log(p) + q - 2 * np.log(q)
    assert with_one.behind.values[9, 3] == pytest.approx(value)
    assert without.behind is not None and without.behind.kind == "field"
    assert without.behind.values.shape == (2, 41, 41)
    for one in (with_one, without):
        draw_trajectory(one).draw_without_rendering()


def test_outside_the_domain_there_is_nothing_behind() -> None:
    window = ((-1.0, 2.0), (-1.0, 2.0))
    data = trajectory_data(
        EULER, bea.problems.lotka_volterra(), 0.1, [1.0, 1.5], [0], steps=2, window=window
    )
    assert data.behind is not None
    negative = (data.behind.x[None, :] < 0) | (data.behind.y[:, None] < 0)
    assert np.isnan(data.behind.values[negative]).all()
    assert np.isfinite(data.behind.values[~negative & (np.abs(data.behind.values) < 9)]).all()


def test_orders_of_the_same_field_are_one_path() -> None:
    method = bea.methods.rk4()
    data = trajectory_data(method, bea.problems.lotka_volterra(), 0.5, orders=range(5), steps=3)
    assert [path.label for path in data.flows] == ["exact flow, K = 0–3", "modified flow, K = 4"]


def test_components_may_be_named_and_swapped() -> None:
    problem = bea.problems.kepler()
    method = bea.methods.explicit_midpoint()
    data = trajectory_data(method, problem, 0.05, orders=[0], components=("p1", 0), steps=4)
    run = bea.iterate(method, problem, [problem.about.start], 0.05, steps=4, include_start=True)
    np.testing.assert_array_equal(data.iterates.points, run.values[0, 0][:, [2, 0]])
    assert data.variables == ("p1", "q1")
    assert data.behind is None


def test_one_component_is_drawn_against_time() -> None:
    data = trajectory_data(EULER, bea.problems.logistic(), 0.5, steps=6)
    axes = draw_trajectory(data).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time t", "y")
    np.testing.assert_array_equal(axes.get_lines()[0].get_xdata(), data.iterates.times)
    np.testing.assert_array_equal(axes.get_lines()[0].get_ydata(), data.iterates.points[:, 0])
    one = trajectory_data(EULER, bea.problems.kepler(), 0.05, steps=2, components=["q2"])
    assert one.variables == ("q2",)


def test_a_run_that_stops_is_drawn_so_far_and_says_why() -> None:
    data = trajectory_data(EULER, bea.problems.riccati(), 0.1, orders=[0, 1], time=1.6)
    exact, modified = data.flows
    assert exact.label == "exact flow, K = 0\n(blow-up at t = 1)"
    assert modified.stopped == ""
    assert np.isnan(exact.points[exact.times > 1.0]).all()
    (_, _), (low, high) = data.window
    assert low < 1 and high < 10  # the problem's window ends at 4
    draw_trajectory(data).draw_without_rendering()


def test_diverging_iterates_do_not_widen_the_window_beyond_sense() -> None:
    data = trajectory_data(DESCENT, HIMMELBLAU, 0.06, steps=30)
    assert "unbounded" in data.iterates.stopped
    (left, right), _ = data.window
    assert right - left < 40


def test_a_run_that_stays_where_it_is_can_be_drawn() -> None:
    data = trajectory_data(DESCENT, bea.problems.quadratic(), 0.05, [0.0, 0.0], steps=2)
    (left, right), _ = data.window
    assert 0.1 < right - left < 3
    draw_trajectory(data).draw_without_rendering()


def test_given_axes_are_used() -> None:
    figure = Figure()
    axes = figure.subplots()
    assert trajectory_figure(DESCENT, HIMMELBLAU, 0.01, steps=2, axes=axes) is figure
    assert axes.get_title(loc="left") == ("Gradient descent on Himmelblau: iterates and flows")


@pytest.mark.parametrize(
    ("problem", "options", "message"),
    [
        ("kepler", {}, r"4 variables \(q1, q2, p1, p2\).*components=\('q1', 'q2'\)"),
        ("kepler", {"components": ("q1", "q3")}, r"no variable 'q3'.*Did you mean 'q"),
        ("kepler", {"components": (0, 4)}, "no component 4: give 0 to 3, or a name"),
        ("kepler", {"components": (0, 1, 2)}, "give two for the plane, or one"),
        ("kepler", {"components": (0, "q1")}, "given twice"),
        ("himmelblau", {"start": [1.0]}, r"shape \(1,\).*2 components \(x, y\)"),
        ("himmelblau", {"orders": [-1]}, "order -1 is not possible"),
        ("himmelblau", {"orders": "2"}, "orders '2' are no list"),
        ("himmelblau", {"start": "1, 2"}, "the start cannot be read from '1, 2'"),
        ("himmelblau", {"steps": 1.5}, r"steps=1\.5 must be a whole number"),
        ("himmelblau", {"components": 5}, "no component 5: give 0 to 1, or a name"),
        ("himmelblau", {"steps": 2, "time": 1.0}, "give one of them"),
        ("himmelblau", {"time": 1e6}, "more than a figure can show"),
        ("himmelblau", {"window": ((1, 0), (0, 1))}, r"\(1, 0\), \(0, 1\) does not fit"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    problem: str, options: dict[str, Any], message: str
) -> None:
    method = bea.methods.explicit_euler()
    with pytest.raises(bea.BeaError, match=message):
        trajectory_figure(method, bea.problems.get(problem), 0.01, **options)


def test_a_problem_without_a_start_needs_one() -> None:
    loss = bea.problems.loss("x**2 + y**4")
    with pytest.raises(bea.BeaError, match=r"no start of its own: give one, \(x, y\)"):
        trajectory_figure(DESCENT, loss, 0.1)
    assert trajectory_data(DESCENT, loss, 0.1, [1.0, 1.0], steps=1).minima.shape == (0, 2)


def test_names_are_no_methods_problems_or_equations() -> None:
    with pytest.raises(bea.BeaError, match="the method is a str: give one, such as"):
        trajectory_figure("heun", HIMMELBLAU, 0.01)
    with pytest.raises(bea.BeaError, match="the problem is a str: give one, such as"):
        trajectory_figure(DESCENT, "himmelblau", 0.01)
    for figure in (bea.plots.terms_figure, bea.plots.loss_figure):
        with pytest.raises(bea.BeaError, match="the equation is a str: give one, such as"):
            figure("heun", gamma=0.1)
    with pytest.raises(bea.BeaError, match="the equation is a GradientDescent: give one, such as"):
        bea.verify(DESCENT, HIMMELBLAU, 1, equation=DESCENT)
    with pytest.raises(bea.BeaError, match="the method is a str: give one, such as"):
        bea.verify("heun", HIMMELBLAU, 1)


def test_of_many_iterates_some_are_points_and_their_line_is_below_the_flows() -> None:
    data = trajectory_data(DESCENT, HIMMELBLAU, 0.0005, steps=200)
    lines = draw_trajectory(data).axes[0].get_lines()
    (points,) = [line for line in lines if str(line.get_label()).startswith("iterates")]
    assert points.get_label() == "iterates, one in 6" and points.get_linestyle() == "None"
    np.testing.assert_array_equal(points.get_xdata(), data.iterates.points[::6, 0])
    (whole,) = [line for line in lines if len(np.asarray(line.get_xdata())) == 201]
    flows = [line for line in lines if "flow" in str(line.get_label())]
    assert len(flows) == 3
    assert whole.get_zorder() < min(line.get_zorder() for line in flows) < points.get_zorder()


def test_a_schedule_is_drawn_over_the_loss_itself_and_piece_by_piece() -> None:
    problem = with_time(HIMMELBLAU)
    for schedule in ("cosine(time=1/20)", "step(every=1/40, factor=1/2, time=1/20)"):
        method = Scheduled(DESCENT, schedule)
        data = trajectory_data(
            method, problem, 0.0025, orders=[0, 1], steps=20, components="xy", behind=HIMMELBLAU
        )
        assert data.behind is not None and data.behind.kind == "loss"
        misses = [np.linalg.norm(path.points[-1] - data.iterates.points[-1]) for path in data.flows]
        assert [path.orders for path in data.flows] == [(0,), (1,)]
        assert misses[0] > 8 * misses[1]
        np.testing.assert_allclose([path.times[-1] for path in data.flows], 0.05)


def test_flows_of_momentum_under_a_jump_begin_at_the_corrected_start() -> None:
    method = Scheduled(bea.methods.heavy_ball(beta="1/2"), "step(every=1/40, time=1/20)")
    problem = with_time(HIMMELBLAU)
    data = trajectory_data(method, problem, 0.00125, orders=[0, 2], steps=40, components="xy")
    begins = [path.points[0] for path in data.flows]
    np.testing.assert_array_equal(begins[0], data.iterates.points[0])
    assert np.linalg.norm(begins[1] - data.iterates.points[0]) > 1e-3
    assert "flows from the corrected start" in data.subtitle
    misses = [np.linalg.norm(path.points[-1] - data.iterates.points[-1]) for path in data.flows]
    assert misses[0] > 8 * misses[1]
