"""Adaptive methods: rates that come from the gradients, by averages of squares, norms or signs.

f = -grad L throughout; squares do not see the sign. Where a modified equation is derived, the
steady state of the memory is meant: the averages follow theta, and what a bias correction still
lacks of 1, a memory of its own that shrinks like beta^n, is 0. Source: Kingma and Ba, ICLR 2015
(Adam); Tieleman and Hinton, lecture 6.5 (2012; RMSProp); Dozat, ICLR workshop 2016 (NAdam);
Loshchilov and Hutter, ICLR 2019 (AdamW); Duchi, Hazan and Singer, JMLR 12 (2011; AdaGrad).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bea.methods.method import Method, Range
from bea.methods.registry import register

_RATE, _POSITIVE = Range(0, 1), Range(0, ends="()")
_PLACES = ("outside", "inside")


@register
@dataclass(frozen=True)
class RMSProp(Method):
    """The gradient over the root of its mean square; the defaults are PyTorch's.

    `placement` puts epsilon outside the root, sqrt(v) + epsilon, or inside, sqrt(v + epsilon).
    """

    name = "rmsprop"
    title = "RMSProp: gradients over the root of their mean square"
    source = "Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012)"
    formula = "v₊ = β v + (1 − β) ∇L²,  θ₊ = θ − γ ∇L / (√v₊ + ε)   [or √(v₊ + ε)]"
    gradient = True
    ranges = MappingProxyType({"beta": _RATE, "epsilon": _POSITIVE})
    options = MappingProxyType({"placement": _PLACES})

    beta: Any = "99/100"
    epsilon: Any = "1/100000000"
    placement: str = "outside"

    def init(self, f: Any, theta: Any) -> Any:
        """Return the mean square zero."""
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the scaled gradient step and the new mean square."""
        slope = f(theta)
        square = _average(self.beta, state[0], slope * slope)
        return theta + gamma * slope / _root(f, square, self.epsilon, self.placement), (square,)


@register
@dataclass(frozen=True)
class Adam(Method):
    """An average of gradients over the root of the average of their squares.

    With the bias correction, beta1^n and beta2^n are memory too. They vanish in the steady state,
    in which both settings have the same modified equation; their iterates differ at first.
    `placement` puts epsilon outside the root, sqrt(v) + epsilon, or inside, sqrt(v + epsilon).
    """

    name = "adam"
    title = "Adam: averaged gradients over the root of their averaged squares"
    source = "Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1"
    formula = (
        "m₊ = β₁m − (1−β₁)∇L,  v₊ = β₂v + (1−β₂)∇L²,  θ₊ = θ + γ m̂/(√v̂ + ε),  "
        "m̂ = m₊/(1−β₁ⁿ),  v̂ = v₊/(1−β₂ⁿ)"
    )
    gradient = True
    ranges = MappingProxyType({"beta1": _RATE, "beta2": _RATE, "epsilon": _POSITIVE})
    options = MappingProxyType({"placement": _PLACES, "bias_correction": ("yes", "no")})

    beta1: Any = "9/10"
    beta2: Any = "999/1000"
    epsilon: Any = "1/100000000"
    placement: str = "outside"
    bias_correction: str = "yes"

    def init(self, f: Any, theta: Any) -> Any:
        """Return both averages zero, and beta1^0 and beta2^0 if the bias is corrected."""
        zero = 0 * f(theta)
        if self.bias_correction == "no":
            return zero, zero
        one = f.total(zero) + 1
        return zero, zero, one, one

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by the average over the root of the average square."""
        move, state = self._move(f, f(theta), state)
        return theta + gamma * move, state

    def _move(self, f: Any, slope: Any, state: Any) -> tuple[Any, Any]:
        mean = _average(self.beta1, state[0], slope)
        square = _average(self.beta2, state[1], slope * slope)
        left = tuple(b * r for b, r in zip((self.beta1, self.beta2), state[2:], strict=False))
        bias1, bias2 = left or (0, 0)
        root = _root(f, square / (1 - bias2), self.epsilon, self.placement)
        return self._numerator(mean, slope, bias1) / root, (mean, square, *left)

    def _numerator(self, mean: Any, slope: Any, bias: Any) -> Any:
        return mean / (1 - bias)


@register
@dataclass(frozen=True)
class NAdam(Adam):
    """Adam that looks ahead as Nesterov's method does, with a constant beta1.

    This is the form of optax. PyTorch's beta1 also follows a warm-up schedule of its own, which is
    over in the steady state.
    """

    name = "nadam"
    title = "NAdam: Adam with Nesterov's look ahead"
    source = "Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop 2016"
    formula = (
        "m₊, v₊ as in Adam,  m̂ = β₁m₊/(1−β₁ⁿ⁺¹) − (1−β₁)∇L/(1−β₁ⁿ),  v̂ = v₊/(1−β₂ⁿ),  "
        "θ₊ = θ + γ m̂/(√v̂ + ε)"
    )

    def _numerator(self, mean: Any, slope: Any, bias: Any) -> Any:
        ahead = self.beta1 * mean / (1 - self.beta1 * bias)
        return ahead + (1 - self.beta1) * slope / (1 - bias)


@register
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam, and theta decays beside it instead of through the averages."""

    name = "adamw"
    title = "AdamW: Adam with decoupled weight decay"
    source = "Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2"
    formula = "m̂, v̂ as in Adam,  θ₊ = θ − γλ θ + γ m̂/(√v̂ + ε)"
    ranges = MappingProxyType({**Adam.ranges, "weight_decay": Range(0)})

    weight_decay: Any = "1/100"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return Adam's step less gamma times the decay of theta."""
        move, state = self._move(f, f(theta), state)
        return theta + gamma * (move - self.weight_decay * theta), state


