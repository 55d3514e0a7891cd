"""The adjoint of a one-step method, Phi*(gamma) = Phi(-gamma)^(-1), and the symmetric step of both.

Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from bea.algebra.language.expressions import Expression
from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods.method import Method
from bea.methods.partitioned.bases import called, on_split, read_base, read_split
from bea.methods.registry import register
from bea.trees import Color


@register
@dataclass(frozen=True)
class Adjoint(Method):
    """What undoes a step backwards: that of explicit Euler is implicit Euler.

    >>> Adjoint("explicit-euler").parameters
    {'base': 'explicit-euler', 'split': 'own'}
    """

    name = "adjoint"
    title = "adjoint of a method: the inverse of its step backwards"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, definition II.3.1"
    formula = "θ = Φ(θ₊, −γ)"
    readers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "base": read_base,
        "split": read_split,
    }

    base: Any
    split: Any = "own"

    def __post_init__(self) -> None:
        """Read the base method, which must have no memory."""
        super().__post_init__()
        object.__setattr__(self, "base", on_split(self.base, self.split))
        if type(self.base).init is not Method.init:
            raise MethodError(
                f"'{called(self.base)}' has memory, so that its step has no inverse of its own: "
                "take a method of one step, such as heun"
            )
        for name in ("colors", "gradient", "mover"):
            object.__setattr__(self, name, getattr(self.base, name))

    @property
    def parameters(self) -> dict[str, str]:
        """The hyperparameters as texts."""
        return {**super().parameters, "base": called(self.base)}

    def check_field(self, field: Any) -> None:
        """Refuse what the base method refuses."""
        self.base.check_field(field)

    def parts(self, field: VectorField) -> Mapping[Color, Any]:
        """Return the parts of the field that the base method tells apart."""
        found: Mapping[Color, Any] = self.base.parts(field)
        return found

    def bind(self, constant: Callable[[Expression], Any]) -> Adjoint:
        """Return the method with its base turned into numbers."""
        bound = copy(self)
        object.__setattr__(bound, "base", self.base.bind(constant))
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point from which a step backwards comes to theta: theta + d is that point."""

        def improved(d: Any) -> Any:
            return d + theta - self.base.step(f, theta + d, state, -gamma)[0]

        return theta + f.solve(improved, gamma * f(theta)), state
