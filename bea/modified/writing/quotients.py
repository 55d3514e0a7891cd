"""Elements of the ring as quotients of two polynomials without a common factor.

The ring's root v = q^(-1/n) is written by ρ = q^(1/n), which takes its place among the generators:
1/v, above the line. A reciprocal 1/q is gone; the other functions stand as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt, prod

from flint import fmpq, fmpq_mpoly

from bea.algebra import Element, Ring
from bea.algebra.ring.atoms import Atom
from bea.modified.writing.coordinates import Coordinate

Quotient = tuple[fmpq_mpoly, fmpq_mpoly]

_LARGEST = 4000  # terms that a product over one line may have, about


class Quotients:
    """The quotients of one ring's elements, those of its functions kept.

    Parameters
    ----------
    ring
        The ring.
    coordinates
        What stands in place of some of its generators.
    """

    def __init__(self, ring: Ring, coordinates: Sequence[Coordinate] = ()) -> None:
        self.ring = ring
        self.coordinates = tuple(coordinates)
        self._arguments: dict[int, Quotient | None] = {}

    def polynomial(self, element: Element) -> fmpq_mpoly:
        """Return an element as a polynomial in the coordinates; roots are the ring's."""
        if not self.coordinates:
            return element.poly
        places = list(self.ring.context.gens())
        for coordinate in self.coordinates:
            places[coordinate.generator] = coordinate.polynomial(self.ring)
        return element.poly.compose(*places, ctx=self.ring.context)

    def of(self, element: Element) -> Quotient | None:
        """Return (above, below), or None if they would be too large.

        >>> ring = Ring(["x"])
        >>> x = ring.symbol("x")
        >>> Quotients(ring).of(1 / x + 1 / (x + x**2))
        (g0 + 2, g0^2 + g0)
        """
        poly = self.polynomial(element)
        degrees, count = poly.degrees(), len(poly.to_dict())
        roots = [a for a in self.ring.atoms if degrees[a.generator] and a.kind == "root"]
        bases = {a.generator: self._argument(a) for a in roots}
        most = {a.generator: -(-int(degrees[a.generator]) // a.degree) for a in roots}
        sizes = [len(b[0].to_dict()) ** most[g] if b else _LARGEST + 1 for g, b in bases.items()]
        if prod(sizes) * max(1, count) > _LARGEST:
            return None
        return self._quotient(poly, roots, {g: b for g, b in bases.items() if b}, most)

    def size(self, atom: Atom) -> fmpq_mpoly | None:
        """Return g where a square root is that of g², else None.

        >>> ring = Ring(["x"])
        >>> x = ring.symbol("x")
        >>> root = (x**2 + 2 * x + 1).sqrt()
        >>> Quotients(ring).size(ring.atoms[0])
        g0 + 1
        """
        argument = self._argument(atom)
        if argument is None or atom.degree != 2 or not argument[1].is_constant():
            return None
        content, factors = argument[0].factor()
        number = fmpq(content) / fmpq(argument[1].leading_coefficient())
        above, below = (int(part) for part in (number.p, number.q))
        if any(m % 2 for _, m in factors) or not (_is_square(above) and _is_square(below)):
            return None
        root = self.ring.context.constant(fmpq(isqrt(above), isqrt(below)))
        return prod((f ** (int(m) // 2) for f, m in factors), start=root)

    # --- private helpers --------------------------------------------------------------------------

    def _argument(self, atom: Atom) -> Quotient | None:
        if atom.generator not in self._arguments:
            self._arguments[atom.generator] = self.of(atom.argument)
        found = self._arguments[atom.generator]
        return found and (self.ring.lift(found[0]), self.ring.lift(found[1]))

    def _quotient(
        self,
        poly: fmpq_mpoly,
        roots: list[Atom],
        bases: dict[int, Quotient],
        most: dict[int, int],
    ) -> Quotient:
        context = self.ring.context
        above, below = context.constant(0), context.constant(1)
        for exponents, c in poly.to_dict().items():
            own, factor = [int(e) for e in exponents], context.constant(1)
            for atom in roots:
                g, power = atom.generator, own[atom.generator]
                whole = -(-power // atom.degree)  # q^(-e/n) is q^(-whole) q^(rest/n)
                own[g] = whole * atom.degree - power
                numerator, denominator = bases[g]
                factor = factor * denominator**whole * numerator ** (most[g] - whole)
            above = above + factor * context.from_dict({tuple(own): c})
        for g, (numerator, _) in bases.items():
            below = below * numerator ** most[g]
        above = self._reduced(above, roots, bases)
        common = above.gcd(below)
        return (
            (above, below)
            if common.is_constant()
            else (_exact(above, common), _exact(below, common))
        )

    def _reduced(
        self, poly: fmpq_mpoly, roots: list[Atom], bases: dict[int, Quotient]
    ) -> fmpq_mpoly:
        """Write ρ^n as q."""
        for atom in roots:
            numerator, denominator = bases[atom.generator]
            if atom.degree > 1 and denominator.is_constant():
                q = numerator * (1 / fmpq(denominator.leading_coefficient()))
                total, rest = self.ring.context.constant(0), dict[int, fmpq_mpoly]()
                for exponents, c in poly.to_dict().items():
                    own = [int(e) for e in exponents]
                    whole, own[atom.generator] = divmod(own[atom.generator], atom.degree)
                    piece = self.ring.context.from_dict({tuple(own): c})
                    rest[whole] = rest.get(whole, self.ring.context.constant(0)) + piece
                for whole, part in rest.items():
                    total = total + part * q**whole
                poly = total
        return poly


def _exact(poly: fmpq_mpoly, divisor: fmpq_mpoly) -> fmpq_mpoly:
    quotient, _ = divmod(poly, divisor)
    return quotient


def _is_square(value: int) -> bool:
    return value >= 0 and isqrt(value) ** 2 == value
