"""Flows against exact solutions and SciPy, and what becomes of flows that fail."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp

from bea.errors import DimensionError, DomainError, StepSizeError
from bea.flows import Status, flow

GAMMAS = np.array([0.1, 0.2])
TIMES = np.linspace(0.5, 2.0, 4)


def decay(theta: Any, gamma: Any) -> Any:
    return -theta


def oscillator(theta: Any, gamma: Any) -> Any:
    return theta[1], -theta[0]


def logistic(theta: Any, gamma: Any) -> Any:
    return theta * (1 - theta)


def square(theta: Any, gamma: Any) -> Any:
    return theta * theta


def circle(theta: Any, gamma: Any) -> Any:
    """Kepler's problem; a circle of radius 1 where it starts on one."""
    x, y, u, v = theta
    force = (x * x + y * y) ** -1.5
    return u, v, -x * force, -y * force


def turned(start: np.ndarray, t: float) -> np.ndarray:
    return np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]) @ start


EXACT = {
    "decay": (decay, [[1.0], [-3.0], [1e-6]], lambda s, t: s * np.exp(-t)),
    "oscillator": (oscillator, [[1.0, 0.0], [-2.0, 0.5]], turned),
    "logistic": (logistic, [[0.1], [0.9], [2.0]], lambda s, t: 1 / (1 + (1 / s - 1) * np.exp(-t))),
    "square": (square, [[0.25], [-1.0], [-7.0]], lambda s, t: s / (1 - s * t)),
    "circle": (
        circle,
        [[1.0, 0.0, 0.0, 1.0]],
        lambda s, t: np.array([np.cos(t), np.sin(t), -np.sin(t), np.cos(t)]),
    ),
    "stiff": (
        lambda theta, gamma: (-theta[0], -300 * theta[1]),
        [[1.0, 1.0]],
        lambda s, t: s * np.exp(np.array([-1.0, -300.0]) * t),
    ),
}


def true_error(run: Any, exact: Any) -> np.ndarray:
    solution = np.array([[exact(start, t) for t in run.times[0]] for start in run.starts])
    return np.linalg.norm(run.values - solution, axis=-1)


@pytest.mark.parametrize("name", EXACT)
def test_exact_solution_is_met_within_the_estimate(plain_field: Any, name: str) -> None:
    function, starts, exact = EXACT[name]
    run = flow(plain_field(function, len(starts[0])), starts, GAMMAS, TIMES)
    error = true_error(run, exact)
    assert run.values.shape == (2, len(starts), 4, len(starts[0]))
    assert run.ok.all() and run.failures() == []
    assert error.max() < 1e-12
    assert (error <= 2 * run.error).all()
    assert run.error.max() < 1e-11


@pytest.mark.parametrize("name", ["oscillator", "logistic", "circle"])
def test_error_and_estimate_follow_the_tolerance(plain_field: Any, name: str) -> None:
    function, starts, exact = EXACT[name]
    field = plain_field(function, len(starts[0]))
    runs = [flow(field, starts, 0.1, [12.0], rtol=rtol) for rtol in (1e-6, 1e-8, 1e-10, 1e-12)]
    errors = np.array([true_error(run, exact).max() for run in runs])
    estimates = np.array([run.error.max() for run in runs])
    assert (errors <= 2 * estimates).all()
    slopes = np.diff(np.log10([errors, estimates]), axis=1) / 2
    assert (np.abs(slopes + 1) < 0.5).all()
    # The negative control: a loose tolerance is not good to 1e-12, and the estimate says so.
    assert errors[0] > 1e-10 and estimates[0] > 1e-10


def test_small_starts_are_followed_in_proportion(plain_field: Any) -> None:
    run = flow(plain_field(oscillator, 2), [[1e-9, 0.0]], 0.1, [3.0])
    assert true_error(run, turned).max() < 1e-21
    assert run.error.max() < 1e-21


def test_estimate_survives_close_samples(plain_field: Any) -> None:
    # Every step of either run is cut short by a sample; they must differ all the same.
    times, rtol, atol = np.linspace(0.0, 12.0, 25), 1e-8, 1e-12
    run = flow(plain_field(oscillator, 2), [[1.0, 0.0]], 0.1, times, rtol=rtol, atol=atol)
    distance = run.error - atol - rtol * np.linalg.norm(run.values, axis=-1)
    later = np.s_[0, 0, 2:]  # the first steps are short in both runs
    assert distance[later].min() > 1e-11
    assert (true_error(run, turned)[later] <= distance[later]).all()


