"""Multistep methods: coefficients as published, orders exactly k, and routes that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import factorial
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea.problems
from bea.algebra import as_float
from bea.errors import MethodError
from bea.flows import iterate
from bea.methods import get
from bea.modified.routes import manifold, operator
from bea.trees import trees_up_to

FAMILIES = ["adams-bashforth", "bdf"]
STEPS = range(1, 7)
each = pytest.mark.parametrize("name", FAMILIES)
each_k = pytest.mark.parametrize("k", STEPS)

# Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section III.1
ADAMS = {
    1: "1",
    2: "3/2 -1/2",
    3: "23/12 -16/12 5/12",
    4: "55/24 -59/24 37/24 -9/24",
    5: "1901/720 -2774/720 2616/720 -1274/720 251/720",
    6: "4277/1440 -7923/1440 9982/1440 -7298/1440 2877/1440 -475/1440",
}
# alpha_0 of theta_(n+1), alpha_1 of theta_n, ...
BDF = {
    1: "1 -1",
    2: "3/2 -2 1/2",
    3: "11/6 -3 3/2 -1/3",
    4: "25/12 -4 3 -4/3 1/4",
    5: "137/60 -5 5 -10/3 5/4 -1/5",
    6: "147/60 -6 15/2 -20/3 15/4 -6/5 1/6",
}
# The error constants C, section III.2: of Adams, the next gamma_k; of BDF, -1/(k + 1).
ADAMS_ERROR = ["1/2", "5/12", "3/8", "251/720", "95/288", "19087/60480"]


def numbers(text: str) -> list[fmpq]:
    return [fmpq(*map(int, entry.split("/"))) for entry in text.split()]


@each_k
def test_published_coefficients(k: int) -> None:
    adams: Any = get("adams-bashforth", steps=k)
    bdf: Any = get("bdf", steps=k)
    assert list(adams.weights) == numbers(ADAMS[k])
    leading, *rest = numbers(BDF[k])
    assert list(bdf.weights) == [1 / leading, *(-c / leading for c in rest)]


@each_k
def test_the_order_is_the_number_of_steps(k: int) -> None:
    """f~ = f - C (gamma D)^k f + ...: every f_j below order k vanishes, and f_k does not."""
    constants = {"adams-bashforth": numbers(ADAMS_ERROR[k - 1])[0], "bdf": fmpq(-1, k + 1)}
    for name, constant in constants.items():
        method = get(name, steps=k)
        assert method.order_of_accuracy == k
        # The exact flow, 1/density on trees, holds D^k f/(k+1)!.
        expected = [
            fmpq(t.order == 1) if t.order <= k else -constant * factorial(k + 1) / t.density
            for t in trees_up_to(k + 1)
        ]
        assert manifold.on_trees(method, k) == expected


@each_k
@each
def test_manifold_and_operator_agree_on_trees(name: str, k: int) -> None:
    method = get(name, steps=k)
    order = max(4, k + 1)
    assert manifold.on_trees(method, order) == operator.on_trees(method, order)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("problem", ["booth", "himmelblau"])
@each
def test_trees_and_ring_agree(name: str, problem: str, k: int, sum_over_trees: Any) -> None:
    method, field = get(name, steps=k), bea.problems.get(problem)
    wanted = sum_over_trees(field, manifold.on_trees(method, 3), 3)
    found = manifold.on_field(method, field, 3)
    assert found == [tuple(term) for term in wanted]
    assert any(not c.is_zero() for c in found[3])


@each_k
def test_iterates_of_adams_bashforth(k: int, assert_follows: Callable[..., None]) -> None:
    weights = [float(int(w.p) / int(w.q)) for w in numbers(ADAMS[k])]

    def reference(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
        slopes = [-gradient(theta)] * k
        while True:
            slopes = [-gradient(theta), *slopes[: k - 1]]
            theta = theta + gamma * sum(w * s for w, s in zip(weights, slopes, strict=True))
            yield theta

    assert_follows(get("adams-bashforth", steps=k), reference)


@each_k
def test_iterates_of_bdf_obey_their_equation(k: int, loss: Any) -> None:
    """sum of alpha_j theta_(n+1-j) = gamma f(theta_(n+1)), the history before 0 standing still."""
    alpha = [int(a.p) / int(a.q) for a in numbers(BDF[k])]
    run = iterate(get("bdf", steps=k), loss, [[0.7, -0.4], [-0.3, 0.9]], [0.1, 0.02], steps=50,
                  include_start=True)  # fmt: skip
    for gamma, row in zip([0.1, 0.02], run.values, strict=True):
        for values in row:
            history = np.concatenate([np.repeat(values[:1], k - 1, axis=0), values])
            left = sum(a * history[k - j : len(history) - j] for j, a in enumerate(alpha))
            slopes = loss.numeric()(values[1:].T, np.full(50, gamma)).T
            np.testing.assert_allclose(left, gamma * slopes, atol=1e-14)


def test_observed_order_from_an_exact_history() -> None:
    """On y' = -y with exact previous points, one step of bdf misses by gamma^(k+1)/(k+1)."""
    k, gamma = 3, 1e-2
    method: Any = get("bdf", steps=k).bind(as_float)
    ahead, *rest = method.weights
    base = sum(a * np.exp(gamma * j) for j, a in enumerate(rest))
    error = base / (1 + gamma * ahead) - np.exp(-gamma)
    assert abs(error) == pytest.approx(gamma ** (k + 1) / (k + 1) * ahead, rel=0.05)


def test_texts_are_read_and_other_numbers_of_steps_refused() -> None:
    assert get("bdf", steps="3") == get("bdf", steps=3)
    assert str(get("adams-bashforth", steps="4")) == "adams-bashforth(steps=4)"
    for name in FAMILIES:
        for wrong in (0, 7, "two", True, 2.0):
            message = rf"^option steps={wrong} is unknown: choose one of 1, 2, 3, 4, 5, 6$"
            with pytest.raises(MethodError, match=message):
                get(name, steps=wrong)
