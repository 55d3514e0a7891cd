"""Roots and reciprocals as elements of a ring: the atoms v = q^(-1/n) that a power is written in.

Reciprocals are split into irreducible factors, and roots of numbers into primes.

Over the rationals the square roots of distinct primes and their products are linearly independent
(Besicovitch, J. London Math. Soc. 15, 1940), so that splitting sqrt(6) into sqrt(2) sqrt(3) makes
equality of such numbers a comparison of reduced forms. Large factors, which would take too long
to find, stay together: then `Element.is_zero` decides what the reduced form does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flint import fmpq, fmpz

from bea.algebra.ring.element import Element
from bea.errors import DomainError

if TYPE_CHECKING:
    from bea.algebra.ring.ring import Ring

_TRIALS = 1000  # primes to divide by


def power(q: Element, exponent: fmpq) -> Element:
    """Return q ** exponent for an element that is not 0 and an exponent that is not natural."""
    numerator, n = -int(exponent.p), int(exponent.q)
    if n == 1:
        return _inverse(q) ** numerator
    # q^(-m/n) = v^m, and q^(p/n) = q^whole v^m with the smallest whole >= p/n.
    whole = max(0, -(numerator // n))
    return q**whole * _root(q, n) ** (numerator + whole * n)


# --- private helpers ------------------------------------------------------------------------------


def _inverse(q: Element) -> Element:
    """Return 1/q: a product of the inverses of the irreducible factors of q."""
    content, factors = q.poly.factor()
    result = q.ring.constant(1 / fmpq(content))
    for factor, multiplicity in factors:
        lead = fmpq(factor.leading_coefficient())
        inverse = _inverse_of_factor(Element(q.ring, factor) * (1 / lead))
        result = result * (inverse * (1 / lead)) ** multiplicity
    return result


def _inverse_of_factor(q: Element) -> Element:
    """Return 1/q by the root atom that is there already, if any."""
    for atom in q.ring.atoms:
        if atom.kind == "root":
            v = q.ring.generator(atom)
            if atom.argument == q:
                return v**atom.degree
            if v == q:
                return v ** (atom.degree - 1) * atom.argument
    return q.ring.root_atom(q, 1)


def _root(q: Element, n: int) -> Element:
    """Return q^(-1/n); numbers are split into primes, so that sqrt(6) = sqrt(2) sqrt(3)."""
    if q.poly.is_constant():
        return _rational_power(q.ring, fmpq(q.poly.leading_coefficient()), n)
    lead = fmpq(q.poly.leading_coefficient())
    if lead > 0 and lead != 1:
        return _root(q.ring.constant(lead), n) * q.ring.root_atom(q * (1 / lead), n)
    return q.ring.root_atom(q, n)


def _rational_power(ring: Ring, value: fmpq, degree: int) -> Element:
    """Return value^(-1/degree), split into primes; `DomainError` if `value` is negative."""
    if value < 0:
        raise DomainError(f"the root of the negative number {value} is not real")
    result = ring.constant(1)
    for sign, part in ((-1, value.p), (1, value.q)):
        for base, count in _factors(part, degree):
            result = result * _power(ring, base, sign * count, degree)
    return result


def _factors(value: fmpz, degree: int) -> Iterator[tuple[fmpz, int]]:
    """Yield primes and how often each divides, and what trial division cannot split."""
    for base, count in value.factor(trial_limit=_TRIALS):
        root = base.root(degree)
        yield (root, degree * count) if root**degree == base else (base, count)


def _power(ring: Ring, base: fmpz, count: int, degree: int) -> Element:
    """Return base^(count/degree) as base^whole v^m, v = base^(-1/degree), 0 <= m < degree."""
    whole = -((-count) // degree)
    m = whole * degree - count
    scale = ring.constant(fmpq(base) ** whole)
    return scale * ring.root_atom(ring.constant(fmpq(base)), degree) ** m if m else scale