VAN_DER_POL = (lambda theta, gamma: (theta[1], 2 * (1 - theta[0] ** 2) * theta[1] - theta[0]), 2)
LOTKA_VOLTERRA = (
    lambda theta, gamma: (theta[0] * (1.5 - theta[1]), theta[1] * (theta[0] - 3)),
    2,
)


@pytest.mark.parametrize("case", [VAN_DER_POL, LOTKA_VOLTERRA], ids=["van-der-pol", "lotka"])
def test_agreement_with_scipy(plain_field: Any, case: Any) -> None:
    function, dimension = case
    starts = np.array([[2.0, 1.0], [0.5, 3.0], [4.0, 0.25]])
    run = flow(plain_field(function, dimension), starts, 0.1, TIMES)
    for j, start in enumerate(starts):
        peer = solve_ivp(
            lambda t, y: function(y, 0), (0, 2), start, "DOP853", TIMES, rtol=1e-13, atol=1e-13
        )
        assert_allclose(run.values[0, j], peer.y.T, rtol=0, atol=2e-11)


def test_field_may_depend_on_gamma(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: -(1 + gamma) * theta)
    times = np.array([[1.0, 2.0], [0.6, 1.8]])
    run = flow(field, [[1.0], [2.0]], GAMMAS, times)
    exact = np.array([1.0, 2.0])[:, None] * np.exp(-(1 + GAMMAS[:, None]) * times)[:, None, :]
    assert_allclose(run.values[..., 0], exact, rtol=1e-13)
    assert_array_equal(run.times, times)


def test_field_without_gamma_is_integrated_once(plain_field: Any) -> None:
    gammas = np.linspace(0.1, 0.3, 9)
    times = np.round(1 / gammas)[:, None] * gammas[:, None]
    once, each = plain_field(square, depends_on_gamma=False), plain_field(square)
    starts = [[-1.0], [0.5]]
    shared, separate = flow(once, starts, gammas, times), flow(each, starts, gammas, times)
    assert sum(once.asked) < sum(each.asked) / 3
    assert_allclose(shared.values, separate.values, rtol=1e-13)
    assert shared.error.shape == separate.error.shape == (9, 2, 1)
    assert shared.error.max() < 1e-12


def test_shared_run_that_fails_late_serves_the_early_samples(plain_field: Any) -> None:
    field = plain_field(square, depends_on_gamma=False)
    run = flow(field, [[1.0]], GAMMAS, [[0.5], [1.5]])
    assert run.status.ravel().tolist() == [Status.OK, Status.BLOW_UP]
    assert_allclose(run.values[0, 0, 0, 0], 2.0, rtol=1e-13)
    assert run.stopped_at[0, 0] == np.inf
    assert np.isnan(run.values[1]).all() and np.isnan(run.error[1]).all()


def test_backward_flow_returns_to_the_start(plain_field: Any, himmelblau: Any) -> None:
    there = flow(himmelblau, [[1.0, -2.0]], 0.1, [-0.05])
    back = flow(himmelblau, there.values[0, :, -1], 0.1, [0.05])
    assert_allclose(back.values[0, 0, 0], [1.0, -2.0], atol=1e-12)
    assert flow(plain_field(decay), [[1.0]], 0.1, [-2.0]).error.max() < 1e-12


def test_directions_may_differ_between_step_sizes(plain_field: Any) -> None:
    field = plain_field(decay, depends_on_gamma=False)
    run = flow(field, [[1.0]], GAMMAS, [[1.0], [-1.0]])
    assert_allclose(run.values.ravel(), np.exp([-1.0, 1.0]), rtol=1e-13)


def test_start_and_coinciding_samples(plain_field: Any) -> None:
    run = flow(plain_field(decay), [[2.0]], 0.1, [0.0, 0.0, 1.0, 1.0])
    values = run.values.ravel()
    assert values[0] == values[1] == 2.0
    assert values[2] == values[3] == pytest.approx(2 / np.e, rel=1e-14)
    resting = flow(plain_field(decay), [[2.0]], 0.1, [0.0])
    assert resting.values.ravel() == [2.0] and resting.ok.all()


