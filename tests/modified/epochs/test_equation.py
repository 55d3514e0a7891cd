"""Equations of epochs as results: numbers from them against all orders, and what is refused."""

from __future__ import annotations

import json
from itertools import permutations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError, MethodError, OrderError
from bea.fields import Loss
from bea.modified import EpochEquation
from bea.noise.batches import Batches
from bea.problems import finite_sum

TEXTS = ("x**2*y + y**2/3 - x", "x*y**2 - x**3/3", "x**2/5 - y**3 + x*y", "x + y**2 - x**2*y")


def losses(count: int) -> list[Loss]:
    return [Loss.read(text, "x y") for text in TEXTS[:count]]


# --- numbers --------------------------------------------------------------------------------------

START = np.array([0.35, -0.25])
FINE = np.array([0.02, 0.014, 0.01, 0.007])


def bowls() -> list[Loss]:
    return [
        Loss.read(text, "x y")
        for text in (
            "(x - 1)**2/2 + x*y/3 + y**4/4",
            "x**2*y/2 + y**2 + (x + 1)**2/3",
            "x**4/4 + (y - 1)**2/2 - x*y/5",
        )
    ]


def after_epochs(samples: list[Loss], gamma: float, epochs: int) -> np.ndarray:
    theta = START
    for _ in range(epochs):
        for loss in samples:
            theta = theta + gamma * loss(theta)
    return theta


def slope(gammas: np.ndarray, errors: np.ndarray) -> float:
    return float(np.polyfit(np.log(gammas), np.log(errors), 1)[0])


@pytest.mark.parametrize("order", [0, 1, 2])
def test_mean_of_the_iterates_over_all_orders(order: int) -> None:
    """One epoch: the mean over the 6 orders leaves the flow at gamma^(K+2)."""
    samples = bowls()
    equation = bea.shuffled_epoch(samples, 1, order)
    run = bea.flow(equation, [START], FINE, equation.times(FINE, [1]))
    means = np.array(
        [
            np.mean([after_epochs(list(p), g, 1) for p in permutations(samples)], axis=0)
            for g in FINE
        ]
    )
    errors = np.linalg.norm(run.values[:, 0, 0] - means, axis=-1)
    assert slope(FINE, errors) == pytest.approx(order + 2, abs=0.15)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_iterates_in_a_fixed_order(order: int) -> None:
    """At a fixed time: gamma^(K+1); without the last term a power less."""
    samples, epochs = bowls(), np.array([20, 30, 40, 60])
    gammas = 1 / (3 * epochs)
    ends = np.array([after_epochs(samples, g, n) for g, n in zip(gammas, epochs, strict=True)])
    equation = bea.cyclic_epoch(samples, order=order)

    def order_of(field: EpochEquation) -> float:
        run = bea.flow(field, [START], gammas, [1.0])
        return slope(gammas, np.linalg.norm(run.values[:, 0, 0] - ends, axis=-1))

    assert order_of(equation) == pytest.approx(order + 1, abs=0.15)
    if order:
        assert order_of(equation.truncate(order - 1)) == pytest.approx(order, abs=0.15)


def test_the_order_matters_to_the_flow() -> None:
    """A control: the equation of the reverse order does not describe this one beyond order 0."""
    samples, epochs = bowls(), np.array([20, 30, 40, 60])
    gammas = 1 / (3 * epochs)
    ends = np.array([after_epochs(samples, g, n) for g, n in zip(gammas, epochs, strict=True)])
    reverse = bea.cyclic_epoch(samples, [[2], [1], [0]], 2)
    run = bea.flow(reverse, [START], gammas, [1.0])
    errors = np.linalg.norm(run.values[:, 0, 0] - ends, axis=-1)
    assert slope(gammas, errors) == pytest.approx(1, abs=0.15)


def after_many_epochs(samples: list[Loss], order: int) -> tuple[float, float]:
    """Compare the flow with the mean over all 2^n histories of n epochs of two batches.

    Returns the observed order at a fixed time, and the limit of the error over gamma^3.
    """
    epochs = np.array([8, 10, 12, 14, 16])
    gammas = 0.35 / (2 * epochs)
    ends = []
    for gamma, count in zip(gammas, epochs, strict=True):
        theta = np.array([[0.5]])
        for _ in range(count):
            both = []
            for first, second in (samples, samples[::-1]):
                middle = theta + gamma * first(theta)
                both.append(middle + gamma * second(middle))
            theta = np.concatenate(both)
        ends.append(theta.mean())
    run = bea.flow(bea.shuffled_epoch(samples, 1, order), [[0.5]], gammas, [0.35])
    errors = run.values[:, 0, 0, 0] - ends
    return slope(gammas, np.abs(errors)), float(np.polyfit(gammas, errors / gammas**3, 2)[2])


