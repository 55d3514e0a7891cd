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
from flint import fmpq, fmpz

from bea.algebra import Element, Ring
from bea.bseries.numbers import Array, Exact

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
