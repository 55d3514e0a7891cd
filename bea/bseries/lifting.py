"""From images in finite fields back to exact numbers.

Modulo each prime the coefficients of the monomials are found from the values in its lanes by a
linear system; each coefficient is then a rational number that is known modulo all primes. With a
multiple D of its denominator it is an integer over D, which the Chinese remainder theorem gives.
All primes but one are used, and the last has to agree with what was found; otherwise more are taken.
Source: von zur Gathen and Gerhard, Modern Computer Algebra, sections 5.4 (Chinese remainders) and
5.10 (rational numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import lcm, prod
from typing import Any

import numpy as np
from flint import fmpq, nmod_mat

from bea.algebra import Element
from bea.bseries.numbers import EXACT, Array, Exact
from bea.bseries.residues import (
    Lane,
    NoImagesError,
    Rationals,
    Residues,
    UnluckyPrimeError,
    UnplacedError,
    extension_by,
    primes,
)
from bea.trees import TreeTable

_FIRST = 3  # primes: enough for 58 bits in numerator and denominator together
_AT_ONCE = 1 << 24  # residues in one array: 128 MiB
_SAMPLES = 50  # numbers whose denominators are found one by one, to begin with


def through_images(compute: Callable[[Exact], Array], table: TreeTable) -> list[Any]:
    """Return what a computation gives in exact numbers, from what it gives in their images.

    Parameters
    ----------
    compute
        Returns an array of `numbers` in which it makes sums, and products with each other and with
        exact numbers.
    table
        The trees: their sizes tell the degrees that may be expected in a symbol, and their number
        how many images are taken at once.

    Examples
    --------
    >>> from bea.trees import tree_table
    >>> through_images(lambda numbers: numbers.array([fmpq(-22, 7), fmpq(0)]), tree_table(2))
    [-22/7, 0]
    """
    extension = Rationals()
    generators: set[int] = set()
    while True:
        try:
            found = _lifted(compute, extension, table)
        except UnplacedError as unplaced:
            generators |= unplaced.generators
            if extension.ring not in (None, unplaced.ring):
                return EXACT.listed(compute(EXACT))
            try:
                extension = extension_by(unplaced.ring, generators, table.order)
            except NoImagesError:
                return EXACT.listed(compute(EXACT))
        except NoImagesError:
            return EXACT.listed(compute(EXACT))
        else:
            if found is not None:
                return found
            extension = extension.larger()


# --- private helpers ------------------------------------------------------------------------------


def _lifted(
    compute: Callable[[Exact], Array], extension: Rationals, table: TreeTable
) -> list[Any] | None:
    """Return the exact numbers, or None where the extension has too few monomials."""
    used: list[int] = []
    known: list[Array] = []
    supply = _useful(extension)
    while True:
        more = [next(supply) for _ in range(len(used) // 2 or _FIRST)]
        try:
            images = _images(compute, [lane for lanes in more for lane in lanes], table)
        except UnluckyPrimeError:
            continue
        values = images.reshape(len(images), len(more), -1)
        solved = [_solved(values[:, i], lanes, extension) for i, lanes in enumerate(more)]
        used += [lanes[0].prime for lanes in more]
        known += solved
        coefficients = np.stack(known, axis=-1)
        if extension.exceeded(coefficients):
            return None
        rational = rationals(coefficients.reshape(-1, len(used)), used)
        if rational is not None:
            return _combined(rational, extension)


def _images(
    compute: Callable[[Exact], Array], lanes: Sequence[Lane], table: TreeTable
) -> Array:
    """Return the results in all lanes, (numbers, lanes): in as many at once as the memory likes."""
    width = max(1, _AT_ONCE // (len(table) * (table.order + 1)))
    parts = [compute(Residues(lanes[i : i + width])) for i in range(0, len(lanes), width)]
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


def _solved(values: Array, lanes: Sequence[Lane], extension: Rationals) -> Array:
    """Return the coefficients of the monomials, (numbers, monomials), from values in lanes."""
    if len(lanes) == 1:
        return values
    prime, count = lanes[0].prime, len(lanes)
    rows = [[prod(pow(lane.values[g], e, prime) for g, e in monomial.items())
             for monomial in extension.basis] for lane in lanes]  # fmt: skip
    inverse = nmod_mat(count, count, [entry % prime for row in rows for entry in row], prime).inv()
    matrix = np.array([[int(entry) for entry in row] for row in inverse.table()]).T
    # In two halves, so that the sums of products stay below 2^63.
    high, low = (values @ part for part in (matrix >> 15, matrix & 0x7FFF))
    return (((high % prime) << 15) + low) % prime


def rationals(residues: Array, moduli: Sequence[int]) -> list[fmpq] | None:
    """Return the rational numbers with these residues, (numbers, moduli), or None: more are needed.

    >>> rationals(np.array([[4, 6, 7], [0, 0, 0]]), [7, 11, 13])
    [1/2, 0]
    """
    found: list[Any] = [fmpq(0)] * len(residues)
    left = np.flatnonzero(residues.any(axis=1))
    p, denominator = np.array(moduli), 1
    for i in left[-1 :: -(len(left) // _SAMPLES + 1)].tolist():
        denominator = lcm(denominator, _denominator(residues[i].tolist(), moduli) or 1)
    while len(left):
        scales = np.array([denominator % q for q in moduli])
        numerators, agree = _integers(residues[left] * scales % p, moduli)
        for i, numerator in zip(left[agree].tolist(), numerators[agree].tolist(), strict=True):
            found[i] = fmpq(numerator, denominator)
        left = left[~agree]
        if len(left):
            more = _denominator(residues[left[-1]].tolist(), moduli)
            if more is None or denominator % more == 0:
                return None
            denominator = lcm(denominator, more)
    return found


def _integers(residues: Array, moduli: Sequence[int]) -> tuple[Array, Array]:
    """Return the integers of least size, and whether they agree with the last modulus.

    Garner's mixed radix digits from all moduli but the last.
    """
    *used, last = moduli
    total, size = residues[:, 0].copy(), used[0]
    for i, p in enumerate(used[1:], start=1):
        digit = (residues[:, i] - total % p) * pow(size, -1, p) % p
        total = total + digit * size if size * p < 1 << 62 else _wide(total) + _wide(digit) * size
        size *= p
    total = np.where(total > size // 2, total - size, total)
    return total, (total % last).astype(np.int64) == residues[:, -1]


def _wide(array: Array) -> Array:
    """Return the integers as Python's, which know no bounds."""
    return array.astype(object)


