"""Euler's methods: gradient descent, explicit and implicit Euler.

Source: Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section I.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bea.methods.library.tableau import Tableau
from bea.methods.method import Method
from bea.methods.registry import register


@register
@dataclass(frozen=True)
class ExplicitEuler(Method):
    """theta + gamma f(theta)."""

    name = "explicit-euler"
    title = "explicit Euler method"
    source = "Euler, Institutionum calculi integralis I (1768), section 650"
    formula = "θ₊ = θ + γ f(θ)"
    order_of_accuracy = 1

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta + gamma f(theta)."""
        return theta + gamma * f(theta), state

    @property
    def tableau(self) -> Tableau:
        """The tableau of one explicit stage."""
        return Tableau.of("0", "1")

    def shift_polynomials(self) -> tuple[list[int], list[int]]:
        """(E - 1) theta = gamma f(theta)."""
        return [-1, 1], [1]


@register
@dataclass(frozen=True)
class GradientDescent(ExplicitEuler):
    """Explicit Euler on f = -grad L."""

    name = "gradient-descent"
    title = "gradient descent: explicit Euler on the gradient flow"
    source = "Cauchy, Comptes rendus 25 (1847) 536-538"
    formula = "θ₊ = θ − γ ∇L(θ)"
    gradient = True


@register
@dataclass(frozen=True)
class ImplicitEuler(Method):
    """theta + gamma k with k = f(theta + gamma k)."""

    name = "implicit-euler"
    title = "implicit Euler method; on a loss, the proximal point method"
    source = "Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.1"
    formula = "θ₊ = θ + γ f(θ₊)"
    order_of_accuracy = 1

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta + gamma k with the k that solves k = f(theta + gamma k)."""
        k = f.solve(lambda k: f(theta + gamma * k), f(theta))
        return theta + gamma * k, state

    @property
    def tableau(self) -> Tableau:
        """The tableau of one implicit stage."""
        return Tableau.of("1", "1")

    def shift_polynomials(self) -> tuple[list[int], list[int]]:
        """(E - 1) theta = gamma E f(theta)."""
        return [-1, 1], [0, 1]
