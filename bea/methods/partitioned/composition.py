"""Compositions: methods, and their adjoints, with step sizes that add up to one, in a row.

A symmetric method of order p, composed symmetrically with weights whose powers p + 1 add up to 0,
has order p + 2. A base method on a split field keeps its own split where none is given. Sources:
Yoshida, Phys. Lett. A 150 (1990) 262-268; Suzuki, Phys. Lett. A 146 (1990) 319-323; Hairer, Lubich
and Wanner, Geometric Numerical Integration, sections II.4 and V.3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from bea.algebra.language.building import multiply
from bea.algebra.language.expressions import Expression
from bea.algebra.ring.exact import exact
from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods.method import Method
from bea.methods.partitioned.bases import (
    called,
    on_split,
    powers_of,
    read_base,
    read_split,
    split_of,
)
from bea.methods.partitioned.steps import Steps
from bea.methods.registry import register
from bea.trees import Color

Weights = tuple[Expression, ...]


class ComposedMethod(Method):
    """Steps of sizes w1 gamma, w2 gamma, ... of a base method, or of several, in a row.

    What holds of the colours, parts and fields of the methods holds of the composition.
    """

    formula = "Φ(wₛγ) … Φ(w₂γ) Φ(w₁γ)"
    readers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "base": read_base,
        "split": read_split,
    }
    base: Any
    split: Any
    _steps: tuple[tuple[Any, Any], ...]

    def __post_init__(self) -> None:
        """Read the base method, with the split if that is given here."""
        super().__post_init__()
        object.__setattr__(self, "base", on_split(self.base, self.split))
        object.__setattr__(self, "_steps", tuple(self.steps_in_a_row()))
        for method, _ in self._steps:
            if type(method).init is not Method.init:
                raise MethodError(
                    f"'{called(method)}' has memory of steps of one size: compose one without"
                )
        object.__setattr__(self, "colors", self._leading.colors)
        object.__setattr__(self, "gradient", all(m.gradient for m, _ in self._steps))
        for method, _ in self._steps:
            if len(method.colors) > 1 and split_of(method) != split_of(self._leading):
                raise MethodError(
                    f"'{called(method)}' and '{called(self._leading)}' split the field in two "
                    "ways: give the split of both, split='q; p'"
                )

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters and options as texts."""
        return {**super().parameters, "base": called(self.base)}

    @property
    def _leading(self) -> Method:
        """The method that tells most parts of the field apart."""
        return max((method for method, _ in self._steps), key=lambda m: len(m.colors))

    def steps_in_a_row(self) -> list[tuple[Method, Expression]]:
        """Return the methods and the weights of their steps."""
        raise NotImplementedError

    def check_field(self, field: Any) -> None:
        """Refuse what one of the methods refuses."""
        for method, _ in self._steps:
            method.check_field(field)

    def parts(self, field: VectorField) -> Mapping[Color, Any]:
        """Return the parts of the field that the methods tell apart."""
        return self._leading.parts(field)

    def bind(self, constant: Callable[[Expression], Any]) -> Any:
        """Return the method with its weights and its methods turned into numbers."""
        known = {id(method): method.bind(constant) for method, _ in self._steps}
        bound = copy(self)
        steps = tuple((known[id(method)], constant(w)) for method, w in self._steps)
        object.__setattr__(bound, "_steps", steps)
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after all steps."""
        for method, weight in self._steps:
            theta, state = method.step(f, theta, state, gamma * weight)
        return theta, state


@register
@dataclass(frozen=True)
class Composition(ComposedMethod):
    """Any methods in a row, with weights of one's own, which may hold symbols.

    A weight alone is a step of the base method, adjoint(w) one of its adjoint, and NAME(w) one of
    the method of that name, which an adjoint after it then is of.

    >>> Composition("2/3, -1/3, 2/3", base="implicit-midpoint").parameters
    {'weights': '2/3, -1/3, 2/3', 'base': 'implicit-midpoint', 'split': 'own'}
    >>> str(Composition("symplectic-euler(1/2) adjoint(1/2)").weights)
    'symplectic-euler(1/2), adjoint(1/2)'
    """

    name = "composition"
    title = "composition of methods and their adjoints"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.4"
    readers = {**ComposedMethod.readers, "weights": Steps.of}  # noqa: RUF012

    weights: Any
    base: Any = "stormer-verlet"
    split: Any = "own"

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters and options as texts, the base method where a step is of it."""
        found = super().parameters
        return found if self.weights.uses_base else {k: v for k, v in found.items() if k != "base"}

    def steps_in_a_row(self) -> list[tuple[Method, Expression]]:
        """Return the steps that were given."""
        found: list[tuple[Method, Expression]] = self.weights.on(self.base, self.split)
        return found


