"""The expected order of the drift: the power of the first nonzero term that was left out."""

from __future__ import annotations

from collections.abc import Sequence

from bea.modified import ModifiedEquation
from bea.modified.derive import derive
from bea.modified.memory.character import Character

# After this many vanishing terms no further ones are derived.
_PATIENCE = 10


def expected_orders(equation: ModifiedEquation, orders: Sequence[int]) -> list[int | None]:
    """Return, for each order K of truncation, the power of the first nonzero term after it.

    None where all terms that were derived after K vanish. For Euler's method it is K + 1, for RK4 4
    for each of K = 0 ... 3.

    Examples
    --------
    >>> import bea
    >>> rk4 = bea.modified_equation(bea.methods.rk4(), order=5)
    >>> expected_orders(rk4, range(5))
    [4, 4, 4, 4, 5]
    """
    nonzero = [power for power in range(equation.order + 1) if not equation.vanishes(power)]
    return [next((p for p in nonzero if p > order), None) for order in orders]


def derive_for(character: Character, highest: int) -> ModifiedEquation:
    """Derive the equation to order `highest` and on, until a nonzero term after it is found."""
    order = max(highest + 1, character.method.order_of_accuracy or 0)
    equation = derive(character, order)
    while expected_orders(equation, [highest]) == [None] and order < highest + 1 + _PATIENCE:
        order += 1
        equation = derive(character, order)
    return equation
