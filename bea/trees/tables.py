"""Rooted trees as integer tables: all that the recursions on trees read, without an object for each.

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
from functools import cache
from typing import Any

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
    # and the products of all pairs, in blocks by the sizes of the factors.
    _code: Ints
    _others: Ints
    _products: Ints
    _blocks: Ints

    def __len__(self) -> int:
        return int(self.starts[-1])

    def level(self, nodes: int) -> slice:
        """Return where the trees of so many nodes are."""
        return slice(int(self.starts[nodes]), int(self.starts[nodes + 1]))

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
        a, b = self.size[trunks], self.size[branches]
        row = (trunks - self.starts[a]) * np.diff(self.starts)[b]
        return blocks[a, b] + row + branches - self.starts[b]


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
    )


def _grown(table: TreeTable) -> TreeTable:
    """Return the table with the trees of one node more."""
    rest, child, products, blocks, code = _level(table)
    new = np.arange(len(rest)) + len(table)
    copies = np.where(table.child[rest] == child, table.copies[rest] + 1, 1)
    size = table.order + 1
    cuts = _cuts(table, rest, child, copies)
    return TreeTable(
        order=size,
        colors=table.colors,
        starts=np.append(table.starts, len(table) + len(new)),
        size=np.append(table.size, np.full_like(new, size)),
        root=np.append(table.root, table.root[rest]),
        rest=np.append(table.rest, rest),
        child=np.append(table.child, child),
        copies=np.append(table.copies, copies),
        symmetry=np.append(table.symmetry, table.symmetry[rest] * table.symmetry[child] * copies),
        density=np.append(
            table.density,
            table.density[rest] // table.size[rest] * table.density[child] * size,
        ),
        _code=np.append(table._code, code),
        _products=np.append(table._products, products),
        _blocks=blocks,
        **cuts,
    )


def _level(table: TreeTable) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return rest and child of the trees of the next level, all products there, and their codes."""
    size, counts = table.order + 1, np.diff(table.starts)
    blocks = np.zeros((size + 1, size + 1), np.int64)
    blocks[:size, :size] = table._blocks
    trunks, branches, begin = [], [], len(table._products)
    for a in range(1, size):
        rows, columns = table.level(a), table.level(size - a)
        blocks[a, size - a] = begin
        begin += int(counts[a] * counts[size - a])
        trunks.append(np.repeat(np.arange(rows.start, rows.stop), counts[size - a]))
        branches.append(np.tile(np.arange(columns.start, columns.stop), counts[a]))
    trunk, branch = np.concatenate(trunks), np.concatenate(branches)
    # A tree is canonically what has its largest child attached last.
    last = table.child[trunk]
    unit = np.array([color.unit for color in table.colors])[table.root[trunk]]
    full = unit & (last >= 0)
    canonical = np.flatnonzero((branch >= last) & ~full)
    code = _coded(table, trunk[canonical], branch[canonical])
    ranks = np.argsort(code)
    chosen = canonical[ranks]
    products = np.full(len(trunk), -1)
    products[chosen] = np.arange(len(chosen)) + len(table)
    others = np.flatnonzero((branch < last) & ~full)
    inner = table.grafted(table.rest[trunk[others]], branch[others])
    place = table._places(inner, last[others], blocks)
    products[others] = products[place - len(table._products)]
    return trunk[chosen], branch[chosen], products, blocks, code[ranks]


def _coded(table: TreeTable, rest: Ints, child: Ints) -> Ints:
    """Return the codes of trees: the brackets of `rest` with those of `child` before the last."""
    _, closing, bits = _tokens(table.colors)
    within = (table._code[rest] >> bits) << (2 * bits * table.size[child])
    return ((within + table._code[child]) << bits) + closing


def _cuts(table: TreeTable, rest: Ints, child: Ints, copies: Ints) -> dict[str, Any]:
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
        "cut_starts": np.append(table.cut_starts, ends + table.cut_starts[-1]),
        "branch": np.append(table.branch, branch),
        "trunk": np.append(table.trunk, trunk),
        "multiplicity": np.append(table.multiplicity, count),
        "_others": np.append(table._others, others),
    }


def _ranges(sources: Ints, targets: Ints, lengths: Ints) -> tuple[Ints, Ints, Ints]:
    """Return for ranges of these lengths which each entry is of, and where it is and goes."""
    which = np.repeat(np.arange(len(lengths)), lengths)
    steps = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return which, sources[which] + steps, targets[which] + steps
