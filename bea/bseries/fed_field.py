"""The field that a method is fed with, at the maps where its step asks for it.

Source: Chartier, Hairer and Vilmart, "Numerical integrators based on modified differential
equations", Math. Comp. 76 (2007) 1941-1953; a field at a map is moved there by exp(D), see
`bea.bseries.calculus`.
"""

from __future__ import annotations

import numpy as np

from bea.bseries.calculus import Powers, derivative, exponential
from bea.bseries.numbers import Array, Exact
from bea.trees import TreeTable


class FedField:
    """A field b at maps, as far as it is known: what a method is fed with.

    b at a map is exp(D) b, D the derivative along the logarithm of the map. Both are found for one
    size of trees after the other and kept, so that a map which is known further than before, as
    those of an equation that is being solved, asks for what is new only. So does b itself, of which
    the trees of a size may be written once everything on smaller ones is known.
    """

    def __init__(self, table: TreeTable, numbers: Exact, field: Array) -> None:
        self._table, self._numbers, self.field = table, numbers, field
        self._known: list[_At] = []

    def at(self, point: Array, order: int) -> Array:
        """Return b at the map with these coefficients, to one node more but at most `order`."""
        nodes = min(self._table.nodes_of(len(point)) + 1, order)
        found = self._found(point[: self._table.count(nodes - 1)])
        count = self._table.count(nodes)
        return self._numbers.reduced(found.moved_to(nodes)[:count] + self.field[:count])

    def slope(self, point: Array, direction: Array, order: int) -> Array:
        """Return b' at a map along a vector: the derivative of b along w where w there is it."""
        table, numbers = self._table, self._numbers
        along = self._found(point[: table.count(order - 1)]).along
        before = exponential(table, numbers, numbers.scaled(along, -1), direction, 0)
        found = derivative(table, numbers, before, self.field)
        return exponential(table, numbers, along, found[: table.count(order)], 0)

    def _found(self, point: Array) -> _At:
        """Return what is known of a map that agrees with this one as far as both go."""
        for known in self._known:
            common = min(len(known.point), len(point))
            if np.array_equal(known.point[:common], point[:common]):
                break
        else:
            known = _At(self._table, self._numbers, self.field)
            self._known.append(known)
        known.extend(point)
        return known


class _At:
    """The logarithm of one map, and exp(D) b along it without b itself."""

    def __init__(self, table: TreeTable, numbers: Exact, field: Array) -> None:
        self._table, self._numbers, self._field = table, numbers, field
        self.point, self._along = numbers.zeros(0), numbers.zeros(len(field))
        self._moved = numbers.zeros(len(field))
        nodes = table.nodes_of(len(field))
        self._flow = Powers(table, numbers, nodes, self._along)
        self._transport = Powers(table, numbers, nodes, self._along, 0)
        self._reached = 0

    @property
    def along(self) -> Array:
        """The logarithm as far as it is known."""
        return self._along[: len(self.point)]

    def extend(self, point: Array) -> None:
        """Take the logarithm further."""
        first = self._table.nodes_of(len(self.point)) + 1
        for size in range(first, self._table.nodes_of(len(point)) + 1):
            level = self._table.level(size)
            self._along[level] = self._numbers.reduced(point[level] - self._flow.lower(size))
            self._flow.settle(size)
        self.point = max(self.point, point, key=len)

    def moved_to(self, nodes: int) -> Array:
        """Return what exp(D) adds to b on the trees of so many nodes."""
        for size in range(self._reached + 1, nodes + 1):
            if size > 1:
                below = self._table.level(size - 1)
                self._transport.settle(size - 1, self._field[below])
            self._moved[self._table.level(size)] = self._transport.lower(size)
        self._reached = max(self._reached, nodes)
        return self._moved
