"""Ways into and out of the ring: expressions read in, elements written out or made a program.

The same fold reads an expression into any arithmetic; the same program evaluates an element in
any arithmetic. SymPy and text are reached through `bea.algebra.language.expressions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flint import fmpq

from bea.algebra.language.building import add, multiply, power
from bea.algebra.language.expressions import (
    Call,
    Constant,
    Expression,
    Number,
    Symbol,
    check_size,
    fold,
)
from bea.algebra.language.limits import FEW_VARIABLES
from bea.algebra.programs.horner import polynomial
from bea.algebra.programs.program import Program
from bea.algebra.ring.atoms import Atom

if TYPE_CHECKING:
    from bea.algebra.ring.element import Element
    from bea.algebra.ring.ring import Ring


class RingAlgebra:
    """What `fold` needs to turn an expression into an element of a ring."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring

    def number(self, value: fmpq) -> Element:
        """Return a rational."""
        return self.ring.constant(value)

    def symbol(self, name: str) -> Element:
        """Return a variable or parameter."""
        return self.ring.symbol(name)

    def constant(self, name: str) -> Element:
        """Return the constant pi, the only one that the grammar has."""
        return self.ring.pi()

    def sum(self, values: Sequence[Element]) -> Element:
        """Return the sum, by halves: each addition copies what it has got so far."""
        parts = list(values)
        while len(parts) > 1:
            paired = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)]
            parts = paired + parts[2 * len(paired) :]
        return parts[0]

    def product(self, values: Sequence[Element]) -> Element:
        """Return the product."""
        result = values[0]
        for value in values[1:]:
            result = result * value
        return result

    def power(self, value: Element, exponent: fmpq) -> Element:
        """Return a rational power."""
        return value**exponent

    def call(self, name: str, value: Element) -> Element:
        """Return an elementary function."""
        return self.ring.call(name, value)


def read(ring: Ring, expression: Expression) -> Element:
    """Read an expression into the ring; new functions in it become atoms.

    >>> from bea.algebra.language.grammar import parse
    >>> from bea.algebra.ring.ring import Ring
    >>> ring = Ring(["x", "y"])
    >>> read(ring, parse("(x + y)**2 - 2*x*y"))
    x**2 + y**2
    """
    if len(ring.variables) >= FEW_VARIABLES:  # which the parser leaves as they are written
        check_size(expression, expanded=True)
    return fold(expression, RingAlgebra(ring))


def to_expression(element: Element) -> Expression:
    """Write an element as an expression in its variables, parameters and functions."""
    ring = element.ring
    generators = _Generators(ring)
    terms = (_rational_denominator(ring, e, fmpq(c)) for e, c in element.terms().items())
    return add(*(multiply(_monomial(generators, e, c), root) for e, c, root in terms))


def moved_to(ring: Ring, element: Element) -> Element:
    """Return an element in another ring that has the names which occur in it.

    It is what reading its expression gives, without writing one for every term.

    >>> from bea.algebra.language.grammar import parse
    >>> from bea.algebra.ring.ring import Ring
    >>> moved_to(Ring(["x", "t"]), read(Ring(["x"]), parse("x*exp(x) + 1")))
    x*exp(x) + 1
    """
    terms = element.terms()
    used = sorted({g for exponents in terms for g, e in enumerate(exponents) if e})
    expressions = _Generators(element.ring)
    places = [_place(read(ring, expressions[g])) for g in used]
    if None in places or len(set(places)) < len(places):  # functions that became others there
        return read(ring, to_expression(element))
    count = len(ring.symbols) + len(ring.atoms)
    found = {}
    for exponents, c in terms.items():
        there = [0] * count
        for g, place in zip(used, places, strict=True):
            there[place or 0] = int(exponents[g])
        found[tuple(there)] = c
    return ring.from_terms(found)


def to_program(elements: Iterable[Element], extra_inputs: Sequence[str] = ()) -> Program:
    """Return the straight-line program of some elements of one ring.

    Its inputs are the ring's variables and parameters and then `extra_inputs`.
    """
    elements = list(elements)
    ring = elements[0].ring
    program = Program([*ring.symbols, *extra_inputs])
    nodes = atom_nodes(program, ring)
    for element in elements:
        program.output(polynomial_node(program, nodes, element))
    return program


def atom_nodes(program: Program, ring: Ring, symbols: Sequence[int] | None = None) -> list[int]:
    """Put all generators of the ring into a program and return their nodes, in order.

    `symbols` are the nodes of the ring's symbols; by default they are the first inputs.
    """
    nodes = [program.input(i) for i in range(len(ring.symbols))] if symbols is None else [*symbols]
    for atom in ring.atoms:
        argument = polynomial_node(program, nodes, atom.argument)
        nodes.append(_atom_node(program, atom, argument))
    return nodes


def polynomial_node(program: Program, nodes: Sequence[int], element: Element) -> int:
    """Add one element to a program that holds (at least) the generators that it needs."""
    known = len(nodes)
    return polynomial(program, {e[:known]: c for e, c in element.terms().items()}, nodes)


# --- private helpers ----------------------------------------------------------------------------


def _place(value: Element) -> int | None:
    """Return which generator an element is, or None if it is none."""
    terms = list(value.terms().items())
    if len(terms) != 1 or terms[0][1] != 1 or sum(terms[0][0]) != 1:
        return None
    return [int(e) for e in terms[0][0]].index(1)


def _atom_node(program: Program, atom: Atom, argument: int) -> int:
    if atom.kind == "pi":
        return program.pi()
    if atom.kind == "root":
        return program.power(argument, fmpq(-1, atom.degree))
    return program.call(atom.kind, argument)


class _Generators:
    """The expressions of a ring's generators, each written when it is asked for."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self._written: dict[int, Expression] = {}

    def __getitem__(self, generator: int) -> Expression:
        if generator not in self._written:
            self._written[generator] = self._write(generator)
        return self._written[generator]

    def _write(self, generator: int) -> Expression:
        symbols = self.ring.symbols
        if generator < len(symbols):
            return Symbol(symbols[generator])
        atom = self.ring.atoms[generator - len(symbols)]
        terms = [_monomial(self, e, c) for e, c in atom.argument.terms().items()]
        return _atom_expression(atom, add(*terms))


def _atom_expression(atom: Atom, argument: Expression) -> Expression:
    if atom.kind == "pi":
        return Constant("pi")
    if atom.kind == "root":
        return power(argument, fmpq(-1, atom.degree))
    return Call(atom.kind, argument)


def _rational_denominator(
    ring: Ring, exponents: tuple[int, ...], c: fmpq
) -> tuple[list[Any], fmpq, Expression]:
    """Write 1/sqrt(3) as sqrt(3)/3, and sqrt(2) sqrt(3) as sqrt(6), which is returned apart."""
    powers: list[Any] = list(exponents)
    under = fmpq(1)
    for atom in ring.atoms:
        base = atom.argument.as_rational() if atom.kind == "root" else None
        if base is not None and powers[atom.generator]:
            whole = -(-powers[atom.generator] // atom.degree)
            powers[atom.generator] -= whole * atom.degree
            c = c / base**whole
            if atom.degree == 2 and powers[atom.generator] == -1 and base > 0:
                powers[atom.generator] = 0
                under *= base
    return powers, c, power(Number(under), fmpq(1, 2))


def _monomial(generators: _Generators, exponents: Sequence[int], c: Any) -> Expression:
    factors = [power(generators[g], fmpq(e)) for g, e in enumerate(exponents) if e]
    return multiply(Number(fmpq(c)), *factors)
