"""Exact linear combinations of given functions: what is looked for in a space of candidates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from flint import fmpq, fmpq_mat

from bea.algebra import Element

Vector = Sequence[Element]

_MOST = 1500  # monomials


def combination(target: Vector, candidates: Sequence[Vector]) -> list[fmpq] | None:
    """Return rational numbers with which the candidates add up to the target, or None.

    All are vectors of elements of one ring, compared in its normal form. Of candidates that depend
    on each other the first are taken.

    >>> from bea.algebra import Ring
    >>> x = Ring(["x"]).variable(0)
    >>> combination([3 * x**2 + x], [[x], [x**2], [x**3]])
    [1, 3, 0]
    """
    columns = [_entries(vector) for vector in (*candidates, target)]
    places = list(dict.fromkeys(place for column in columns for place in column))
    last = len(candidates)
    entries = [column.get(place, fmpq(0)) for place in places for column in columns]
    reduced, rank = fmpq_mat(len(places), last + 1, entries).rref()
    found = [fmpq(0)] * last
    for i in range(rank):
        pivot = next(j for j in range(last + 1) if reduced[i, j] != 0)
        if pivot == last:
            return None
        found[pivot] = reduced[i, last]
    return found


def antiderivative(slopes: Vector) -> Element | None:
    """Return a function with this gradient, looked for among the monomials of its kind, or None.

    These are the monomials in the variables and functions that occur, of degrees one higher.

    >>> from bea.algebra import Ring
    >>> ring = Ring(["q", "p"])
    >>> q, p = ring.generators()
    >>> antiderivative([p * q.cos(), q.sin()])
    p*sin(q)
    """
    ring = slopes[0].ring
    count = len(ring.generators())
    tops = [0] * count
    for slope in slopes:
        for i, degree in enumerate(ring.lift(slope.poly).degrees()):
            tops[i] = max(tops[i], int(degree))
    raised = [top + 1 if top or i < len(ring.variables) else 0 for i, top in enumerate(tops)]
    if prod(top + 1 for top in raised) > _MOST:
        return None
    every = product(*(range(top + 1) for top in raised))
    monomials = [ring.from_terms({powers: fmpq(1)}) for powers in every if any(powers)]
    found = combination(slopes, [m.gradient() for m in monomials])
    if found is None:
        return None
    zero = ring.constant(0)
    return sum((m * c for m, c in zip(monomials, found, strict=True) if c != 0), start=zero)


# --- private helpers ----------------------------------------------------------------------------


def _entries(vector: Vector) -> dict[tuple[int, Any], fmpq]:
    """Return the coefficients of all monomials, whose exponents end where all further are 0."""
    found = {}
    for i, element in enumerate(vector):
        for exponents, c in element.terms().items():
            end = max((n + 1 for n, e in enumerate(exponents) if e), default=0)
            found[i, tuple(exponents[:end])] = c
    return found
