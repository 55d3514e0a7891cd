"""Trunks of a tree: the subtrees that hold its root, and the branches that are cut off.

They are the ordered subtrees, or admissible cuts, of the composition of B-series: a tree of n nodes
has at most 2^(n - 1) of them, and equal ones are counted once with a multiplicity. Source: Hairer,
Lubich and Wanner, Geometric Numerical Integration, section III.1.4.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

from bea.trees.rooted_trees import Tree, tree


class Trunk(NamedTuple):
    """One trunk, the branches above it, sorted, and in how many ways they are cut off."""

    trunk: Tree
    branches: tuple[Tree, ...]
    multiplicity: int


@cache
def trunks(whole: Tree) -> tuple[Trunk, ...]:
    """Return the distinct trunks of a tree, the tree itself with no branch among them.

    >>> from bea.trees import tree
    >>> for found in trunks(tree([[], []])):
    ...     print(*found)
    [[],[]] () 1
    [[]] ([],) 2
    [] ([], []) 1
    """
    grown: Counter[tuple[tuple[Tree, ...], tuple[Tree, ...]]] = Counter({((), ()): 1})
    for child in whole.children:
        more: Counter[tuple[tuple[Tree, ...], tuple[Tree, ...]]] = Counter()
        for (kept, cut), count in grown.items():
            more[kept, tuple(sorted((*cut, child)))] += count
            for trunk, branches, ways in trunks(child):
                both = tuple(sorted((*kept, trunk))), tuple(sorted((*cut, *branches)))
                more[both] += count * ways
        grown = more
    found = [Trunk(tree(kept, whole.color), cut, n) for (kept, cut), n in grown.items()]
    return tuple(sorted(found, key=lambda t: len(t.branches)))
