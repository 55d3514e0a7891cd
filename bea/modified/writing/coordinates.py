"""Other generators in which an element reads better: σ instead of tanh, the gradient instead of θ.

A coordinate takes the place of a generator of the ring, which is a polynomial in the coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat, fmpq_mpoly

from bea.algebra import Element, Ring
from bea.algebra.language.building import call
from bea.algebra.language.expressions import Expression
from bea.algebra.ring.atoms import Atom
from bea.algebra.ring.conversions import to_expression


@dataclass(frozen=True)
class Coordinate:
    """A name that stands for a generator.

    Attributes
    ----------
    generator
        The place of the generator in the ring.
    name
        The name that stands there.
    definition
        What the name means.
    coefficients
        The generator is the sum of coefficient · coordinate of a place, over these (place,
        coefficient), and the constant at place None.
    """

    generator: int
    name: str
    definition: Expression
    coefficients: tuple[tuple[int | None, fmpq], ...]

    def polynomial(self, ring: Ring) -> fmpq_mpoly:
        """Return the generator as a polynomial in the coordinates."""
        gens, total = ring.context.gens(), ring.context.constant(0)
        for place, c in self.coefficients:
            total = total + (c if place is None else gens[place] * c)
        return total


def sigmoid_coordinates(ring: Ring) -> list[Coordinate]:
    """Return σ(2u) in place of each tanh(u) = 2σ(2u) − 1 where 2u has whole numbers and u has not.

    >>> ring = Ring(["x"])
    >>> x = ring.symbol("x")
    >>> _ = (x / 2).tanh(), x.tanh()
    >>> [(c.generator, str(c.definition)) for c in sigmoid_coordinates(ring)]
    [(1, '(1 + tanh(x/2))/2')]
    """
    found: list[Coordinate] = []
    for g, atom in enumerate(ring.atoms, len(ring.symbols)):
        if _is_sigmoid(atom):
            definition = call("sigmoid", to_expression(2 * atom.argument))
            coefficients = ((g, fmpq(2)), (None, fmpq(-1)))
            found.append(Coordinate(g, f"sigma_{len(found) + 1}", definition, coefficients))
    return found


def gradient_coordinates(slopes: Sequence[Element]) -> list[Coordinate]:
    """Return g₁, g₂, ... in place of the variables, if the gradient is linear and invertible.

    >>> ring = Ring(["x", "y"])
    >>> x, y = ring.symbol("x"), ring.symbol("y")
    >>> [(c.name, str(c.definition)) for c in gradient_coordinates([2 * x + y - 1, x + 3 * y])]
    [('g1', '2*x + y - 1'), ('g2', 'x + 3*y')]
    """
    ring = slopes[0].ring
    d = len(ring.variables)
    units = [tuple(int(i == j) for j in range(d)) for i in range(d)]
    rows, constants = [], []
    for slope in slopes:
        terms = {tuple(map(int, e)): fmpq(c) for e, c in slope.terms().items()}
        if any(sum(e) > 1 or any(e[d:]) for e in terms):
            return []
        short = {e[:d]: c for e, c in terms.items()}
        rows.append([short.get(unit, fmpq(0)) for unit in units])
        constants.append(short.get((0,) * d, fmpq(0)))
    matrix = fmpq_mat(rows)
    names = [f"g{i + 1}" for i in range(d)]
    if matrix.det() == 0 or set(names) & set(ring.symbols):
        return []
    inverse = matrix.inv()
    found = []
    for i, (name, slope) in enumerate(zip(names, slopes, strict=True)):
        own = [fmpq(inverse[i, j]) for j in range(d)]
        shift = -sum((c * own[j] for j, c in enumerate(constants)), start=fmpq(0))
        places = [(j, c) for j, c in enumerate(own) if c != 0]
        found.append(Coordinate(i, name, to_expression(slope), (*places, (None, shift))))
    return found


# --- private helpers ----------------------------------------------------------------------------


def _is_sigmoid(atom: Atom) -> bool:
    values = [fmpq(c) for c in atom.argument.terms().values()]
    halves = any(c.q != 1 for c in values)
    return atom.kind == "tanh" and halves and all((2 * c).q == 1 for c in values)
