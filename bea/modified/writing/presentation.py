"""Elements of the ring as a person writes them: factored, over one line, parameters first.

The ring holds q^(-1/n) as a generator of its own and multiplies everything out. Here the element is
written in the shortest of three ways: as the sum that it is, with what the functions in it are
multiplied by factored, and as one fraction, factored. What comes out is an `Expression`, equal to
the element, for `bea.algebra.language.mathematics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flint import fmpq, fmpq_mpoly

from bea.algebra import Element, Ring
from bea.algebra.language.building import add, call, multiply, power
from bea.algebra.language.expressions import (
    PI,
    Expression,
    Number,
    Sum,
    Symbol,
)
from bea.algebra.ring.atoms import Atom
from bea.modified.writing.coordinates import Coordinate
from bea.modified.writing.lengths import written_length
from bea.modified.writing.powers import Powers, common_content, first_number, raised, shortened
from bea.modified.writing.quotients import Quotients

# Terms up to which an element is brought over one line, and up to which it is factored at all: of
# more a page is filled anyway.
_FEW, _MANY = 150, 300
_ROOM = 3  # characters that |g| + ε may be longer than with whole numbers
_ONE = fmpq(1)

Key = frozenset[tuple[tuple[int, ...], tuple[int, int]]]


class Presentation:
    """Writes the elements of one ring.

    Parameters
    ----------
    ring
        The ring.
    parts
        Elements that are to be seen in the others where they are factors: the components of a
        gradient.
    coordinates
        What stands in place of some of the ring's generators.
    """

    def __init__(
        self,
        ring: Ring,
        parts: Iterable[Element] = (),
        coordinates: Sequence[Coordinate] = (),
    ) -> None:
        self.ring = ring
        self.coordinates = {c.generator: c for c in coordinates}
        self._quotients = Quotients(ring, coordinates)
        self._generators: dict[int, tuple[fmpq, Powers]] = {}
        self._shown: dict[Key, tuple[fmpq, Expression]] = {}
        self._parts = list(parts)
        for part in self._parts:
            self._show(part, self._argument(part))

    def of(self, element: Element, factored: bool = True) -> Expression:
        """Return an element as an expression; without `factored` a polynomial as it is.

        >>> from bea.algebra import Ring
        >>> ring = Ring(["x"], ["a"])
        >>> x, a = ring.symbol("x"), ring.symbol("a")
        >>> print(Presentation(ring).of(1 / x + a / x**2), Presentation(ring).of(a * x + a**2))
        (x + a)/x**2 a*(x + a)
        """
        poly = self._quotients.polynomial(element)
        whole = self._sum(poly, roots=False)
        few = 0 < len(poly.to_dict()) <= _MANY
        if few and (factored or self._divides(poly)):
            ways = [whole, self._grouped(poly, alike=False), self._grouped(poly, alike=True)]
            if len(poly.to_dict()) <= _FEW:
                ways += self._over_one_line(element)
            return min(ways, key=written_length)
        return whole

    def part_names(self) -> dict[Expression, str]:
        """Return the names g1, g2, … of the parts; none for those that are coordinates."""
        written = {self._argument(part): f"g{i + 1}" for i, part in enumerate(self._parts)}
        return {e: name for e, name in written.items() if isinstance(e, Sum)}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the coordinates."""
        return tuple(c.name for c in self.coordinates.values())

    def sigmoids(self) -> dict[str, Expression]:
        """Return what is inside of σ for the coordinates that stand for it."""
        return {
            c.name: self._argument(c.inside)
            for c in self.coordinates.values()
            if c.inside is not None
        }

    # --- the three ways ---------------------------------------------------------------------------

    def _sum(self, poly: fmpq_mpoly, rising: bool = False, roots: bool = True) -> Expression:
        terms = list(poly.to_dict().items())
        if rising:
            terms.sort(key=lambda pair: (sum(pair[0]), [-i for i in pair[0]]))
        return add(*(self._product(fmpq(c), {}, exponents, roots) for exponents, c in terms))

    def _grouped(self, poly: fmpq_mpoly, alike: bool) -> Expression:
        """Write a sum over the products of functions in the terms, each group factored.

        If the functions need but be `alike`, only powers of roots keep terms apart.
        """
        count, groups = len(self.ring.symbols), dict[Any, dict[Any, Any]]()
        together = [alike and not self._is_root(atom) for atom in self.ring.atoms]
        for exponents, c in poly.to_dict().items():
            functions = zip(exponents[count:], together, strict=True)
            shared = tuple(bool(e) if one else e for e, one in functions)
            groups.setdefault(shared, {})[exponents] = c
        return add(*(self._group(group) for group in groups.values()))

    def _group(self, group: dict[Any, Any]) -> Expression:
        """Write what all terms have of the functions, times the rest, factored."""
        least = [min(column) for column in zip(*group, strict=True)]
        rest = {
            tuple(int(e) - int(m) for e, m in zip(exponents, least, strict=True)): c
            for exponents, c in group.items()
        }
        return self._factored([(self.ring.context.from_dict(rest), 1)], least)

    def _over_one_line(self, element: Element) -> list[Expression]:
        """Write one fraction, where its parts can be brought over one line."""
        quotient = self._quotients.of(element)
        if quotient is None:
            return []
        above, below = quotient
        return [self._factored([(above, 1), (below, -1)], ())]

    # --- products ---------------------------------------------------------------------------------

    def _factored(
        self, polys: Sequence[tuple[fmpq_mpoly, int]], exponents: Sequence[int]
    ) -> Expression:
        """Write a product of powers of polynomials, factored, and of generators."""
        scale, powers = _ONE, Powers()
        for poly, times in polys:
            content, factors = poly.factor()
            scale *= fmpq(content) ** times
            for factor, multiplicity in factors:
                size, shown = self._factor(factor)
                scale *= size ** (int(multiplicity) * times)
                for base, exponent in shown.items():
                    raised(powers, base, exponent * int(multiplicity) * times)
        return self._product(scale, powers, exponents)

    def _factor(self, poly: fmpq_mpoly) -> tuple[fmpq, Powers]:
        """Return a number and the powers of bases that a factor is the product of."""
        terms = poly.to_dict()
        if len(terms) == 1:
            ((exponents, c),) = terms.items()
            return self._generators_of(exponents, roots=True, scale=fmpq(c))
        lead, key = _monic(poly)
        if key not in self._shown:
            self._keep(*self._normalised(poly))
        scale, expression = self._shown[key]
        return lead / scale, {expression: _ONE}

    def _product(
        self, scale: fmpq, powers: Powers, exponents: Sequence[int], roots: bool = False
    ) -> Expression:
        """Write number · bases · generators, equal bases joined and √2·√5 as √10.

        With `roots` a root's generator is ρ = q^(1/n), as in `Quotients`.
        """
        size, shown = self._generators_of(exponents, roots)
        powers = dict(powers)
        for base, exponent in shown.items():
            raised(powers, base, exponent)
        scale, powers = shortened(scale * size, powers)
        factors = sorted(powers.items(), key=lambda pair: (pair[1] < 0, self._place(pair[0])))
        return multiply(Number(scale), *(power(base, e) for base, e in factors if e != 0))

    def _place(self, base: Expression) -> tuple[int, int]:
        """Put numbers first, then parameters, variables, and functions, in the ring's order."""
        if isinstance(base, Symbol):
            symbols, count = self.ring.symbols, len(self.ring.variables)
            place = symbols.index(base.name) if base.name in symbols else len(symbols)
            return (1 if count <= place < len(symbols) else 2), place
        return (0, 0) if isinstance(base, Number) or base is PI else (3, 0)

    # --- generators -------------------------------------------------------------------------------

    def _generators_of(
        self, exponents: Sequence[int], roots: bool, scale: fmpq = _ONE
    ) -> tuple[fmpq, Powers]:
        powers, count = Powers(), len(self.ring.symbols)
        for generator, exponent in enumerate(exponents):
            if exponent:
                atom = self.ring.atoms[generator - count] if generator >= count else None
                flip = roots and atom is not None and self._is_root(atom)
                size, shown = self._generator(generator)
                times = -int(exponent) if flip else int(exponent)
                scale *= size**times
                for base, own in shown.items():
                    raised(powers, base, own * times)
        return scale, powers

    def _generator(self, generator: int) -> tuple[fmpq, Powers]:
        """Return a number and powers of bases that a generator is."""
        if generator not in self._generators:
            symbols = self.ring.symbols
            if generator in self.coordinates:
                name = self.coordinates[generator].name
                self._generators[generator] = _ONE, {Symbol(name): _ONE}
            elif generator < len(symbols):
                self._generators[generator] = _ONE, {Symbol(symbols[generator]): _ONE}
            else:
                self._generators[generator] = self._atom(self.ring.atoms[generator - len(symbols)])
        return self._generators[generator]

    def _is_root(self, atom: Atom) -> bool:
        """Tell whether an atom is written as a root or a reciprocal."""
        return atom.kind == "root" and atom.generator not in self.coordinates

    def _atom(self, atom: Atom) -> tuple[fmpq, Powers]:
        if atom.kind == "pi":
            return _ONE, {PI: _ONE}
        if atom.kind != "root":
            return _ONE, {call(atom.kind, self._argument(atom.argument)): _ONE}
        value = atom.argument.as_rational()
        if value is not None:
            return _ONE, {Number(value): fmpq(-1, atom.degree)}
        if atom.degree == 1:
            return self._reciprocal(atom.argument)
        return self._size(atom) or self._length(atom) or self._root(atom)

    def _root(self, atom: Atom) -> tuple[fmpq, Powers]:
        base = self._argument(atom.argument)
        self._show(atom.argument, base)
        return _ONE, {base: fmpq(-1, atom.degree)}

    def _size(self, atom: Atom) -> tuple[fmpq, Powers] | None:
        """Return the root of a square as an absolute value."""
        root = self._quotients.size(atom)
        if root is None:
            return None
        scale, shown = self._factor(root)
        if len(shown) != 1 or any(e != 1 for e in shown.values()):
            return None
        (inner,) = shown
        return 1 / abs(scale), {power(power(inner, 2), fmpq(1, 2)): fmpq(-1)}

    def _length(self, atom: Atom) -> tuple[fmpq, Powers] | None:
        """Return the root of the sum of the parts' squares as that: the length of the gradient."""
        if len(self._parts) < 2 or atom.degree != 2:
            return None
        ratio = atom.argument.ratio(
            sum((part * part for part in self._parts), start=0 * atom.argument)
        )
        if ratio is None or ratio < 0:
            return None
        base = add(*map(self._square, self._parts))
        self._show(atom.argument * (1 / ratio), base)
        return _ONE, {base: fmpq(-1, 2), Number(ratio): fmpq(-1, 2)}

    def _square(self, part: Element) -> Expression:
        single = len(part.terms()) < 2
        return self._argument(part * part) if single else power(self._argument(part), 2)

    def _reciprocal(self, argument: Element) -> tuple[fmpq, Powers]:
        """Return 1/q, with q as a factor that is written over one line if that is shorter."""
        quotient = self._quotients.of(argument)
        if quotient is not None and quotient[1].is_constant():
            below = fmpq(quotient[1].leading_coefficient())
            if len(quotient[0].to_dict()) > 1:
                scale, shown = self._factor(quotient[0])
                return below / scale, {base: -e for base, e in shown.items()}
        return _ONE, {self.of(argument): fmpq(-1)}

    def _argument(self, argument: Element) -> Expression:
        return self.of(argument, factored=False)

    # --- polynomials as factors -------------------------------------------------------------------

    def _show(self, element: Element, expression: Expression) -> None:
        """Keep how a sum is written where it is a factor."""
        quotient = self._quotients.of(element)
        if quotient is not None and quotient[1].is_constant() and len(quotient[0].to_dict()) > 1:
            below = fmpq(quotient[1].leading_coefficient())
            self._keep(quotient[0] * (1 / below), expression)

    def _keep(self, poly: fmpq_mpoly, expression: Expression) -> None:
        """Keep how a polynomial is written: the same for all of its multiples."""
        lead, key = _monic(poly)
        self._shown.setdefault(key, (lead, expression))

    def _normalised(self, poly: fmpq_mpoly) -> tuple[fmpq_mpoly, Expression]:
        """Return the multiple of a factor that is written, and how.

        Of symbols that do not vary it is 1−β, and of σ, rising and positive first; else it falls,
        with whole numbers, or with functions and the first number 1, whichever is shorter.
        """
        terms, symbols = poly.to_dict(), len(self.ring.symbols)
        used = {g for e in terms for g, power in enumerate(e) if power}
        still = {*self.coordinates, *range(len(self.ring.variables), symbols)}
        fixed = used <= {g for g in still if g >= len(self.ring.variables)}
        first = min(terms, key=lambda e: (sum(e), [-i for i in e])) if fixed else poly.monomial(0)
        whole = poly * (1 / common_content(terms.values()))
        lead = fmpq(whole.to_dict()[tuple(map(int, first))])
        whole = -whole if lead < 0 else whole
        first_shown = first_number(self._sum(whole, rising=fixed))
        ways = [whole, whole * (1 / abs(first_shown))]
        written = [self._sum(way, rising=fixed) for way in ways]
        functions = not fixed and any(g >= symbols for g in used)
        longer = [0, -_ROOM] if functions else [0, 0]
        best = min(range(2), key=lambda i: written_length(written[i]) + longer[i])
        return ways[best], written[best]

    def _divides(self, poly: fmpq_mpoly) -> bool:
        """Tell whether a polynomial holds roots or reciprocals of what is not a number."""
        degrees = poly.degrees()
        return any(
            degrees[a.generator] and a.kind == "root" and a.argument.as_rational() is None
            for a in self.ring.atoms
        )


# --- private helpers ----------------------------------------------------------------------------


def _monic(poly: fmpq_mpoly) -> tuple[fmpq, Key]:
    """Return the leading coefficient, and what is the same for all multiples of a polynomial."""
    lead = fmpq(poly.leading_coefficient())
    terms = {e: fmpq(c) / lead for e, c in poly.to_dict().items()}
    trimmed = ((_trimmed(e), (int(c.p), int(c.q))) for e, c in terms.items())
    return lead, frozenset(trimmed)


def _trimmed(exponents: Sequence[Any]) -> tuple[int, ...]:
    """Leave out zeros at the end: a ring grows."""
    used = [int(e) for e in exponents]
    while used and not used[-1]:
        used.pop()
    return tuple(used)
