"""Linear multistep methods: Adams-Bashforth and the backward differentiation formulas.

    rho(E) theta = gamma sigma(E) f(theta),      E theta_n = theta_(n+1)

Their coefficients are derived here from the definitions, in backward differences, and not typed in.
Both carry k - 1 vectors of memory. A run begins with a history that stands still at the start, as
if f had been f(theta_0) or theta had been theta_0 before; an accurate start is a matter of the
caller. Source: Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section III.1
(the formulas) and III.3 (their stability).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flint import fmpq, fmpq_poly

from bea.algebra.language.expressions import Expression
from bea.algebra.ring.exact import exact
from bea.methods.method import Method
from bea.methods.registry import register
from bea.series import PowerSeries

_UP_TO_SIX = MappingProxyType({"steps": (1, 2, 3, 4, 5, 6)})


class _Multistep(Method):
    """A family with one member for each number of steps; `weights` are its coefficients."""

    options = _UP_TO_SIX

    steps: Any
    weights: tuple[Any, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "order_of_accuracy", self.steps)
        object.__setattr__(self, "weights", tuple(self._derived()))

    def _derived(self) -> list[fmpq]:
        """Return the exact coefficients."""
        raise NotImplementedError

    def bind(self, constant: Callable[[Expression], Any]) -> Method:
        """Return the method with its coefficients turned into numbers."""
        bound = copy(self)
        object.__setattr__(bound, "weights", tuple(constant(exact(w)) for w in self.weights))
        return bound


@register
@dataclass(frozen=True)
class AdamsBashforth(_Multistep):
    """theta + gamma times the integral of the polynomial through the last k slopes.

    In backward differences the coefficients are those of -t/((1 - t) log(1 - t)).

    >>> AdamsBashforth(steps=3).weights
    (23/12, -4/3, 5/12)
    """

    name = "adams-bashforth"
    title = "Adams-Bashforth method of k steps (k = 1, ..., 6)"
    source = "Bashforth and Adams (1883); Hairer, Norsett and Wanner, Solving ODEs I, section III.1"
    formula = "θ₊ = θ + γ (w₀ f(θ) + w₁ f(θ₋₁) + … + wₖ₋₁ f(θ₋ₖ₊₁))"

    steps: Any = 2

    def init(self, f: Any, theta: Any) -> Any:
        """Return the k - 1 previous slopes: all as at the start."""
        return (f(theta),) * (self.steps - 1)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the step by the weighted slopes; the last one leaves the memory."""
        slopes = (f(theta), *state)
        return theta + gamma * _combination(self.weights, slopes), slopes[:-1]

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """E^(k-1) (E - 1) theta = gamma sum of w_j E^(k-1-j) f(theta)."""
        return [*[0] * (self.steps - 1), -1, 1], list(reversed(self.weights))

    def _derived(self) -> list[fmpq]:
        t = PowerSeries.variable(self.steps)
        return _from_backward_differences(-t / ((1 - t).log() * (1 - t)))


@register
@dataclass(frozen=True)
class BackwardDifferentiation(_Multistep):
    """The polynomial through the last k points and the next has the slope f there.

    sum over j = 1 ... k of (1/j) nabla^j theta_(n+1) = gamma f(theta_(n+1)), divided by the leading
    coefficient: `weights` holds that of f and then those of theta, theta_(-1), ... From k = 7 on
    these formulas are unstable (section III.3), so that there are six.

    >>> BackwardDifferentiation(steps=2).weights
    (2/3, 4/3, -1/3)
    """

    name = "bdf"
    title = "backward differentiation formula of k steps (k = 1, ..., 6), implicit"
    source = "Curtiss and Hirschfelder, PNAS 38 (1952) 235-243; Solving ODEs I, section III.1"
    formula = "θ₊ = a₁ θ + a₂ θ₋₁ + … + aₖ θ₋ₖ₊₁ + γ b f(θ₊)"

    steps: Any = 2

    def init(self, f: Any, theta: Any) -> Any:
        """Return the k - 1 previous points: all as at the start."""
        return (theta,) * (self.steps - 1)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the next point; the last one leaves the memory."""
        ahead, _, *rest = self.weights
        # The weights of the points add up to 1. Rounded they do not, and would move theta a little
        # with every step; in differences of points that is no matter.
        base = theta
        for weight, point in zip(rest, state, strict=True):
            base = base + weight * (point - theta)
        slope = f.solve(lambda k: f(base + gamma * ahead * k), f(theta))
        return base + gamma * ahead * slope, (theta, *state)[:-1]

    def shift_polynomials(self) -> tuple[list[Any], list[Any]]:
        """E^k theta - sum of a_j E^(k-j) theta = gamma b E^k f(theta)."""
        ahead, *rest = self.weights
        return [*[-a for a in reversed(rest)], 1], [*[0] * self.steps, ahead]

    def _derived(self) -> list[fmpq]:
        t = PowerSeries.variable(self.steps)
        leading, *rest = _from_backward_differences(-(1 - t).log())
        return [1 / leading, *(-c / leading for c in rest)]


# --- private helpers ----------------------------------------------------------------------------


def _from_backward_differences(series: PowerSeries) -> list[fmpq]:
    """Return the coefficients in powers of 1/E of a series in nabla = 1 - 1/E."""
    backwards: fmpq_poly = fmpq_poly(list(series.coefficients))(fmpq_poly([1, -1]))
    return list(backwards.coeffs())


def _combination(weights: Any, vectors: Any) -> Any:
    first, *rest = (w * v for w, v in zip(weights, vectors, strict=True))
    return sum(rest, start=first)
