"""The integer tables have what the trees themselves have, in the same places for every order."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from bea.trees import (
    PLAIN,
    PLAYERS,
    WITH_THETA,
    Colors,
    TreeMapping,
    leaf,
    positions,
    single_edge_cuts,
    tree,
    tree_table,
    trees_up_to,
)
from bea.trees.colors import parts_of

FAMILIES = [(PLAIN, 9), (PLAYERS, 6), (WITH_THETA, 6), (parts_of(3), 5)]
families = pytest.mark.parametrize(("colors", "order"), FAMILIES)


@families
def test_a_row_is_a_tree(colors: Colors, order: int) -> None:
    table, places = tree_table(order, colors), positions(order, colors)
    for i, t in enumerate(trees_up_to(order, colors)):
        assert table.children(i) == [places[child] for child in t.children]
        assert colors[table.root[i]] is t.color
        assert (table.size[i], table.symmetry[i], table.density[i]) == (
            t.order,
            t.symmetry,
            t.density,
        )


@families
def test_cuts_are_those_of_the_trees(colors: Colors, order: int) -> None:
    table, listed = tree_table(order, colors), trees_up_to(order, colors)
    for i, t in enumerate(listed):
        cuts = slice(*table.cut_starts[i : i + 2].tolist())
        found = zip(table.branch[cuts], table.trunk[cuts], table.multiplicity[cuts], strict=True)
        assert sorted((listed[b], listed[k], m) for b, k, m in found) == sorted(single_edge_cuts(t))


@families
def test_products_are_grafts(colors: Colors, order: int) -> None:
    """A node of theta that has a child takes no other."""
    table, listed = tree_table(order, colors), trees_up_to(order, colors)
    places = positions(order, colors)
    pairs = [(a, b) for a, b in product(range(len(table)), repeat=2)
             if table.size[a] + table.size[b] <= order]  # fmt: skip
    trunks, branches = np.array(pairs).T
    for a, b, found in zip(trunks, branches, table.grafted(trunks, branches), strict=True):
        full = listed[a].color.unit and listed[a].children
        assert found == (-1 if full else places[listed[a].graft(listed[b])])


def test_smaller_tables_are_the_beginnings_of_larger_ones() -> None:
    small, large = tree_table(6), tree_table(8)
    for name in ("size", "rest", "child", "branch", "trunk", "multiplicity", "density"):
        part = getattr(small, name)
        np.testing.assert_array_equal(part, getattr(large, name)[: len(part)])
    assert [large.nodes_of(small.count(n)) for n in range(7)] == list(range(7))


def test_values_by_tree() -> None:
    values = TreeMapping("abcd", 3)
    assert dict(values) == dict(zip(trees_up_to(3), "abcd", strict=False))
    assert values[leaf] == "a" and list(values.values()) == list("abcd") and len(values) == 4
    assert values == dict(values.items())
    with pytest.raises(KeyError):
        _ = values[tree([[], [], []])]
