"""The arithmetic of one component of any gradient: what adaptive rules are for every loss at once.

A vector is theta + gamma u + gamma^2 w with u, w functions of the component g of grad L there, of
the norm ||grad L||, and of what comes with first derivatives: the component of hess L u, and the
scalar products <p, hess L u>. All of them are symbols of one ring, so that products, quotients and
roots are those of components. The gradient is known to first order, grad L + gamma hess L u; what
lies beyond is a symbol that must not reach a result.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.algebra import Element, Expression, Ring
from bea.algebra.ring.exact import in_ring
from bea.arithmetic import Arithmetic
from bea.errors import MethodError
from bea.modified.writing.fractions import fraction_of
from bea.series import PowerSeries

_REMEDY = "derive it on a concrete loss (give a problem)"
#: So many directions u of hess L u, and scalar products, may occur.
_ROOM = 24


class Symbols:
    """The ring, and what its symbols stand for.

    Attributes
    ----------
    slope, norm, theta, beyond : Element
        A component of grad L, the norm of grad L, a component of theta, and what is not known.
    directions : list of Element
        The u of which the k-th `tangents` symbol is the component of hess L u.
    products : list of Element
        The summands of which the k-th `sums` symbol is the sum over the components.
    positive : list of Element
        What is above 0 where memory contracts, such as 1 - beta.
    """

    def __init__(self, hyperparameters: tuple[str, ...], memory: int) -> None:
        mark = "_" * (1 + max(map(len, ("", *hyperparameters))))  # none of a user's names
        own = [f"{name}{mark}" for name in ("slope", "norm", "theta", "beyond")]
        tangents, sums, states = (
            [f"{name}{mark}{k}" for k in range(count)]
            for name, count in (("hessian", _ROOM), ("sum", _ROOM), ("memory", 2 * memory))
        )
        self.ring = Ring(own[:3], (own[3], *tangents, *sums, *states, *hyperparameters))
        place = self.ring.variable
        self.slope, self.norm, self.theta, self.beyond = (place(i) for i in range(4))
        self.tangents = [place(4 + k) for k in range(_ROOM)]
        self.sums = [place(4 + _ROOM + k) for k in range(_ROOM)]
        first = 4 + 2 * _ROOM
        self.memory = [place(first + k) for k in range(memory)]
        self.lag = [place(first + memory + k) for k in range(memory)]
        self.memory_places = range(first, first + memory)
        self.lag_places = range(first + memory, first + 2 * memory)
        self.constants = {1, *range(first + 2 * memory, len(self.ring.symbols))}
        self.directions: list[Element] = []
        self.products: list[Element] = []
        self.positive: list[Element] = []

    def size_of(self, value: Element) -> Element:
        """Return |value| of hyperparameters: with its sign where that is known, else a root."""
        fraction, rational = fraction_of(value), value.as_rational()
        if rational is not None or fraction is None:
            one = self.ring.constant(1)
            return (value * value).sqrt() if rational is None else one * abs(rational)
        known = open_part = self.ring.constant(1)
        count = len(self.ring.symbols)
        rest = (0,) * len(self.ring.atoms)
        for factor, power in fraction.factors:
            if any(any(e[count:]) for e, _ in factor):  # roots, which have a sign of their own
                continue
            part = self.ring.from_terms({(*e[:count], *rest): fmpq(c) for e, c in factor})
            sign = next((s for s in (1, -1) if part * s in self.positive), 0)
            if sign < 0 and power % 2:
                known = -known
            if not sign and power % 2:
                open_part = open_part * part
        known = known * (1 if fraction.number > 0 else -1)
        if open_part.as_rational() == 1:
            return value * known
        return value / open_part * known * (open_part * open_part).sqrt()

    def holds_memory(self, value: Element) -> bool:
        """Tell whether the memory, which is a symbol until it is found, is in a value."""
        places = self.memory_places
        return any(any(e[places.start : places.stop]) for e in value.terms())

    def require_known(self, value: Element) -> None:
        """Refuse a result that holds what is not known."""
        if any(exponents[3] for exponents in value.terms()):
            raise MethodError(f"the step asks for more than first derivatives: {_REMEDY}")

    def require_no_derivatives(self, value: Element) -> None:
        """Refuse what holds second derivatives, whose own derivatives have no symbol."""
        last = 4 + 2 * _ROOM
        if any(any(exponents[3:last]) for exponents in value.terms()):
            raise MethodError(f"third derivatives of every loss have no symbol here: {_REMEDY}")

    def hessian_along(self, u: Element) -> Element:
        """Return the component of hess L u; what is the same in all components goes before."""
        self.require_no_derivatives(u)
        return self._linear(u, self.directions, self.tangents)

    def summed(self, summand: Element) -> Element:
        """Return the sum of a function over the components."""
        return self._linear(summand, self.products, self.sums)

    def along(self, value: Element, direction: Element) -> Element:
        """Return the derivative of a function of grad L and theta as theta moves along u."""
        self.require_no_derivatives(value)
        slope = self.hessian_along(direction)
        norm = self.summed(self.slope * slope) / self.norm
        parts = (value.derivative(k) * d for k, d in enumerate((slope, norm, direction)))
        total: Element = sum(parts, start=self.ring.constant(0))
        return total

    def _linear(self, value: Element, known: list[Element], symbols: list[Element]) -> Element:
        total = self.ring.constant(0)
        for exponents, c in value.terms().items():
            outside = [0 if self.varies(g) else e for g, e in enumerate(exponents)]
            inside = [e if self.varies(g) else 0 for g, e in enumerate(exponents)]
            core = self.ring.from_terms({tuple(map(int, inside)): fmpq(1)})
            if core not in known:
                if len(known) == _ROOM:
                    raise MethodError(f"the step has too many terms for every loss: {_REMEDY}")
                known.append(core)
            front = self.ring.from_terms({tuple(map(int, outside)): c})
            total = total + front * symbols[known.index(core)]
        return total

    def varies(self, generator: int) -> bool:
        """Tell whether a generator is another number in each component."""
        count = len(self.ring.symbols)
        if generator < count:
            return generator not in self.constants
        argument = self.ring.atoms[generator - count].argument
        return any(self.varies(g) for e in argument.terms() for g, power in enumerate(e) if power)


class ComponentArithmetic(Arithmetic):
    """The field -grad L with this component, on series to gamma^2."""

    kind = "components of any gradient"
    counts = False

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.gamma = PowerSeries.variable(2, symbols.ring.constant(1))
        self.identity = PowerSeries([symbols.theta], 2)

    def constant(self, value: Expression) -> Element:
        """Return an exact hyperparameter as a coefficient."""
        return in_ring(value, self.symbols.ring)

    def __call__(self, theta: Any) -> PowerSeries:
        """Return -grad L at theta + gamma u: to first order."""
        known = self.symbols
        if not isinstance(theta, PowerSeries) or not (theta[0] - known.theta).is_zero():
            raise MethodError(
                f"for every loss the gradient is evaluated only at theta + O(gamma): {_REMEDY}"
            )
        moved = known.hessian_along(theta[1])
        return PowerSeries([-known.slope, -moved, known.beyond], 2)

    def total(self, v: Any) -> PowerSeries:
        """Return the sum over the components."""
        series = v + self.gamma * 0
        return series.map(self.symbols.summed)

    def norm(self, v: Any) -> PowerSeries:
        """Return the length of a vector that begins with a multiple of the gradient."""
        known, series = self.symbols, v + self.gamma * 0
        if known.holds_memory(series[0]):  # asked again when the memory is known
            return PowerSeries([known.beyond] * 3, 2)
        factor = series[0] / known.slope
        if any(known.varies(g) for e in factor.terms() for g, power in enumerate(e) if power):
            raise MethodError(f"the length of what is no gradient has no symbol: {_REMEDY}")
        size = known.size_of(factor)
        inner = known.summed(known.slope * series[1]) / known.norm
        return PowerSeries([known.norm * size, inner * factor / size, known.beyond], 2)

    def before(self, moved: Any, part: Any) -> Any:
        """Return part - gamma D part, to first order, D along gamma^1 of the step."""
        if not isinstance(part, PowerSeries):
            return part
        known = self.symbols
        lag = part[1] - known.along(part[0], (moved + self.gamma * 0)[1])
        return PowerSeries([part[0], lag, known.beyond], 2)

    def derivative(self, theta: Any, v: Any) -> PowerSeries:
        """Return -hess L v, to leading order."""
        series = v + self.gamma * 0
        moved = self.symbols.hessian_along(series[0])
        return PowerSeries([-moved, self.symbols.beyond, self.symbols.beyond], 2)
