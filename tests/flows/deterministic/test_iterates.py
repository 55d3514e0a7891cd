"""Iterates against a plain Python loop, bit for bit, and what becomes of iterates that fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bea.algebra.ring.exact import exact
from bea.errors import DimensionError, DomainError, MethodError, StepSizeError
from bea.fields import VectorField
from bea.flows import Status, iterate, sample_steps

GAMMAS = np.array([0.003, 0.01, 0.0125])
STARTS = np.random.default_rng(0).uniform(-3, 3, (5, 2))


def test_euler_is_a_plain_loop_bit_for_bit(himmelblau: Any, euler: Any) -> None:
    run = iterate(euler, himmelblau, STARTS, GAMMAS, time=0.5, samples=3)
    counts = sample_steps(GAMMAS, 0.5, 3)
    rhs = himmelblau.numeric()
    for i, gamma in enumerate(GAMMAS):
        for j, start in enumerate(STARTS):
            theta, path = start[:, None], [start]
            for _ in range(counts[i, -1]):
                theta = theta + gamma * rhs(theta, np.array([gamma]))
                path.append(theta[:, 0])
            assert_array_equal(run.values[i, j], np.array(path)[counts[i]])
    assert_array_equal(run.times, counts * GAMMAS[:, None])
    assert run.ok.all() and run.error is None


def test_every_step_is_sampled_on_demand(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta)
    run = iterate(euler, field, [[1.0]], [0.5, 0.25], steps=3, include_start=True)
    assert run.values[:, 0, :, 0].tolist() == [
        [1.0, 0.5, 0.25, 0.125],
        [1.0, 0.75, 0.5625, 0.421875],
    ]
    assert run.times.tolist() == [[0, 0.5, 1, 1.5], [0, 0.25, 0.5, 0.75]]


def test_samples_coincide_where_the_step_is_long(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta)
    run = iterate(euler, field, [[1.0]], [0.5], time=1.0, samples=8, include_start=True)
    assert run.times[0].tolist() == [0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1]
    assert run.values[0, 0, :, 0].tolist() == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_memory_is_kept_for_the_lanes_that_go_on(plain_field: Any, plain_method: Any) -> None:
    def step(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
        velocity, count, half = state
        velocity = half * velocity + gamma * f(theta)
        return theta + velocity, (velocity, count + 1, half)

    def init(f: Any, theta: Any) -> Any:
        return 0 * f(theta), np.zeros(theta.shape[1]), np.full((1, 1), 0.5)

    field = plain_field(lambda theta, gamma: -theta)
    run = iterate(plain_method(step, init), field, [[1.0], [2.0]], [0.125, 0.25], time=1.0)
    for i, (gamma, steps) in enumerate([(0.125, 8), (0.25, 4)]):
        theta, velocity = np.array([1.0, 2.0]), np.zeros(2)
        for _ in range(steps):
            velocity = 0.5 * velocity - gamma * theta
            theta = theta + velocity
        assert_array_equal(run.values[i, :, 0, 0], theta)


def test_hyperparameters_are_bound_to_floats(plain_field: Any, plain_method: Any) -> None:
    class Scaled(type(plain_method(None))):  # type: ignore[misc]
        def __init__(self, rate: Any) -> None:
            self.rate, self.init = rate, lambda f, theta: ()

        def bind(self, constant: Any) -> Any:
            return Scaled(constant(self.rate))

        def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> Any:
            return theta + self.rate * gamma * f(theta), state

    field = plain_field(lambda theta, gamma: -theta)
    assert iterate(Scaled(exact("1/2")), field, [[1.0]], [1.0]).values.ravel() == [0.5]


def implicit_euler(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
    slope = f.solve(lambda k: f(theta + gamma * k), f(theta))
    return theta + gamma * slope, state


def test_implicit_step_is_solved(plain_field: Any, plain_method: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta)
    run = iterate(plain_method(implicit_euler), field, [[1.0]], [0.25, 0.5], time=1.0)
    assert_allclose(run.values.ravel(), [0.8**4, (2 / 3) ** 2], rtol=1e-14)


def test_unsolved_step_is_marked(plain_field: Any, plain_method: Any) -> None:
    # k = 8 sqrt(1 + (θ + γk)²) has no root where 8γ > 1.
    field = plain_field(lambda theta, gamma: 8 * np.sqrt(1 + theta * theta))
    run = iterate(plain_method(implicit_euler), field, [[1.0]], [0.05, 0.25], time=0.5)
    assert run.status.ravel().tolist() == [Status.OK, Status.UNSOLVED]
    assert run.stopped_at.ravel().tolist() == [np.inf, 0.25]
    assert "equation of the step, implicit or linear, was not solved" in run.failures()[0]


def test_unsolved_step_is_marked_whatever_the_method_makes_of_it(
    plain_field: Any, plain_method: Any
) -> None:
    def careless(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
        theta, state = implicit_euler(f, theta, state, gamma)
        return np.nan_to_num(theta), state

    field = plain_field(lambda theta, gamma: 8 * np.sqrt(1 + theta * theta))
    run = iterate(plain_method(careless), field, [[1.0]], [0.25], time=0.5)
    assert run.status[0, 0] == Status.UNSOLVED


def test_divergence_is_marked_where_it_happens(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: -30 * theta)
    run = iterate(euler, field, [[1.0], [-5.0]], [0.01, 0.1], time=100.0, samples=50)
    assert run.status.tolist() == [[Status.OK] * 2, [Status.DIVERGED] * 2]
    for start, stopped in zip([1.0, -5.0], run.stopped_at[1], strict=True):
        theta, steps = start, 0
        while abs(theta) <= 1e12 * (1 + abs(start)):
            theta, steps = theta + 0.1 * (-30 * theta), steps + 1
        assert stopped == steps * 0.1
    late = run.times[1] >= run.stopped_at[1, 0]
    assert_array_equal(np.isnan(run.values[1, 0, :, 0]), late)
    assert np.isfinite(run.values[0]).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_each_lane_has_a_limit_of_its_own_until_its_end(
    plain_field: Any, euler: Any, sign: int
) -> None:
    """It is 1e12 (1 + |start|), also after lanes before it have failed or are done."""
    starts = np.array([[1.0], [0.0], [1e4], [1e-3], [1e7]]) * sign
    field = plain_field(lambda theta, gamma: np.where(theta == 0, 0, 9 * theta))
    run = iterate(euler, field, starts, [1.0, 0.5], steps=21)
    for i, gamma in enumerate([1.0, 0.5]):
        for j, (start,) in enumerate(starts):
            theta, steps = start, 0
            while abs(theta) <= 1e12 * (1 + abs(start)) and steps < 21:
                theta, steps = theta * (1 + 9 * gamma), steps + 1
            lost = abs(theta) > 1e12 * (1 + abs(start))
            assert run.status[i, j] == (Status.DIVERGED if lost else Status.OK)
            assert run.stopped_at[i, j] == (steps * gamma if lost else np.inf)
            assert np.isfinite(run.values[i, j, :, 0]).sum() == (steps - 1 if lost else 21)


def test_each_step_size_may_have_starts_of_its_own(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta)
    starts = np.array([[[1.0], [2.0], [4.0]], [[8.0], [16.0], [32.0]]])
    run = iterate(euler, field, starts, [0.5, 0.25], steps=1)
    assert run.values[..., 0].tolist() == [[[0.5], [1.0], [2.0]], [[6.0], [12.0], [24.0]]]
    assert_array_equal(run.starts, starts)


def test_as_many_steps_as_are_allowed_are_taken(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta)
    assert iterate(euler, field, [[1.0]], [0.25], time=1.0, max_steps=4).ok.all()
    with pytest.raises(StepSizeError, match="would take 5 steps, more than max_steps=4"):
        iterate(euler, field, [[1.0]], [0.25], time=1.25, max_steps=4)


def test_overflow_within_one_step_is_divergence(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: np.exp(theta))
    run = iterate(euler, field, [[1.0], [-9.0]], [0.5], time=20.0)
    assert run.status[0].tolist() == [Status.DIVERGED, Status.OK]


def test_leaving_the_domain_is_marked(plain_field: Any, euler: Any) -> None:
    # Gradient descent on x - log x: from 3 the step γ = 5 leads to -1/3, where f is finite.
    field = plain_field(lambda theta, gamma: 1 / theta - 1, inside=lambda theta: theta[0] > 0)
    run = iterate(euler, field, [[3.0], [1.0]], [5.0, 0.5], time=20.0, samples=4)
    assert run.status.tolist() == [[Status.LEFT_DOMAIN, Status.OK], [Status.OK, Status.OK]]
    assert run.stopped_at[0, 0] == 5.0
    assert np.isnan(run.values[0, 0]).all() and np.isfinite(run.values[1]).all()


def test_step_that_asks_outside_the_domain_has_left_it(plain_field: Any, plain_method: Any) -> None:
    midpoint = plain_method(
        lambda f, theta, state, gamma: (theta + gamma * f(theta + gamma / 2 * f(theta)), state)
    )
    field = plain_field(
        lambda theta, gamma: -2 - np.log(theta), inside=lambda theta: ~(theta[0] <= 0)
    )
    run = iterate(midpoint, field, [[1.0]], [1.5, 0.01], time=3.0)
    assert run.status.ravel().tolist() == [Status.LEFT_DOMAIN, Status.OK]


def test_batch_may_be_permuted_and_cut(
    himmelblau: Any, euler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = iterate(euler, himmelblau, STARTS, GAMMAS, samples=2)
    order, turn = [3, 1, 4, 0, 2], [1, 2, 0]
    monkeypatch.setattr("bea.flows.deterministic.iterates.chunk_width", lambda dimension: 4)
    mixed = iterate(euler, himmelblau, STARTS[order], GAMMAS[turn], samples=2)
    assert_array_equal(mixed.values, run.values[turn][:, order])


def test_one_lane_that_fails_leaves_the_others_alone(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: theta**3 - theta)
    starts = np.array([[0.5], [30.0], [-0.25]])
    run = iterate(euler, field, starts, [0.1], time=3.0, samples=3)
    assert run.status[0].tolist() == [Status.OK, Status.DIVERGED, Status.OK]
    alone = iterate(euler, field, starts[[0, 2]], [0.1], time=3.0, samples=3)
    assert_array_equal(run.values[0, [0, 2]], alone.values[0])


def test_progress_adds_up(plain_field: Any, euler: Any) -> None:
    seen: list[tuple[int, int]] = []
    field = plain_field(lambda theta, gamma: theta**3)
    iterate(
        euler,
        field,
        [[-0.1], [9.0]],
        [0.001, 0.01],
        progress=lambda done, total: seen.append((done, total)),
    )
    done = [pair[0] for pair in seen]
    assert seen[-1] == (2200, 2200) and done == sorted(done) and len(seen) > 4


def test_bad_numbers_are_refused(plain_field: Any, euler: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta)
    with pytest.raises(StepSizeError, match="gamma=0 must be positive"):
        iterate(euler, field, [[1.0]], [0.0])
    with pytest.raises(StepSizeError, match="gamma=1e-09 would take 1,000,000,000 steps, more"):
        iterate(euler, field, [[1.0]], [0.1, 1e-9])
    with pytest.raises(DimensionError, match="steps=0 must be a whole number"):
        iterate(euler, field, [[1.0]], [0.1], steps=0)
    with pytest.raises(DimensionError, match="starts have shape"):
        iterate(euler, field, [[1.0, 2.0]], [0.1])
    with pytest.raises(DomainError, match=r"the start \(nan\) is not finite"):
        iterate(euler, field, [[np.nan]], [0.1])


def test_step_of_the_wrong_shape_is_refused(plain_field: Any, plain_method: Any) -> None:
    method = plain_method(lambda f, theta, state, gamma: (theta.sum(), state))
    with pytest.raises(MethodError, match=r"points of shape \(1, 1\) into \(\)"):
        iterate(method, plain_field(lambda theta, gamma: -theta), [[1.0]], [0.1])


def test_a_step_may_use_the_derivative_of_the_field(plain_method: Any, plain_field: Any) -> None:
    """theta + gamma f + gamma^2/2 f'f on x' = -x, y' = -3 y; a field without f' is refused."""

    def step(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
        slope = f(theta)
        return theta + gamma * (slope + gamma / 2 * f.derivative(theta, slope)), state

    field = VectorField.read("-x, -3*y")
    run = iterate(plain_method(step), field, [[1.0, 2.0], [3.0, -1.0]], [0.1, 0.2], steps=2)
    for values, gamma in zip(run.values, (0.1, 0.2), strict=True):
        factors = [1 - gamma + gamma**2 / 2, 1 - 3 * gamma + 9 * gamma**2 / 2]
        assert_allclose(values[:, 1], run.starts * np.square(factors), rtol=1e-14)
    with pytest.raises(MethodError, match="this field has none: give it numeric_derivative"):
        iterate(plain_method(step), plain_field(lambda theta, gamma: [-theta[0]]), [1.0], [0.1])
