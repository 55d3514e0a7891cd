"""Divergence on trees: div F(tau) is a sum of traces, one for each node of tau.

The derivative in div F(tau) falls on each node v in turn, and the path from the root to v closes to
a cycle. So div F(tau) is the sum over v of the trace of the product of the derivatives along that
path. For a field without divergence the cycles of one node vanish, so that a field of trees has no
divergence, for all of them in all dimensions, exactly if its factors cancel on every longer cycle.
Sources: Iserles, Quispel and Tse, "B-series methods cannot be volume-preserving", BIT 47 (2007)
351-378; Chartier and Murua, IMA J. Numer. Anal. 27 (2007) 381-405.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flint import fmpq

from bea.trees import Tree

Cycle = tuple[Tree, ...]


def divergence(field: Mapping[Tree, Any], separable: bool = False) -> dict[Cycle, Any]:
    """Return div of a sum of F(tau) by its cycles, for fields f without divergence.

    A cycle is the list of its nodes, each with what hangs on it outside of the cycle. With
    `separable` f = f1 + f2, where f1 depends on the variables of f2 only, and f2 on those of f1.

    >>> from bea.trees import tree
    >>> divergence({tree([[]]): fmpq(1)})  # div f'f = tr f'f'
    {([], []): 1}
    """
    found: dict[Cycle, Any] = {}
    for tree, weight in field.items():
        for cycle in _cycles(tree, separable):
            found[cycle] = found.get(cycle, fmpq(0)) + weight
    return {cycle: value for cycle, value in found.items() if value != 0}


# --- private helpers ----------------------------------------------------------------------------


def _cycles(tree: Tree, separable: bool) -> Iterator[Cycle]:
    """Yield the cycles of more than one node."""
    for path in _paths(tree):
        if len(path) > 1 and not (separable and path[-1].color is tree.color):
            turns = [path[i:] + path[:i] for i in range(len(path))]
            yield min(turns)


def _paths(tree: Tree) -> Iterator[Cycle]:
    """Yield for each node the path to it, as nodes with what hangs on them beside the path."""
    yield (tree,)
    for child in tree.children:
        rest = tree.without(child)
        yield from ((rest, *path) for path in _paths(child))