def _denominator(residues: Sequence[int], moduli: Sequence[int]) -> int | None:
    """Return the denominator of the simplest fraction with these residues, if there is one.

    It is where Euclid's algorithm has its largest quotient (M. Monagan, "Maximal quotient rational
    reconstruction", ISSAC 2004, 243-249), and has to agree with the last modulus.
    """
    *used, last = moduli
    size = prod(used)
    whole = int(_integers(np.array([residues]), moduli)[0][0])
    (a, u), (b, v) = (size, 0), (whole % size, 1)
    best, fraction = 0, (0, 1)
    while b:
        q = a // b
        if q > best:
            best, fraction = q, (b, v)
        (a, u), (b, v) = (b, v), (a - q * b, u - q * v)
    numerator, denominator = fraction
    agrees = (numerator - residues[-1] * denominator) % last == 0
    return abs(denominator) if agrees else None


def _combined(coefficients: list[fmpq], extension: Rationals) -> list[Any]:
    """Return combinations of the monomials of an extension with these coefficients."""
    ring, basis = extension.ring, extension.basis
    if ring is None:
        return coefficients
    count = len(ring.symbols) + len(ring.atoms)
    exponents = [tuple(monomial.get(g, 0) for g in range(count)) for monomial in basis]
    context, constant = ring.context, (0,) * count
    found: list[Any] = []
    for i in range(0, len(coefficients), len(basis)):
        parts = zip(exponents, coefficients[i : i + len(basis)], strict=True)
        terms = {e: c for e, c in parts if c}
        if terms.keys() <= {constant}:
            found.append(terms.get(constant, fmpq(0)))
        else:  # the monomials are linearly independent, over the rationals
            found.append(Element(ring, context.from_dict(terms), vanishes=False))
    return found
