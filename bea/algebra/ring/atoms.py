"""The atoms: functions that, beside the variables, generate a differential ring.

An atom is F(u) for an argument u of the ring. Each kind needs one row below: its derivative F'(u)
written in the atom's own value and argument, and where it is defined. All of bea's calculus
follows from these rows. `root` is the one kind for every power: v = q^(-1/n), so that 1/q, sqrt(q)
= q v and q^(-3/2) = v^3 need one generator with the one relation v^n q = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flint import fmpq

if TYPE_CHECKING:
    from bea.algebra.ring.element import Element


@dataclass(frozen=True)
class Atom:
    """One generator of a ring: the function `kind` of `argument` (for pi, of nothing).

    `degree` is n in q^(-1/n) for a root and 1 for all other kinds; `generator` is its index in the
    ring.
    """

    kind: str
    argument: Element
    generator: int
    degree: int = 1


def generators_in(elements: Sequence[Element]) -> set[int]:
    """Return the generators of the atoms that elements hold, also inside the atoms' arguments."""
    found: set[int] = set()
    left = list(elements)
    while left:
        element = left.pop()
        degrees = element.poly.degrees()
        new = [a for a in element.ring.atoms if degrees[a.generator] and a.generator not in found]
        found.update(a.generator for a in new)
        left += [a.argument for a in new]
    return found


@dataclass(frozen=True)
class Kind:
    """What the calculus needs to know of a kind of atom.

    Attributes
    ----------
    slope
        (argument u, value F(u), degree) -> F'(u), for elements of the ring and whatever else has
        their operators and functions.
    needs
        Where F is defined and smooth: "" (everywhere), "positive" or "nonzero" argument.
    """

    slope: Callable[[Any, Any, int], Any]
    needs: str = ""


KINDS = {
    "exp": Kind(lambda u, value, n: value),
    "log": Kind(lambda u, value, n: u**-1, needs="positive"),
    "sin": Kind(lambda u, value, n: u.cos()),
    "cos": Kind(lambda u, value, n: -u.sin()),
    "sinh": Kind(lambda u, value, n: u.cosh()),
    "cosh": Kind(lambda u, value, n: u.sinh()),
    "tanh": Kind(lambda u, value, n: 1 - value * value),
    "asin": Kind(lambda u, value, n: (1 - u * u) ** fmpq(-1, 2)),  # the root says where
    "atan": Kind(lambda u, value, n: (1 + u * u) ** -1),
    "asinh": Kind(lambda u, value, n: (1 + u * u) ** fmpq(-1, 2)),
    "erf": Kind(lambda u, value, n: (-(u * u)).exp() * u.pi() ** fmpq(-1, 2) * 2),
    "root": Kind(lambda u, value, n: value ** (n + 1) * fmpq(-1, n), needs="positive"),
    "pi": Kind(lambda u, value, n: value * 0),
}
