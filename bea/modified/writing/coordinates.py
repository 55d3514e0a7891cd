"""Other generators in which an element reads better: σ instead of tanh, the gradient instead of θ.

A coordinate takes the place of a generator of the ring, which is a polynomial in the coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat, fmpq_mpoly

from bea.algebra import Element, Ring
from bea.algebra.language.building import add, call, number, power
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
    inside
        The u of a name that stands for σ(u).
    """

    generator: int
    name: str
    definition: Expression
    coefficients: tuple[tuple[int | None, fmpq], ...]
    inside: Element | None = None

    @property
    def place(self) -> int:
        """The place at which the coordinate itself stands among the generators."""
        return next(place for place, _ in self.coefficients if place is not None)

    def polynomial(self, ring: Ring) -> fmpq_mpoly:
        """Return the generator as a polynomial in the coordinates."""
        gens, total = ring.context.gens(), ring.context.constant(0)
        for place, c in self.coefficients:
            total = total + (c if place is None else gens[place] * c)
        return total


def sigmoid_coordinates(ring: Ring) -> list[Coordinate]:
    """Return σ in place of tanh(u) = 2σ(2u) − 1, where 2u has whole numbers, and of 1/(1 + e^(−u)).

    >>> ring = Ring(["x"])
    >>> x = ring.symbol("x")
    >>> _ = (x / 2).tanh(), x.tanh(), 1 / (1 + (-x).exp())
    >>> [(c.generator, c.name, c.place) for c in sigmoid_coordinates(ring)]
    [(1, 'sigma_1', 1), (4, 'sigma_1', 1)]
    """
    found: list[Coordinate] = []
    for g, atom in enumerate(ring.atoms, len(ring.symbols)):
        read = _as_sigmoid(atom)
        if read is not None:
            inside, factor, constant = read
            same = next((c for c in found if c.inside == inside), None)
            place, name = (same.place, same.name) if same else (g, f"sigma_{len(found) + 1}")
            definition = power(add(number(1), call("exp", to_expression(-inside))), -1)
            found.append(
                Coordinate(g, name, definition, ((place, factor), (None, constant)), inside)
            )
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


def _as_sigmoid(atom: Atom) -> tuple[Element, fmpq, fmpq] | None:
    """Return u, a and b where the atom is a σ(u) + b, else None."""
    one = fmpq(1)
    if _is_halved(atom):
        return 2 * atom.argument, 2 * one, -one
    inside = _exponential_in(atom)
    if inside is None:
        return None
    rises = fmpq(inside.poly.leading_coefficient()) > 0
    return (inside, -one, one) if rises else (-inside, one, 0 * one)


def _exponential_in(atom: Atom) -> Element | None:
    """Return the u of 1/(1 + e^u), else None."""
    terms = atom.argument.terms()
    if atom.kind != "root" or atom.degree != 1 or set(terms.values()) != {1} or len(terms) != 2:
        return None
    used = [g for exponents in terms for g, e in enumerate(exponents) if e]
    ring = atom.argument.ring
    if len(used) != 1 or sum(map(sum, terms)) != 1 or used[0] < len(ring.symbols):
        return None
    inner = ring.atoms[used[0] - len(ring.symbols)]
    if inner.kind == "root" and inner.degree == 1:  # 1/e^v
        below = [a for a in ring.atoms if a.kind == "exp" and ring.generator(a) == inner.argument]
        return -below[0].argument if below else None
    return inner.argument if inner.kind == "exp" else None


def _is_halved(atom: Atom) -> bool:
    values = [fmpq(c) for c in atom.argument.terms().values()]
    halves = any(c.q != 1 for c in values)
    return atom.kind == "tanh" and halves and all((2 * c).q == 1 for c in values)
