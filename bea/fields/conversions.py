"""Ways into and out of the ring: expressions read in, elements written out or made a program.

The same fold reads an expression into any arithmetic; the same program evaluates an element in
any arithmetic. SymPy and text are reached through `bea.fields.expressions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flint import fmpq

from bea.fields.atoms import Atom
from bea.fields.building import add, multiply, power
from bea.fields.expressions import Call, Constant, Expression, Number, Symbol, fold
from bea.fields.horner import polynomial
from bea.fields.program import Program

if TYPE_CHECKING:
    from bea.fields.element import Element
    from bea.fields.ring import Ring

__all__ = ["RingAlgebra", "atom_nodes", "polynomial_node", "read", "to_expression", "to_program"]


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
        """Return the sum."""
        return sum(values[1:], start=values[0])

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

    >>> from bea.fields.grammar import parse
    >>> from bea.fields.ring import Ring
    >>> ring = Ring(["x", "y"])
    >>> read(ring, parse("(x + y)**2 - 2*x*y"))
    x**2 + y**2
    """
    return fold(expression, RingAlgebra(ring))


def to_expression(element: Element) -> Expression:
    """Write an element as an expression in its variables, parameters and functions."""
    ring = element.ring
    generators = _generator_expressions(ring)
    terms = (_rational_denominator(ring, e, fmpq(c)) for e, c in element.terms().items())
    return add(*(_monomial(generators, e, c) for e, c in terms))


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


def _atom_node(program: Program, atom: Atom, argument: int) -> int:
    if atom.kind == "pi":
        return program.pi()
    if atom.kind == "root":
        return program.power(argument, fmpq(-1, atom.degree))
    return program.call(atom.kind, argument)


def _generator_expressions(ring: Ring) -> list[Expression]:
    found: list[Expression] = [Symbol(name) for name in ring.symbols]
    for atom in ring.atoms:
        terms = [_monomial(found, e, c) for e, c in atom.argument.terms().items()]
        found.append(_atom_expression(atom, add(*terms)))
    return found


def _atom_expression(atom: Atom, argument: Expression) -> Expression:
    if atom.kind == "pi":
        return Constant("pi")
    if atom.kind == "root":
        return power(argument, fmpq(-1, atom.degree))
    return Call(atom.kind, argument)


def _rational_denominator(
    ring: Ring, exponents: tuple[int, ...], c: fmpq
) -> tuple[list[Any], fmpq]:
    """Write 1/sqrt(3) as sqrt(3)/3: roots of numbers go above the line."""
    powers: list[Any] = list(exponents)
    for atom in ring.atoms:
        base = atom.argument.as_rational() if atom.kind == "root" else None
        if base is not None and powers[atom.generator]:
            whole = -(-powers[atom.generator] // atom.degree)
            powers[atom.generator] -= whole * atom.degree
            c = c / base**whole
    return powers, c


def _monomial(generators: Sequence[Expression], exponents: Sequence[int], c: Any) -> Expression:
    factors = [power(g, fmpq(e)) for g, e in zip(generators, exponents, strict=False) if e]
    return multiply(Number(fmpq(c)), *factors)
