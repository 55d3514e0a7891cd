"""The differential ring in which concrete vector fields live.

Its elements (`bea.algebra.ring.element`) are polynomials over the rationals in the variables, the
parameters and the atoms of `bea.algebra.ring.atoms`, kept small by the atoms' relations (sin^2 =
1 - cos^2, v^n q = 1, ...). The ring grows: an atom that is met for the first time becomes a new
generator, and older elements are lifted when they are next used. Polynomial arithmetic is flint's;
how roots and reciprocals come down to atoms is in `bea.algebra.ring.roots`.

The relations are rewriting rules and no Groebner basis: an element that reduces to 0 is 0, but
one that does not may still be 0. `Element.is_zero` decides that; `==` compares reduced forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import gcd
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from bea.algebra.language.functions import AT_ZERO, ODD
from bea.algebra.ring import roots
from bea.algebra.ring.atoms import KINDS, Atom
from bea.algebra.ring.element import Element
from bea.arrays import object_vector
from bea.errors import DomainError, UnknownNameError, nearest

# sin^2 + cos^2 = 1 and cosh^2 - sinh^2 = 1: (the partner's sign) so that s^2 + sign c^2 - sign = 0.
_PAIRS = {"sin": ("sin", "cos", 1), "sinh": ("sinh", "cosh", -1)}
_PAIRS |= {"cos": _PAIRS["sin"], "cosh": _PAIRS["sinh"]}


class Ring:
    """A differential ring over the rationals.

    Parameters
    ----------
    variables
        The names that a derivative may be taken by, in the order of the components.
    parameters
        Further names, constant under differentiation.

    Examples
    --------
    >>> ring = Ring(["x"])
    >>> x = ring.variable(0)
    >>> s = (1 + (-x).exp()) ** -1
    >>> s.derivative(0) == s * (1 - s)
    True
    """

    def __init__(self, variables: Sequence[str], parameters: Sequence[str] = ()) -> None:
        self.variables = tuple(variables)
        self.parameters = tuple(parameters)
        self.atoms: list[Atom] = []
        self._slopes: dict[int, list[Element]] = {}  # generator -> partial derivatives
        self._relations: list[tuple[tuple[int, ...], fmpq_mpoly]] = []
        self._set_context(len(self.symbols))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Variables and parameters: the generators that are not atoms."""
        return self.variables + self.parameters

    @property
    def context(self) -> fmpq_mpoly_ctx:
        """Flint's polynomial context for the generators known so far."""
        return self._context

    def constant(self, value: int | fmpq) -> Element:
        """Return a rational number as an element."""
        return Element(self, self._context.constant(fmpq(value)))

    def variable(self, index: int) -> Element:
        """Return the variable (or, counted on, the parameter) of that index."""
        return Element(self, self._context.gens()[index])

    def symbol(self, name: str) -> Element:
        """Return the variable or parameter of that name."""
        if name not in self.symbols:
            raise UnknownNameError(
                f"'{name}' is neither a variable nor a parameter of the ring: declare it."
                f"{nearest(name, self.symbols)}"
            )
        return self.variable(self.symbols.index(name))

    def generators(self) -> list[Element]:
        """Return all generators: variables, parameters, atoms."""
        return [Element(self, g) for g in self._context.gens()]

    def generator(self, atom: Atom) -> Element:
        """Return the generator that an atom is."""
        return self.variable(atom.generator)

    def from_terms(self, terms: Mapping[tuple[int, ...], fmpq]) -> Element:
        """Return the polynomial with these exponents and coefficients (inverse of `terms`)."""
        return Element(self, self.reduce(self._context.from_dict(dict(terms))))

    # --- atoms --------------------------------------------------------------------------------

    def pi(self) -> Element:
        """Return the number pi."""
        return self._atom("pi", self.constant(0))

    def call(self, kind: str, u: Element) -> Element:
        """Return the elementary function `kind` of an element, as an atom where it must be one."""
        if kind == "log":
            return self._log(u)
        if u.poly.is_zero():
            return self.constant(AT_ZERO[kind])
        if kind == "exp":
            return self._exp(u)
        sign = 1
        if u.poly.leading_coefficient() < 0:
            u, sign = -u, -1 if kind in ODD else 1
        return self._atom(kind, u) * sign

    def power(self, q: Element, exponent: fmpq) -> Element:
        """Return q ** exponent for a rational exponent that is no natural number."""
        if q.poly.is_zero():
            raise DomainError("division by zero: a denominator or root is identically 0")
        return roots.power(q, exponent)

    def root_atom(self, q: Element, n: int) -> Element:
        """Return the generator v = q^(-1/n), which is added if it is not there."""
        found = self._find("root", q, n)
        if found is not None:
            return found
        related = [a for a in self.atoms if a.kind == "root" and a.argument == q]
        root = self._add("root", q, n)
        self._relate(root**n * q - 1)
        for atom in related:
            # v = q^(-1/n) and w = q^(-1/m) meet in q^(-1/gcd(n, m)).
            common = gcd(n, atom.degree)
            self._relate(root ** (n // common) - self.generator(atom) ** (atom.degree // common))
        return root

    def _log(self, u: Element) -> Element:
        value = u.as_rational()
        if value is not None and value <= 0:
            raise DomainError(f"log({value}) is not a real number; its argument must be positive")
        return self.constant(0) if value == 1 else self._atom("log", u)

    def _exp(self, u: Element) -> Element:
        """Return e^u, as a power of an atom that is there already where u is a multiple of its."""
        for atom in self.atoms:
            ratio = u.ratio(atom.argument) if atom.kind == "exp" else None
            if ratio is not None and ratio.q == 1:
                base = self.generator(atom)
                return base ** int(ratio.p)
            if ratio is not None and ratio.p == 1:
                root = self._add("exp", u)
                self._relate(root ** int(ratio.q) - self.generator(atom))
                return root
        return self._add("exp", u)

    def _atom(self, kind: str, u: Element) -> Element:
        """Return the function of an argument that is in normal form, added if it is not there."""
        found = self._find(kind, u)
        if found is not None:
            return found
        return self._add_pair(kind, u) if kind in _PAIRS else self._add(kind, u)

    def _add_pair(self, kind: str, u: Element) -> Element:
        """Add sine and cosine of one argument together, with their relation."""
        first, second, sign = _PAIRS[kind]
        s, c = self._new(first, u), self._new(second, u)
        self._relate(s * s + c * c * sign - sign)
        self._differentiate(first, u, s, 1)
        self._differentiate(second, u, c, 1)
        return s if kind == first else c

    def _find(self, kind: str, u: Element, degree: int = 1) -> Element | None:
        for atom in self.atoms:
            if atom.kind == kind and atom.degree == degree and atom.argument == u:
                return self.generator(atom)
        return None

    def _add(self, kind: str, u: Element, degree: int = 1) -> Element:
        value = self._new(kind, u, degree)
        self._differentiate(kind, u, value, degree)
        return value

    def _new(self, kind: str, u: Element, degree: int = 1) -> Element:
        generator = self._context.nvars()
        self._set_context(generator + 1)
        self.atoms.append(Atom(kind, u, generator, degree))
        return self.variable(generator)

    def _differentiate(self, kind: str, u: Element, value: Element, degree: int) -> None:
        """Write down the chain rule for a new atom; this may add the atoms that it needs."""
        generator = _index_of(value)
        inner = [u.derivative(i) for i in range(len(self.variables))]
        if any(not d.poly.is_zero() for d in inner):
            slope = KINDS[kind].slope(u, value, degree)
            self._slopes[generator] = [slope * d for d in inner]

    def _relate(self, relation: Element) -> None:
        poly = relation.poly
        if not poly.is_zero():  # it may follow from the others
            self._relations.append((poly.monomial(0), poly))

    # --- polynomials ---------------------------------------------------------------------------

    def lift(self, poly: fmpq_mpoly) -> fmpq_mpoly:
        """Return the polynomial in the present context."""
        if poly.context() is self._context:
            return poly
        return poly.project_to_context(self._context)

    def reduce(self, poly: fmpq_mpoly) -> fmpq_mpoly:
        """Rewrite by the relations in turn until none applies (a bounded number of times)."""
        for _ in range(2 + len(self._relations)):
            changed = False
            for lead, relation in self._relations:
                if _may_divide(lead, poly):
                    quotient, poly = divmod(poly, self.lift(relation))
                    changed = changed or not quotient.is_zero()
            if not changed:
                break
        return poly

    def derivative(self, poly: fmpq_mpoly, index: int) -> fmpq_mpoly:
        """Return the total derivative by the variable of that index, before reduction."""
        poly = self.lift(poly)
        total, degrees = poly.derivative(index), poly.degrees()
        for generator, slopes in self._slopes.items():
            if degrees[generator]:  # most do not occur; to look at their slopes takes long
                slope = slopes[index].poly
                if not slope.is_zero():
                    total = total + poly.derivative(generator) * slope
        return total

    def lie_derivative(self, field: Sequence[Element], value: Element) -> Element:
        """Return the derivative of `value` along the field: the sum of field[i] d value/d x_i."""
        total = self._context.constant(0)
        slopes = value.gradient()
        for component, slope in zip(field, slopes, strict=True):
            total = self.lift(total) + component.poly * slope.poly
        return Element(self, self.reduce(self.lift(total)))

    def vector_along(self, field: Sequence[Element], vector: Iterable[Element]) -> Any:
        """Return the derivative of each component of a vector along a field, as an array."""
        return object_vector(self.lie_derivative(field, component) for component in vector)

    def _set_context(self, generators: int) -> None:
        # The generators have names of their own: a user's name never reaches flint.
        names = [f"g{i}" for i in range(generators)]
        self._context = fmpq_mpoly_ctx.get(names, Ordering.deglex)


# --- private helpers ----------------------------------------------------------------------------


def _may_divide(lead: tuple[int, ...], poly: fmpq_mpoly) -> bool:
    """Tell whether some monomial might be divisible by `lead` (a cheap necessary condition)."""
    return not poly.is_zero() and all(
        need <= have for need, have in zip(lead, poly.degrees(), strict=False)
    )


def _index_of(generator: Element) -> int:
    exponents: Iterable[int] = generator.poly.monomial(0)
    return list(exponents).index(1)
