"""Rooted trees, floor 0 of bea.

`Tree` is an interned unordered rooted tree with its order, symmetry and density; `trees` lists them
by order; `colors` says what a node stands for where there is more than one field. `tree_table` has
the same trees as arrays of integers, with the cuts and products that most recursions of
`bea.bseries` read; `single_edge_cuts` and `trunks` are those of one tree. `free_trees` forgets the
root; `notation` writes elementary differentials, `tree_of` reads trees.
"""

from bea.trees.colors import FIELD, PLAIN, PLAYERS, THETA, WITH_THETA, Color, Colors
from bea.trees.counting import check_number, number_up_to
from bea.trees.cuts import Cut, single_edge_cuts
from bea.trees.free_trees import FreeTree, free_tree
from bea.trees.notation import elementary_differential
from bea.trees.rooted_trees import (
    Tree,
    TreeMapping,
    leaf,
    position,
    positions,
    simplified,
    tree,
    trees,
    trees_up_to,
)
from bea.trees.splits import Split
from bea.trees.tables import TreeTable, tree_table
from bea.trees.texts import tree_of
from bea.trees.trunks import Trunk, trunks

__all__ = [
    "FIELD",
    "PLAIN",
    "PLAYERS",
    "THETA",
    "WITH_THETA",
    "Color",
    "Colors",
    "Cut",
    "FreeTree",
    "Split",
    "Tree",
    "TreeMapping",
    "TreeTable",
    "Trunk",
    "check_number",
    "elementary_differential",
    "free_tree",
    "leaf",
    "number_up_to",
    "position",
    "positions",
    "simplified",
    "single_edge_cuts",
    "tree",
    "tree_of",
    "tree_table",
    "trees",
    "trees_up_to",
    "trunks",
]
