"""The terms of an equation on a concrete problem, as a person writes them.

Factored or multiplied out, whichever is shorter; with named parts where they are long; and without
those that fill a page, which is said in their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.building import multiply, power
from bea.algebra.language.expressions import Expression, Number, Product, Sum, Symbol, free_symbols
from bea.algebra.language.mathematics import as_latex, as_text
from bea.fields import Loss, VectorField
from bea.modified.writing.coordinates import gradient_coordinates, sigmoid_coordinates
from bea.modified.writing.lengths import LONG, LONGEST, written_length
from bea.modified.writing.named_parts import Named, with_named_parts
from bea.modified.writing.powers import common_content
from bea.modified.writing.presentation import Presentation

Place = tuple[int, int]
_GAMMA = "gamma_"
_SMALL = 20  # bits of a factor that is taken out of a sum
_HUGE = 1200  # terms that take more than a page, however they are written


class Concrete:
    """How the terms of a system are written: row by row, by powers of gamma.

    Parameters
    ----------
    rows
        The terms of each row, by powers of gamma, in one ring; None for what is not written.
    slopes
        The components of the gradient, which are named g₁, g₂, … where they occur in long terms.
    whole
        Whether elements of so many terms are written, too, that no page has room for them.

    Examples
    --------
    >>> import bea
    >>> field = bea.problems.field("3*y**2/2")
    >>> concrete = Concrete([[field.components[0], 2 * field.components[0]]])
    >>> concrete.term(0, 1)
    '3γy²'
    """

    def __init__(
        self,
        rows: Sequence[Sequence[Element | None]],
        slopes: Sequence[Element] = (),
        whole: bool = False,
    ) -> None:
        self._rows = [list(row) for row in rows]
        self._slopes = list(slopes)
        self._huge = frozenset(
            (i, k)
            for i, row in enumerate(self._rows)
            for k, c in enumerate(row)
            if not whole and c is not None and len(c.terms()) > _HUGE
        )

    def term(self, row: int, k: int, latex: bool = False, left_out: bool = False) -> str:
        """Return a term with its sign and its power of gamma; "" if it is 0."""
        if left_out or (row, k) in self._huge:
            return self._ellipsis(row, k, latex)
        expression = self._named[row, k]
        if expression == Number(fmpq(0)):
            return ""
        return signed_term(k, expression, latex, self._names[latex])

    def in_full(self) -> Concrete:
        """Return how all terms are written, however long."""
        return Concrete(self._rows, self._slopes, whole=True) if self._huge else self

    def rows(
        self, latex: bool = False, left_out: frozenset[Place] = frozenset()
    ) -> list[list[str]]:
        """Return the texts of all terms, row by row; "" for those that are 0 or not written."""
        return [
            [
                "" if c is None else self.term(i, k, latex, (i, k) in left_out)
                for k, c in enumerate(row)
            ]
            for i, row in enumerate(self._rows)
        ]

    def where(self, left_out: frozenset[Place] = frozenset()) -> list[tuple[str, Expression]]:
        """Return the names, and what they stand for, that the terms not left out need."""
        shown = [e for place, e in self._named.items() if place not in left_out]
        needed = set().union(*map(free_symbols, shown)) if shown else set()
        found = []
        for name, definition in reversed(self._where):
            if name in needed:
                needed |= free_symbols(definition)
                found.append((name, definition))
        return found[::-1]

    def where_texts(self, left_out: frozenset[Place], latex: bool = False) -> list[tuple[str, str]]:
        """Return names and what they stand for as text or in LaTeX."""
        write, names = (as_latex if latex else as_text), self._names[latex]
        found = []
        for name, definition in self.where(left_out):
            inside = self._sigmoids.get(name)
            text = write(definition, names) if inside is None else _sigmoid(inside, latex)
            found.append((write(Symbol(name), names), text))
        return found

    def long_terms(self, room: int = LONGEST) -> frozenset[Place]:
        """Return the places (row, power) of the longest terms, without which there is room."""
        places = sorted(self._lengths, key=lambda place: (self._lengths[place], place))
        kept = len(places)
        while kept and self._room(places[:kept]) > room:
            kept -= 1
        return frozenset(places[kept:]) | self._huge

    def _room(self, places: Sequence[Place]) -> int:
        """Return how many characters some terms, and what is named in them, take."""
        out = frozenset(self._lengths) - frozenset(places)
        named = sum(len(name) + 3 + written_length(e) for name, e in self.where(out))
        return named + sum(self._lengths[place] for place in places)

    @property
    def is_long(self) -> bool:
        """Whether parts have names."""
        return bool(self._where)

    def expression(self, row: int, k: int) -> Expression:
        """Return a term without its power of gamma, in the names."""
        return self._named[row, k]

    # --- private helpers --------------------------------------------------------------------------

    @cached_property
    def _presentation(self) -> Presentation:
        elements = [c for row in self._rows for c in row if c is not None]
        ring = elements[0].ring
        coordinates = sigmoid_coordinates(ring)
        if self._slopes and any(_holds_roots(element) for element in elements):
            coordinates += gradient_coordinates(self._slopes)
        return Presentation(ring, self._slopes, coordinates)

    @cached_property
    def _plain(self) -> dict[Place, Expression]:
        return {
            (i, k): self._presentation.of(c, factored=k > 0)
            for i, row in enumerate(self._rows)
            for k, c in enumerate(row)
            if c is not None and (i, k) not in self._huge
        }

    @cached_property
    def _parts(self) -> Named:
        """The terms with named parts if they are long, in the order of `_plain`."""
        expressions = list(self._plain.values())
        if sum(map(written_length, expressions)) <= LONG:
            return Named(tuple(expressions), ())
        taken = {*self._presentation.ring.symbols, *self._presentation.names}
        return with_named_parts(expressions, self._presentation.part_names(), taken)

    @cached_property
    def _named(self) -> dict[Place, Expression]:
        return dict(zip(self._plain, self._parts.expressions, strict=True))

    @cached_property
    def _where(self) -> tuple[tuple[str, Expression], ...]:
        if not self._plain:  # integrals only
            return ()
        used = [*self._parts.expressions, *(e for _, e in self._parts.where)]
        symbols = set().union(*map(free_symbols, used))
        coordinates = [
            (c.name, c.definition)
            for c in self._presentation.coordinates.values()
            if c.name in symbols and (self._parts.where or c.name not in self._sigmoids)
        ]
        return (*coordinates, *self._parts.where)

    @cached_property
    def _sigmoids(self) -> dict[str, Expression]:
        return self._presentation.sigmoids() if self._plain else {}

    @cached_property
    def _names(self) -> dict[bool, Mapping[str, str]]:
        """What stands for the names of sigmoids: σ(u) itself, where parts have no names."""
        named = {name for name, _ in self._where}
        return {
            latex: {
                _GAMMA: r"\gamma" if latex else "γ",
                **{
                    name: _sigmoid(inside, latex)
                    for name, inside in self._sigmoids.items()
                    if name not in named
                },
            }
            for latex in (False, True)
        }

    @cached_property
    def _lengths(self) -> dict[Place, int]:
        return {place: written_length(e) for place, e in self._named.items()}

    def _ellipsis(self, row: int, k: int, latex: bool) -> str:
        if latex:
            return signed_term(k, Symbol("dots_"), True, {"dots_": r"\left(\cdots\right)"})
        element = self._rows[row][k]
        count = len(element.terms()) if element is not None else 0
        size = f"… {count:,} term{'s' if count > 1 else ''}"
        if (row, k) in self._lengths:
            size += f", {self._lengths[row, k]:,} characters"
        return f"{_gamma(k, False)} ({size})".lstrip()


def concrete_of(
    components: Sequence[Sequence[Element]], problem: VectorField, slopes: bool = True
) -> Concrete:
    """Return how the terms of a field on a problem are written: a row for each component."""
    gradient = [-c for c in problem.components] if slopes and isinstance(problem, Loss) else []
    return Concrete([list(row) for row in zip(*components, strict=True)], gradient)


def signed_term(
    k: int, expression: Expression, latex: bool = False, names: Mapping[str, str] | None = None
) -> str:
    """Return γ^k times an expression, with its sign: a sum in brackets, a product as one fraction.

    >>> from bea.algebra.language.grammar import parse
    >>> signed_term(2, parse("-8*x/3 - 16*y/3")), signed_term(2, parse("11/(6*x**8)"))
    ('−8γ²/3 (x + 2y)', '11γ²/(6x⁸)')
    """
    names = {_GAMMA: r"\gamma" if latex else "γ", **(names or {})}
    write = as_latex if latex else as_text
    number, rest = _content(expression) if k else (fmpq(1), expression)
    if not k or not isinstance(rest, Sum):
        factors = rest.factors if isinstance(rest, Product) else (rest,)
        if not k:
            return write(expression, names)
        if isinstance(factors[0], Number):
            number, factors = number * factors[0].value, factors[1:]
        return write(multiply(Number(number), power(Symbol(_GAMMA), k), *factors), names)
    head = write(multiply(Number(number), power(Symbol(_GAMMA), k)), names)
    left, right = (r"\left(", r"\right)") if latex else ("(", ")")
    return f"{head} {left}{write(rest, names)}{right}"


# --- private helpers ----------------------------------------------------------------------------


def _gamma(k: int, latex: bool) -> str:
    return signed_term(k, Number(fmpq(1)), latex) if k else ""


def _content(expression: Expression) -> tuple[fmpq, Expression]:
    """Return a number and the rest of a sum: a minus before all, and a factor that shortens it."""
    match expression:
        case Product((Number(value), Sum() as rest)):
            return value, rest
        case Sum(terms):
            numbers = [_number(term) for term in terms]
            sign = fmpq(-1 if numbers[0] < 0 else 1)
            best, length = (fmpq(1), expression), written_length(expression)
            common = common_content(numbers)
            for content in (sign, sign * common) if common.height_bits() < _SMALL else (sign,):
                rest = Sum(tuple(multiply(Number(1 / content), term) for term in terms))
                if written_length(rest) <= length:
                    best, length = (content, rest), written_length(rest)
            return best
    return fmpq(1), expression


def _number(expression: Expression) -> fmpq:
    match expression:
        case Number(value) | Product((Number(value), *_)):
            return value
    return fmpq(1)


def _sigmoid(inside: Expression, latex: bool) -> str:
    return rf"\sigma\left({as_latex(inside)}\right)" if latex else f"σ({as_text(inside)})"


def _holds_roots(element: Element) -> bool:
    degrees = element.poly.degrees()
    return any(degrees[a.generator] and a.kind == "root" for a in element.ring.atoms)