def test_rest_point_stays(plain_field: Any) -> None:
    run = flow(plain_field(logistic), [[0.0], [1.0]], 0.1, [1e6])
    assert run.values.ravel().tolist() == [0.0, 1.0]


def test_blow_up_is_marked_and_the_rest_of_the_batch_goes_on(plain_field: Any) -> None:
    field = plain_field(square)
    starts = np.array([[1.0], [-1.0], [2.5], [0.25], [1e3]])
    run = flow(field, starts, 0.1, TIMES)
    assert run.status[0].tolist() == [Status.BLOW_UP, 0, Status.BLOW_UP, 0, Status.BLOW_UP]
    failed = [0, 2, 4]
    assert_allclose(run.stopped_at[0, failed], 1 / starts[failed, 0], rtol=1e-6)
    # Values up to the failure are kept, and NaN stands after it and nowhere else.
    expected = np.array(TIMES)[None, :] > run.stopped_at[0][:, None]
    assert_array_equal(np.isnan(run.values[0, :, :, 0]), expected)
    assert_array_equal(np.isnan(run.error[0]), expected)
    for j, start in enumerate(starts):
        alone = flow(field, [start], 0.1, TIMES)
        assert_array_equal(alone.values[0, 0], run.values[0, j])
        assert_array_equal(alone.error[0, 0], run.error[0, j])
    assert run.failures()[0] == (
        "gamma=0.1, start (1): stopped at t=1, the solution blows up in finite time"
    )


def test_exponential_growth_is_divergence_and_not_blow_up(plain_field: Any) -> None:
    run = flow(plain_field(lambda theta, gamma: 3 * theta), [[1.0]], 0.1, [100.0])
    assert run.status[0, 0] == Status.DIVERGED
    assert 27 / 3 < run.stopped_at[0, 0] < 30 / 3


def test_backward_blow_up_has_a_negative_time(plain_field: Any) -> None:
    run = flow(plain_field(square), [[-0.5]], 0.1, [-1.0, -3.0])
    assert run.status[0, 0] == Status.BLOW_UP
    assert run.stopped_at[0, 0] == pytest.approx(-2.0, rel=1e-6)
    assert_allclose(run.values[0, 0, :, 0], [-1.0, np.nan], rtol=1e-13)


def test_overflowing_field_blows_up_at_once(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: np.exp(theta))  # blows up at exp(-start)
    run = flow(field, [[1.0], [-1.0], [600.0]], 0.1, [1.0])
    assert run.status[0].tolist() == [Status.BLOW_UP, Status.OK, Status.BLOW_UP]
    assert run.stopped_at[0, 0] == pytest.approx(np.exp(-1), rel=1e-6)


def test_singular_slope_is_a_blow_up(plain_field: Any) -> None:
    run = flow(plain_field(lambda theta, gamma: -0.5 / theta), [[1.0]], 0.1, [2.0])  # sqrt(1 - t)
    assert run.status[0, 0] == Status.BLOW_UP
    assert run.stopped_at[0, 0] == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize(
    "function",
    [lambda theta, gamma: -1 + 0 * theta, lambda theta, gamma: -1 + 0 * np.log(theta)],
    ids=["defined beyond", "not defined beyond"],
)
def test_leaving_the_domain_is_marked(plain_field: Any, function: Any) -> None:
    field = plain_field(function, inside=lambda theta: theta[0] > 0)
    run = flow(field, [[0.9], [3.0]], 0.1, [0.5, 1.0])
    assert run.status[0].tolist() == [Status.LEFT_DOMAIN, Status.OK]
    assert 0.9 <= run.stopped_at[0, 0] * (1 + 1e-12) <= 1.0 + 1e-12
    assert_allclose(run.values[0, 0, 0], 0.4)
    assert np.isnan(run.values[0, 0, 1]).all()
    assert "left the domain" in run.failures()[0]


def test_flow_of_a_barrier_loss_stays_inside(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: 1 / theta - 1, inside=lambda theta: theta[0] > 0)
    run = flow(field, [[1e-3], [5.0]], 0.1, [40.0])  # -grad (x - log x)
    assert_allclose(run.values.ravel(), 1.0, rtol=1e-13)


def test_spent_budget_is_marked(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: -1e6 * gamma * (theta - 1))
    run = flow(field, [[2.0]], [1e-6, 1.0], [1.0], max_steps=500)
    assert run.status.ravel().tolist() == [Status.OK, Status.STIFF]
    assert 0 < run.stopped_at[1, 0] < 1
    assert "budget" in run.failures()[0]


