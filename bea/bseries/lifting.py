"""From images in finite fields back to exact numbers.

Modulo each prime the coefficients of the monomials are found from the values in its lanes by a
linear system; each coefficient is then a rational number that is known modulo all primes. With a
multiple of its denominator it is an integer over it, which the Chinese remainder theorem gives, and
which has to be small beside the product of the primes. All is verified modulo one prime more;
where it does not agree, more primes are taken. Source: von zur Gathen and Gerhard, Modern Computer
Algebra, sections 5.4 (Chinese remainders) and 5.10 (rational numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import lcm, prod
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq, nmod_mat

from bea.algebra import Element, Ring
from bea.bseries.numbers import EXACT, Array, Exact
from bea.bseries.residues import (
    Lane,
    NoImagesError,
    Rationals,
    Residues,
    Symbol,
    UnluckyPrimeError,
    UnplacedError,
    extension_by,
    primes,
)
from bea.patience import counted
from bea.trees import TreeTable, tree_table

Compute = Callable[[Exact, TreeTable], Array]

_FIRST = 2  # primes: numbers of 46 bits in numerator and denominator together
_SLACK = 1 << 12  # by how much a number is smaller than most that have its residues
_AT_ONCE = 1 << 24  # residues in one array: 128 MiB
_SAMPLES = 20  # numbers whose denominators are found one by one, to begin with
_SMALL = 4  # nodes of the trees on which the degrees in a symbol are seen
_MARGINS = (2, 8, 32)  # of these degrees


def through_images(compute: Compute, table: TreeTable) -> list[Any]:
    """Return what a computation gives in exact numbers, from what it gives in their images.

    Parameters
    ----------
    compute
        Returns for the trees of a table an array of `numbers`, or several in a row. It makes sums,
        and products with each other and with exact numbers.
    table
        The trees.

    Examples
    --------
    >>> through_images(lambda numbers, table: numbers.array([fmpq(-22, 7), 0]), tree_table(2))
    [-22/7, 0]
    """
    ring, generators = None, set[int]()
    while True:
        try:
            return _over(compute, table, ring, generators)
        except UnplacedError as unplaced:  # a number of an extension of the rationals is met
            if ring not in (None, unplaced.ring):
                break
            ring, generators = unplaced.ring, generators | unplaced.generators
        except NoImagesError:
            break
    return EXACT.listed(compute(EXACT, table))


# --- private helpers ------------------------------------------------------------------------------


class _ExceededError(Exception):
    """There are other monomials than those that were expected."""


def _over(compute: Compute, table: TreeTable, ring: Ring | None, generators: set[int]) -> list[Any]:
    """Return the exact numbers over an extension of the rationals."""
    if ring is None:
        return _lifted(compute, table, Rationals())
    extension = extension_by(ring, generators)
    if not isinstance(extension, Symbol):
        return _lifted(compute, table, extension)
    small = tree_table(min(_SMALL, table.order), table.colors)
    found = _first(compute, small, [extension.within(small.order, margin) for margin in _MARGINS])
    if table.order <= _SMALL:
        return found
    fitted = extension.fitted(list(zip(_sizes(small, len(found)), found, strict=True)))
    return _first(compute, table, [fitted.within(table.order, margin) for margin in (0, *_MARGINS)])


def _first(compute: Compute, table: TreeTable, extensions: Sequence[Symbol]) -> list[Any]:
    """Return the numbers over the first extension that has monomials enough."""
    for extension in extensions:
        try:
            return _lifted(compute, table, extension)
        except _ExceededError:
            continue
    raise NoImagesError


def _lifted(compute: Compute, table: TreeTable, extension: Rationals) -> list[Any]:
    """Return the exact numbers over an extension."""
    supply = _useful(extension)
    check, values = next(supply)[:1], np.zeros((0, 0))
    used: list[int] = []
    known: list[Array] = []
    while True:
        more = [next(supply) for _ in range(len(used) // 2 or _FIRST)]
        lanes = [*(lane for lanes in more for lane in lanes), *([] if used else check)]
        try:
            images = _images(compute, lanes, table)
        except UnluckyPrimeError:
            check = check if used else next(supply)[:1]
            continue
        if not used:
            images, values = images[:, :-1], images[:, -1]
        sizes = _sizes(table, len(images))
        images = images.reshape(len(images), len(more), -1)
        known += [_solved(images[:, i], lanes, extension, sizes) for i, lanes in enumerate(more)]
        used += [lanes[0].prime for lanes in more]
        coefficients = np.stack(known, axis=-1)
        found = fractions(coefficients.reshape(-1, len(used)), used)
        if found is not None and _agrees(found, extension, sizes, check[0], values):
            return _combined(found, extension, sizes)


def _images(compute: Compute, lanes: Sequence[Lane], table: TreeTable) -> Array:
    """Return the results in all lanes, (numbers, lanes): in as many at once as the memory likes."""
    width = max(1, _AT_ONCE // (len(table) * (table.order + 1)))
    firsts = range(0, len(lanes), width)
    parts = [
        compute(Residues(lanes[i : i + width]), table)
        for i in counted(firsts, "images modulo primes")
    ]
    return np.concatenate(parts, axis=-1)


def _useful(extension: Rationals) -> Iterator[list[Lane]]:
    """Yield the lanes of one prime after the other."""
    for prime in primes():
        try:
            lanes = extension.lanes(prime)
        except UnluckyPrimeError:
            continue
        if lanes is not None:
            yield lanes


def _sizes(table: TreeTable, count: int) -> Array:
    """Return the sizes of the trees that numbers are of, where several arrays stand in a row."""
    return np.resize(table.size, count)


def _solved(values: Array, lanes: Sequence[Lane], extension: Rationals, sizes: Array) -> Array:
    """Return the coefficients of the monomials, (numbers, monomials), from values in lanes."""
    if extension.ring is None:
        return values
    found, prime = np.empty_like(values), lanes[0].prime
    for size in range(1, int(sizes[-1]) + 1):
        rows = [[_value(monomial, lane) for monomial in extension.monomials(size)]
                for lane in lanes]  # fmt: skip
        entries = [entry for row in rows for entry in row]
        inverse = nmod_mat(len(lanes), len(lanes), entries, prime).inv()
        matrix = np.array([[int(entry) for entry in row] for row in inverse.table()]).T
        # In two halves, so that the sums of products stay below 2^63.
        high, low = (values[sizes == size] @ part for part in (matrix >> 15, matrix & 0x7FFF))
        found[sizes == size] = (((high % prime) << 15) + low) % prime
    if isinstance(extension, Symbol) and found[:, -1].any():
        raise _ExceededError
    return found


def _value(monomial: dict[int, int], lane: Lane) -> int:
    """Return a monomial modulo a prime."""
    factors = (pow(lane.values[g], exponent, lane.prime) for g, exponent in monomial.items())
    return prod(factors) % lane.prime


class Fractions(NamedTuple):
    """Rational numbers as integers over the few denominators that they have in common."""

    numerators: Array
    which: Array
    denominators: list[int]


def fractions(residues: Array, moduli: Sequence[int]) -> Fractions | None:
    """Return the rational numbers with these residues, (numbers, moduli), or None: more are needed.

    >>> found = fractions(np.array([[10006, 10011], [0, 0]]), [20011, 20021])
    >>> found.numerators.tolist(), found.denominators
    ([1, 0], [2])
    """
    numerators = np.zeros(len(residues), object)
    which = np.zeros(len(residues), np.int64)
    left = np.flatnonzero(residues.any(axis=1))
    p, size = np.array(moduli), prod(moduli)
    samples = left[:: -(len(left) // _SAMPLES + 1)]
    denominators = [lcm(1, *_denominators(residues[samples], moduli))]
    while True:
        scales = np.array([denominators[-1] % q for q in moduli])
        found = _integers(residues[left] * scales % p, moduli)
        small = abs(found) <= size // _SLACK
        numerators[left[small]] = found[small]
        which[left[small]] = len(denominators) - 1
        left = left[~small]
        if not len(left):
            return Fractions(numerators, which, denominators)
        more = _denominators(residues[left[-1:]], moduli)
        if not more or denominators[-1] % more[0] == 0:
            return None
        denominators.append(lcm(denominators[-1], *more))


def _integers(residues: Array, moduli: Sequence[int]) -> Array:
    """Return the integers of least size with these residues: Garner's mixed radix digits."""
    total, size = residues[:, 0].copy(), moduli[0]
    for i, p in enumerate(moduli[1:], start=1):
        digit = (residues[:, i] - total % p) * pow(size, -1, p) % p
        total = total + digit * size if size * p < 1 << 62 else _wide(total) + _wide(digit) * size
        size *= p
    return np.where(total > size // 2, total - size, total)


def _wide(array: Array) -> Array:
    """Return the integers as Python's, which know no bounds."""
    return array.astype(object)


def _denominators(residues: Array, moduli: Sequence[int]) -> list[int]:
    """Return the denominators of the simplest fractions with these residues, where there are some.

    They are where Euclid's algorithm has its largest quotient: M. Monagan, "Maximal quotient
    rational reconstruction", ISSAC 2004, 243-249.
    """
    size, found = prod(moduli), []
    for whole in _integers(residues, moduli).tolist():
        (a, u), (b, v) = (size, 0), (whole % size, 1)
        best, denominator = 0, 1
        while b:
            q = a // b
            if q > best:
                best, denominator = q, abs(v)
            (a, u), (b, v) = (b, v), (a - q * b, u - q * v)
        if best >= _SLACK:
            found.append(denominator)
    return found


def _agrees(
    found: Fractions, extension: Rationals, sizes: Array, lane: Lane, values: Array
) -> bool:
    """Tell whether numbers have these values in a lane of a prime that they were not made from."""
    if any(d % lane.prime == 0 for d in found.denominators):
        return False
    inverses = np.array([pow(d, -1, lane.prime) for d in found.denominators])
    numerators = (found.numerators % lane.prime).astype(np.int64)
    coefficients = numerators * inverses[found.which] % lane.prime
    weights = np.array([[_value(monomial, lane) for monomial in extension.monomials(size)]
                        for size in range(int(sizes[-1]) + 1)])[sizes]  # fmt: skip
    total = (coefficients.reshape(weights.shape) * weights % lane.prime).sum(axis=1) % lane.prime
    return bool((total == values).all())


def _combined(found: Fractions, extension: Rationals, sizes: Array) -> list[Any]:
    """Return combinations of the monomials of an extension with these coefficients."""
    where = np.flatnonzero(found.numerators)
    pairs = zip(found.numerators[where].tolist(), found.which[where].tolist(), strict=True)
    numbers = [fmpq(numerator, found.denominators[i]) for numerator, i in pairs]
    combined: list[Any] = [fmpq(0)] * len(sizes)
    if extension.ring is None:
        for i, number in zip(where.tolist(), numbers, strict=True):
            combined[i] = number
        return combined
    generators = range(len(extension.ring.symbols) + len(extension.ring.atoms))
    exponents = [[tuple(monomial.get(g, 0) for g in generators)
                  for monomial in extension.monomials(size)]
                 for size in range(int(sizes[-1]) + 1)]  # fmt: skip
    rows, places = np.divmod(where, extension.width)
    keys = [exponents[size][k] for size, k in zip(sizes[rows].tolist(), places, strict=True)]
    ends = np.searchsorted(rows, np.arange(len(sizes) + 1)).tolist()
    for i, (first, last) in enumerate(pairwise(ends)):
        terms = dict(zip(keys[first:last], numbers[first:last], strict=True))
        if any(map(any, terms)):  # the monomials are linearly independent, over the rationals
            polynomial = extension.ring.context.from_dict(terms)
            combined[i] = Element(extension.ring, polynomial, vanishes=False)
        elif terms:
            combined[i] = numbers[first]
    return combined
