"""The fields that coefficients on trees lie in, as far as their images are known.

Rational numbers, those of Q(v) with one root v, and polynomials in one symbol and one reciprocal
1/(a s + b): each says which lanes there are modulo a prime, and of which monomials numbers are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from flint import fmpq, nmod_poly

from bea.algebra import Element, Ring
from bea.bseries.residues import Lane, NoImagesError, residue

Bound = Callable[[int], int]


class Rationals:
    """The rational numbers: a lane for each prime.

    An extension has `width` lanes for each prime, and its numbers on trees of some size are
    combinations of as many `monomials`, each given by the exponents of generators of its `ring`.
    """

    ring: Any = None
    width = 1

    def lanes(self, prime: int) -> list[Lane] | None:
        """Return the lanes of a prime, or None if it is of no use."""
        return [Lane(prime, {})]

    def monomials(self, size: int) -> list[dict[int, int]]:
        """Return the monomials on trees of that size."""
        return [{}]


class Root(Rationals):
    """The numbers of Q(v), where v = q^(-1/n) with a rational q is the generator of a ring."""

    def __init__(self, ring: Ring, generator: int) -> None:
        atom = ring.atoms[generator - len(ring.symbols)]
        q = atom.argument.as_rational()
        if atom.kind != "root" or q is None:
            raise NoImagesError
        self.ring, self.width = ring, atom.degree
        self._generator, self._q = generator, q

    def lanes(self, prime: int) -> list[Lane] | None:
        """Return a lane for each root of q v^n = 1, if it has n of them."""
        leading = residue(self._q, prime)
        polynomial = nmod_poly([-1, *[0] * (self.width - 1), leading], prime)
        roots = [int(root) for root, _ in polynomial.roots()]
        if len(roots) < self.width:
            return None
        return [Lane(prime, {self._generator: root}) for root in roots]

    def monomials(self, size: int) -> list[dict[int, int]]:
        """Return the powers of v."""
        return [{self._generator: n} for n in range(self.width)]


class Symbol(Rationals):
    """Polynomials in a symbol s and in v = 1/(a s + b), a generator of the ring.

    In normal form no monomial holds both, as (a s + b) v = 1: they are ..., s^2, s, 1, v, v^2, ...,
    and on trees of one size those between two places occur, counted from 1. One monomial more is
    there to show that there are no others.
    """

    def __init__(self, ring: Ring, symbol: int, pole: int | None) -> None:
        self.ring, self._symbol, self._pole = ring, symbol, pole
        self._lowest: Bound = lambda size: 0
        self._highest: Bound = lambda size: 0 if pole is None else 2 * size

    def within(self, nodes: int, margin: int) -> Symbol:
        """Return the extension for trees of so many nodes, with a margin at either end."""
        found = Symbol(self.ring, self._symbol, self._pole)
        found._lowest = lambda size: self._lowest(size) - margin
        found._highest = lambda size: self._highest(size) + (0 if self._pole is None else margin)
        sizes = range(1, nodes + 1)
        found.width = 2 + max(found._highest(size) - found._lowest(size) for size in sizes)
        return found

    def fitted(self, numbers: Iterable[tuple[int, Any]]) -> Symbol:
        """Return the extension with the bounds that numbers have, given with sizes of trees.

        On larger trees the bounds go on as they do from the last but one size to the last.
        """
        lowest: dict[int, int] = {}
        highest: dict[int, int] = {}
        for size, number in numbers:
            if number != 0:
                exponents = number.terms() if isinstance(number, Element) else ()
                seen = [self._place(e) for e in exponents] or [0]
                lowest[size] = min(lowest.get(size, seen[0]), *seen)
                highest[size] = max(highest.get(size, seen[0]), *seen)
        found = Symbol(self.ring, self._symbol, self._pole)
        found._lowest, found._highest = _line(lowest), _line(highest)
        return found

    def lanes(self, prime: int) -> list[Lane] | None:
        """Return lanes for as many values of the symbol as there are monomials."""
        found: list[Lane] = []
        for value in count(2):
            if len(found) == self.width:
                break
            lane = Lane(prime, {self._symbol: value})
            below = 1 if self._pole is None else self._denominator(value, prime)
            if below:
                if self._pole is not None:
                    lane.values[self._pole] = pow(below, -1, prime)
                found.append(lane)
        return found

    def monomials(self, size: int) -> list[dict[int, int]]:
        """Return the monomials from the highest downwards."""
        highest = self._highest(size)
        return [self._monomial(n) for n in range(highest, highest - self.width, -1)]

    def _place(self, exponents: Sequence[Any]) -> int:
        """Return the place of a monomial, counted from 1."""
        poles = 0 if self._pole is None else int(exponents[self._pole])
        return poles - int(exponents[self._symbol])

    def _monomial(self, place: int) -> dict[int, int]:
        if place > 0 and self._pole is not None:
            return {self._pole: place}
        return {self._symbol: -place}

    def _denominator(self, value: int, prime: int) -> int:
        """Return a s + b."""
        assert self._pole is not None
        atom = self.ring.atoms[self._pole - len(self.ring.symbols)]
        total = 0
        for exponents, coefficient in atom.argument.terms().items():
            held = int(exponents[self._symbol])
            total += residue(fmpq(coefficient), prime) * value**held
        return total % prime


def extension_by(ring: Ring, generators: set[int]) -> Rationals:
    """Return the extension of the rationals by these generators.

    Raises
    ------
    NoImagesError
        If it is of another kind than those above.
    """
    known = len(ring.symbols)
    atoms = {g: ring.atoms[g - known] for g in generators if g >= known}
    symbols = generators - atoms.keys()
    for atom in atoms.values():
        for exponents in atom.argument.terms():
            symbols |= {g for g, e in enumerate(exponents) if e}
    if len(atoms) == 1 and not symbols:
        return Root(ring, max(atoms))
    poles = [g for g, atom in atoms.items() if _is_pole(atom)]
    if len(symbols) != 1 or max(symbols) >= known or len(atoms) > len(poles[:1]):
        raise NoImagesError
    return Symbol(ring, symbols.pop(), poles[0] if poles else None)


# --- private helpers ------------------------------------------------------------------------------


def _is_pole(atom: Any) -> bool:
    """Tell whether an atom is 1/(a s + b)."""
    exponents = atom.argument.terms()
    return (
        atom.kind == "root" and atom.degree == 1 and all(sum(map(int, e)) <= 1 for e in exponents)
    )


def _line(bounds: Mapping[int, int]) -> Bound:
    """Return the bounds, which go on as from the last size but one to the last."""
    last = max(bounds, default=0)
    end = bounds.get(last, 0)
    slope = end - bounds.get(last - 1, end)
    return lambda size: bounds.get(size, end + slope * max(0, size - last))
