"""Momentum: the published rules, the published symbols, and routes that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import bea.problems
from bea.algebra import Element
from bea.algebra.ring.exact import exact, in_ring
from bea.errors import MethodError
from bea.flows import iterate
from bea.methods import get
from bea.modified.routes import manifold, operator

WITH_BETA = ["heavy-ball", "ema-momentum", "nesterov", "nesterov-torch"]
LINEAR = [("heavy-ball", {"beta": "beta"}), ("ema-momentum", {"beta": "beta"}),
          ("nesterov-torch", {"beta": "beta"}), ("optimistic-gradient", {})]  # fmt: skip
BETA = 0.9


def heavy_ball(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """PyTorch's SGD: b <- momentum b + g, theta <- theta - lr b."""
    buffer = np.zeros(2)
    while True:
        buffer = BETA * buffer + gradient(theta)
        theta = theta - gamma * buffer
        yield theta


def nesterov_torch(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """PyTorch's SGD with nesterov=True: theta <- theta - lr (g + momentum b)."""
    buffer = np.zeros(2)
    while True:
        g = gradient(theta)
        buffer = BETA * buffer + g
        theta = theta - gamma * (g + BETA * buffer)
        yield theta


def ema_momentum(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """The first moment of Adam, without bias correction."""
    mean = np.zeros(2)
    while True:
        mean = BETA * mean + (1 - BETA) * gradient(theta)
        theta = theta - gamma * mean
        yield theta


def nesterov(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """x_(n+1) = y_n - gamma grad L(y_n), y_(n+1) = x_(n+1) + beta (x_(n+1) - x_n)."""
    ahead = theta
    while True:
        previous, theta = theta, ahead - gamma * gradient(ahead)
        ahead = theta + BETA * (theta - previous)
        yield theta


def optimistic(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """Daskalakis et al.: w <- w - 2 eta g_n + eta g_(n-1)."""
    last = gradient(theta)
    while True:
        g = gradient(theta)
        theta, last = theta - 2 * gamma * g + gamma * last, g
        yield theta


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("heavy-ball", heavy_ball),
        ("nesterov-torch", nesterov_torch),
        ("ema-momentum", ema_momentum),
        ("nesterov", nesterov),
        ("optimistic-gradient", optimistic),
    ],
)
def test_iterates_are_those_of_the_published_rule(
    name: str, reference: Any, assert_follows: Callable[..., None]
) -> None:
    assert_follows(get(name), reference)


def test_torch_iterates_are_the_points_ahead_of_nesterov(loss: Any) -> None:
    starts, gammas = [[0.7, -0.4]], [0.03]
    theta, ahead = (
        iterate(get(name), loss, starts, gammas, steps=20, include_start=True).values[0, 0]
        for name in ("nesterov", "nesterov-torch")
    )
    np.testing.assert_allclose(ahead[1:], theta[1:] + BETA * np.diff(theta, axis=0), rtol=1e-13)


def test_published_symbol_of_heavy_ball() -> None:
    m = operator.symbol(get("heavy-ball", beta="beta"), 3)
    assert m is not None
    published = [
        "1/(1 - beta)",
        "-(1 + beta)/(2*(1 - beta)**2)",
        "(1 + 10*beta + beta**2)/(12*(1 - beta)**3)",
        "-beta*(1 + beta)/(2*(1 - beta)**4)",
    ]
    for found, text in zip(m.coefficients, published, strict=True):
        assert isinstance(found, Element)
        assert (found - in_ring(exact(text), found.ring)).is_zero()


@pytest.mark.parametrize(("name", "parameters"), LINEAR, ids=[name for name, _ in LINEAR])
def test_manifold_and_operator_agree_on_trees(name: str, parameters: dict[str, str]) -> None:
    method = get(name, **parameters)
    assert manifold.on_trees(method, 4) == operator.on_trees(method, 4)


@pytest.mark.parametrize("problem", ["booth", "himmelblau"])
@pytest.mark.parametrize("name", [*WITH_BETA, "optimistic-gradient"])
def test_trees_and_ring_agree(name: str, problem: str, sum_over_trees: Any) -> None:
    method, field = get(name), bea.problems.get(problem)
    wanted = sum_over_trees(field, manifold.on_trees(method, 3), 3)
    found = manifold.on_field(method, field, 3)
    assert found == [tuple(term) for term in wanted]
    assert any(not c.is_zero() for c in found[3])


def test_orders_of_accuracy() -> None:
    """f_0 is f itself exactly where an order is claimed."""
    for name in [*WITH_BETA, "optimistic-gradient"]:
        method = get(name)
        b = manifold.on_trees(method, 1)
        assert (b[0] == 1) == (method.order_of_accuracy == 1)
        assert b[1] != 0


@pytest.mark.parametrize("name", WITH_BETA)
@pytest.mark.parametrize("beta", ["1", "-1/10", "3/2"])
def test_rates_out_of_range(name: str, beta: str) -> None:
    message = rf"^hyperparameter beta={beta} is out of range: it must lie in \[0, 1\)$"
    with pytest.raises(MethodError, match=message):
        get(name, beta=beta)
    assert get(name, beta=0).parameters == {"beta": "0"}