class RaisedOrder(ComposedMethod):
    """Compositions of one symmetric method that raise its order by two, and by two again."""

    options: ClassVar[Mapping[str, tuple[Any, ...]]] = {"order": (4, 6, 8)}
    outer: ClassVar[int]
    order: Any

    def steps_in_a_row(self) -> list[tuple[Method, Expression]]:
        """Return the steps that raise the order of the base to that which is asked.

        Raises
        ------
        MethodError
            If the base is not symmetric, or has the order already.
        """
        lowest = 2
        found = powers_of(self.base, self.order - 1)
        if found is not None:
            powers, looked = found
            odd = next((k for k in range(1, looked + 1, 2) if k in powers), None)
            if odd is not None:
                raise MethodError(self._not_symmetric(odd))
            lowest = min((k for k in powers if k), default=looked + 1)
            if lowest >= self.order:
                raise MethodError(
                    f"'{called(self.base)}' has order {self.order} without that: take it as it is, "
                    "or ask for a higher one"
                )
        return [(self.base, w) for w in _nested(lowest, self.order, self.outer)]

    def _not_symmetric(self, odd: int) -> str:
        own = called(self.base)
        return (
            f"'{own}' is not symmetric: its equation has a term of γ{'' if odd == 1 else f'^{odd}'}"
            f", which no real weights take away, so that the order would be {odd} and not "
            f"{self.order}. Take half a step of it and of its adjoint for the base, "
            f"\"composition(weights='{own}(1/2) adjoint(1/2)')\""
        )


@register
@dataclass(frozen=True)
class Yoshida(RaisedOrder):
    """Three steps of a symmetric method, the middle one backwards: two orders more, and again."""

    name = "yoshida"
    title = "Yoshida's triple jump (order 4, 6 or 8)"
    source = "Yoshida, Phys. Lett. A 150 (1990) 262-268"
    formula = "Φ(w₁γ) Φ(w₀γ) Φ(w₁γ),  w₁ = 1/(2 − 2^(1/3)),  w₀ = 1 − 2w₁"
    outer = 2

    order: Any = 4
    base: Any = "stormer-verlet"
    split: Any = "own"


@register
@dataclass(frozen=True)
class Suzuki(RaisedOrder):
    """Five steps of a symmetric method, of smaller size: two orders more, and again."""

    name = "suzuki"
    title = "Suzuki's fractal of five steps (order 4, 6 or 8)"
    source = "Suzuki, Phys. Lett. A 146 (1990) 319-323"
    formula = "Φ(w₁γ)² Φ(w₀γ) Φ(w₁γ)²,  w₁ = 1/(4 − 4^(1/3)),  w₀ = 1 − 4w₁"
    outer = 4

    order: Any = 4
    base: Any = "stormer-verlet"
    split: Any = "own"


# --- private helpers ----------------------------------------------------------------------------


def _nested(lowest: int, order: int, outer: int) -> Weights:
    """Return the weights that raise an even order: `outer` steps around one backwards, nested."""
    weights: list[Expression] = [exact(1)]
    for power in range(lowest + 1, order, 2):
        # w = 1/(outer - r) with r**power = outer, without a root below the line.
        terms = [f"{outer}**{power - 1 - i}*{outer}**({i}/{power})" for i in range(power)]
        w = f"({' + '.join(terms)})/{outer**power - outer}"
        side = [exact(w)] * (outer // 2)
        level = [*side, exact(f"1 - {outer}*({w})"), *side]
        weights = [multiply(a, b) for a in level for b in weights]
    return tuple(weights)