def test_many_epochs_follow_the_flow_up_to_the_second_term() -> None:
    """f~_2 gives order 3 at a fixed time; from f~_3 on the same error in gamma^3 stays."""
    cubic = [Loss.read(t) for t in ("x**2/2 + x**3/3 + x", "x**3/6 - x + x**2/4 + x**4/8")]
    orders, limits = zip(*(after_many_epochs(cubic, order) for order in range(6)), strict=True)
    assert orders[:3] == pytest.approx([1, 2, 3], abs=0.1)
    assert orders[4:] == pytest.approx([3, 3], abs=0.1)
    assert limits[3:5] == pytest.approx([limits[5]] * 2, rel=0.02)
    assert abs(limits[2]) > 2 * abs(limits[5])


def test_many_epochs_of_quadratics_follow_it_to_every_order() -> None:
    """A control: their maps are affine, and the mean of products is the product of means."""
    bowls = [Loss.read(t) for t in ("x**2/2 + x", "3*x**2/2 - x")]
    orders, limits = zip(*(after_many_epochs(bowls, order) for order in range(5)), strict=True)
    assert orders == pytest.approx([1, 2, 3, 4, 5], abs=0.1)
    assert abs(limits[4]) < 1e-3 * abs(limits[2])


# --- the result, and what is refused --------------------------------------------------------------


def test_a_finite_sum_and_its_losses_give_the_same() -> None:
    whole = finite_sum(TEXTS, "x y")
    found = bea.shuffled_epoch(whole, 2)
    assert str(found) == str(bea.shuffled_epoch(losses(4), 2))
    assert found.problem.about == whole.about


def test_the_penalty_of_a_finite_sum_is_the_trace_of_its_covariance() -> None:
    whole = finite_sum(TEXTS, "x y")
    equation = bea.shuffled_epoch(whole, 2, 1)
    covariance = whole.covariance()
    spread = equation.modified_loss().terms[1].terms()
    slopes = whole.components
    wanted = slopes[0] * slopes[0] + slopes[1] * slopes[1]
    wanted = wanted + (covariance[0][0] + covariance[1][1]) * Batches(2).covariance_factor(4)
    assert spread == (wanted / 4).terms()


def test_as_json_says_what_the_epoch_goes_through() -> None:
    found = json.loads(json.dumps(bea.cyclic_epoch(losses(4), [[1, 0], [3, 2]], 1).as_json()))
    assert found["epoch"] == {
        "average": "nothing",
        "samples": 4,
        "batch_size": 2,
        "steps": 2,
        "batches": [[1, 0], [3, 2]],
    }
    assert found["order"] == 1
    assert len(found["terms"]) == 2
    assert bea.shuffled_epoch(losses(4), 2, 1).as_json()["epoch"]["batches"] == []


def test_truncating_keeps_the_epoch() -> None:
    equation = bea.shuffled_epoch(losses(4), 2, 2)
    cut = equation.truncate(1)
    assert isinstance(cut, EpochEquation)
    assert (cut.order, cut.steps) == (1, 2)
    assert str(cut) == str(bea.shuffled_epoch(losses(4), 2, 1))
    assert cut.times([0.1, 0.2], [1, 2]).tolist() == [[0.2, 0.4], [0.4, 0.8]]
    with pytest.raises(OrderError):
        equation.truncate(3)


def test_open_hyperparameters_are_parameters_of_the_equation() -> None:
    method = bea.methods.gradient_descent_l2(weight_decay="w")
    equation = bea.shuffled_epoch(losses(2), 1, 1, method)
    assert equation.problem.parameters == ("w",)
    assert "w" in str(equation)
    with pytest.raises(BeaError, match="name of a variable"):
        bea.shuffled_epoch(losses(2), 1, 1, bea.methods.gradient_descent_l2(weight_decay="x"))


def test_what_else_is_refused() -> None:
    with pytest.raises(MethodError, match="carries memory"):
        bea.shuffled_epoch(losses(2), 1, 1, bea.methods.heavy_ball(beta="9/10"))
    with pytest.raises(BeaError, match="give a finite sum"):
        bea.cyclic_epoch([])
    with pytest.raises(BeaError, match="give a finite sum"):
        bea.cyclic_epoch(["x**2"])
    with pytest.raises(DimensionError, match="different variables"):
        bea.cyclic_epoch([Loss.read("x**2"), Loss.read("y**2")])
    with pytest.raises(OrderError):
        bea.cyclic_epoch(losses(2), order=-1)
    with pytest.raises(BeaError, match="most: give the batches"):
        bea.shuffled_epoch(losses(4) * 4, 4, 2, bea.methods.heun())
    with pytest.raises(MethodError, match="do not tell apart"):
        _ = bea.cyclic_epoch(losses(2)).coefficients
    with pytest.raises(MethodError, match="known of gradient-descent"):
        bea.cyclic_epoch(losses(2), method=bea.methods.heun()).universal_text()
    with pytest.raises(MethodError, match="an epoch of gradient-descent cannot be expressed"):
        bea.shuffled_epoch(losses(2)).gradient_part()
