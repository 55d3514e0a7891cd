"""Machine-readable records of concrete equations, read back as a program would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bea.algebra import Element, Ring
from bea.algebra.language.expressions import Expression, fold
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import RingAlgebra


class Substituting(RingAlgebra):
    """Reads expressions in which some names stand for elements of the ring."""

    def __init__(self, ring: Ring, values: Mapping[str, Element]) -> None:
        super().__init__(ring)
        self.values = values

    def symbol(self, name: str) -> Element:
        return self.values[name] if name in self.values else super().symbol(name)


def values_of(ring: Ring, where: Iterable[tuple[str, Expression]]) -> dict[str, Element]:
    """Return what names stand for, each in names before it."""
    values: dict[str, Element] = {}
    for name, definition in where:
        values[name] = fold(definition, Substituting(ring, values))
    return values


def terms_of(record: Mapping[str, Any], ring: Ring) -> list[list[Element]]:
    """Return the terms of a record as elements of a ring."""
    where = [(part["name"], parse(part["expression"])) for part in record.get("where", [])]
    algebra = Substituting(ring, values_of(ring, where))
    return [[fold(parse(text), algebra) for text in term] for term in record["terms"]]
