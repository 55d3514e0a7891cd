"""Distances, floors and warnings, on iterates and flows that are written down here."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import bea
from bea.errors import BeaError, OrderError
from bea.flows import Status, Trajectory
from bea.measure.order import comparison
from bea.measure.order.comparison import (
    Start,
    _at_most,
    checked_orders,
    compare,
    drift_study,
    follow,
    labelled,
    start_of,
    starting_points,
)
from bea.measure.order.controls import changed
from bea.modified.memory.character import Character
from bea.modified.memory.variables import in_own_variables

LOSS = bea.problems.loss("x**2 + 2*y**2")
EQUATION = bea.modified_equation(bea.methods.gradient_descent(), LOSS, order=1)
GAMMAS = np.array([0.1, 0.01])


def runs(values: np.ndarray, error: np.ndarray | None = None) -> Trajectory:
    """Return a trajectory of these values (gammas, starts, times, d), at the times 1, 2, ..."""
    gammas, starts, times = values.shape[:3]
    return Trajectory(
        values=values,
        gammas=GAMMAS[:gammas],
        starts=np.ones((starts, 2)),
        times=np.tile(np.arange(1.0, times + 1), (gammas, 1)),
        status=np.full((gammas, starts), Status.OK, dtype=np.int8),
        stopped_at=np.full((gammas, starts), np.inf),
        error=error,
    )


def test_distances_are_euclidean_and_do_not_overflow() -> None:
    iterates = runs(np.zeros((2, 1, 2, 2)))
    values = np.array([[[[3.0, -4.0], [0.0, 0.0]]], [[[3e200, 4e200], [-3e-200, 4e-200]]]])
    study = drift_study(EQUATION, [0], [1], iterates, [runs(values, np.zeros((2, 1, 2)))])
    np.testing.assert_allclose(study.distances[0, :, 0], [[5, 0], [5e200, 5e-200]], rtol=1e-15)


def test_the_floor_is_the_error_of_the_flow_and_the_rounding_of_all_steps() -> None:
    """eps |theta| sqrt(n), in n = t/gamma steps."""
    iterates = runs(np.full((2, 1, 2, 2), [3.0, 4.0]))
    error = np.array([[[1e-15, 2e-15]], [[0.0, 1.0]]])
    study = drift_study(EQUATION, [0], [1], iterates, [runs(iterates.values, error)])
    steps = np.array([[[10, 20]], [[100, 200]]])
    expected = error + 2.0**-52 * 5 * np.sqrt(steps)
    np.testing.assert_allclose(study.floors[0], expected, rtol=1e-14)


def test_the_defect_is_expected_a_power_higher() -> None:
    same = runs(np.ones((1, 1, 1, 2)), np.zeros((1, 1, 1)))
    for kind, expected in (("drift", (1, None)), ("defect", (2, None))):
        found = drift_study(EQUATION, [0, 1], [1, None], same, [same] * 2, kind)
        assert (found.kind, found.expected) == (kind, expected)
        assert (found.problem, list(found.orders)) == (LOSS.name, [0, 1])
    assert found.method == str(EQUATION.method)
    other = bea.methods.heun()
    assert drift_study(EQUATION, [0], [1], same, [same], method=other).method == str(other)


def test_runs_that_stopped_are_named_with_what_ran() -> None:
    same = runs(np.ones((1, 1, 1, 2)), np.zeros((1, 1, 1)))
    status = np.array([[Status.DIVERGED]], dtype=np.int8)
    lost = replace(same, status=status, stopped_at=np.array([[0.5]]))
    lines = drift_study(EQUATION, [0, 3], [1, 4], lost, [same, lost]).failures
    assert [line.partition(":")[0] for line in lines] == ["iterates", "flow of order 3"]
    assert all("stopped at t=0.5" in line for line in lines)


def test_the_pace_is_that_of_the_starts_or_of_the_ends_of_the_finest_runs() -> None:
    """Of x^4/12 it is x^2, and so is tr H; a run that stopped has no end."""
    loss = bea.problems.loss("x**4/12")
    equation = bea.modified_equation(bea.methods.gradient_descent(), loss, order=1)
    ends = np.array([[9.0, 9.0, 9.0], [3.0, 3.0, np.nan]])  # for gamma = 0.1 and 0.01
    same = runs(ends[:, :, None, None], np.zeros((2, 3, 1)))
    same = replace(same, starts=np.array([[1.0], [4.0], [2.0]]))
    study = drift_study(equation, [0], [1], same, [same])
    for found in (study.lambda_max, study.hessian_trace):
        assert found == pytest.approx([9, 16, 4])
    assert study.hessian_trace_error == pytest.approx(0)


@pytest.mark.parametrize(("largest", "warned"), [(0.24, False), (0.26, True)])
def test_warnings_begin_where_the_series_means_nothing(largest: float, warned: bool) -> None:
    """For gradient descent that is gamma lambda = 1, and lambda is 4 here."""
    same = runs(np.ones((1, 1, 1, 2)), np.zeros((1, 1, 1)))
    same = replace(same, gammas=np.array([largest]))
    warnings = drift_study(EQUATION, [0], [1], same, [same]).warnings
    assert bool(warnings) == warned
    if warned:
        (line,) = warnings
        assert f"step sizes up to {largest:g} are beyond the useful range" in line
        assert re.search(
            r"gamma \|f'\| is 1 at the start, .* for gamma < 0\.25; up to 2 the ", line
        )


def test_a_wrong_term_does_not_change_the_range_that_is_warned_of() -> None:
    """Off the trees the pace comes from the terms, those of the right equation."""
    adam = bea.methods.adam(beta1="1/2", beta2="3/4", epsilon="1/2")
    right = bea.modified_equation(adam, LOSS, order=1)
    same = runs(np.ones((1, 1, 1, 2)), np.zeros((1, 1, 1)))
    for gamma, warned in ((0.1, False), (0.3, True)):
        same = replace(same, gammas=np.array([gamma]))
        for equation in (right, changed(right, 1, factor=100), changed(right, 1, factor=0)):
            assert bool(drift_study(equation, [0], [1], same, [same]).warnings) == warned


def test_starts_are_points_or_a_list_of_them() -> None:
    assert starting_points(LOSS, [1, 2]).tolist() == [[1, 2]]
    assert starting_points(LOSS, [[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]
    assert starting_points(LOSS, None).shape == (9, 2)


def test_variables_beside_theta_may_be_left_out_of_starts() -> None:
    """The velocity of a mass under friction stands still as gamma tends to 0: it is a variable."""
    rule = bea.methods.from_text("v = v - gamma*v - gamma*grad; theta = theta + gamma*v")
    character = in_own_variables(Character(rule, LOSS))
    method, problem = character.method, character.problem
    assert problem is not None and problem.dimension == 4
    places = [[1, 2, 0, 0], [3, 4, 0, 0], [5, 6, 0, 0]]
    assert starting_points(problem, [1, 2], method).tolist() == places[:1]
    assert starting_points(problem, [[1, 2], [3, 4], [5, 6]], method).tolist() == places
    whole = [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert starting_points(problem, whole, method).tolist() == whole
    assert starting_points(problem, None, method).shape == (9, 4)


def test_orders_are_sorted_and_there_is_one() -> None:
    assert checked_orders([3, 0, 3, 1]) == [0, 1, 3]
    with pytest.raises(OrderError, match="there is no order to measure: give at least one"):
        checked_orders([])


def test_progress_is_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody is to be told, the library tells by itself."""
    told: list[tuple[str, int, int]] = []
    labelled(lambda *now: told.append(now), "iterates")(2, 5)
    assert told == [("iterates", 2, 5)]
    monkeypatch.setattr(comparison, "tell", lambda *now: told.append(now))
    labelled(None, "flows")(1, 3)
    assert told[1:] == [("flows", 1, 3)]
    with pytest.raises(BeaError, match="progress is a int: give a function"):
        labelled(3, "iterates")  # type: ignore[arg-type]


