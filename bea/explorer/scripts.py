"""The scripts of a page: functions in JavaScript, each made from a program of bea, kept once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bea.algebra import Element, Ring
from bea.algebra.programs.javascript_code import javascript
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import atom_nodes, polynomial_node

Script = int
"""The place of a function among those of the page."""


class Scripts:
    """Functions by their places; the same text has one place.

    Examples
    --------
    >>> scripts = Scripts()
    >>> scripts.add("function (i, o) {}"), scripts.add("function (i, o) {}")
    (0, 0)
    >>> print(scripts.source())
    [
    function (i, o) {},
    ]
    """

    def __init__(self) -> None:
        self._places: dict[str, Script] = {}

    def copy(self) -> Scripts:
        """Return the same functions, to which more are added."""
        other = Scripts()
        other._places = {**self._places}
        return other

    def add(self, source: str) -> Script:
        """Return the place of a function that a code generator of bea wrote."""
        return self._places.setdefault(source, len(self._places))

    def add_program(self, program: Program) -> Script:
        """Return the place of a program as a function."""
        return self.add(javascript(program))

    def source(self) -> str:
        """Return the array of all functions."""
        return "\n".join(["[", *(f"{text}," for text in self._places), "]"])


def numbers_program(values: Iterable[Any], parameters: Sequence[str]) -> Program:
    """Return the program of exact numbers in some parameters: rationals, or elements of rings.

    >>> from bea.algebra import parse
    >>> from bea.algebra.ring.conversions import read
    >>> from flint import fmpq
    >>> half = read(Ring(["beta"]), parse("1/(1 - beta)"))
    >>> numbers_program([half, fmpq(3)], ["beta"]).run([fmpq(1, 2)])
    [2, 3]
    """
    program = Program(parameters)
    nodes: dict[int, list[int]] = {}
    for value in values:
        if not isinstance(value, Element):
            program.output(program.constant(value))
            continue
        known = nodes.get(id(value.ring), [])
        if len(known) < len(value.ring.symbols) + len(value.ring.atoms):
            known = nodes[id(value.ring)] = _generators(program, value.ring, parameters)
        program.output(polynomial_node(program, known, value))
    return program


# --- private helpers ------------------------------------------------------------------------------


def _generators(program: Program, ring: Ring, parameters: Sequence[str]) -> list[int]:
    symbols = [program.input(parameters.index(name)) if name in parameters else program.constant(0)
               for name in ring.symbols]  # fmt: skip
    return atom_nodes(program, ring, symbols)
