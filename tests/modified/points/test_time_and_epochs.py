"""Schedules and epochs at points, beside the same in symbols."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError, MethodError, OrderError
from bea.fields import Loss, with_time
from bea.problems import without_symbols

from .test_at_points import exact_terms

POINTS = np.array([[1.1, 2.3, 0.2], [0.3, -0.7, 0.5]])
TEXTS = ["x**2*y + sin(x)", "y**2*exp(x)/2 + x", "(x - y)**4/3 + x*y**2", "cos(x + 2*y)"]
SAMPLES = [Loss.read(text, "x y") for text in TEXTS]
FUNCTIONS = [without_symbols(loss) for loss in SAMPLES]
BATCHES: list[Any] = [1, [[0, 2], [1, 3]]]


def close(found: np.ndarray, exact: np.ndarray, tolerance: float = 1e-10) -> bool:
    scale = np.abs(exact).max(axis=(1, 2))
    scale = np.where(scale > 0, scale, scale.max())
    return bool((np.abs(found - exact).max(axis=(1, 2)) <= tolerance * scale).all())


@pytest.mark.parametrize("schedule", ["cosine(time=1, low=1/10)", "exponential(rate=1)"])
@pytest.mark.parametrize(
    ("method", "options", "order"),
    [
        ("gradient-descent", {}, 3),
        ("implicit-midpoint", {}, 2),
        ("heavy-ball", {"beta": "1/2"}, 3),
        ("nesterov", {"beta": "1/2"}, 3),
        ("adam", {"beta1": "1/2", "beta2": "3/4"}, 1),
    ],
)
def test_a_schedule_has_the_terms_that_symbols_give(
    method: str, options: dict[str, Any], order: int, schedule: str
) -> None:
    scheduled = bea.methods.Scheduled(bea.methods.get(method, **options), schedule)
    loss = bea.problems.himmelblau()
    exact = exact_terms(bea.modified_equation(scheduled, with_time(loss), order), POINTS)
    timed = with_time(without_symbols(loss))
    assert close(bea.modified_equation(scheduled, timed, order, at=POINTS).values, exact)
    # the s' terms matter: those of a constant rate of the same size are others
    assert not close(exact, 0.9 * exact)


def test_a_schedule_on_a_function_has_its_orders() -> None:
    scheduled = bea.methods.Scheduled(bea.methods.heavy_ball(beta="1/2"), "exponential(rate=5)")
    timed = with_time(without_symbols(bea.problems.himmelblau()))
    gammas = 0.02 / np.array([32.0, 64, 96, 128])
    study = bea.discretization_drift(
        scheduled, timed, range(3), gammas, POINTS[:1] * [1, 1, 0], 0.02
    )
    assert np.abs(study.observed_orders() - [1, 2, 3]).max() < 0.1


def test_a_schedule_needs_a_problem_with_the_time() -> None:
    scheduled = bea.methods.Scheduled(bea.methods.heun(), "exponential(rate=1)")
    with pytest.raises(DimensionError, match="with_time"):
        bea.modified_equation(scheduled, without_symbols(bea.problems.booth()), 1)


@pytest.mark.parametrize("method", ["gradient-descent", "heun", "implicit-midpoint"])
@pytest.mark.parametrize("batches", BATCHES)
def test_epochs_of_functions_are_those_of_symbols(method: str, batches: Any) -> None:
    chosen, points = bea.methods.get(method), POINTS[:, :2]
    for make, order in ((bea.cyclic_epoch, 3), (bea.shuffled_epoch, 2)):
        exact = exact_terms(make(SAMPLES, batches, order, chosen), points)
        found = make(FUNCTIONS, batches, order, chosen)
        assert close(found.at(points).values, exact)
        assert close(found.truncate(1).at(points).values, exact[:2])


def test_the_flow_meets_the_mean_over_shuffled_epochs() -> None:
    equation = bea.shuffled_epoch(FUNCTIONS, order=2)
    start, gaps = np.array([0.3, 0.7]), []
    for gamma in (0.005, 0.0025, 0.00125):
        ends = []
        for order in permutations(FUNCTIONS):
            theta = start
            for loss in order:
                theta = theta + gamma * loss(theta)
            ends.append(theta)
        end = bea.flow(equation, start, [gamma], equation.times([gamma], [1])).values.ravel()
        gaps.append(np.linalg.norm(np.mean(ends, axis=0) - end))
    assert np.allclose(np.log2(np.divide(gaps[:-1], gaps[1:])), 4, atol=0.1)


def test_what_is_not_known_of_epochs_is_refused() -> None:
    with pytest.raises(OrderError, match="order 2"):
        bea.shuffled_epoch(FUNCTIONS, order=3)
    with pytest.raises(BeaError, match="the batches stay"):
        bea.shuffled_epoch(FUNCTIONS, 2)
    with pytest.raises(MethodError, match="memory"):
        bea.cyclic_epoch(FUNCTIONS, 1, 1, bea.methods.heavy_ball()).at(POINTS[:, :2])


def test_outside_of_the_domain_of_a_loss_there_are_no_numbers() -> None:
    points = np.array([[-0.5], [0.5]])  # -1 + 1/x is finite at both
    log, square = Loss.read("x - log(x)", "x"), Loss.read("x**2/2", "x")
    alone = bea.modified_equation(bea.methods.heun(), without_symbols(log), 2, at=points)
    pair = [without_symbols(square), without_symbols(log)]
    for found in (
        alone,
        bea.cyclic_epoch(pair).at(points),
        bea.cyclic_epoch(pair[::-1]).at(points),
    ):
        assert np.isnan(found.values[:, 0]).all() and np.isfinite(found.values[:, 1]).all()
    both = bea.cyclic_epoch(pair, [[0, 1]])
    assert np.isnan(both.at(points).values[:, 0]).all()
    assert np.isnan(both(points)[0]).all() and np.isfinite(both(points)[1]).all()
