"""Rooted trees as tables of integers: all that the recursions on trees read, and no objects.

A tree is a number, its position in `bea.trees.trees_up_to`, the same in the tables of every order.
Arrays over all trees hold what a tree is (the largest child of its root and the `rest` without it),
its size, symmetry and density; arrays over all cuts of single edges hold trunk, branch and
multiplicity, tree after tree. What is known of the trees of n nodes so follows from smaller ones, a
whole level in some tens of operations on arrays. `Tree` objects are made from the tables where
somebody looks at trees. Source of the order in which sizes are settled: Butcher, Numerical Methods
for Ordinary Differential Equations, section 300 (the product of trees).

    table = tree_table(9)           # all trees of at most nine nodes
    table.starts[n]                 # where the trees of n nodes begin; level(n) is their slice
    table.rest[t], table.child[t]   # t without its largest child, and that child; -1 for a node
    table.children(t)               # the children of its root
    table.size, table.symmetry, table.density, table.root (the number of the root's colour)
    table.cut_starts[t]             # where the cuts of t begin in branch, trunk and multiplicity
    table.grafted(trunks, branches) # the Butcher products, as positions
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bea.trees.colors import PLAIN, Colors
from bea.trees.counting import check_number

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TreeTable:
    """The trees of at most `order` nodes of some colours; get it from `tree_table`.

    Attributes
    ----------
    starts : (order + 2,)
        starts[n] is the number of trees with fewer than n nodes.
    size, root, rest, child, symmetry, density : (trees,)
        See the module's docstring; `copies` tells how often the largest child is there.
    cut_starts : (trees + 1,)
    branch, trunk, multiplicity : (cuts,)
        The distinct cuts; the multiplicities of a tree's add up to its size - 1.

    Examples
    --------
    >>> table = tree_table(4)
    >>> table.density.tolist()
    [1, 2, 6, 3, 24, 12, 8, 4]
    >>> cuts = slice(*table.cut_starts[3:5])  # of the cherry
    >>> table.trunk[cuts], table.branch[cuts], table.multiplicity[cuts]
    (array([1]), array([0]), array([2]))
    """

    order: int
    colors: Colors
    starts: Ints
    size: Ints
    root: Ints
    rest: Ints
    child: Ints
    copies: Ints
    symmetry: Ints
    density: Ints
    cut_starts: Ints
    branch: Ints
    trunk: Ints
    multiplicity: Ints
    # How a table grows: the code of each tree, how many of its cuts leave the largest child alone,
    # and the products of all pairs, in blocks by the sizes of the factors, a row for each trunk.
    _code: Ints
    _others: Ints
    _products: Ints
    _blocks: Ints
    _counts: Ints

    def __len__(self) -> int:
        return len(self.size)

    def level(self, nodes: int) -> slice:
        """Return where the trees of so many nodes are."""
        return self._levels[nodes]

    @cached_property
    def _levels(self) -> list[slice]:
        return [slice(first, last) for first, last in pairwise(self.starts.tolist())]

    def count(self, nodes: int) -> int:
        """Return the number of trees of at most so many nodes."""
        return int(self.starts[nodes + 1])

    def nodes_of(self, count: int) -> int:
        """Return to how many nodes the first so many trees reach."""
        return int(np.searchsorted(self.starts, count, "right")) - 2

    def children(self, tree: int) -> list[int]:
        """Return the children of the root in canonical order."""
        found = []
        while self.child[tree] >= 0:
            found.append(int(self.child[tree]))
            tree = int(self.rest[tree])
        return found[::-1]

    def grafted(self, trunks: Ints, branches: Ints) -> Ints:
        """Return the trees with a branch attached to the root of a trunk; -1 where none may be."""
        return self._products[self._places(trunks, branches, self._blocks)]

    def _places(self, trunks: Ints, branches: Ints, blocks: Ints) -> Ints:
        """Return where the products of pairs are among all products."""
        b = self.size[branches]
        return blocks[self.size[trunks], b] + trunks * self._counts[b] + branches


def tree_table(order: int, colors: Colors = PLAIN) -> TreeTable:
    """Return the table of all trees of at most `order` nodes, and one at least, of these colours.

    Raises
    ------
    OrderError
        If it would fill the memory.

    Examples
    --------
    >>> len(tree_table(9))
    486
    """
    check_number(order, colors)
    return _table(order, colors)


# --- private helpers ----------------------------------------------------------------------------


@cache
def _table(order: int, colors: Colors) -> TreeTable:
    return _nodes(colors) if order <= 1 else _grown(_table(order - 1, colors))


def _tokens(colors: Colors) -> tuple[list[int], int, int]:
    """Return the codes of an opening bracket of each colour and of a closing one, and their bits.

    They compare as the texts do from which the canonical order of trees comes.
    """
    texts = [color.code + b"(" for color in colors]
    ranks = {text: rank for rank, text in enumerate(sorted([*texts, b")"]))}
    return [ranks[text] for text in texts], ranks[b")"], max(1, len(texts).bit_length())


def _nodes(colors: Colors) -> TreeTable:
    """Return the table of the single nodes."""
    opening, closing, bits = _tokens(colors)
    root = np.argsort(opening)
    one, none = np.ones_like(root), np.zeros(0, np.int64)
    return TreeTable(
        order=1,
        colors=colors,
        starts=np.array([0, 0, len(colors)]),
        size=one,
        root=root,
        rest=-one,
        child=-one,
        copies=0 * one,
        symmetry=one,
        density=one,
        cut_starts=np.zeros(len(colors) + 1, np.int64),
        branch=none,
        trunk=none,
        multiplicity=none,
        _code=(np.array(opening)[root] << bits) + closing,
        _others=0 * one,
        _products=none,
        _blocks=np.zeros((2, 2), np.int64),
        _counts=np.array([0, len(colors)]),
    )


def _grown(table: TreeTable) -> TreeTable:
    """Return the table with the trees of one node more."""
    level = _level(table)
    rest, child, size = level["rest"], level["child"], table.order + 1
    copies = np.where(table.child[rest] == child, table.copies[rest] + 1, 1)
    level |= {
        "starts": np.array([len(table) + len(rest)]),
        "size": np.full(len(rest), size),
        "root": table.root[rest],
        "copies": copies,
        "symmetry": table.symmetry[rest] * table.symmetry[child] * copies,
        "density": table.density[rest] // table.size[rest] * table.density[child] * size,
        "_counts": np.array([len(rest)]),
        **_cuts(table, rest, child, copies),
    }
    blocks = level.pop("_blocks")
    joined = {name: np.concatenate((getattr(table, name), new)) for name, new in level.items()}
    return TreeTable(order=size, colors=table.colors, _blocks=blocks, **joined)


def _level(table: TreeTable) -> dict[str, Ints]:
    """Return rest and child of the trees of the next level, their codes, and all products there."""
    size, begin = table.order + 1, len(table._products)
    # All pairs, the branches of one trunk after the other.
    widths = table._counts[size - table.size]
    firsts = table.starts[size - table.size]
    rows = begin + np.cumsum(widths) - widths
    trunk, branch, _ = _ranges(firsts, rows, widths)
    blocks = np.zeros((size + 1, size + 1), np.int64)
    blocks[:size, :size] = table._blocks
    lead = table.starts[1:size]  # the first trunk of each size
    blocks[np.arange(1, size), np.arange(size - 1, 0, -1)] = (
        rows[lead] - lead * widths[lead] - firsts[lead]
    )
    # A tree is canonically what has its largest child attached last.
    last = table.child[trunk]
    pairs = np.arange(len(trunk))
    if any(color.unit for color in table.colors):
        unit = np.array([color.unit for color in table.colors])[table.root[trunk]]
        pairs = np.flatnonzero(~unit | (last < 0))
    is_canonical = branch[pairs] >= last[pairs]
    canonical, others = pairs[is_canonical], pairs[~is_canonical]
    code = _coded(table, trunk[canonical], branch[canonical])
    ranks = np.argsort(code)
    chosen = canonical[ranks]
    products = np.full(len(trunk), -1)
    products[chosen] = np.arange(len(table), len(table) + len(chosen))
    inner = table.grafted(table.rest[trunk[others]], branch[others])
    products[others] = products[table._places(inner, last[others], blocks) - begin]
    return {
        "rest": trunk[chosen],
        "child": branch[chosen],
        "_code": code[ranks],
        "_products": products,
        "_blocks": blocks,
    }


def _coded(table: TreeTable, rest: Ints, child: Ints) -> Ints:
    """Return the codes of trees: the brackets of `rest` with those of `child` before the last."""
    _, closing, bits = _tokens(table.colors)
    within = (table._code[rest] >> bits) << (2 * bits * table.size[child])
    return ((within + table._code[child]) << bits) + closing


def _cuts(table: TreeTable, rest: Ints, child: Ints, copies: Ints) -> dict[str, Ints]:
    """Return the cuts with those of rest o child: of the other children, of the child, and inside.

    With several copies of the child a cut of one of them counts for each.
    """
    numbers = np.diff(table.cut_starts)
    others = np.where(copies == 1, numbers[rest], table._others[rest])
    inside = numbers[child]
    ends = np.cumsum(others + 1 + inside)
    starts = ends - others - 1 - inside
    branch, trunk, count = (np.empty(int(ends[-1]), np.int64) for _ in range(3))

    tree, old, new = _ranges(table.cut_starts[rest], starts, others)
    branch[new], count[new] = table.branch[old], table.multiplicity[old]
    trunk[new] = table.grafted(table.trunk[old], child[tree])

    new = starts + others
    branch[new], trunk[new], count[new] = child, rest, copies

    tree, old, new = _ranges(table.cut_starts[child], starts + others + 1, inside)
    branch[new], count[new] = table.branch[old], table.multiplicity[old] * copies[tree]
    trunk[new] = table.grafted(rest[tree], table.trunk[old])
    return {
        "cut_starts": ends + table.cut_starts[-1],
        "branch": branch,
        "trunk": trunk,
        "multiplicity": count,
        "_others": others,
    }


def _ranges(sources: Ints, targets: Ints, lengths: Ints) -> tuple[Ints, Ints, Ints]:
    """Return for ranges of these lengths which each entry is of, and where it is and goes."""
    which = np.repeat(np.arange(len(lengths)), lengths)
    steps = np.arange(len(which)) - (np.cumsum(lengths) - lengths)[which]
    return which, sources[which] + steps, targets[which] + steps