def test_where_runs_begin() -> None:
    """Without memory at the start itself; with one that is over, corrected; else the manifold."""
    assert start_of(EQUATION, [0, 1]).kind == "own"
    momentum = bea.modified_equation(bea.methods.heavy_ball(beta="9/10"), LOSS, order=1)
    corrected = start_of(momentum, [0, 1])
    assert (corrected.kind, corrected.method) == ("corrected", momentum.method)
    assert corrected.correction is not None and corrected.correction.order == 1
    assert start_of(momentum, [0, 1], fewest=1000).kind == "corrected"
    late = start_of(momentum, [0, 1], fewest=20)  # 20 0.9^20 = 2.4 of the layer is left
    assert (late.kind, late.correction) == ("manifold", None)
    assert late.method != momentum.method
    adam = bea.modified_equation(bea.methods.adam(), LOSS, order=1)
    assert start_of(adam, [0, 1]).kind == "manifold"


def test_a_layer_counts_as_over_below_a_tenth() -> None:
    """n 0.9^n is above 0.1 at 66 steps and below it at 67: the order 1 leaves n rho^n."""
    momentum = bea.modified_equation(bea.methods.heavy_ball(beta="9/10"), LOSS, order=1)
    n = next(n for n in range(10, 200) if n * 0.9**n < 0.1)
    assert start_of(momentum, [1], fewest=n).kind == "corrected"
    assert start_of(momentum, [1], fewest=n - 1).kind == "manifold"


