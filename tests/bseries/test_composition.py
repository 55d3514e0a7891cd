"""Composition and substitution: sums over trunks and partitions, and the same by other ways."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.bseries import TreeArithmetic, exact_map, field_of_map, flow_of_field
from bea.bseries.composition import composed, substituted
from bea.trees import FIELD, PLAIN, PLAYERS, THETA, WITH_THETA, Colors, Tree, tree, trees_up_to

rationals = st.builds(fmpq, st.integers(-4, 4), st.integers(1, 3))
quick = settings(max_examples=20, deadline=None)
NODES = {PLAIN: 5, PLAYERS: 3, WITH_THETA: 3}
kinds = pytest.mark.parametrize("colors", list(NODES), ids=["one", "two", "theta"])

Series = dict[Tree, Any]


def drawn(data: Any, colors: Colors) -> Series:
    found = trees_up_to(NODES[colors], colors)
    values = data.draw(st.lists(rationals, min_size=len(found), max_size=len(found)))
    return dict(zip(found, values, strict=True))


@kinds
@quick
@given(data=st.data(), identity=rationals)
def test_composition_is_transport_along_the_logarithm(
    colors: Colors, data: Any, identity: fmpq
) -> None:
    """exp(D) of the outer series, D the derivative along the field whose flow the inner map is."""
    outer, inner = drawn(data, colors), drawn(data, colors)
    trees = TreeArithmetic(NODES[colors], colors=colors)
    along = field_of_map(list(inner.values()), colors)
    moved = trees.transport(along, trees.series(identity, list(outer.values()), 0))
    assert list(composed(outer, identity, inner).values()) == moved.coefficients


def partitions_by_edges(whole: Tree) -> Any:
    """Yield (blocks, skeleton) for every set of edges, one by one: the definition itself."""
    nodes: list[Tree] = []
    parent: list[int] = []

    def walk(node: Tree, below: int) -> None:
        place = len(nodes)
        nodes.append(node)
        parent.append(below)
        for child in node.children:
            walk(child, place)

    walk(whole, -1)
    edges = range(1, len(nodes))
    for size in range(len(nodes)):
        for cut in combinations(edges, size):
            top = {0, *cut}

            def block(i: int, top: set[int] = top) -> Tree:
                above = [j for j in edges if parent[j] == i and j not in top]
                return tree([block(j) for j in above], nodes[i].color)

            def root(i: int, top: set[int] = top) -> int:
                return i if i in top else root(parent[i])

            def skeleton(i: int, top: set[int] = top) -> Tree:
                return tree([skeleton(j) for j in sorted(top - {0}) if root(parent[j]) == i])

            yield [block(i) for i in sorted(top)], skeleton(0)


@quick
@given(data=st.data())
def test_substitution_is_the_sum_over_partitions(data: Any) -> None:
    outer, field = drawn(data, PLAIN), drawn(data, PLAIN)
    found = substituted(outer, {FIELD: field}, NODES[PLAIN], PLAIN)
    for whole in outer:
        total = fmpq(0)
        for blocks, skeleton in partitions_by_edges(whole):
            term = outer[skeleton]
            for one in blocks:
                term = term * field[one]
            total += term
        assert found[whole] == total


@kinds
@quick
@given(data=st.data())
def test_a_field_in_the_exact_flow_is_its_flow(colors: Colors, data: Any) -> None:
    field = drawn(data, colors)
    nodes = NODES[colors]
    flow = dict(zip(trees_up_to(nodes), exact_map(nodes), strict=True))
    found = substituted(flow, {FIELD: field}, nodes, colors)
    assert list(found.values()) == flow_of_field(list(field.values()), colors)


def test_theta_has_one_branch_at_most() -> None:
    """In theta's place theta itself changes nothing; skeletons that are zero are left out."""
    nodes = NODES[WITH_THETA]
    outer = {t: fmpq(i + 1) for i, t in enumerate(trees_up_to(nodes, WITH_THETA))}
    itself = {color: {t: fmpq(t is tree([], color)) for t in outer} for color in (FIELD, THETA)}
    assert substituted(outer, itself, nodes, WITH_THETA) == outer
    fewer = {t: a for t, a in outer.items() if t.order < nodes}
    found = substituted(fewer, itself, nodes, WITH_THETA)
    assert found == {t: a if t in fewer else 0 for t, a in outer.items()}
