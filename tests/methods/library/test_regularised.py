"""Weight decay and preconditioning: the same equations as on the loss that they amount to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea.bseries import TreeArithmetic
from bea.errors import DimensionError, ExpressionError, MethodError
from bea.fields import Loss, VectorField
from bea.methods import get
from bea.modified.routes import manifold, perturbation

DECAY, BETA = 0.25, 0.9
REGULARISED = "x**2/2 + y**2 + x*y**2/3 + (x**2 + y**2)/8"


def l2(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """PyTorch's SGD with weight_decay: g <- g + lambda theta."""
    while True:
        theta = theta - gamma * (gradient(theta) + DECAY * theta)
        yield theta


def heavy_ball_l2(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """PyTorch's SGD with momentum and weight_decay."""
    buffer = np.zeros(2)
    while True:
        g = gradient(theta) + DECAY * theta
        buffer = BETA * buffer + g
        theta = theta - gamma * buffer
        yield theta


def sgdw(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """Loshchilov and Hutter's SGDW, with the decay gamma lambda: past the momentum."""
    moved = np.zeros(2)
    while True:
        moved = BETA * moved + gamma * gradient(theta)
        theta = theta - moved - gamma * DECAY * theta
        yield theta


def preconditioned(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """theta - gamma P grad L."""
    while True:
        theta = theta - gamma * np.diag([2.0, 0.25]) @ gradient(theta)
        yield theta


@pytest.mark.parametrize(
    ("name", "parameters", "reference"),
    [
        ("gradient-descent-l2", {"weight_decay": "1/4"}, l2),
        ("gradient-descent-decay", {"weight_decay": "1/4"}, l2),
        ("heavy-ball-l2", {"weight_decay": "1/4"}, heavy_ball_l2),
        ("heavy-ball-decay", {"weight_decay": "1/4"}, sgdw),
        ("preconditioned-descent", {"diagonal": "2, 1/4"}, preconditioned),
    ],
)
def test_iterates_are_those_of_the_published_rule(
    name: str, parameters: Any, reference: Any, assert_follows: Callable[..., None]
) -> None:
    assert_follows(get(name, **parameters), reference)


@pytest.mark.parametrize("name", ["gradient-descent-l2", "gradient-descent-decay"])
def test_decay_is_gradient_descent_on_the_regularised_loss(name: str, loss: Any) -> None:
    found = perturbation.on_field(get(name, weight_decay="1/4"), loss, 3)
    wanted = perturbation.on_field(get("gradient-descent"), Loss.read(REGULARISED), 3)
    assert str(found) == str(wanted)
    assert any(not c.is_zero() for c in found[3])


def test_only_l2_is_heavy_ball_on_the_regularised_loss(loss: Any) -> None:
    wanted = manifold.on_field(get("heavy-ball"), Loss.read(REGULARISED), 3)
    assert str(manifold.on_field(get("heavy-ball-l2", weight_decay="1/4"), loss, 3)) == str(wanted)
    decoupled = manifold.on_field(get("heavy-ball-decay", weight_decay="1/4"), loss, 0)
    # f_0 = f/(1 - beta) - lambda theta: the decay is not amplified by the momentum.
    for i, component in enumerate(decoupled[0]):
        x = loss.ring.variable(i)
        assert component == loss.components[i] * 10 - x * fmpq(1, 4)


def test_a_preconditioner_is_explicit_euler_on_the_scaled_field(loss: Any) -> None:
    method = get("preconditioned-descent", diagonal=["2", "1/4"])
    scaled = VectorField([loss.components[0] * 2, loss.components[1] * fmpq(1, 4)])
    found = perturbation.on_field(method, loss, 3)
    assert found == perturbation.on_field(get("explicit-euler"), scaled, 3)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("gradient-descent-l2", {}),
        ("gradient-descent-decay", {}),
        ("heavy-ball-l2", {}),
        ("heavy-ball-decay", {}),
        ("preconditioned-descent", {"diagonal": "1, 2"}),
    ],
)
def test_trees_refuse_what_is_no_multiple_of_f(name: str, parameters: Any) -> None:
    f = TreeArithmetic(2)
    method = get(name, **parameters).bind(lambda e: e.value)  # type: ignore[attr-defined]
    with pytest.raises(MethodError, match="derive the method on a concrete loss"):
        method.step(f, f.identity, method.init(f, f.identity), f.gamma)


def test_wrong_hyperparameters() -> None:
    with pytest.raises(MethodError, match=r"weight_decay=-1 is out of range: .* \[0, inf\)"):
        get("heavy-ball-l2", weight_decay=-1)
    with pytest.raises(MethodError, match=r"beta=1 is out of range: it must lie in \[0, 1\)"):
        get("heavy-ball-decay", beta=1)
    name = "preconditioned-descent"
    with pytest.raises(MethodError, match="needs the hyperparameter 'diagonal'"):
        get(name)
    with pytest.raises(MethodError, match=r"diagonal\[2\]=0 is out of range: .* \(0, inf\)"):
        get(name, diagonal="1, 0")
    with pytest.raises(ExpressionError, match=r"diagonal is the float 0\.333"):
        get(name, diagonal=[1, 1 / 3])
    with pytest.raises(DimensionError, match="the diagonal has 3 entries for 2 components"):
        manifold.on_field(get(name, diagonal="1, 2, 3"), Loss.read("x**2 + y**2"), 1)
