"""Coefficients as their images in finite fields, a whole array of machine integers at once.

A rational number has an image modulo every prime that does not divide its denominator. So has a
number of Q(v), v a root, modulo a prime p modulo which its polynomial has all its roots: one for
each of them; and a rational function of a symbol, for every value of the symbol. Sums and products
of numbers are those of their images, and a few images tell the number (`bea.bseries.lifting`): the
recursions on trees are run in several images, the `lanes`, side by side. Source: von zur Gathen
and Gerhard, Modern Computer Algebra, chapter 5 (modular algorithms, big primes and small points).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq, fmpz, nmod_poly

from bea.algebra import Element, Ring
from bea.bseries.numbers import Array, Exact

Bound = Callable[[int], int]

# Products of two residues, summed over as many edges as a tree has, stay below 2^63.
_BELOW = 1 << 29
_CHUNK = 1 << 16  # residues: half a megabyte


class NoImagesError(Exception):
    """There are no images of such numbers: the recursions have to be run in the numbers."""


class UnluckyPrimeError(Exception):
    """A prime divides the denominator of a number."""


class UnplacedError(Exception):
    """An element holds generators of its ring that the lanes have no values for."""

    def __init__(self, ring: Ring, generators: set[int]) -> None:
        self.ring, self.generators = ring, generators


class Lane(NamedTuple):
    """A prime, and the values of the generators of a ring modulo it."""

    prime: int
    values: dict[int, int]


class Residues(Exact):
    """Arrays of residues; the last axis is the lanes.

    >>> numbers = Residues([Lane(7, {}), Lane(11, {})])
    >>> numbers.array([fmpq(1, 2), 3]).tolist()
    [[4, 6], [3, 3]]
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self.moduli = np.array([lane.prime for lane in lanes])
        self._primes = list(dict.fromkeys(self.moduli.tolist()))
        self._lanes = [self._primes.index(prime) for prime in self.moduli.tolist()]
        self._values = {g: np.array([lane.values[g] for lane in lanes]) for g in lanes[0].values}
        self._room = np.empty(0, np.int64)  # for products, so that no memory is asked for anew
        self._images: dict[fmpq, Array] = {}
        self._elements: dict[int, tuple[Element, Array]] = {}

    def array(self, values: Sequence[Any]) -> Array:
        """Return the images of exact numbers, (numbers, lanes)."""
        found = np.zeros((len(values), len(self.moduli)), np.int64)
        for i, value in enumerate(values):
            found[i] = self.image(value)
        return found

    def listed(self, array: Array) -> list[Any]:
        """Return the residues as lists: exact numbers are for `bea.bseries.lifting` to find."""
        return array.tolist()

    def zeros(self, *shape: int) -> Array:
        """Return an array of zeros."""
        return np.zeros((*shape, len(self.moduli)), np.int64)

    def reduced(self, array: Array) -> Array:
        """Return the residues from 0 to p - 1."""
        return array % self.moduli

    def scaled(self, array: Array, factor: Any) -> Array:
        """Return the array times an exact number."""
        return array * self.image(factor) % self.moduli

    def over_cuts(
        self,
        columns: Array,
        trunks: Array,
        field: Array,
        branches: Array,
        counts: Array,
        starts: Array,
    ) -> Array:
        """Return the sums of counts field[branches] columns[trunks] for trees with cuts in a row.

        They are made piece by piece, so that what is multiplied at once stays within the cache.
        """
        most = int(np.diff(starts).max())
        widest = max(most, _CHUNK // columns[0].size)
        if len(self._room) < widest * columns[0].size:
            self._room = np.empty(widest * columns[0].size, np.int64)
        pieces, first = [], 0
        while first < len(starts) - 1:
            last = int(np.searchsorted(starts, starts[first] + widest, "right")) - 1
            cuts = slice(starts[first], starts[last])
            weights = field[branches[cuts]] * counts[cuts, None]
            products = self._room[: (cuts.stop - cuts.start) * columns[0].size]
            products = products.reshape(-1, *columns.shape[1:])
            np.take(columns, trunks[cuts], axis=0, out=products, mode="clip")  # without a copy
            products *= weights[:, None]
            sums = np.add.reduceat(products, starts[first:last] - starts[first], axis=0)
            pieces.append(sums % self.moduli)
            first = last
        return np.concatenate(pieces)

    def weighted(self, columns: Array, weights: Array) -> Array:
        """Return the sum of the columns, which stand along axis 1, times a number for each."""
        return np.einsum("nkl,kl->nl", columns, weights) % self.moduli

    def vanish(self, array: Array) -> bool:
        """Tell whether all images are zero."""
        return not array.any()

    def image(self, value: Any) -> Array:
        """Return the images of an exact number, (lanes,).

        Raises
        ------
        UnluckyPrimeError
            If a prime divides a denominator.
        UnplacedError, NoImagesError
            If the number holds generators without values, or is none of a ring.
        """
        if isinstance(value, Element):
            known = self._elements.get(id(value))
            if known is None:
                known = self._elements[id(value)] = value, self._evaluated(value)
            return known[1]
        if not isinstance(value, int | fmpq):
            raise NoImagesError
        rational = fmpq(value)
        if rational not in self._images:
            residues = [residue(rational, prime) for prime in self._primes]
            self._images[rational] = np.array(residues)[self._lanes]
        return self._images[rational]

    def _evaluated(self, element: Element) -> Array:
        """Return the value of a polynomial in the generators."""
        terms = [(list(map(int, e)), fmpq(c)) for e, c in element.terms().items()]
        used = {g for exponents, _ in terms for g, e in enumerate(exponents) if e}
        if missing := used - self._values.keys():
            raise UnplacedError(element.ring, missing)
        total = self.zeros()
        for exponents, coefficient in terms:
            value = self.image(coefficient)
            for g in used:
                for _ in range(exponents[g]):
                    value = value * self._values[g] % self.moduli
            total = total + value
        return total % self.moduli


def residue(value: fmpq, prime: int) -> int:
    """Return a rational number modulo a prime.

    Raises
    ------
    UnluckyPrimeError
        If the prime divides the denominator.
    """
    below = int(value.q) % prime
    if below == 0:
        raise UnluckyPrimeError(f"{prime} divides the denominator of {value}")
    return int(value.p) * pow(below, -1, prime) % prime


def primes() -> Iterator[int]:
    """Yield primes, the largest that are fit for residues first."""
    for candidate in range(_BELOW - 1, 2, -2):
        if fmpz(candidate).is_prime():
            yield candidate


# --- the fields that numbers may lie in: their lanes, and the monomials that they are made of -----


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
