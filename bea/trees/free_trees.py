"""Free (unrooted) trees: the classes of rooted trees that differ in the choice of root only.

For a gradient f = grad U, all rootings of one free tree t contract the same tensors:
grad H(t) = sum over the nodes v of F(t rooted at v), where H(t) puts U^(k) on a node of degree k.
So a B-series of gradients is a gradient exactly when its coefficients do not see the root.
Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.9.2 (there for
Hamiltonian fields, with signs); the gradient case is derived in `bea.modified.structure.gradient`.

Colours that are gradients of their own, f and theta, stay on their nodes. The players' f_c = P_c f
project the one field f: in F(tau) the projection P_c of a child lies on the edge below it, where it
stays when the root moves, and that of the root is free: grad H = P_1 grad H + P_2 grad H. So it is
for more blocks of variables than two.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

from bea.trees.colors import PLAYERS, Colors
from bea.trees.rooted_trees import Tree, tree


class FreeTree(NamedTuple):
    """A free tree: its canonical rooting, and how many nodes give each rooting."""

    canonical: Tree
    rootings: tuple[tuple[Tree, int], ...]

    @property
    def symmetry(self) -> int:
        """Number of automorphisms of the unrooted tree: orbit size times stabiliser."""
        rooted, nodes = self.rootings[0]
        return rooted.symmetry * nodes


@cache
def free_tree(rooted: Tree, blocks: Colors = PLAYERS) -> FreeTree:
    """Return the free tree of a rooted tree; `blocks` are the colours of all blocks of variables.

    >>> from bea.trees import tree
    >>> free_tree(tree([[], []])) is free_tree(tree([[[]]]))
    True
    >>> free_tree(tree([[], []])).rootings
    (([[],[]], 1), ([[[]]], 2))
    """
    colors = blocks if rooted.color.block else (rooted.color,)
    found = [item for c in colors for item in _rootings(tree(rooted.children, c)).items()]
    return _unique(tuple(sorted(found, reverse=True)))


@cache
def _unique(rootings: tuple[tuple[Tree, int], ...]) -> FreeTree:
    return FreeTree(rootings[0][0], rootings)


def _rootings(rooted: Tree) -> Counter[Tree]:
    """Move the root along every edge: from u with child v to v with child u without v."""
    found = Counter([rooted])
    waiting = [(rooted, child) for child in rooted.children]
    while waiting:
        at, child = waiting.pop()
        rest = at.without(child)
        moved = child.graft(rest)
        if at.color.block:
            moved = tree([*child.children, tree(rest.children, child.color)], at.color)
        found[moved] += 1
        waiting += [(moved, grandchild) for grandchild in child.children]
    return found