def test_a_start_is_corrected_as_far_as_the_flows_are_right() -> None:
    """The flow of order 0 of a method of order 3 misses by gamma^3, and so may the start."""
    method = bea.methods.get("adams-bashforth", steps=3)
    equation = bea.modified_equation(method, LOSS, order=5)
    for chosen, order in (([0], 2), ([0, 2], 2), ([0, 3], 3), ([4], 4)):
        correction = start_of(equation, chosen).correction
        assert correction is not None and correction.order == order


@pytest.mark.parametrize("corrected", [True, False])
def test_flows_begin_where_the_start_is_corrected_and_fall_to_its_power_where_not(
    corrected: bool,
) -> None:
    equation = bea.modified_equation(bea.methods.heavy_ball(beta="1/2"), LOSS, order=3)
    start = start_of(equation, [0, 2])
    gammas = 0.02 / np.arange(1, 7)
    iterates = bea.iterate(start.method, LOSS, [[1.0, 0.5]], gammas, time=0.5)
    study = compare("drift", equation, [0, 2], iterates, start, None, corrected)
    assert study.expected == ((1, 3) if corrected else (1, 1))
    assert study.observed_orders() == pytest.approx(study.expected, abs=0.1)
    by_default = compare("drift", equation, [0, 2], iterates, start, None)
    assert by_default.expected == (1, 3)


def test_a_start_on_the_manifold_is_not_sought_twice() -> None:
    adam = bea.modified_equation(bea.methods.adam(), LOSS, order=1)
    found = start_of(adam, [0, 1])
    assert start_of(adam, [0, 1], before=found) is found
    momentum = bea.modified_equation(bea.methods.heavy_ball(beta="9/10"), LOSS, order=1)
    corrected = start_of(momentum, [0, 1])
    again = start_of(momentum, [0, 1], fewest=20, before=corrected)
    assert again.kind == "manifold"  # what was corrected before may not be over now


@pytest.mark.parametrize("several", [False, True])
def test_the_equation_of_a_step_is_followed_by_plain_steps(several: bool) -> None:
    """Where the flows begin, at every step size, and to the times of the iterates."""
    equation = bea.modified_equation(bea.methods.heun(), LOSS, order=2).step_equation()
    starts, gammas = np.array([[1.0, 0.5], [2.0, 1.0]]), np.array([0.1, 0.05])
    iterates = bea.iterate(bea.methods.heun(), LOSS, starts, gammas, time=1.0, samples=2)
    begins = np.stack([starts, 2 * starts]) if several else None
    own = Start("settled" if several else "own", bea.methods.heun(), begins=begins)
    runs = follow(equation, [0, 2], iterates, own, None)
    for order, run in zip((0, 2), runs, strict=True):
        for i, gamma in enumerate(gammas):
            field = equation.truncate(order)
            first = starts if begins is None else begins[i]
            whole = bea.iterate(
                bea.methods.explicit_euler(), field, first, [gamma], steps=round(1 / gamma)
            )
            halfway = whole.values[0, :, round(0.5 / gamma) - 1]
            np.testing.assert_array_equal(run.values[i, :, 0], halfway)
            np.testing.assert_array_equal(run.values[i, :, 1], whole.values[0, :, -1])
            size = np.linalg.norm(run.values[i], axis=-1)
            assert run.error is not None
            np.testing.assert_allclose(run.error[i], 2.0**-52 * size * np.sqrt(1 / gamma))
        assert run.failures() == []
    for kind, found in (("drift", "steps"), ("defect", "defect")):
        assert drift_study(equation, [0], [2], iterates, runs[:1], kind).kind == found


def test_plain_steps_that_stop_are_named() -> None:
    steep = bea.problems.loss("x**4/4")
    equation = bea.modified_equation(bea.methods.heun(), steep, order=1).step_equation()
    iterates = bea.iterate(bea.methods.heun(), steep, [[0.1], [100.0]], [0.1, 0.05], time=1.0)
    (run,) = follow(equation, [0], iterates, Start("own", bea.methods.heun()), None)
    assert len(run.failures()) == 2


def test_a_start_that_is_not_corrected_bounds_every_order() -> None:
    assert _at_most([1, 2, 3, None], 2) == [1, 2, 2, 2]
    assert _at_most([1, None], None) == [1, None]
