"""Rooted trees: their number, their published tables, and one object for each."""

from __future__ import annotations

import copy
import pickle
from math import factorial

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.errors import OrderError
from bea.trees import Tree, counting, leaf, position, tree, tree_table, trees, trees_up_to

# tau, order, symmetry, density: Butcher, Numerical Methods for Ordinary Differential Equations,
# sections 300-302; Hairer, Norsett and Wanner, Solving ODEs I, section II.2.
TABLE = [
    ([], 1, 1, 1),
    ([[]], 2, 1, 2),
    ([[], []], 3, 2, 3),
    ([[[]]], 3, 1, 6),
    ([[], [], []], 4, 6, 4),
    ([[], [[]]], 4, 1, 8),
    ([[[], []]], 4, 2, 12),
    ([[[[]]]], 4, 1, 24),
    ([[], [], [], []], 5, 24, 5),
    ([[], [], [[]]], 5, 2, 10),
    ([[[]], [[]]], 5, 2, 20),
    ([[], [[], []]], 5, 2, 15),
    ([[], [[[]]]], 5, 1, 30),
    ([[[], [], []]], 5, 6, 20),
    ([[[], [[]]]], 5, 1, 40),
    ([[[[], []]]], 5, 2, 60),
    ([[[[[]]]]], 5, 1, 120),
]

nested = st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=4), max_leaves=10)


def test_number_of_trees() -> None:
    a000081 = [1, 1, 2, 4, 9, 20, 48, 115, 286, 719, 1842, 4766]  # OEIS A000081
    assert [len(trees(n)) for n in range(1, 13)] == a000081
    assert [len(set(trees(n))) for n in range(1, 13)] == a000081
    assert len(trees_up_to(12)) == sum(a000081) == 7813
    assert all(t.order == 9 for t in trees(9))


@pytest.mark.parametrize(("children", "order", "symmetry", "density"), TABLE)
def test_published_table(children: list, order: int, symmetry: int, density: int) -> None:
    found = tree(children)
    assert (found.order, found.symmetry, found.density) == (order, symmetry, density)
    assert found in trees(order)


def test_the_table_is_complete() -> None:
    assert {tree(row[0]) for row in TABLE} == set(trees_up_to(5))


@pytest.mark.parametrize("order", range(1, 11))
def test_labellings_add_up(order: int) -> None:
    """There are (n-1)! increasing trees and n^(n-1) labelled rooted trees (Cayley, 1889)."""
    increasing = [fmpq(factorial(order), t.symmetry * t.density) for t in trees(order)]
    assert all(count.q == 1 for count in increasing)
    assert sum(increasing) == factorial(order - 1)
    assert sum(factorial(order) // t.symmetry for t in trees(order)) == order ** (order - 1)


@given(children=nested, data=st.data())
def test_equal_trees_are_one_object(children: list, data: st.DataObject) -> None:
    def shuffled(children: list) -> list:
        return data.draw(st.permutations([shuffled(child) for child in children]))

    t = tree(children)
    assert tree(shuffled(children)) is t
    assert tree(t.nested) is t
    assert tree(t.children) is t
    assert copy.copy(t) is t
    assert copy.deepcopy(t) is t
    assert pickle.loads(pickle.dumps(t)) is t  # noqa: S301 - our own bytes


@given(children=nested)
def test_symmetry_and_density_by_their_recursions(children: list) -> None:
    t = tree(children)
    assert t.order == 1 + sum(child.order for child in t.children)
    density = t.order
    for child in t.children:
        density *= child.density
    symmetry = 1
    for child in set(t.children):
        copies = t.children.count(child)
        symmetry *= factorial(copies) * child.symmetry**copies
    assert (t.density, t.symmetry) == (density, symmetry)


@given(children=nested, branch=nested)
def test_grafting_adds_a_child_and_without_takes_it_away(children: list, branch: list) -> None:
    t, b = tree(children), tree(branch)
    grown = t.graft(b)
    assert grown is tree([*children, branch])
    assert grown.without(b) is t
    assert grown.order == t.order + b.order


def test_without_a_child_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"not in tuple"):
        leaf.without(leaf)


def test_positions_do_not_depend_on_the_order_of_truncation() -> None:
    listed = trees_up_to(7)
    assert [position(t) for t in listed] == list(range(len(listed)))
    assert trees_up_to(4) == listed[:8]
    assert trees_up_to(0) == ()
    assert list(listed) == sorted(listed)


def test_text() -> None:
    assert repr(leaf) == "[]"
    assert repr(tree([[[]], []])) == "[[],[[]]]"
    assert tree([leaf, leaf]) is tree([[], []])


@pytest.mark.parametrize("order", [0, -1])
def test_there_is_no_tree_without_nodes(order: int) -> None:
    with pytest.raises(OrderError, match="at least one node"):
        trees(order)


def test_trees_are_compared_by_identity() -> None:
    assert isinstance(leaf, Tree)
    assert leaf != tree([[]])
    assert len({leaf, tree([]), tree([[]])}) == 2


def test_the_order_of_trees_is_strict_and_total() -> None:
    """Those with fewer nodes come first; the lists of all trees are in that order."""
    listed = trees_up_to(6)
    for i, a in enumerate(listed):
        assert [a < b for b in listed] == [i < j for j in range(len(listed))]


def test_more_trees_than_fit_in_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "memory", lambda: 1 << 30)
    with pytest.raises(OrderError, match="too many trees of 40 nodes, that is of order 39"):
        trees_up_to(40)
    need = "too many trees of 16 nodes.* take 898 MiB, and half .* 512 MiB; order 14 is possible"
    with pytest.raises(OrderError, match=need):
        trees(16)
    with pytest.raises(OrderError, match=need):
        tree_table(16)
    counting.check_number(15)  # the order 14 is
