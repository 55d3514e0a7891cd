"""Single-edge cuts of a tree: the table that every recursion on trees reads.

Cutting one edge leaves the branch above it and the trunk with the root. A tree of n nodes has
n - 1 edges; equal results are counted once with a multiplicity. Source: the coefficients of the
Lie derivative in Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.9.1.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

from bea.trees.rooted_trees import Tree


class Cut(NamedTuple):
    """One way to cut a tree in two, with the number of edges at which it happens."""

    branch: Tree
    trunk: Tree
    multiplicity: int


@cache
def single_edge_cuts(tree: Tree) -> tuple[Cut, ...]:
    """Return the distinct cuts of `tree`; their multiplicities add up to tree.order - 1.

    >>> from bea.trees import tree
    >>> single_edge_cuts(tree([[], []]))
    (Cut(branch=[], trunk=[[]], multiplicity=2),)
    """
    found: Counter[tuple[Tree, Tree]] = Counter()
    for child, copies in Counter(tree.children).items():
        rest = tree.without(child)
        found[child, rest] += copies
        for branch, trunk, multiplicity in single_edge_cuts(child):
            found[branch, rest.graft(trunk)] += copies * multiplicity
    return tuple(Cut(branch, trunk, count) for (branch, trunk), count in found.items())
