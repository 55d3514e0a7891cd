"""Interned rooted trees: order, symmetry, density, and the list of all trees by order.

A tree is the colour of its root (see `bea.trees.colors`; by default there is but one) and the
multiset of the root's children. Equal trees are one object, so comparison is by identity and
tables are keyed by the tree itself. Source: Butcher, Numerical Methods for Ordinary
Differential Equations, sections 300-302; Hairer, Lubich and Wanner, Geometric Numerical
Integration, section III.1.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from functools import cache, cached_property
from math import factorial
from types import MappingProxyType
from typing import Any

from bea.errors import OrderError, TreeError
from bea.trees.colors import FIELD, PLAIN, Color, Colors
from bea.trees.counting import check_number
from bea.trees.svg import svg
from bea.trees.tables import tree_table


class Tree:
    """A rooted tree; make it with `tree`, never directly.

    Attributes
    ----------
    children : tuple of Tree
        The subtrees at the root, in canonical order.
    color : Color
        The colour of the root.
    order : int
        Number of nodes, |tau|.
    symmetry : int
        Number of automorphisms that fix the root, sigma(tau).
    density : int
        Product of the orders of all subtrees, gamma(tau); the exact flow has the weight 1/density.

    Examples
    --------
    >>> cherry = tree([[], []])
    >>> cherry.order, cherry.symmetry, cherry.density
    (3, 2, 3)
    >>> cherry is tree([leaf, leaf])
    True
    """

    __slots__ = ("_key", "children", "color", "density", "order", "symmetry")

    children: tuple[Tree, ...]
    color: Color
    order: int
    symmetry: int
    density: int
    _key: tuple[int, bytes]

    def __init__(self, children: tuple[Tree, ...], color: Color) -> None:
        self.children = children
        self.color = color
        self.order = 1 + sum(child.order for child in children)
        self.density = self.order
        self.symmetry = 1
        for child in children:
            self.density *= child.density
            self.symmetry *= child.symmetry
        for child in set(children):
            self.symmetry *= factorial(children.count(child))
        code = color.code + b"(" + b"".join(child._key[1] for child in children) + b")"
        self._key = (self.order, code)

    @property
    def nested(self) -> list[Any]:
        """The tree as nested lists of children; the single node is []."""
        return [child.nested for child in self.children]

    @property
    def colors(self) -> list[Color]:
        """The colours of all nodes in the order of the opening brackets of `nested`."""
        return [self.color, *(color for child in self.children for color in child.colors)]

    def graft(self, branch: Tree) -> Tree:
        """Return the tree with `branch` attached to the root (the Butcher product)."""
        return _intern((*self.children, branch), self.color)

    def without(self, child: Tree) -> Tree:
        """Return the tree with one copy of that child of the root removed."""
        place = self.children.index(child)
        return _intern(self.children[:place] + self.children[place + 1 :], self.color)

    def __lt__(self, other: Tree) -> bool:
        return self._key < other._key

    def __repr__(self) -> str:
        inside = f"[{','.join(map(repr, self.children))}]"
        return inside if self.color is FIELD else f"{inside}:{self.color.name}"

    def _repr_svg_(self) -> str:
        """Return the drawing that a notebook shows."""
        return svg(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return tree, (self.children, self.color)


def tree(children: Iterable[Tree | Sequence[Any]], color: Color = FIELD) -> Tree:
    """Return the tree whose root has these children: trees, or nested lists of children.

    >>> tree([[[]], []]).order
    4
    """
    if isinstance(children, str):
        raise TreeError(f"'{children}' is a text: bea.trees.tree_of reads it")
    return _intern(tuple(c if isinstance(c, Tree) else tree(c) for c in children), color)


def trees(order: int, colors: Colors = PLAIN) -> tuple[Tree, ...]:
    """Return all rooted trees with `order` nodes of these colours, in canonical order.

    Their number is 1, 1, 2, 4, 9, 20, 48, ... (OEIS A000081) with one colour and 2, 4, 14, 52,
    214, ... (A000151) with two. Trees in which a node of theta has two children, whose elementary
    differentials are zero, are left out.

    Raises
    ------
    OrderError
        If `order` is not at least 1, or there are too many.

    Examples
    --------
    >>> [len(trees(n)) for n in range(1, 9)]
    [1, 1, 2, 4, 9, 20, 48, 115]
    """
    if order < 1:
        raise OrderError(f"a tree has at least one node: order {order} is not possible")
    everything = trees_up_to(order, colors)
    return everything[tree_table(order, colors).level(order)]


def trees_up_to(order: int, colors: Colors = PLAIN) -> tuple[Tree, ...]:
    """Return all trees with 1 ... `order` nodes; `position` is the index into this list."""
    check_number(order, colors)
    return _trees_up_to(order, colors)


def position(t: Tree, colors: Colors = PLAIN) -> int:
    """Return the index of `t` in `trees_up_to(n, colors)`, the same for every n >= t.order."""
    return positions(t.order, colors)[t]


@cache
def positions(order: int, colors: Colors = PLAIN) -> Mapping[Tree, int]:
    """Return the `position` of every tree of `trees_up_to(order, colors)`."""
    return {t: i for i, t in enumerate(trees_up_to(order, colors))}


class TreeMapping(Mapping[Tree, Any]):
    """Values by tree, of which the trees are not made before somebody looks for one.

    Parameters
    ----------
    values
        One for each tree of `trees_up_to(order, colors)`.

    Examples
    --------
    >>> TreeMapping(["a node", "two nodes"], 2)[leaf]
    'a node'
    """

    def __init__(self, values: Iterable[Any], order: int, colors: Colors = PLAIN) -> None:
        self._values, self._order, self._colors = tuple(values), order, colors

    def __getitem__(self, key: Tree) -> Any:
        return self._by_tree[key]

    def __iter__(self) -> Iterator[Tree]:
        return iter(self._by_tree)

    def __len__(self) -> int:
        return len(self._values)

    def items(self) -> ItemsView[Tree, Any]:
        """Return the pairs of a tree and its value."""
        return self._by_tree.items()

    def values(self) -> ValuesView[Any]:
        """Return the values in the order of the trees."""
        return self._by_tree.values()

    def __repr__(self) -> str:
        return repr(dict(self._by_tree))

    @cached_property
    def _by_tree(self) -> Mapping[Tree, Any]:
        trees = trees_up_to(self._order, self._colors)
        return MappingProxyType(dict(zip(trees, self._values, strict=True)))


def simplified(t: Tree) -> Tree:
    """Return the tree with the same elementary differential that has theta at its leaves only.

    >>> from bea.trees.colors import THETA
    >>> simplified(tree([tree([leaf], THETA)]))
    [[]]
    """
    return _simplified(t)


# --- private helpers ----------------------------------------------------------------------------

_interned: dict[tuple[Color, tuple[Tree, ...]], Tree] = {}


def _intern(children: tuple[Tree, ...], color: Color) -> Tree:
    if len(children) > 1:
        children = tuple(sorted(children, key=_sort_key))
    return _interned_as(children, color)


def _interned_as(children: tuple[Tree, ...], color: Color) -> Tree:
    """Return the tree with children that are in canonical order."""
    found = _interned.get((color, children))
    if found is None:
        # setdefault is atomic: two threads that build the same tree get the same object.
        found = _interned.setdefault((color, children), Tree(children, color))
    return found


def _sort_key(t: Tree) -> tuple[int, bytes]:
    return t._key


@cache
def _simplified(t: Tree) -> Tree:
    if t.color.unit and t.children:
        return _simplified(t.children[0])
    return _intern(tuple(map(_simplified, t.children)), t.color)


@cache
def _trees_up_to(order: int, colors: Colors) -> tuple[Tree, ...]:
    """Make the trees of a table: each is a smaller one with a child attached last."""
    if order < 1:
        return ()
    table, found = tree_table(order, colors), list(_trees_up_to(order - 1, colors))
    level = table.level(order)
    pairs = zip(table.rest[level].tolist(), table.child[level].tolist(), strict=True)
    if order == 1:
        return tuple(_interned_as((), colors[root]) for root in table.root.tolist())
    for rest, child in pairs:
        trunk = found[rest]
        found.append(_interned_as((*trunk.children, found[child]), trunk.color))
    return tuple(found)


leaf = tree([])
