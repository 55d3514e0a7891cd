"""Averages of the composed map of an epoch over all its orders, without going through them.

The step on batch k is an operator, S_k phi = phi o Phi_k = phi + gamma X_k1 phi + gamma^2 X_k2 phi
+ ..., and the map of an epoch that visits k_1 first and k_m last is S_k1 S_k2 ... S_km theta. At
gamma^n no more than n of its factors are not 1, so that its mean needs no more than the means of
words X_(k_1, a_1) ... X_(k_r, a_r) of r <= n factors over distinct k_1 ... k_r, which are the same
for each r of the m positions. A sum over distinct indices is one over free indices by Moebius
inversion on set partitions; a free sum over an index that occurs once is an operator of its own,
and so the mean over the orders of m batches costs about m^floor(n/2) words at gamma^n, not m!.

For gradient descent X_a phi = phi^(a)(f, ..., f)/a! is linear in each f, and f the mean of the
batch's samples, so that the same sums, over samples, average over the splits into batches too.
Source: Rota, "On the foundations of combinatorial theory I. Theory of Moebius functions", Z.
Wahrscheinlichkeitstheorie 2 (1964) 340-368, for the inversion; the use here is bea's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from math import comb, factorial, perm, prod
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.fields import About, SeriesField, VectorField
from bea.patience import counted

Vector = tuple[Element, ...]
# A factor of a word: the power of gamma, and whose it is; None is the sum over all.
Factor = tuple[int, tuple[int | None, ...]]
Word = tuple[Factor, ...]
Pattern = tuple[int, ...]


def descents_of_samples(fields: Sequence[VectorField], batch_size: int, order: int) -> list[Vector]:
    """Return the coefficients of gamma^1 ... gamma^order of the mean epoch of gradient descent.

    The mean is over all ways to draw batches of that size from the samples, one after the other
    and without replacement, until none is left.
    """
    slopes = [field.components for field in fields]
    whole = tuple(sum(c[1:], start=c[0]) for c in zip(*slopes, strict=True))

    def operator(factor: Factor, value: Vector) -> Vector:
        power, whose = factor
        along = [whole if i is None else slopes[i] for i in whose]
        return tuple(_derivative(c, along) / factorial(power) for c in value)

    def weighted(powers: Pattern) -> Iterator[tuple[fmpq, Word]]:
        for pattern, weight in weights(powers, len(fields), batch_size).items():
            for whose in _choices(pattern, len(fields)):
                ends = np.cumsum(powers)
                parts = (whose[end - a : end] for a, end in zip(powers, ends, strict=True))
                yield weight, tuple(zip(powers, parts, strict=True))

    return _mean_epoch(operator, weighted, fields[0], len(fields) // batch_size, order)


def steps_of_batches(
    fields: Sequence[VectorField], steps: Sequence[Any], order: int
) -> list[Vector]:
    """Return the same of any one-step method and fixed batches: the mean over their orders.

    `steps` are the steps on the batches' fields, as vectors of power series to gamma^order.
    """
    one = _substitution(steps, order)

    def operator(factor: Factor, value: Vector) -> Vector:
        power, (k,) = factor
        if k is not None:
            return one(k, value)[power]
        parts = [one(i, value)[power] for i in range(len(steps))]
        return tuple(sum(c[1:], start=c[0]) for c in zip(*parts, strict=True))

    def weighted(powers: Pattern) -> Iterator[tuple[fmpq, Word]]:
        for pattern, weight in weights((1,) * len(powers), len(steps), 1).items():
            for whose in _choices(pattern, len(steps)):
                yield weight, tuple((a, (k,)) for a, k in zip(powers, whose, strict=True))

    return _mean_epoch(operator, weighted, fields[0], len(steps), order)


def steps_of_subsets(
    fields: Sequence[VectorField],
    steps: Sequence[Any],
    subsets: Sequence[frozenset[int]],
    order: int,
) -> list[Vector]:
    """Return the same of any one-step method and all splits into batches out of `subsets`.

    The words are gone through one by one: their number is that of tuples of disjoint batches.
    """
    count = len(frozenset().union(*subsets)) // len(subsets[0])
    one = _substitution(steps, order)

    def operator(factor: Factor, value: Vector) -> Vector:
        power, (k,) = factor
        assert k is not None
        return one(k, value)[power]

    @cache
    def disjoint(length: int) -> list[tuple[int, ...]]:
        if length == 0:
            return [()]
        return [
            (*head, k)
            for head in disjoint(length - 1)
            for k, subset in enumerate(subsets)
            if all(subset.isdisjoint(subsets[h]) for h in head)
        ]

    def weighted(powers: Pattern) -> Iterator[tuple[fmpq, Word]]:
        found = disjoint(len(powers))
        for whose in found:
            word = tuple((a, (k,)) for a, k in zip(powers, whose, strict=True))
            yield fmpq(1, len(found)), word

    return _mean_epoch(operator, weighted, fields[0], count, order)


@cache
def weights(letters: Pattern, size: int, batch_size: int) -> dict[Pattern, fmpq]:
    """Return how the mean of a product over batches is made of free sums over samples.

    Of the r = len(letters) batches, drawn one after the other without replacement, the j-th enters
    letters[j] times, each time as the mean of its samples. The mean of the product is the sum over
    set partitions of all letters of weight times the sum over one free index per block.

    Returns
    -------
    dict
        From set partitions, as the number of its block for each letter, to weights.

    Examples
    --------
    Two different ones out of three: (1/6) ((sum over i, j) - (sum over i = j)).

    >>> weights((1, 1), 3, 1)
    {(0, 0): -1/6, (0, 1): 1/6}
    """
    owner = [j for j, count in enumerate(letters) for _ in range(count)]
    found: dict[Pattern, fmpq] = {}
    for finer in _partitions(len(owner)):
        blocks = len(set(finer))
        # How many of the blocks lie in each batch; a sample is in one batch only.
        homes = Counter(home for home, _ in set(zip(owner, finer, strict=True)))
        if homes.total() > blocks or blocks > size:
            continue
        slots = prod(perm(batch_size, n) for n in homes.values())
        weight = fmpq(slots, batch_size ** len(owner) * perm(size, blocks))
        for merged in _partitions(blocks):
            joined = Counter(merged).values()
            moebius = prod((-1) ** (n - 1) * factorial(n - 1) for n in joined)
            pattern = _numbered(merged[b] for b in finer)
            found[pattern] = found.get(pattern, fmpq(0)) + weight * moebius
    return {pattern: weight for pattern, weight in found.items() if weight != 0}


# --- private helpers ----------------------------------------------------------------------------


def _mean_epoch(
    operator: Callable[[Factor, Vector], Vector],
    weighted: Callable[[Pattern], Iterable[tuple[fmpq, Word]]],
    field: VectorField,
    count: int,
    order: int,
) -> list[Vector]:
    """Return the sum over n, and words of power n, of C(count, r) times the mean of the word."""
    start = tuple(field.ring.variable(i) for i in range(field.dimension))
    zero = (field.ring.constant(0),) * field.dimension

    @cache
    def applied(word: Word) -> Vector:
        if not word:
            return start
        value = applied(word[1:])
        return zero if _is_null(value) else operator(word[0], value)

    coefficients = []
    for n in counted(range(1, order + 1), "order", rounds=True):
        total = zero
        for powers in _compositions(n):
            ways = comb(count, len(powers))
            for weight, word in weighted(powers) if ways else ():
                value = applied(word)
                total = tuple(t + v * (weight * ways) for t, v in zip(total, value, strict=True))
        coefficients.append(total)
    return coefficients


def _derivative(value: Element, along: Sequence[Vector]) -> Element:
    """Return value^(a)(u_1, ..., u_a): the vectors are held still under the derivative."""
    if not along:
        return value
    parts = (
        _derivative(slope, along[1:]) * u
        for u, slope in zip(along[0], value.gradient(), strict=True)
        if not slope.poly.is_zero()
    )
    return sum(parts, start=value.ring.constant(0))


def _substitution(steps: Sequence[Any], order: int) -> Callable[[int, Vector], list[Vector]]:
    """Return (k, phi) -> the coefficients of gamma^0 ... gamma^order of phi o Phi_k.

    Those of the same phi are kept, by its identity: every word's is made once.
    """
    known: dict[tuple[int, int], tuple[Vector, list[Vector]]] = {}

    def substituted(k: int, value: Vector) -> list[Vector]:
        key = (k, id(value))
        if key not in known:
            phi = SeriesField(VectorField(value, About(name="")), order)
            found = phi(steps[k])
            powers = [tuple(series[n] for series in found) for n in range(order + 1)]
            known[key] = (value, powers)  # phi too, so that its identity is not used again
        return known[key][1]

    return substituted


def _is_null(value: Vector) -> bool:
    return all(c.poly.is_zero() for c in value)


def _choices(pattern: Pattern, size: int) -> Iterator[tuple[int | None, ...]]:
    """Yield the indices of the letters: of blocks of one letter None, that is their sum."""
    copies = Counter(pattern)
    joined = [block for block in copies if copies[block] > 1]
    for chosen in product(range(size), repeat=len(joined)):
        index = dict(zip(joined, chosen, strict=True))
        yield tuple(index.get(block) for block in pattern)


@cache
def _partitions(n: int) -> tuple[Pattern, ...]:
    """Return the set partitions of n letters, as the number of its block for each letter."""
    if n == 0:
        return ((),)
    return tuple(
        (*head, block) for head in _partitions(n - 1) for block in range(len(set(head)) + 1)
    )


def _numbered(blocks: Iterable[int]) -> Pattern:
    """Number blocks in the order of their first letters."""
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(block, len(numbers)) for block in blocks)


def _compositions(n: int) -> Iterator[Pattern]:
    """Yield the ways to write n as an ordered sum of natural numbers from 1 on."""
    if n == 0:
        yield ()
    for first in range(1, n + 1):
        for rest in _compositions(n - first):
            yield (first, *rest)
