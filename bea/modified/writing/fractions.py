"""Coefficients as the field writes them: one fraction in lowest terms, factored.

The ring holds 1/q as a generator of its own, so that a coefficient is a sum of such powers. Here it
becomes one fraction, (1+β)/(2(1−β)³), with factors that begin with what does not vanish at small
hyperparameters: 1−β, not β−1. flint factors the polynomials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from bea.algebra import Element, Ring
from bea.algebra.ring.atoms import Atom

Monomial = tuple[int, ...]
Factor = tuple[
    tuple[Monomial, int], ...
]  # the terms of a polynomial, in the order they are written


@dataclass(frozen=True)
class Fraction:
    """A number times powers of factors.

    Attributes
    ----------
    number : fmpq
        The rational factor, with the sign.
    factors : tuple of (terms, exponent)
        Polynomials with integer coefficients in the names, and their powers, negative below.
    names : tuple of str or (fmpq or Factor, int)
        What the polynomials are in: names of symbols, and roots as (radicand, degree).
    """

    number: fmpq
    factors: tuple[tuple[Factor, int], ...]
    names: tuple[Any, ...]

    def above(self) -> list[tuple[Factor, int]]:
        """Return the factors above the line."""
        return [(f, e) for f, e in self.factors if e > 0]

    def below(self) -> list[tuple[Factor, int]]:
        """Return the factors below the line, with positive exponents."""
        return [(f, -e) for f, e in self.factors if e < 0]


def fraction_of(value: Element, sign_inside: bool = True) -> Fraction | None:
    """Return a coefficient in the symbols as one fraction; None if it holds other functions.

    A minus goes into a factor that ends with one, as in (3a−2), unless it is to stay outside.

    >>> ring = Ring([], ["b"])
    >>> b = ring.symbol("b")
    >>> found = fraction_of(1 / (b - 1) ** 3 + 1 / (2 * (b - 1) ** 2))
    >>> found.number, [(dict(f), e) for f, e in found.factors]
    (-1/2, [({(0,): 1, (1,): -1}, -3), ({(0,): 1, (1,): 1}, 1)])
    """
    ring = value.ring
    used = [atom for atom in ring.atoms if value.poly.degrees()[atom.generator]]
    if value.poly.is_zero() or not all(map(_is_root_of_symbols, used)):
        return None
    number, factors = _Reader(ring, used).read(value)
    if sign_inside:
        number, factors = with_sign_inside(number, factors)
    return Fraction(number, tuple(factors), (*ring.symbols, *_radicals(used)))


def with_sign_inside(
    number: fmpq, factors: list[tuple[Factor, int]], constants: bool = True
) -> tuple[fmpq, list[tuple[Factor, int]]]:
    """Write −(2−3a) as (3a−2), where a factor above the line ends with a minus anyway.

    Without `constants` only differences of symbols are turned, not 1−β.
    """
    for i, (factor, power) in enumerate(factors):
        turns = len(factor) > 1 and (constants or any(factor[0][0]))
        if turns and number < 0 < power and power % 2 and factor[-1][1] < 0:
            flipped = tuple((e, -c) for e, c in reversed(factor))
            return -number, [*factors[:i], (flipped, power), *factors[i + 1 :]]
    return number, factors


# --- private helpers ----------------------------------------------------------------------------


def _is_root_of_symbols(atom: Atom) -> bool:
    """Tell whether it is q^(-1/n) with a polynomial q in the symbols, or a number q."""
    count = len(atom.argument.ring.symbols)
    return atom.kind == "root" and not any(atom.argument.poly.degrees()[count:])


def _radicals(used: Iterable[Atom]) -> list[Any]:
    found: list[Any] = []
    for atom in used:
        if atom.degree > 1:
            number = atom.argument.as_rational()
            terms = tuple((tuple(map(int, e)), c) for e, c in atom.argument.terms().items())
            found.append((terms if number is None else number, atom.degree))
    return found


class _Reader:
    """Brings an element over one line: generators are the symbols, and q^(1/n) for each root."""

    def __init__(self, ring: Ring, used: Sequence[Atom]) -> None:
        self.ring, self.used = ring, used
        self.radicals = [atom for atom in used if atom.degree > 1]
        self.count = len(ring.symbols) + len(self.radicals)
        self.context = fmpq_mpoly_ctx.get([f"g{i}" for i in range(self.count)], Ordering.deglex)
        # Of numbers what is below the line is part of the coefficients.
        self.bases = {a.generator: self._polynomial(a.argument) for a in used if not _is_number(a)}

    def read(self, value: Element) -> tuple[fmpq, list[tuple[Factor, int]]]:
        terms = [self._moved(exponents, c) for exponents, c in value.terms().items()]
        most = {g: max(below[g] for _, below in terms) for g in self.bases}
        numerator = self.context.constant(0)
        for poly, below in terms:
            for generator, base in self.bases.items():
                poly = poly * base ** (most[generator] - below[generator])
            numerator = numerator + poly
        number, powers = self._factored(numerator, 1, fmpq(1), {})
        for generator, base in self.bases.items():
            if most[generator]:
                number, powers = self._factored(base, -most[generator], number, powers)
        self._merge_roots(powers)
        kept = sorted(((f, e) for f, e in powers.items() if e), key=lambda pair: _place(pair[0]))
        return number, kept

    def _merge_roots(self, powers: dict[Factor, int]) -> None:
        """Write √q/q as 1/√q."""
        symbols = len(self.ring.symbols)
        for k, atom in enumerate(self.radicals):
            alone = tuple(int(i == symbols + k) for i in range(self.count))
            root: Factor = ((alone, 1),)
            if _is_number(atom) or powers.get(root, 0) < 1:
                continue
            terms, sign = self._in_order(self._polynomial(atom.argument).to_dict())
            while sign > 0 and powers.get(terms, 0) < 0 and powers[root] > 0:
                powers[root] -= atom.degree
                powers[terms] += 1

    def _moved(self, exponents: Sequence[int], c: fmpq) -> tuple[fmpq_mpoly, dict[int, int]]:
        """Return a term without what is below the line, and the powers of the bases there."""
        symbols = len(self.ring.symbols)
        own, below = [*map(int, exponents[:symbols]), *[0] * len(self.radicals)], {}
        for atom in self.used:
            power = int(exponents[atom.generator])
            whole = -(-power // atom.degree)  # q^(-e/n) is q^(-whole) q^(rest/n)
            if atom.degree > 1:
                own[symbols + self.radicals.index(atom)] = whole * atom.degree - power
            if _is_number(atom):
                c = c / _number(atom) ** whole
            else:
                below[atom.generator] = whole
        return self.context.from_dict({tuple(own): c}), below

    def _polynomial(self, element: Element) -> fmpq_mpoly:
        symbols = len(self.ring.symbols)
        rest = (0,) * len(self.radicals)
        return self.context.from_dict(
            {(*map(int, e[:symbols]), *rest): c for e, c in element.terms().items()}
        )

    def _factored(
        self, poly: fmpq_mpoly, power: int, number: fmpq, powers: dict[Factor, int]
    ) -> tuple[fmpq, dict[Factor, int]]:
        content, factors = poly.factor()
        number = number * fmpq(content) ** power
        found = dict(powers)
        for factor, exponent in factors:
            terms, sign = self._in_order(factor.to_dict())
            number = number * fmpq(sign) ** (int(exponent) * power)
            found[terms] = found.get(terms, 0) + int(exponent) * power
        return number, found

    def _in_order(self, terms: Mapping[Any, Any]) -> tuple[Factor, int]:
        """Return a factor with rising powers that begins with a positive term, and its sign.

        A factor of numbers alone, as 3√2 − 4, is positive and begins so.
        """
        ordered = sorted(
            ((tuple(map(int, e)), c) for e, c in terms.items()),
            key=lambda pair: (sum(pair[0]), tuple(-e for e in pair[0])),
        )
        if self._is_constant(ordered):
            sign = 1 if sum(self._size(e) * int(c.p) / int(c.q) for e, c in ordered) > 0 else -1
            ordered.sort(key=lambda pair: sign * pair[1] < 0)
        else:
            sign = 1 if ordered[0][1] > 0 else -1
        return tuple((e, int((c * sign).p)) for e, c in ordered), sign

    def _is_constant(self, terms: Sequence[tuple[Monomial, Any]]) -> bool:
        """Tell whether a polynomial holds roots of numbers alone."""
        moving = [True] * len(self.ring.symbols) + [not _is_number(a) for a in self.radicals]
        return not any(
            e and m for exponents, _ in terms for e, m in zip(exponents, moving, strict=True)
        )

    def _size(self, exponents: Monomial) -> float:
        """Return the value of a product of roots of numbers."""
        value = 1.0
        for atom, power in zip(self.radicals, exponents[len(self.ring.symbols) :], strict=True):
            if power:
                number = _number(atom)
                value *= (int(number.p) / int(number.q)) ** (power / atom.degree)
        return value


def _is_number(atom: Atom) -> bool:
    return atom.argument.as_rational() is not None


def _number(atom: Atom) -> fmpq:
    number = atom.argument.as_rational()
    assert number is not None
    return number


def _place(factor: Factor) -> tuple[bool, int, Factor]:
    """Sort products of names before sums, and short sums before long ones."""
    return len(factor) > 1, len(factor), factor
