"""The recursion by single cuts in the plainest form that is quick: interned trees, and flint.

A tree is a number, its children are a sorted tuple of numbers, and its cuts are a list of (branch,
trunk, multiplicity). Coefficients are `fmpq`, and those of a flow, which depend on the time, are
`fmpq_poly`. Nothing here uses bea. Source: Hairer, Lubich and Wanner, Geometric Numerical
Integration, section IX.9.1.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations_with_replacement
from math import factorial, prod
from typing import Any

from flint import fmpq, fmpq_poly

__all__ = ["Trees", "logarithm", "modifying", "weights"]

Vector = list[Any]


class Trees:
    """The trees of at most so many nodes: children and cuts of each, smaller ones first."""

    def __init__(self, nodes: int) -> None:
        self.children: list[tuple[int, ...]] = []
        self.cuts: list[list[tuple[int, int, int]]] = []
        self._number: dict[tuple[int, ...], int] = {}
        self._levels: list[list[int]] = [[]]
        for n in range(1, nodes + 1):
            self._levels.append([self._add(forest) for forest in self._forests(n - 1, n - 1)])

    def _forests(self, nodes: int, largest: int) -> list[tuple[int, ...]]:
        if nodes == 0:
            return [()]
        found = []
        for size in range(1, min(nodes, largest) + 1):
            for copies in range(1, nodes // size + 1):
                chosen = list(combinations_with_replacement(self._levels[size], copies))
                found += [rest + c for rest in self._forests(nodes - copies * size, size - 1)
                          for c in chosen]  # fmt: skip
        return found

    def _add(self, forest: tuple[int, ...]) -> int:
        number = self._number[forest] = len(self.children)
        cuts: Counter[tuple[int, int]] = Counter()
        for child, copies in Counter(forest).items():
            place = forest.index(child)
            rest = forest[:place] + forest[place + 1 :]
            cuts[child, self._number[rest]] += copies
            for branch, trunk, count in self.cuts[child]:
                cuts[branch, self._number[tuple(sorted((*rest, trunk)))]] += copies * count
        self.children.append(forest)
        self.cuts.append([(branch, trunk, count) for (branch, trunk), count in cuts.items()])
        return number


def weights(trees: Trees, A: list[Vector], b: Vector) -> Vector:
    """Return the coefficients of the map of a Runge-Kutta method."""
    found, stages = [], []
    for children in trees.children:
        inner = [prod((stages[c][i] for c in children), start=fmpq(1)) for i in range(len(b))]
        stages.append([_dot(row, inner) for row in A])
        found.append(_dot(b, inner))
    return found


def logarithm(trees: Trees, a: Vector) -> Vector:
    """Return the coefficients of the modified field of a map."""
    field: Vector = []
    flow: list[fmpq_poly] = []
    for value, cuts in zip(a, trees.cuts, strict=True):
        lower = _over(cuts, field, flow)
        field.append(value - lower(fmpq(1)))
        flow.append(lower + fmpq_poly([0, field[-1]]))
    return field


def modifying(trees: Trees, A: list[Vector], b: Vector) -> Vector:
    """Return the field to feed a Runge-Kutta method with.

    k_i = exp(D) b along v_i = log Y_i: on a tree it is b and what smaller trees give, Y_i asks for
    smaller trees only, and so b follows from the exact flow.
    """
    stages, field, total = range(len(b)), [], sum(b, fmpq(0))
    along, flows, moved = ([[] for _ in stages] for _ in range(3))
    for cuts, density in zip(trees.cuts, densities(trees), strict=True):
        lower = [_over(cuts, along[i], moved[i]) for i in stages]
        given = [p(fmpq(1)) for p in lower]
        field.append((fmpq(1, density) - _dot(b, given)) / total)
        slopes = [value + field[-1] for value in given]
        for i in stages:
            moved[i].append(lower[i] + field[-1])
            flow = _over(cuts, along[i], flows[i])
            along[i].append(_dot(A[i], slopes) - flow(fmpq(1)))
            flows[i].append(flow + fmpq_poly([0, along[i][-1]]))
    return field


def densities(trees: Trees) -> list[int]:
    """Return the products of the sizes of all subtrees."""
    sizes: list[int] = []
    found: list[int] = []
    for children in trees.children:
        sizes.append(1 + sum(sizes[c] for c in children))
        found.append(sizes[-1] * prod(found[c] for c in children))
    return found


def symmetries(trees: Trees) -> list[int]:
    """Return the numbers of automorphisms."""
    found: list[int] = []
    for children in trees.children:
        copies = prod(factorial(count) for count in Counter(children).values())
        found.append(copies * prod(found[c] for c in children))
    return found


# --- private helpers ----------------------------------------------------------------------------


def _over(cuts: list[tuple[int, int, int]], field: Vector, flow: list[fmpq_poly]) -> fmpq_poly:
    """Return the integral of the sum of b(branch) a_t(trunk) over the cuts of a tree."""
    total = fmpq_poly()
    for branch, trunk, count in cuts:
        total += flow[trunk] * (field[branch] * count)
    return total.integral()


def _dot(row: Vector, values: Vector) -> Any:
    return sum((w * v for w, v in zip(row, values, strict=True) if w), start=fmpq(0))