@register
@dataclass(frozen=True)
class AdaGrad(Method):
    """Gradients over the root of the sum of all their squares so far.

    It can be iterated. It has no modified equation: the sum forgets nothing, so that there is no
    slow manifold on which it would be a function of theta, and the derivation says so.
    """

    name = "adagrad"
    title = "AdaGrad: gradients over the root of the sum of their squares (iterates only)"
    iterates_only = (
        "its sum of squares forgets nothing, so that it does not contract to a slow manifold: take "
        "rmsprop, which forgets, or follow its iterates (bea.iterate)"
    )
    source = "Duchi, Hazan and Singer, JMLR 12 (2011) 2121-2159"
    formula = "v₊ = v + ∇L²,  θ₊ = θ − γ ∇L / (√v₊ + ε)"
    gradient = True
    ranges = MappingProxyType({"epsilon": _POSITIVE})
    options = MappingProxyType({"placement": _PLACES})

    epsilon: Any = "1/10000000000"
    placement: str = "outside"

    def init(self, f: Any, theta: Any) -> Any:
        """Return the sum of squares zero."""
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the scaled gradient step and the new sum of squares."""
        slope = f(theta)
        total = state[0] + slope * slope
        return theta + gamma * slope / _root(f, total, self.epsilon, self.placement), (total,)


@register
class NormalisedGradientDescent(Method):
    """theta + gamma f/|f|: every step has the length gamma."""

    name = "normalised-descent"
    title = "normalised gradient descent: steps of length γ"
    source = "Hazan, Levy and Shalev-Shwartz, Beyond convexity, NeurIPS 2015, algorithm 1"
    formula = "θ₊ = θ − γ ∇L/‖∇L‖"
    gradient = True

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step of length gamma along f."""
        slope = f(theta)
        return theta + gamma * slope / f.norm(slope), state


@register
class SignDescent(Method):
    """theta + gamma sign(f), component by component.

    It can be iterated. The sign is a branch, which no power series expands: where the gradient has
    no zero component the modified field would be the constant sign itself, and elsewhere none.
    """

    name = "sign-descent"
    title = "sign descent: steps of ±γ in every component (iterates only)"
    iterates_only = (
        "the sign is a branch, which cannot be expanded: take tanh(grad/delta) for it on a "
        "concrete loss, with --update or bea.methods.from_text, or follow its iterates "
        "(bea.iterate)"
    )
    source = "Bernstein, Wang, Azizzadenesheli and Anandkumar, signSGD, ICML 2018"
    formula = "θ₊ = θ − γ sign(∇L)"
    gradient = True

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step of gamma in every component along f."""
        return theta + gamma * f.sign(f(theta)), state


# --- private helpers ----------------------------------------------------------------------------


def _average(rate: Any, old: Any, new: Any) -> Any:
    return rate * old + (1 - rate) * new


def _root(f: Any, square: Any, epsilon: Any, placement: str) -> Any:
    return f.sqrt(square + epsilon) if placement == "inside" else f.sqrt(square) + epsilon
