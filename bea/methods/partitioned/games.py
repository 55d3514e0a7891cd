"""The two ways to play a game of two players: both move at once, or one after the other.

The field is that of `bea.problems.games`, (-r1 grad_1 L1, -r2 grad_2 L2): the players' different
rates are in the field, and gamma is the one clock of both. On trees the nodes have two colours:
f1 is the part of the field that moves player 1, f2 the part that moves player 2. Source: Rosca,
Wu, Dherin and Barrett, Discretization drift in two-player games, ICML 2021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bea.algebra import Element
from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods.library.euler import ExplicitEuler
from bea.methods.partitioned.split_method import SplitMethod, moved, parts_by_owner
from bea.methods.registry import register
from bea.trees import PLAYERS, Color, Split

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
    mover = "player {}"

    def parts(self, field: VectorField) -> Mapping[Color, list[Element]]:
        """Return the components of either player; where none are told apart, the first is one."""
        blocks = getattr(field, "blocks", None)
        return parts_by_owner(field, Split(1 if blocks is None else len(blocks[0])))


def _first(value: Any) -> Split:
    """Read the number of player 1's variables, or those of each player."""
    text = str(value).strip()
    counted = text.isdecimal() and int(text) > 0 and not isinstance(value, bool)
    if counted or ";" in text or isinstance(value, Split | list | tuple):
        return Split.of(value)
    raise MethodError(
        f"hyperparameter first={value} is not the number of player 1's variables: give a whole "
        "number, 1 or more, or the names of each player's, 'x1 x2; y'"
    )


@register
@dataclass(frozen=True)
class Alternating(SplitMethod):
    """Player 1 moves, then player 2, who sees where player 1 went, and so on.

    `first` is how many variables player 1 has, or which variables each player has, "x; y z; u". A
    game says so itself and refuses another number; on any other field the first so many components
    move before the others do.

    >>> Alternating(first=2).parameters
    {'first': '2'}
    """

    name = "alternating"
    title = "alternating descent of the players of a game: player 2 sees player 1's move"
    source = _ROSCA
    formula = "x₊ = x − γr₁ ∇ₓL₁(x, y),  y₊ = y − γr₂ ∇ᵧL₂(x₊, y)"
    order_of_accuracy = 1
    readers = {"first": _first}  # noqa: RUF012
    most_parts = 0
    mover = "player {}"

    first: Any = 1

    @property
    def split(self) -> Split:
        """Which variables are whose."""
        found: Split = self.first
        return found

    def check_field(self, field: Any) -> None:
        """Refuse a game whose player 1 has other variables."""
        blocks = getattr(field, "blocks", None)
        if blocks is None:
            super().check_field(field)
        elif not self._is_split_as(blocks, field.variables):
            raise MethodError(
                f"player 1 has the variables {', '.join(blocks[0])} and alternating descent is "
                f"told to move {self.first} first: give first={len(blocks[0])}"
            )

    def _is_split_as(self, blocks: tuple[tuple[str, ...], ...], variables: Sequence[str]) -> bool:
        if self.split.first is not None:
            return self.split.first == len(blocks[0])
        owners = tuple(part for part, names in enumerate(blocks) for _ in names)
        return self.split.owners(variables, len(variables)) == owners

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after the moves of all players, each of whom sees those before."""
        for part in range(len(self.colors)):
            theta = moved(f, theta, self.split, part, gamma)
        return theta, state
