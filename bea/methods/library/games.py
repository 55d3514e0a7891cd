"""The two ways to play a game of two players: both move at once, or one after the other.

The field is that of `bea.problems.games`, (-r1 grad_1 L1, -r2 grad_2 L2): the players' different
rates are in the field, and gamma is the one clock of both. On trees the nodes have two colours:
f1 is the part of the field that moves player 1, f2 the part that moves player 2. Source: Rosca,
Wu, Dherin and Barrett, Discretization drift in two-player games, ICML 2021.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bea.algebra import Element, Expression
from bea.errors import DimensionError, MethodError
from bea.fields import VectorField
from bea.methods.library.euler import ExplicitEuler
from bea.methods.method import Method
from bea.methods.registry import register
from bea.trees import PLAYERS, Color

_ROSCA = "Rosca, Wu, Dherin and Barrett, Discretization drift in two-player games, ICML 2021"


@register
@dataclass(frozen=True)
class Simultaneous(ExplicitEuler):
    """Both players move at once, each from where the other was: explicit Euler."""

    name = "simultaneous"
    title = "simultaneous descent of the players of a game: explicit Euler"
    source = _ROSCA
    formula = "x₊ = x − γr₁ ∇ₓL₁(x, y),  y₊ = y − γr₂ ∇ᵧL₂(x, y)"
    colors = PLAYERS

    def parts(self, field: VectorField) -> Mapping[Color, list[Element]]:
        """Return the components of either player; where none are told apart, the first is one."""
        blocks = getattr(field, "blocks", None)
        return _parts(field, 1 if blocks is None else len(blocks[0]))


@register
@dataclass(frozen=True)
class Alternating(Method):
    """Player 1 moves, then player 2, who sees where player 1 went.

    `first` is how many variables player 1 has. A game says so itself and refuses another number; on
    any other field the first so many components move before the others do.

    >>> Alternating(first=2).parameters
    {'first': '2'}
    """

    name = "alternating"
    title = "alternating descent of the players of a game: player 2 sees player 1's move"
    source = _ROSCA
    formula = "x₊ = x − γr₁ ∇ₓL₁(x, y),  y₊ = y − γr₂ ∇ᵧL₂(x₊, y)"
    order_of_accuracy = 1
    colors = PLAYERS

    first: Any = 1

    def __post_init__(self) -> None:
        """Read the number of player 1's variables, which is counted and not computed with."""
        text = str(self.first).strip()
        if isinstance(self.first, bool) or not text.isdecimal() or int(text) < 1:
            raise MethodError(
                f"hyperparameter first={self.first} is not the number of player 1's variables: "
                "give a whole number, 1 or more"
            )
        object.__setattr__(self, "first", int(text))

    def bind(self, constant: Callable[[Expression], Any]) -> Alternating:
        """Return the method itself: it has no hyperparameter to compute with."""
        return self

    def check_field(self, field: Any) -> None:
        """Refuse a game whose player 1 has another number of variables."""
        blocks = getattr(field, "blocks", None)
        if blocks is not None and len(blocks[0]) != self.first:
            count = len(blocks[0])
            raise MethodError(
                f"player 1 has the variables {', '.join(blocks[0])} and alternating descent is "
                f"told to move {self.first} first: give first={count}"
            )

    def parts(self, field: VectorField) -> Mapping[Color, list[Element]]:
        """Return the components of either player, and 0 for the other's."""
        _require_player_2(field.dimension, self.first)
        return _parts(field, self.first)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after the move of player 1 and the answer of player 2."""
        moved = theta + gamma * f.share(f(theta), self.first, 0)
        return moved + gamma * f.share(f(moved), self.first, 1), state


# --- private helpers ----------------------------------------------------------------------------


def _require_player_2(components: int, first: int) -> None:
    if components <= first:
        raise DimensionError(
            f"player 1 has {first} of {components} components and player 2 has none: give a "
            "smaller number first"
        )


def _parts(field: VectorField, first: int) -> dict[Color, list[Element]]:
    zero = field.ring.constant(0)
    masks = ([i < first for i in range(field.dimension)],
             [i >= first for i in range(field.dimension)])  # fmt: skip
    return {
        color: [c if own else zero for c, own in zip(field.components, mask, strict=True)]
        for color, mask in zip(PLAYERS, masks, strict=True)
    }
