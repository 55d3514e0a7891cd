"""Compositions: a method taken with several step sizes, which add up to one, in a row.

A symmetric method of order p, composed symmetrically with weights whose powers p + 1 add up to 0,
has order p + 2. A base method on a split field keeps its own split where none is given. Sources:
Yoshida, Phys. Lett. A 150 (1990) 262-268; Suzuki, Phys. Lett. A 146 (1990) 319-323; Hairer, Lubich
and Wanner, Geometric Numerical Integration, sections II.4 and V.3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from typing import Any, ClassVar

from bea.algebra import Element
from bea.algebra.language.building import multiply
from bea.algebra.language.expressions import Expression
from bea.algebra.language.grammar import parse_components
from bea.algebra.ring.exact import exact
from bea.errors import BeaError, MethodError
from bea.fields import VectorField
from bea.methods.method import Method
from bea.methods.partitioned.stages import check_sum
from bea.methods.registry import read, register
from bea.trees import Color, Split

Weights = tuple[Expression, ...]


def _base(value: Any) -> Method:
    return value if isinstance(value, Method) else read(str(value))


def _split(value: Any) -> Any:
    return "own" if value in (None, "", "own") else Split.of(value)


class ComposedMethod(Method):
    """A base method in a row of steps of sizes w1 gamma, w2 gamma, ...

    What holds of the base method's colours, parts and fields holds of the composition.
    """

    formula = "Φ(wₛγ) … Φ(w₂γ) Φ(w₁γ)"
    readers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"base": _base, "split": _split}
    base: Any
    split: Any
    _weights: tuple[Any, ...]

    def __post_init__(self) -> None:
        """Read the base method, with the split if that is given here."""
        super().__post_init__()
        if self.split != "own":
            object.__setattr__(self, "base", _on_split(self.base, self.split))
        if self.base.shift_polynomials() is not None and self.base.init.__func__ is not Method.init:
            raise MethodError(f"'{self.base}' has memory of steps of one size: compose one without")
        object.__setattr__(self, "colors", self.base.colors)
        object.__setattr__(self, "gradient", self.base.gradient)
        object.__setattr__(self, "_weights", self.weights_of_steps())

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters as texts, the base method by its name where that says it all."""
        plain = not any(f.default is MISSING for f in _fields(self.base))
        by_name = plain and type(self.base)() == self.base
        return {**super().parameters, **({"base": self.base.name} if by_name else {})}

    def weights_of_steps(self) -> Weights:
        """Return the weights w1, w2, ..."""
        raise NotImplementedError

    def check_field(self, field: Any) -> None:
        """Refuse what the base method refuses."""
        self.base.check_field(field)

    def parts(self, field: VectorField) -> Mapping[Color, Any]:
        """Return the parts of the field that the base method tells apart."""
        found: Mapping[Color, list[Element]] = self.base.parts(field)
        return found

    def bind(self, constant: Callable[[Expression], Any]) -> Any:
        """Return the method with its weights and its base turned into numbers."""
        bound = copy(self)
        object.__setattr__(bound, "base", self.base.bind(constant))
        object.__setattr__(bound, "_weights", tuple(map(constant, self._weights)))
        return bound

    def init(self, f: Any, theta: Any) -> Any:
        """Return the memory of the base method."""
        return self.base.init(f, theta)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after all steps of the base method."""
        for weight in self._weights:
            theta, state = self.base.step(f, theta, state, gamma * weight)
        return theta, state


def _fields(method: Any) -> tuple[Field[Any], ...]:
    return fields(method) if is_dataclass(method) else ()


def _on_split(base: Method, split: Split) -> Method:
    name = next((f.name for f in _fields(base) if f.name in ("split", "first")), "")
    if not name:
        raise MethodError(
            f"'{base}' follows the field as a whole: leave the split out, or take another base, "
            "such as stormer-verlet"
        )
    return replace(base, **{name: split})  # type: ignore[type-var]


def _weights(value: Any) -> Weights:
    """Read weights from a text with commas, or a sequence."""
    try:
        given = parse_components(value) if isinstance(value, str) else value
        found = tuple(exact(w, "a weight") for w in given)
    except (BeaError, TypeError) as error:
        raise MethodError(f"the weights cannot be read: {error}") from None
    check_sum(found, "the weights", "they")
    return found


@register
@dataclass(frozen=True)
class Composition(ComposedMethod):
    """Any method in a row, with weights of one's own, which may hold symbols.

    >>> Composition("2/3, -1/3, 2/3", base="implicit-midpoint").parameters
    {'weights': '2/3, -1/3, 2/3', 'base': 'implicit-midpoint', 'split': 'own'}
    """

    name = "composition"
    title = "composition of steps of a method, with given weights"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.4"
    readers = {**ComposedMethod.readers, "weights": _weights}  # noqa: RUF012

    weights: Any
    base: Any = "stormer-verlet"
    split: Any = "own"

    def weights_of_steps(self) -> Weights:
        """Return the weights that were given."""
        found: Weights = self.weights
        return found


@register
@dataclass(frozen=True)
class Yoshida(ComposedMethod):
    """Three steps of a symmetric method of order 2, the middle one backwards: order 4, 6 or 8."""

    name = "yoshida"
    title = "Yoshida's triple jump (order 4, 6 or 8)"
    source = "Yoshida, Phys. Lett. A 150 (1990) 262-268"
    formula = "Φ(w₁γ) Φ(w₀γ) Φ(w₁γ),  w₁ = 1/(2 − 2^(1/3)),  w₀ = 1 − 2w₁"
    options = {"order": (4, 6, 8)}  # noqa: RUF012

    order: Any = 4
    base: Any = "stormer-verlet"
    split: Any = "own"

    def weights_of_steps(self) -> Weights:
        """Return the weights of the nested triple jumps."""
        return _nested(self.order, 2)


@register
@dataclass(frozen=True)
class Suzuki(ComposedMethod):
    """Five steps of a symmetric method of order 2, of smaller size: order 4, 6 or 8."""

    name = "suzuki"
    title = "Suzuki's fractal of five steps (order 4, 6 or 8)"
    source = "Suzuki, Phys. Lett. A 146 (1990) 319-323"
    formula = "Φ(w₁γ)² Φ(w₀γ) Φ(w₁γ)²,  w₁ = 1/(4 − 4^(1/3)),  w₀ = 1 − 4w₁"
    options = {"order": (4, 6, 8)}  # noqa: RUF012

    order: Any = 4
    base: Any = "stormer-verlet"
    split: Any = "own"

    def weights_of_steps(self) -> Weights:
        """Return the weights of the nested fractals."""
        return _nested(self.order, 4)


# --- private helpers ----------------------------------------------------------------------------


def _nested(order: int, outer: int) -> Weights:
    """Return the weights that raise order 2 to `order`: `outer` steps around one backwards."""
    weights: list[Expression] = [exact(1)]
    for power in range(3, order, 2):
        # w = 1/(outer - r) with r**power = outer, without a root below the line.
        terms = [f"{outer}**{power - 1 - i}*{outer}**({i}/{power})" for i in range(power)]
        w = f"({' + '.join(terms)})/{outer**power - outer}"
        side = [exact(w)] * (outer // 2)
        level = [*side, exact(f"1 - {outer}*({w})"), *side]
        weights = [multiply(a, b) for a in level for b in weights]
    return tuple(weights)
