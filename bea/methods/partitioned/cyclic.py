"""Cyclic updates: the blocks of variables, or the parts of the field, move one after the other.

Each block sees where those before it went, as in the iteration of Gauss and Seidel. Sources: Beck
and Tetruashvili, SIAM J. Optim. 23 (2013) 2037-2060; Attouch, Bolte, Redont and Soubeyran, Math.
Oper. Res. 35 (2010) 438-457.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bea.methods.partitioned.split_method import SplitMethod, moved, moved_implicitly
from bea.methods.registry import register


@register
@dataclass(frozen=True)
class Cyclic(SplitMethod):
    """A step of Euler's method of each block in turn, from the first to the last.

    With sweep=both they move by half a step forwards and then by half a step from the last back to
    the first. With own=implicit a block takes its own new values, which on a loss is a proximal
    step. `--split each` makes a block of every variable.

    >>> Cyclic("x; y; z u").parameters
    {'split': 'x; y; z u', 'sweep': 'forward', 'own': 'explicit'}
    """

    name = "cyclic"
    title = "cyclic updates of blocks (Gauss-Seidel)"
    source = "Beck and Tetruashvili, SIAM J. Optim. 23 (2013) 2037-2060"
    formula = "x₊ = x + γ f₁(x, y, z),  y₊ = y + γ f₂(x₊, y, z),  z₊ = z + γ f₃(x₊, y₊, z)"
    also = ("gauss-seidel", "coordinate-descent", "block-coordinate-descent",
            "cyclic-coordinate-descent", "proximal-alternating(own=implicit)")  # fmt: skip
    order_of_accuracy = 1
    most_parts = 0
    options = {"sweep": ("forward", "both"), "own": ("explicit", "implicit")}  # noqa: RUF012

    split: Any = "halves"
    sweep: Any = "forward"
    own: Any = "explicit"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return the point after the moves of all blocks."""
        move = moved if self.own == "explicit" else moved_implicitly
        blocks = range(self.split.count)
        order, size = (blocks, gamma)
        if self.sweep == "both":
            order, size = (*blocks, *reversed(blocks)), gamma / 2  # type: ignore[assignment]
        for part in order:
            theta = move(f, theta, self.split, part, size)
        return theta, state
