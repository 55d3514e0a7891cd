"""Losses from NumPy functions: what they give, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError

RNG = np.random.default_rng(3)
A, LABELS = RNG.standard_normal((20, 3)), np.sign(RNG.standard_normal(20))


def logistic(w: Any) -> Any:
    return np.mean(np.log1p(np.exp(-LABELS * (A @ w)))) + np.sum(w * w) / 20


def slope(w: Any) -> Any:
    return A.T @ (-LABELS / (1 + np.exp(LABELS * (A @ w)))) / 20 + w / 10


def hessian_product(w: np.ndarray, v: np.ndarray) -> np.ndarray:
    p = 1 / (1 + np.exp(LABELS * (A @ w)))
    return A.T @ (p * (1 - p) * (A @ v)) / 20 + v / 10


POINTS = RNG.standard_normal((4, 3))


def test_the_complex_step_is_the_gradient_to_rounding() -> None:
    loss = bea.problems.from_function(logistic, 3)
    assert np.allclose(loss(POINTS), [-slope(x) for x in POINTS], rtol=1e-14, atol=1e-15)
    assert np.allclose(loss.at(POINTS), [logistic(x) for x in POINTS])


def lane_logistic(w: Any) -> Any:
    return (
        np.mean(np.log1p(np.exp(-LABELS[:, None] * (A @ w))), axis=0) + np.sum(w * w, axis=0) / 20
    )


def lane_slope(w: Any) -> Any:
    return A.T @ (-LABELS[:, None] / (1 + np.exp(LABELS[:, None] * (A @ w)))) / 20 + w / 10


@pytest.mark.parametrize(
    ("f", "given"),
    [
        (logistic, {"gradient": slope, "hvp": hessian_product}),
        (lane_logistic, {"gradient": lane_slope, "lanes": True}),
    ],
)
def test_a_gradient_a_product_and_lanes_give_the_same_terms(f: Any, given: Any) -> None:
    descent = bea.methods.gradient_descent()
    plain, other = (
        bea.problems.from_function(logistic, 3),
        bea.problems.from_function(f, 3, **given),
    )
    terms = [bea.modified_equation(descent, p, 2, at=POINTS).values for p in (plain, other)]
    assert np.allclose(*terms, rtol=1e-11, atol=1e-13)


def test_a_function_is_verified_like_any_loss() -> None:
    given = {"gradient": lane_slope, "lanes": True, "start": [1.0, -1.0, 2.0]}
    loss = bea.problems.from_function(lane_logistic, 3, **given)  # type: ignore[arg-type]
    gammas = 1 / np.array([32.0, 64, 128, 256])
    study = bea.discretization_drift(bea.methods.gradient_descent(), loss, range(3), gammas)
    assert np.abs(study.observed_orders() - [1, 2, 3]).max() < 0.02


@pytest.mark.parametrize(
    ("f", "d", "given", "words"),
    [
        (lambda x: x**2, 3, {}, "array of shape .3,.: return one number"),
        (logistic, 3, {"gradient": lambda x: x[:2]}, "one number for each parameter"),
        (logistic, 3, {"gradient": lambda x: 2 * slope(x)}, "the gradient is not the slope"),
        (lambda x: np.sum(np.abs(x) ** 3), 2, {}, "the complex step is not the slope"),
        (lambda x: np.sum(np.log(x)), 2, {"start": [0.0, 1.0]}, "the loss is -inf"),
        (logistic, 0, {}, "at least 1"),
    ],
)
def test_wrong_input_is_refused(f: Any, d: int, given: dict[str, Any], words: str) -> None:
    with pytest.raises(BeaError, match=words):
        bea.problems.from_function(f, d, **given)


def test_a_branch_is_refused_where_its_series_is_asked_for() -> None:
    loss = bea.problems.from_function(lambda x: np.sum(np.where(x > 0, x, x**2)), 2, start=[1, 2])
    with pytest.raises(BeaError, match="compare"):
        bea.modified_equation(bea.methods.gradient_descent(), loss, 2, at=[1.0, 2.0])
