"""Constant rate with weight decay is a growing rate without: exactly, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.algebra.ring.exact import as_float
from bea.errors import DomainError, MethodError
from bea.fields import Loss, ScalarField
from bea.methods import GrowingRate, get, growing_rate
from bea.methods.method import Method
from bea.problems import FiniteSum, with_spherical_noise

STEPS, GAMMA = 6, fmpq(1, 4)
START = (fmpq(3, 2), fmpq(-2, 3))


def wells(noise: str = "1") -> FiniteSum:
    total = bea.problems.get("scale-invariant-wells", noise=noise)
    assert isinstance(total, FiniteSum)
    return total


# beta = 4/9 and r = 9/10 have a rational decay: gamma lambda = (1 - r)(r - beta)/r.
THROUGH = fmpq(1, 10) * (fmpq(9, 10) - fmpq(4, 9)) / fmpq(9, 10) / GAMMA
METHODS = [
    get("gradient-descent-decay", weight_decay="1/7"),
    get("gradient-descent-l2", weight_decay="1/7"),
    get("heavy-ball-decay", beta="4/9", weight_decay="1/7"),
    get("heavy-ball-l2", beta="4/9", weight_decay=THROUGH),
]


def exact_run(method: Method, losses: list[Loss]) -> list[Any]:
    """Return the points of a run that sees these losses one after the other, in rationals."""
    fields = [ScalarField(loss, fmpq) for loss in losses]
    bound = method.bind(fields[0].constant)
    theta = fields[0].vector(START)
    state, points = bound.init(fields[0], theta), [theta]
    for field in fields:
        theta, state = bound.step(field, theta, state, GAMMA)
        points.append(theta)
    return points


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_the_weights_are_those_of_the_growing_rate_times_a_power_exactly(method: Method) -> None:
    losses = [wells().losses[k] for k in (0, 5, 3, 1, 7, 4)]
    other = growing_rate(method, "1/4")
    shrink = ScalarField(losses[0], fmpq).constant(other.shrink)
    decayed, grown = exact_run(method, losses), exact_run(other, losses)
    assert shrink < 1 and len(decayed) == STEPS + 1
    for n, (w, u) in enumerate(zip(decayed, grown, strict=True)):
        assert all(a == b * shrink**n for a, b in zip(w, u, strict=True))
    wrong = exact_run(GrowingRate(other.shrink, other.beta, 1), losses)
    if method.name.startswith("heavy-ball"):  # the first velocity matters there
        assert any(a != b * shrink for a, b in zip(decayed[1], wrong[1], strict=True))


def test_the_losses_must_be_scale_invariant() -> None:
    losses = [Loss.read("x*y/(x**2 + y**2) + x**2")] * 2
    other = growing_rate(METHODS[0], "1/4")
    decayed, grown = exact_run(METHODS[0], losses), exact_run(other, losses)
    shrink = 1 - fmpq(1, 28)
    assert any(a != b * shrink**2 for a, b in zip(decayed[2], grown[2], strict=True))


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_ensembles_with_the_same_batches_are_the_same(method: Method) -> None:
    asked: dict[str, Any] = {"gamma": "1/4", "steps": 60, "runs": 500, "record": 6, "keep": True}
    start, total = [float(x.p) / float(x.q) for x in START], wells()
    other = growing_rate(method, "1/4")
    decayed = bea.ensemble(method, total, start, **asked)
    grown = bea.ensemble(other, total, start, **asked)
    assert decayed.points is not None and grown.points is not None
    shrink = as_float(other.shrink)
    powers = shrink ** decayed.steps[:, None, None]
    np.testing.assert_allclose(decayed.points, powers * grown.points, rtol=1e-9, atol=1e-12)


def test_an_irrational_root_is_kept_exact() -> None:
    method = get("heavy-ball-l2", beta="9/10", weight_decay="1/100")
    other = growing_rate(method, "1/10")
    loss = with_spherical_noise(Loss.read("y**2/(x**2 + y**2)"), 0)
    decayed = bea.iterate(method, loss, [[1.0, 0.5]], [0.1], steps=50).values[0, 0, -1]
    grown = bea.iterate(other, loss, [[1.0, 0.5]], [0.1], steps=50).values[0, 0, -1]
    shrink = as_float(other.shrink)
    # r**2 - (1 + beta - gamma lambda) r + beta = 0
    assert shrink**2 - (1.9 - 0.001) * shrink + 0.9 == pytest.approx(0, abs=1e-15)
    np.testing.assert_allclose(decayed, shrink**50 * grown, rtol=1e-12)


def test_what_has_no_growing_rate_is_refused() -> None:
    with pytest.raises(MethodError, match="no equivalent with a growing rate that is known: take"):
        growing_rate(get("adamw"), "1/10")
    with pytest.raises(DomainError, match="must be below 1: take a smaller step size"):
        growing_rate(get("gradient-descent-decay", weight_decay="2"), "1/2")
    with pytest.raises(DomainError, match=r"is more than \(1 - sqrt\(beta\)\)\*\*2"):
        growing_rate(get("heavy-ball-l2", beta="9/10", weight_decay="1"), "1/10")
