"""Gradient methods on L + lambda/2 |theta|^2, with decoupled weight decay, and preconditioned.

The decay of a step is gamma lambda theta, as in PyTorch: a decay that does not shrink with gamma
would not tend to the identity. Without momentum the two ways to decay are the same map; with
momentum they are not. The decay is no multiple of f: on trees it takes nodes of a second colour,
theta. Source: Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bea.methods.library.momentum import HeavyBall
from bea.methods.method import Method, Range
from bea.methods.registry import register
from bea.trees import WITH_THETA

_DECAY = Range(0)


@register
@dataclass(frozen=True)
class GradientDescentL2(Method):
    """Gradient descent on L + lambda/2 |theta|^2."""

    name = "gradient-descent-l2"
    title = "gradient descent with L2 regularisation"
    source = "Krogh and Hertz, A simple weight decay can improve generalization, NeurIPS 1991"
    formula = "θ₊ = θ − γ (∇L(θ) + λ θ)"
    gradient = True
    colors = WITH_THETA
    ranges = MappingProxyType({"weight_decay": _DECAY})

    weight_decay: Any = "1/100"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step along the slope of the regularised loss."""
        return theta + gamma * (f(theta) - self.weight_decay * theta), state


@register
@dataclass(frozen=True)
class GradientDescentWeightDecay(Method):
    """Gradient descent, and theta decays beside it: the same map as with L2 regularisation."""

    name = "gradient-descent-decay"
    title = "gradient descent with decoupled weight decay (the map of gradient-descent-l2)"
    source = "Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019"
    formula = "θ₊ = (1 − γλ) θ − γ ∇L(θ)"
    gradient = True
    colors = WITH_THETA
    ranges = MappingProxyType({"weight_decay": _DECAY})

    weight_decay: Any = "1/100"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the decayed theta moved along f, which is taken before the decay."""
        slope = f(theta)
        return theta - gamma * self.weight_decay * theta + gamma * slope, state


@register
@dataclass(frozen=True)
class HeavyBallL2(HeavyBall):
    """Heavy ball on L + lambda/2 |theta|^2: the decay goes through the velocity."""

    name = "heavy-ball-l2"
    title = "heavy ball with L2 regularisation (PyTorch's SGD with momentum and weight decay)"
    source = "Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 1"
    formula = "v₊ = β v − ∇L(θ) − λ θ,  θ₊ = θ + γ v₊"
    colors = WITH_THETA
    ranges = MappingProxyType({**HeavyBall.ranges, "weight_decay": _DECAY})

    weight_decay: Any = "1/100"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta + gamma v with the new velocity v."""
        velocity = self.beta * state[0] + f(theta) - self.weight_decay * theta
        return theta + gamma * velocity, (velocity,)

    def shift_polynomials(self) -> None:  # type: ignore[override]
        """Return None: theta itself enters beside f."""
        return None


@register
@dataclass(frozen=True)
class HeavyBallWeightDecay(HeavyBallL2):
    """Heavy ball, and theta decays beside it, not through the velocity."""

    name = "heavy-ball-decay"
    title = "heavy ball with decoupled weight decay (SGDW)"
    formula = "v₊ = β v − ∇L(θ),  θ₊ = (1 − γλ) θ + γ v₊"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the decayed theta + gamma v with the new velocity v."""
        velocity = self.beta * state[0] + f(theta)
        return theta + gamma * (velocity - self.weight_decay * theta), (velocity,)


@register
@dataclass(frozen=True)
class PreconditionedGradientDescent(Method):
    """theta + gamma P f with a constant diagonal P.

    `diagonal` holds one entry for each component, as a sequence or as a text such as "1, 1/4".

    >>> PreconditionedGradientDescent(diagonal="1, 1/4").parameters
    {'diagonal': '1, 1/4'}
    """

    name = "preconditioned-descent"
    title = "gradient descent with a constant diagonal preconditioner"
    source = "Nocedal and Wright, Numerical Optimization, second edition, chapter 3"
    formula = "θ₊ = θ − γ P ∇L(θ),  P = diag(p₁, …, p_d)"
    gradient = True

    diagonal: Any

    def __post_init__(self) -> None:
        """Read the diagonal; its numbers must be positive, or else it would go uphill."""
        given = self.diagonal.split(",") if isinstance(self.diagonal, str) else self.diagonal
        entries = tuple(given) if isinstance(given, tuple | list) else (given,)
        object.__setattr__(self, "diagonal", entries)
        super().__post_init__()
        for place, entry in enumerate(self.diagonal, start=1):
            Range(0, ends="()").check(f"diagonal[{place}]", entry)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by the slope with each component scaled."""
        return theta + gamma * f.scaled(self.diagonal, f(theta)), state
