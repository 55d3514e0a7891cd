"""Fractions over one common denominator, where a hyperparameter such as beta stays symbolic.

Sums of multiples of 1/(1 - beta), 1/(1 - beta^2), ... have no normal form in the ring while each
reciprocal is a generator of its own. Here all are multiples of one, 1/D with D the product of the
distinct factors, and results are brought to lowest terms at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq, fmpq_mpoly

from bea.algebra import Element, Ring
from bea.algebra.ring.conversions import moved_to


class CommonDenominator:
    """The reciprocals of some elements without atoms, as multiples of a single one.

    Parameters
    ----------
    ring
        Their ring; it gets one more generator, 1/D, unless all of them are numbers.
    values
        Polynomials that are not 0; numbers may be `flint.fmpq`.

    Examples
    --------
    >>> ring = Ring(["x"], ["b"])
    >>> b = ring.symbol("b")
    >>> common = CommonDenominator(ring, [1 - b, 1 - b**2])
    >>> one, other = common.reciprocal(1 - b), common.reciprocal(1 - b**2)
    >>> common.lowest_terms(one - b * other, Ring(["x"], ["b"]))  # 1/(1 - b^2)
    -1/(b - 1)/(b + 1)
    """

    def __init__(self, ring: Ring, values: Sequence[Any]) -> None:
        self.ring = ring
        self.factors: list[Element] = []
        for value in values:
            found = value.poly.factor()[1] if isinstance(value, Element) else ()
            for poly, _ in found:
                if not any(poly == known.poly for known in self.factors):
                    self.factors.append(Element(ring, poly))
        self.product = ring.constant(1)
        for factor in self.factors:
            self.product = self.product * factor
        self._atom = ring.root_atom(self.product, 1) if self.factors else ring.constant(1)
        self._place = len(ring.symbols) + len(ring.atoms) - 1

    def reciprocal(self, value: Any) -> Any:
        """Return 1/value for one of the values."""
        if not isinstance(value, Element):
            return 1 / fmpq(value)
        rest = value.poly
        missing = self.ring.constant(1)
        for factor in self.factors:
            quotient, remainder = divmod(rest, factor.poly)
            if remainder.is_zero():
                rest = quotient
            else:
                missing = missing * factor
        return missing * self._atom * (1 / fmpq(rest.leading_coefficient()))

    def lowest_terms(self, element: Element, ring: Ring) -> Element:
        """Return an element in lowest terms, in another ring that has the same names."""
        if not self.factors:
            return moved_to(ring, element)
        numerator, power = self._over_product(element)
        result = ring.constant(1)
        for factor in self.factors:
            left = power
            while left:
                quotient, remainder = divmod(numerator, self.ring.lift(factor.poly))
                if not remainder.is_zero():
                    break
                numerator, left = quotient, left - 1
            if left:
                result = result * moved_to(ring, factor) ** -left
        return moved_to(ring, Element(self.ring, numerator)) * result

    def _over_product(self, element: Element) -> tuple[fmpq_mpoly, int]:
        """Return p and n with element = p/D^n."""
        place, by_power = self._place, dict[int, dict[tuple[int, ...], fmpq]]()
        for exponents, c in element.terms().items():
            rest = (*exponents[:place], 0, *exponents[place + 1 :])
            by_power.setdefault(int(exponents[place]), {})[rest] = c
        highest = max(by_power, default=0)
        total = self.ring.context.constant(0)
        for n, terms in by_power.items():
            part = self.ring.context.from_dict(terms)
            total = total + part * self.ring.lift(self.product.poly) ** (highest - n)
        return total, highest
