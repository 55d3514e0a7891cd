"""Weight decay on a scale-invariant loss is an exponentially growing rate without decay, exactly.

With w₊ = α w − γ ∇L(w), α = 1 − γλ, and ∇L(c w) = ∇L(w)/c, the weights w̃_n = α^(−n) w_n obey

    w̃₊ = w̃ − γ α^(−2n−1) ∇L(w̃),

at every step size and for every batch: directions, and so losses, are the same. With heavy ball and
decay beside the velocity the momentum is αβ. With decay through the velocity r stands for α, the
larger root of r² − (1 + β − γλ) r + β = 0, momentum stays β, and the velocity starts at
(1 − r)/(γr) w₀: divide w_(n+1) = (1 + β − γλ) w_n − β w_(n−1) − γ ∇L(w_n) by r^(n+1). Source: Li
and Arora, An exponential learning rate schedule for deep learning, ICLR 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from bea.algebra.language.building import add, divide, multiply, negate, number, power
from bea.algebra.language.expressions import Expression, free_symbols
from bea.algebra.ring.exact import as_float, exact
from bea.errors import DomainError, MethodError
from bea.methods.library.regularised import (
    GradientDescentL2,
    GradientDescentWeightDecay,
    HeavyBallL2,
    HeavyBallWeightDecay,
)
from bea.methods.method import Method, Range

_ONE = number(1)


@dataclass(frozen=True)
class GrowingRate(Method):
    """Heavy ball whose rate grows by 1/shrink² at each step; `growing_rate` makes those of use.

    It has no modified equation: the rate is another at each step, whatever the step size.

    Parameters
    ----------
    shrink
        r, at most 1: the rate at step n is gamma r^(−2n−1).
    beta
        The momentum.
    kick
        The velocity at the start over theta; 0 but for decay that goes through the velocity.

    Examples
    --------
    >>> str(GrowingRate(shrink="99/100"))
    'growing-rate(shrink=99/100, beta=0, kick=0)'
    """

    name = "growing-rate"
    title = "heavy ball with an exponentially growing rate"
    source = "Li and Arora, An exponential learning rate schedule for deep learning, ICLR 2020"
    formula = "v₊ = β v − ∇L(θ),  θ₊ = θ + γ r^(−2n−1) v₊"
    iterates_only = (
        "its rate is another at each step, whatever the step size: derive the method with weight "
        "decay that it is equivalent to, or follow its iterates (bea.iterate)"
    )
    gradient = True
    ranges = MappingProxyType({"shrink": Range(0, 1, "(]"), "beta": Range(0, 1)})

    shrink: Any
    beta: Any = 0
    kick: Any = 0

    def init(self, f: Any, theta: Any) -> Any:
        """Return the first velocity, and the first rate over gamma."""
        return self.kick * theta, 1 / self.shrink

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta moved by the new velocity at this step's rate, which then grows."""
        velocity, rate = self.beta * state[0] + f(theta), state[1]
        return theta + gamma * rate * velocity, (velocity, rate / self.shrink**2)


def growing_rate(method: Method, gamma: Any) -> GrowingRate:
    """Return the method without decay that does the same on every scale-invariant loss.

    Run at the same gamma from the same start, its n-th iterate is r^(−n) times that of the method,
    with r its `shrink`.

    Parameters
    ----------
    method
        Gradient descent or heavy ball, with weight decay of either kind.
    gamma
        The step size of the method, exact.

    Raises
    ------
    MethodError
        If the method is none of these.
    DomainError
        If the decay of a step is 1 or more; or with decay through the velocity, more than
        (1 − √β)², where the norm turns around and no rate that is positive does the same.

    Examples
    --------
    >>> from bea.methods import get
    >>> growing_rate(get("gradient-descent-decay", weight_decay="1/10"), "1/10").parameters
    {'shrink': '99/100', 'beta': '0', 'kick': '0'}
    """
    size = exact(gamma, "gamma")
    match method:
        case HeavyBallWeightDecay():
            shrink = _one_less(size, method.weight_decay)
            return GrowingRate(shrink, multiply(shrink, method.beta))
        case HeavyBallL2():
            shrink = _root(multiply(size, method.weight_decay), method.beta)
            kick = divide(add(_ONE, negate(shrink)), multiply(size, shrink))
            return GrowingRate(shrink, method.beta, kick)
        case GradientDescentWeightDecay() | GradientDescentL2():
            return GrowingRate(_one_less(size, method.weight_decay))
    raise MethodError(
        f"'{method}' has no equivalent with a growing rate that is known: take gradient-descent-"
        "decay, gradient-descent-l2, heavy-ball-decay or heavy-ball-l2"
    )


# --- private helpers ----------------------------------------------------------------------------


def _one_less(gamma: Expression, decay: Expression) -> Expression:
    shrink = add(_ONE, negate(multiply(gamma, decay)))
    if not free_symbols(shrink) and as_float(shrink) <= 0:
        raise DomainError(
            f"the decay of a step, gamma*weight_decay={1 - as_float(shrink):g}, must be below 1: "
            "take a smaller step size"
        )
    return shrink


def _root(decay: Expression, beta: Expression) -> Expression:
    """Return the larger root of r² − (1 + β − γλ) r + β."""
    half = divide(add(_ONE, beta, negate(decay)), number(2))
    square = add(power(half, 2), negate(beta))
    if not free_symbols(square) and (as_float(square) < 0 or as_float(half) <= 0):
        raise DomainError(
            f"gamma*weight_decay={as_float(decay):g} is more than (1 - sqrt(beta))**2: the norm "
            "turns around, as no growing rate does; take a smaller step size or less decay"
        )
    return add(half, power(square, Fraction(1, 2)))
