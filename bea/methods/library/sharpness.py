"""Methods that ask for the slope at a moved point: SAM, its unnormalised form, extragradient.

SAM's radius is meant to shrink with the step, rho = r gamma with the ratio r as hyperparameter:
only then does f~ begin with f itself. Source: Foret, Kleiner, Mobahi and Neyshabur, ICLR 2021
(SAM); Andriushchenko and Flammarion, ICML 2022 (USAM); Korpelevich, Matekon 13 (1977) 35-49.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bea.methods.method import Method, Range
from bea.methods.registry import register

_RATIO = MappingProxyType({"ratio": Range(0)})


@register
@dataclass(frozen=True)
class SharpnessAware(Method):
    """The slope at a point uphill, at the distance r gamma.

    The default ratio is rho/gamma = 0.05/0.1, the paper's values for CIFAR. The direction uphill is
    normalised, which needs components: SAM is derived on a concrete loss.
    """

    name = "sam"
    title = "sharpness-aware minimisation with the radius ρ = r γ"
    source = "Foret, Kleiner, Mobahi and Neyshabur, Sharpness-aware minimization, ICLR 2021"
    formula = "θ₊ = θ − γ ∇L(θ + rγ ∇L/‖∇L‖)"
    order_of_accuracy = 1
    gradient = True
    ranges = _RATIO

    ratio: Any = "1/2"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by the slope at the normalised distance uphill."""
        slope = f(theta)
        length = f.norm(slope)
        uphill = theta - self.ratio * gamma * slope / length
        return theta + gamma * f(uphill), state


@register
@dataclass(frozen=True)
class UnnormalisedSharpnessAware(Method):
    """The slope after a step of size r gamma uphill."""

    name = "usam"
    title = "unnormalised sharpness-aware minimisation with the radius ρ = r γ"
    source = "Andriushchenko and Flammarion, Towards understanding SAM, ICML 2022"
    formula = "θ₊ = θ − γ ∇L(θ + rγ ∇L)"
    order_of_accuracy = 1
    gradient = True
    ranges = _RATIO

    ratio: Any = "1/2"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by the slope uphill."""
        return theta + gamma * f(theta - self.ratio * gamma * f(theta)), state


@register
class Extragradient(Method):
    """The slope after a whole step of Euler's method; meant for games, so f need be no gradient."""

    name = "extragradient"
    title = "extragradient: the slope at the end of a trial step"
    source = "Korpelevich, Matekon 13 (1977) 35-49"
    formula = "θ₊ = θ + γ f(θ + γ f(θ))"
    order_of_accuracy = 1

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by the slope at the end of the trial step."""
        return theta + gamma * f(theta + gamma * f(theta)), state
