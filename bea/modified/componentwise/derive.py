"""The first order of adaptive and normalised rules, for every loss at once.

With memory s = S_0 + gamma S_1 on the slow manifold and the step theta + gamma u_0 + gamma^2 u_1,

    f_0 = u_0,    S_1 from exp(gamma D~) S = Phi^s(theta, S) at gamma,    f_1 = u_1 - f_0' f_0 / 2,

as in `bea.modified.routes.manifold`, in the components of `ComponentArithmetic`. For Adam this is
the memory correction of Cattaneo, Klusowski and Shigida, "On the implicit bias of Adam", ICML 2024.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bea.algebra import Element, Ring
from bea.algebra.ring.conversions import moved_to, to_program
from bea.arrays import Floats
from bea.errors import BeaError, MethodError
from bea.methods import Method
from bea.modified.componentwise.arithmetic import ComponentArithmetic, Symbols
from bea.modified.memory.contraction import contraction_conditions
from bea.modified.settled_memory import Elimination, evaluated, forgets_nothing
from bea.modified.symbolic_step import open_symbols
from bea.series import PowerSeries


class FirstOrder(NamedTuple):
    """f_0 and f_1 in some symbols; the memory where it settled, and where a step takes it."""

    symbols: Symbols
    terms: tuple[Element, Element]
    memory: tuple[Element, ...]
    mapped: tuple[Element, ...]

    def contracts(self) -> list[str]:
        """Return the conditions on a component of grad L under which the memory contracts."""
        ring, places = self.symbols.ring, self.symbols.memory_places
        names = [ring.symbols[place] for place in places]
        others = [name for name in ring.parameters if name not in names]
        moving = Ring((*ring.variables, *names), others)  # which has derivatives by the memory
        own = [ring.symbol(name) for name in (*ring.variables, *others)]
        first = len(ring.variables)
        inputs = [*own[:first], *self.memory, *own[first:]]
        rows = [
            [evaluated(moved_to(moving, m).derivative(first + j), inputs, ring)
             for j in range(len(names))]
            for m in self.mapped
        ]  # fmt: skip
        name = ring.symbols[0]
        return [text.replace(name, "∇L") for text in contraction_conditions(rows)]

    def slowest_rate(self, values: Mapping[str, float]) -> float:
        """Return the largest factor by which a change of the memory is carried on, at a point.

        At a generic gradient, with these numbers for hyperparameters.
        """
        ring, count = self.symbols.ring, len(self.memory)
        if not count:
            return 0.0
        inputs = [0.83, 1.3, 0.4, *(values.get(name, 0.0) for name in ring.symbols[3:])]
        start = to_program(self.memory).run(inputs, _float)
        places = self.symbols.memory_places
        step = to_program(self.mapped)

        def after(j: int, h: float) -> Floats:
            moved = [*inputs]
            moved[places.start : places.stop] = start
            moved[places.start + j] += h
            return np.array(step.run(moved, _float), dtype=float)

        columns = [(after(j, _STEP) - after(j, -_STEP)) / (2 * _STEP) for j in range(count)]
        return float(np.abs(np.linalg.eigvals(np.array(columns))).max())


def first_order(method: Method) -> FirstOrder:
    """Return f_0 and f_1 of a method for every loss.

    Raises
    ------
    MethodError
        If the step is no function of components and norms, or its memory has no closed form.
    """
    count = _memory_size(method)
    symbols = Symbols(open_symbols(method), count)
    f = ComponentArithmetic(symbols)
    bound = method.bind(f.constant)
    settled = Elimination(symbols.ring, symbols.memory_places)
    _, after = _stepped(bound, f, [PowerSeries([m], 2) for m in symbols.memory])
    mapped = tuple(a[0] for a in after)
    left = settled.solve([a - m for a, m in zip(mapped, symbols.memory, strict=True)])
    held = {place for e in left for place in settled.entries(e)}
    for part, place in enumerate(symbols.memory_places):
        if place in settled.unknown - held:
            raise forgets_nothing(method, part)
    if settled.unknown or not all(e.is_zero() for e in left):
        raise MethodError(
            f"the memory of '{method.name}' does not settle in closed form for every loss: derive "
            "it on a concrete loss (give a problem)"
        )
    start = [settled.known[place] for place in symbols.memory_places]
    symbols.positive = _positive(mapped, symbols)
    series = [PowerSeries([s, n], 2) for s, n in zip(start, symbols.lag, strict=True)]
    theta, after = _stepped(bound, f, series)
    if not (theta[0] - symbols.theta).is_zero():
        raise MethodError(
            f"the step of '{method.name}' does not tend to the identity as gamma tends to 0, or "
            "its memory does not follow theta"
        )
    leading = theta[1]
    lagging = Elimination(symbols.ring, symbols.lag_places)
    moved = [symbols.along(s, leading) for s in start]
    lagging.solve([a[1] - n - d for a, n, d in zip(after, symbols.lag, moved, strict=True)])
    if lagging.unknown:
        raise MethodError(f"the memory of '{method.name}' does not contract")
    series = [PowerSeries([s, lagging.known[p]], 2)
              for s, p in zip(start, symbols.lag_places, strict=True)]  # fmt: skip
    theta, _ = _stepped(bound, f, series)
    correction = theta[2] - symbols.along(leading, leading) / 2
    for term in (leading, correction):
        symbols.require_known(term)
    return FirstOrder(symbols, (leading, correction), tuple(start), mapped)


# --- private helpers ----------------------------------------------------------------------------

_STEP = 1e-6  # of a difference quotient


def _float(value: Any) -> float:
    return int(value.p) / int(value.q)


def _positive(mapped: Sequence[Element], symbols: Symbols) -> list[Element]:
    """Return 1 - beta and 1 + beta for every rate beta of memory that is a hyperparameter."""
    found: list[Element] = []
    for m, place in zip(mapped, symbols.memory_places, strict=True):
        linear = {e: c for e, c in m.terms().items() if e[place]}
        rate = symbols.ring.from_terms(
            {(*e[:place], 0, *e[place + 1 :]): c for e, c in linear.items() if e[place] == 1}
        )
        used = {g for e in linear for g, power in enumerate(e) if power}
        if used <= {place, *symbols.constants}:
            found += [1 - rate, 1 + rate]
    return found


def _memory_size(method: Method) -> int:
    f = ComponentArithmetic(Symbols(open_symbols(method), 0))
    try:
        return len(method.bind(f.constant).init(f, f.identity))
    except (AttributeError, TypeError, IndexError) as error:
        raise _no_component(method) from error


def _stepped(bound: Method, f: ComponentArithmetic, memory: list[Any]) -> tuple[Any, list[Any]]:
    try:
        theta, after = bound.step(f, f.identity, tuple(memory), f.gamma)
        return theta + f.gamma * 0, [part + f.gamma * 0 for part in after]
    except BeaError:
        raise
    except (AttributeError, TypeError, IndexError, ValueError) as error:
        raise _no_component(bound) from error


def _no_component(method: Method) -> MethodError:
    return MethodError(
        f"the step of '{method.name}' treats components apart, which no equation for every loss "
        "knows: derive it on a concrete loss (give a problem)"
    )
