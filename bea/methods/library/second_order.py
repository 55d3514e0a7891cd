"""Methods that use the Hessian: explicit gradient regularisation and damped Newton.

Both ask the field for its derivative, f' = -hess L: the first for the product with a vector, which
every arithmetic has, the second for its inverse, which trees do not have. What they follow as gamma
tends to 0 need not be f: with a fixed mu the gradient flow of L + mu |grad L|^2, and Newton's flow.
Source: Barrett and Dherin, Implicit gradient regularization, ICLR 2021; Nocedal and Wright,
Numerical Optimization, second edition, sections 2.2 and 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bea.algebra.language.expressions import to_text
from bea.methods.method import Method, Range
from bea.methods.registry import register


@register
@dataclass(frozen=True)
class GradientRegularised(Method):
    """Gradient descent on L + mu |grad L|^2, with mu gamma for mu where `scaling` is "gamma".

    The implicit regularisation of gradient descent is gamma/4 |grad L|^2: with mu = -1/4 and
    scaling "gamma" it is cancelled, and the method follows -grad L to the second order. A mu that
    does not shrink with gamma is a second small number: for every loss the equation is derived in
    r = mu/gamma.

    >>> GradientRegularised(mu="-1/4", scaling="gamma").parameters
    {'mu': '-1/4', 'scaling': 'gamma'}
    """

    name = "gradient-regularised"
    title = "gradient descent on L + μ‖∇L‖², explicit gradient regularisation"
    source = "Barrett and Dherin, Implicit gradient regularization, ICLR 2021, section 3"
    formula = "θ₊ = θ − γ (∇L + 2μ ∇²L ∇L),  or γμ for μ"
    gradient = True
    options = MappingProxyType({"scaling": ("fixed", "gamma")})

    mu: Any = "1/100"
    scaling: Any = "fixed"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step along the slope of the regularised loss; hess L grad L = f'f."""
        slope = f(theta)
        penalty = 2 * self.mu * gamma if self.scaling == "gamma" else 2 * self.mu
        return theta + gamma * (slope - penalty * f.derivative(theta, slope)), state

    def for_every_field(self) -> tuple[Method, str]:
        """Return the method with mu = r gamma: its equation in two small numbers, r put back."""
        if self.scaling == "gamma":
            return self, ""
        mu = to_text(self.mu)
        said = (
            f"the fixed μ = {mu} is a second small number: the equation is in r = μ/γ, so that rγ "
            "is μ. To all orders in μ it is that of gradient-descent on L + μ‖∇L‖², "
            "θ̇ = −∇(L + μ‖∇L‖²) − γ/4 ∇‖∇(L + μ‖∇L‖²)‖² + O(γ²)"
        )
        return GradientRegularised(mu="r", scaling="gamma"), said


@register
@dataclass(frozen=True)
class DampedNewton(Method):
    """theta - gamma (hess L + delta)^(-1) grad L.

    Where the matrix is singular the run stops. On a field that is no gradient it is Newton's method
    for its zeros.
    """

    name = "damped-newton"
    title = "Newton's method with step size γ and damping δ"
    source = "Nocedal and Wright, Numerical Optimization, second edition, sections 2.2 and 3.4"
    formula = "θ₊ = θ − γ (∇²L + δ)⁻¹ ∇L"
    gradient = True
    ranges = MappingProxyType({"delta": Range(0)})

    delta: Any = 0

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by the solution of (f' - delta) x = f."""
        matrix = f.jacobian(theta)
        damping = f.unit_matrix(theta) * self.delta
        return theta - gamma * f.solve_linear(matrix - damping, f(theta)), state
