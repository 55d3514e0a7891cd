"""Coefficients as their images in finite fields, a whole array of machine integers at once.

A rational number has an image modulo every prime that does not divide its denominator. So has a
number of Q(v), v a root, modulo a prime p modulo which its polynomial has all its roots: one for
each of them; and a rational function of a symbol, for every value of the symbol. Sums and products
of numbers are those of their images, and a few images tell the number (`bea.bseries.lifting`): the
recursions on trees are run in several images, the `lanes`, side by side. Source: von zur Gathen
and Gerhard, Modern Computer Algebra, chapter 5 (modular algorithms, big primes and small points).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq, fmpz, nmod_poly

from bea.algebra import Element, Ring
from bea.bseries.numbers import Array, Exact

# Products of two residues, summed over as many edges as a tree has, stay below 2^63.
_BELOW = 1 << 29


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

    chunk = 1 << 17

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self.moduli = np.array([lane.prime for lane in lanes])
        self._primes, self._lanes = np.unique(self.moduli, return_inverse=True)
        self._values = {g: np.array([lane.values[g] for lane in lanes]) for g in lanes[0].values}
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

    def counted(self, array: Array, counts: Array) -> Array:
        """Return each entry along axis 0 times an integer of its own, not reduced."""
        return array * counts[:, None]

    def over(self, numerators: Array, denominators: Sequence[int]) -> Array:
        """Return the sum along axis 1 of numerators over these denominators."""
        weights = self.array([fmpq(1, n) for n in denominators])
        return np.einsum("nkl,kl->nl", numerators, weights) % self.moduli

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
            residues = [residue(rational, prime) for prime in self._primes.tolist()]
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


# --- what else than rational numbers there may be -------------------------------------------------


class Rationals:
    """The rational numbers: a lane for each prime.

    An extension has `lanes(prime)`, or None modulo a prime that is of no use, and `basis`, the
    exponents of the monomials that its numbers are combinations of, as many as there are lanes.
    """

    basis: Sequence[dict[int, int]] = ({},)
    ring: Ring | None = None

    def lanes(self, prime: int) -> list[Lane] | None:
        """Return the lanes of a prime."""
        return [Lane(prime, {})]

    def larger(self) -> Rationals:
        """Return an extension with more monomials, where it has bounds that proved too small."""
        raise NoImagesError

    def exceeded(self, coefficients: Array) -> bool:
        """Tell whether coefficients, (numbers, monomials, primes), show that monomials are missing."""
        return False


class Root(Rationals):
    """The numbers of Q(v), where v = q^(-1/n) with a rational q is the generator of a ring."""

    def __init__(self, ring: Ring, generator: int) -> None:
        atom = ring.atoms[generator - len(ring.symbols)]
        q = atom.argument.as_rational()
        if atom.kind != "root" or q is None:
            raise NoImagesError
        self.ring, self._generator, self._q, self._degree = ring, generator, q, atom.degree
        self.basis = [{generator: n} for n in range(atom.degree)]

    def lanes(self, prime: int) -> list[Lane] | None:
        """Return a lane for each root of q v^n = 1, if it has n of them."""
        leading = residue(self._q, prime)
        polynomial = nmod_poly([-1, *[0] * (self._degree - 1), leading], prime)
        roots = [int(root) for root, _ in polynomial.roots()]
        if len(roots) < self._degree:
            return None
        return [Lane(prime, {self._generator: root}) for root in roots]


class Symbol(Rationals):
    """Polynomials in a symbol s and in v = 1/(a s + b), a generator of the ring.

    In normal form no monomial holds both, as (a s + b) v = 1.
    """

    def __init__(self, ring: Ring, symbol: int, pole: int | None, poles: int, powers: int) -> None:
        self.ring, self._symbol, self._pole = ring, symbol, pole
        self._poles, self._powers = poles if pole is not None else 0, powers
        self.basis = [{pole: n} for n in range(self._poles, 0, -1)] if pole is not None else []
        self.basis += [{symbol: n} for n in range(self._powers + 1)]

    def lanes(self, prime: int) -> list[Lane] | None:
        """Return lanes for as many values of the symbol as there are monomials."""
        found: list[Lane] = []
        for value in range(2, prime):
            lane = Lane(prime, {self._symbol: value})
            below = 1 if self._pole is None else _value(self._denominator(), lane)
            if below:
                if self._pole is not None:
                    lane.values[self._pole] = pow(below, -1, prime)
                found.append(lane)
            if len(found) == len(self.basis):
                return found
        return None

    def larger(self) -> Symbol:
        """Return one with higher powers of both."""
        poles, powers = 2 * self._poles, max(2 * self._powers, self._poles // 2)
        return Symbol(self.ring, self._symbol, self._pole, poles, powers)

    def exceeded(self, coefficients: Array) -> bool:
        """Tell whether one of the highest powers occurs: then it may stand for others."""
        highest = [0] * bool(self._poles) + [-1] * bool(self._powers)
        return bool(coefficients[:, highest].any())

    def _denominator(self) -> dict[tuple[int, ...], fmpq]:
        atom = self.ring.atoms[self._pole - len(self.ring.symbols)]
        return {tuple(map(int, e)): fmpq(c) for e, c in atom.argument.terms().items()}


def extension_by(ring: Ring, generators: set[int], nodes: int) -> Rationals:
    """Return the extension of the rationals by these generators, for trees of so many nodes.

    Raises
    ------
    NoImagesError
        If it is of another kind than those above.
    """
    atoms = {g: ring.atoms[g - len(ring.symbols)] for g in generators if g >= len(ring.symbols)}
    symbols = generators - atoms.keys()
    for atom in atoms.values():
        for exponents in atom.argument.terms():
            symbols |= {g for g, e in enumerate(exponents) if e}
    if len(atoms) == 1 and not symbols:
        return Root(ring, *atoms)
    poles = [g for g, atom in atoms.items() if _is_pole(atom)]
    if len(symbols) != 1 or max(symbols) >= len(ring.symbols) or len(atoms) > len(poles[:1]):
        raise NoImagesError
    return Symbol(ring, *symbols, poles[0] if poles else None, 2 * nodes, 0 if poles else nodes)


# --- private helpers ------------------------------------------------------------------------------


def _is_pole(atom: Any) -> bool:
    """Tell whether an atom is 1/(a s + b)."""
    exponents = atom.argument.terms()
    return atom.kind == "root" and atom.degree == 1 and all(sum(map(int, e)) <= 1 for e in exponents)


def _value(terms: dict[tuple[int, ...], fmpq], lane: Lane) -> int:
    """Return the value of a polynomial in a lane."""
    total = 0
    for exponents, coefficient in terms.items():
        value = residue(coefficient, lane.prime)
        for generator, exponent in enumerate(exponents):
            if exponent:
                value = value * pow(lane.values[generator], exponent, lane.prime) % lane.prime
        total += value
    return total % lane.prime
