"""Momentum: heavy ball, exponential averages, Nesterov's two forms, optimistic gradient.

All carry one vector of memory, and all but Nesterov's theta form are linear in shifts, rho(E) theta
= gamma sigma(E) f(theta). For a loss f = -grad L. Source: Polyak, USSR Comput. Math. Math. Phys. 4
(1964) 1-17; Nesterov, Soviet Math. Dokl. 27 (1983) 372-376; Sutskever, Martens, Dahl and Hinton,
ICML 2013. Methods with more of a history are in `bea.methods.library.multistep`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bea.methods.method import Method, Range
from bea.methods.registry import register


@register
@dataclass(frozen=True)
class HeavyBall(Method):
    """v <- beta v + f(theta), theta <- theta + gamma v."""

    name = "heavy-ball"
    title = "heavy-ball momentum (PyTorch's SGD with momentum)"
    source = "Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1-17"
    formula = "v₊ = β v − ∇L(θ),  θ₊ = θ + γ v₊"
    gradient = True
    ranges = MappingProxyType({"beta": Range(0, 1)})

    beta: Any = "9/10"

    def init(self, f: Any, theta: Any) -> Any:
        """Return the velocity zero."""
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta + gamma v with the new velocity v."""
        velocity = self.beta * state[0] + f(theta)
        return theta + gamma * velocity, (velocity,)

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """(E - 1)(E - beta) theta = gamma E f(theta)."""
        return [self.beta, -1 - self.beta, 1], [0, 1]


@register
@dataclass(frozen=True)
class EmaMomentum(Method):
    """m <- beta m + (1 - beta) f(theta), theta <- theta + gamma m."""

    name = "ema-momentum"
    title = "momentum as an exponential moving average of gradients"
    source = "Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1-17, with the rate scaled by 1 - β"
    formula = "m₊ = β m − (1 − β) ∇L(θ),  θ₊ = θ + γ m₊"
    order_of_accuracy = 1
    gradient = True
    ranges = MappingProxyType({"beta": Range(0, 1)})

    beta: Any = "9/10"

    def init(self, f: Any, theta: Any) -> Any:
        """Return the average zero."""
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta + gamma m with the new average m."""
        average = self.beta * state[0] + (1 - self.beta) * f(theta)
        return theta + gamma * average, (average,)

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """(E - 1)(E - beta) theta = gamma (1 - beta) E f(theta)."""
        return [self.beta, -1 - self.beta, 1], [0, 1 - self.beta]


@register
@dataclass(frozen=True)
class Nesterov(Method):
    """Gradient step from a point ahead, theta + beta (theta - previous)."""

    name = "nesterov"
    title = "Nesterov's accelerated gradient with constant momentum (the θ form)"
    source = "Nesterov, Soviet Math. Dokl. 27 (1983) 372-376"
    formula = "y = θ + β (θ − θ₋),  θ₊ = y − γ ∇L(y)"
    gradient = True
    ranges = MappingProxyType({"beta": Range(0, 1)})

    beta: Any = "9/10"

    def init(self, f: Any, theta: Any) -> Any:
        """Return the previous point: the start itself."""
        return (theta,)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the gradient step from the point ahead."""
        ahead = theta + self.beta * (theta - state[0])
        return ahead + gamma * f(ahead), (theta,)


@register
@dataclass(frozen=True)
class NesterovTorch(Method):
    """v <- beta v + f(theta), theta <- theta + gamma (f(theta) + beta v)."""

    name = "nesterov-torch"
    title = "Nesterov momentum in the form that PyTorch's SGD implements"
    source = "Sutskever, Martens, Dahl and Hinton, ICML 2013, section 2"
    formula = "v₊ = β v − ∇L(θ),  θ₊ = θ + γ (β v₊ − ∇L(θ))"
    gradient = True
    ranges = MappingProxyType({"beta": Range(0, 1)})

    beta: Any = "9/10"

    def init(self, f: Any, theta: Any) -> Any:
        """Return the velocity zero."""
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta moved by the gradient and the new velocity together."""
        slope = f(theta)
        velocity = self.beta * state[0] + slope
        return theta + gamma * (slope + self.beta * velocity), (velocity,)

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """(E - 1)(E - beta) theta = gamma ((1 + beta) E - beta) f(theta)."""
        return [self.beta, -1 - self.beta, 1], [-self.beta, 1 + self.beta]


@register
@dataclass(frozen=True)
class OptimisticGradient(Method):
    """theta + gamma (2 f(theta) - f(previous)); meant for games, so f need be no gradient."""

    name = "optimistic-gradient"
    title = "optimistic gradient: the last slope is counted back once"
    source = "Popov, Math. Notes 28 (1980) 845-848; Daskalakis et al., ICLR 2018"
    formula = "θ₊ = θ + 2γ f(θ) − γ f(θ₋)"
    order_of_accuracy = 1

    def init(self, f: Any, theta: Any) -> Any:
        """Return the previous slope: that at the start."""
        return (f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by twice the slope less the previous one."""
        slope = f(theta)
        return theta + gamma * (2 * slope - state[0]), (slope,)

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """E (E - 1) theta = gamma (2 E - 1) f(theta)."""
        return [0, -1, 1], [-1, 2]
