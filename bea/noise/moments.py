"""Exact moments E[f_B^kappa] of the field of a random batch, f_B = mean of the f_i over B.

With h_i = exp(u·f_i) - 1 and without replacement, E exp(u·sum of f_i over B) is the sum over p of
(B)_p/(N)_p e_p(h), since a set of p samples lies in B with that probability; with replacement it is
(1 + mean h)^B. The elementary symmetric functions e_p are needed for p up to the degree only, so
that the cost grows with the number of samples and not with that of the batches. Source: moments of
finite populations by symmetric functions are in Tukey, Ann. Math. Stat. 27 (1956) 37-54.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import comb, factorial, prod

from flint import fmpq

from bea.algebra import Element
from bea.algebra.ring.differential_operator import MultiIndex
from bea.fields import VectorField

#: E[f_B^kappa] by the exponents kappa.
Moments = dict[MultiIndex, Element]
# Polynomials in the auxiliary u, without the terms beyond the degree that is asked for.
_Polynomial = dict[MultiIndex, Element]


def moments_of_batches(
    samples: Sequence[VectorField], size: int, replacement: bool, degree: int
) -> Moments:
    """Return {kappa: E[f_B^kappa]} for |kappa| = degree; moments that are 0 may be missing.

    Examples
    --------
    >>> one, two = VectorField.read("1", "x"), VectorField.read("3", "x")
    >>> two = VectorField([one.ring.constant(3)])
    >>> moments_of_batches([one, two], 1, False, 2)  # (1 + 9)/2
    {(2,): 5}
    """
    n = len(samples)
    one = samples[0].ring.constant(1)
    zero_index = (0,) * samples[0].dimension
    depth = 1 if replacement else min(degree, size)
    symmetric: list[_Polynomial] = [{zero_index: one}, *({} for _ in range(depth))]
    for sample in samples:
        h = _exponential(sample, degree)
        for p in range(depth, 0, -1):
            symmetric[p] = _sum(symmetric[p], _times(symmetric[p - 1], h, degree))
    total: _Polynomial = {}
    if replacement:
        mean = _scaled(symmetric[1], fmpq(1, n))
        power: _Polynomial = {zero_index: one}
        for p in range(min(degree, size) + 1):
            total = _sum(total, _scaled(power, fmpq(comb(size, p))))
            power = _times(power, mean, degree)
    else:
        for p, e in enumerate(symmetric):
            total = _sum(total, _scaled(e, fmpq(comb(size, p), comb(n, p))))
    share = fmpq(1, size) ** degree
    return {
        kappa: c * (prod(map(factorial, kappa)) * share)
        for kappa, c in total.items()
        if sum(kappa) == degree
    }


def moments_of_choices(
    samples: Sequence[VectorField], choices: Iterable[tuple[Sequence[int], fmpq]], degree: int
) -> Moments:
    """Return the same as means over a list of batches with their probabilities.

    >>> one = VectorField.read("x")
    >>> moments_of_choices([one], [((0,), fmpq(1))], 2)
    {(2,): x**2}
    """
    ring, total = samples[0].ring, Moments()
    indices = [k for k in product(range(degree + 1), repeat=samples[0].dimension)
               if sum(k) == degree]  # fmt: skip
    for batch, weight in choices:
        columns = zip(*(samples[i].components for i in batch), strict=True)
        mean = [sum(c[1:], start=c[0]) * fmpq(1, len(batch)) for c in columns]
        for kappa in indices:
            value = prod((m**k for m, k in zip(mean, kappa, strict=True)), start=ring.constant(1))
            total[kappa] = total.get(kappa, ring.constant(0)) + value * weight
    return total


# --- private helpers ----------------------------------------------------------------------------


def _exponential(sample: VectorField, degree: int) -> _Polynomial:
    """Return exp(u·f) - 1 to the degree."""
    found: _Polynomial = {}
    for kappa in product(range(degree + 1), repeat=sample.dimension):
        if 0 < sum(kappa) <= degree:
            monomial = sample.ring.constant(1)
            for component, exponent in zip(sample.components, kappa, strict=True):
                monomial = monomial * component**exponent
            found[kappa] = monomial * fmpq(1, prod(map(factorial, kappa)))
    return found


def _sum(a: _Polynomial, b: _Polynomial) -> _Polynomial:
    total = dict(a)
    for index, c in b.items():
        total[index] = total[index] + c if index in total else c
    return total


def _scaled(a: _Polynomial, factor: fmpq) -> _Polynomial:
    return {index: c * factor for index, c in a.items()}


def _times(a: _Polynomial, b: _Polynomial, degree: int) -> _Polynomial:
    total: _Polynomial = {}
    for i, c in a.items():
        for j, e in b.items():
            if sum(i) + sum(j) <= degree:
                index = tuple(x + y for x, y in zip(i, j, strict=True))
                total[index] = total[index] + c * e if index in total else c * e
    return total