def test_batch_may_be_permuted(himmelblau: Any) -> None:
    rng = np.random.default_rng(1)
    starts, gammas = rng.uniform(-4, 4, (7, 2)), np.array([0.1, 0.2, 0.3])
    times = np.array([[0.3, 0.6], [0.2, 0.8], [0.3, 0.9]])
    run = flow(himmelblau, starts, gammas, times)
    order, turn = rng.permutation(7), [2, 0, 1]
    mixed = flow(himmelblau, starts[order], gammas[turn], times[turn])
    assert_array_equal(mixed.values, run.values[turn][:, order])
    assert_array_equal(mixed.error, run.error[turn][:, order])


def test_second_run_does_not_change_the_first(himmelblau: Any) -> None:
    plain = flow(himmelblau, [[1.0, 2.0]], 0.1, [0.4], estimate_error=False)
    assert plain.error is None
    assert_array_equal(plain.ok, True)
    # One sample, reached in many steps: the two runs need not cut their steps for each other.
    assert_allclose(plain.values, flow(himmelblau, [[1.0, 2.0]], 0.1, [0.4]).values, atol=1e-13)


def test_error_is_infinite_where_only_the_second_run_failed(
    plain_field: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["bea.flows.deterministic.flow"]
    integrate = module.integrate

    def failing(task: Any, progress: Any) -> Any:
        outcome = integrate(task, progress)
        outcome.values[2, 1:] = np.nan  # the first lane of the second run
        return outcome

    monkeypatch.setattr(module, "integrate", failing)
    run = flow(plain_field(decay), [[1.0], [2.0]], 0.1, TIMES)
    assert run.ok.all()
    assert np.isinf(run.error[0, 0, 1:]).all()
    assert run.error[0, 0, 0] < 1e-12 and run.error[0, 1].max() < 1e-12


def test_progress_counts_thousandths_of_lanes(plain_field: Any) -> None:
    seen: list[tuple[int, int]] = []
    flow(
        plain_field(decay),
        [[1.0], [2.0]],
        GAMMAS,
        TIMES,
        progress=lambda done, total: seen.append((done, total)),
    )
    done = [pair[0] for pair in seen]
    assert seen[-1] == (8000, 8000) and done == sorted(done)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gammas": -0.1}, "gamma=-0.1 must be positive"),
        ({"times": [np.nan]}, "times must be finite"),
        ({"times": [-1.0, 1.0]}, "of one sign"),
        ({"times": [2.0, 1.0]}, "move away from 0"),
        ({"rtol": 1e-16}, "rtol=1e-16 must be finite and at least 1e-14"),
        ({"atol": 0.0}, "atol=0 must be positive"),
    ],
)
def test_bad_numbers_are_refused(plain_field: Any, change: Any, message: str) -> None:
    given = {"starts": [[1.0]], "gammas": 0.1, "times": [1.0], **change}
    with pytest.raises(StepSizeError, match=message):
        flow(plain_field(decay), **given)


def test_the_sharpest_tolerance_is_allowed(plain_field: Any) -> None:
    run = flow(plain_field(decay), [[1.0]], 0.1, [1.0], rtol=1e-14)
    assert run.values[0, 0, 0, 0] == pytest.approx(np.exp(-1), rel=1e-14)
    with pytest.raises(StepSizeError, match=r"rtol=9\.9e-15 must be finite and at least 1e-14"):
        flow(plain_field(decay), [[1.0]], 0.1, [1.0], rtol=9.9e-15)


def test_bad_shapes_and_starts_are_refused(plain_field: Any) -> None:
    field = plain_field(decay)
    with pytest.raises(DimensionError, match=r"shape \(3, 1\) for 2 step size\(s\)"):
        flow(field, [[1.0]], GAMMAS, np.ones((3, 1)))
    with pytest.raises(DimensionError, match="max_steps=0 must be a whole number"):
        flow(field, [[1.0]], GAMMAS, TIMES, max_steps=0)
    with pytest.raises(DimensionError, match=r"starts have shape \(1, 2\)"):
        flow(field, [[1.0, 2.0]], GAMMAS, TIMES)
    with pytest.raises(DomainError, match="the start"):
        flow(field, [[np.inf]], GAMMAS, TIMES)
