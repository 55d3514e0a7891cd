"""Trees with nodes of several colours: their number, their symmetry, and nodes of theta."""

from __future__ import annotations

import copy
import pickle
from math import factorial

import pytest

from bea.errors import OrderError
from bea.trees import (
    FIELD,
    PLAIN,
    PLAYERS,
    THETA,
    WITH_THETA,
    Tree,
    counting,
    free_tree,
    leaf,
    number_up_to,
    position,
    simplified,
    single_edge_cuts,
    tree,
    trees,
    trees_up_to,
)

ONE, TWO = PLAYERS


def test_number_of_trees_of_two_colours() -> None:
    a000151 = [2, 4, 14, 52, 214, 916]  # OEIS A000151, twice
    assert [len(trees(n, PLAYERS)) for n in range(1, 7)] == a000151
    assert [len(set(trees(n, PLAYERS))) for n in range(1, 7)] == a000151


@pytest.mark.parametrize("colors", [PLAIN, PLAYERS, WITH_THETA])
def test_trees_are_counted_without_being_listed(colors: tuple) -> None:
    for n in range(8 if colors is PLAIN else 6):
        assert number_up_to(n, colors) == len(trees_up_to(n, colors))


@pytest.mark.parametrize("order", range(1, 7))
def test_labelled_trees_add_up(order: int) -> None:
    """Each of the n^(n-1) labelled rooted trees (Cayley, 1889) can be coloured in 2^n ways."""
    labelled = sum(factorial(order) // t.symmetry for t in trees(order, PLAYERS))
    assert labelled == order ** (order - 1) * 2**order


def test_without_colours_nothing_is_new() -> None:
    assert trees(5, (FIELD,)) == trees(5)
    assert tree([[], [[]]], FIELD) is tree([[], [[]]])
    assert [t for t in trees(4, WITH_THETA) if set(t.colors) == {FIELD}] == list(trees(4))


def test_a_node_of_theta_has_at_most_one_child() -> None:
    def fits(t: Tree) -> bool:
        return (t.color is FIELD or len(t.children) < 2) and all(map(fits, t.children))

    pair = (FIELD, ONE)  # two colours without restriction, to compare with
    for n in range(1, 6):
        assert all(fits(t) for t in trees(n, WITH_THETA))
        as_theta = {recolored(t): t for t in trees(n, pair)}
        assert set(trees(n, WITH_THETA)) == {t for t in as_theta if fits(t)}


def recolored(t: Tree) -> Tree:
    return tree(map(recolored, t.children), THETA if t.color is ONE else FIELD)


def test_colours_tell_trees_apart() -> None:
    mixed = tree([tree([], ONE), tree([], TWO)], ONE)
    assert mixed is tree([tree([], TWO), tree([], ONE)], ONE)
    assert mixed.symmetry == 1 and tree([tree([], TWO)] * 2, ONE).symmetry == 2
    assert mixed.colors == [ONE, ONE, TWO] and mixed.nested == [[], []]
    assert repr(mixed) == "[[]:f1,[]:f2]:f1" and repr(tree([tree([], THETA)])) == "[[]:theta]"
    assert mixed.without(tree([], TWO)) is tree([tree([], ONE)], ONE)
    assert copy.deepcopy(mixed) is mixed
    assert pickle.loads(pickle.dumps(mixed)) is mixed  # noqa: S301 - our own bytes


@pytest.mark.parametrize("colors", [PLAYERS, WITH_THETA])
def test_cuts_and_positions(colors: tuple) -> None:
    listed = trees_up_to(5, colors)
    assert [position(t, colors) for t in listed] == list(range(len(listed)))
    assert list(listed) == sorted(listed)
    for t in listed:
        cuts = single_edge_cuts(t)
        assert sum(count for _, _, count in cuts) == t.order - 1
        for branch, trunk, _ in cuts:
            assert sorted(map(repr, branch.colors + trunk.colors)) == sorted(map(repr, t.colors))
            assert position(branch, colors) < position(t, colors)
            assert position(trunk, colors) < position(t, colors)


def test_inner_nodes_of_theta_fall_out() -> None:
    point = tree([], THETA)
    assert simplified(tree([tree([leaf], THETA)])) is tree([[]])
    assert simplified(tree([tree([point], THETA)], THETA)) is point
    assert simplified(tree([point, []])) is tree([point, []])
    assert all(simplified(t) is t for t in (*trees_up_to(4), *trees_up_to(3, PLAYERS)))


def test_the_players_colours_stay_on_the_edges() -> None:
    """f_1'f_2 and f_2'f_2 have the edge of player 2, whichever the root is."""
    for edge in PLAYERS:
        free = free_tree(tree([tree([], edge)], ONE))
        assert dict(free.rootings) == {tree([tree([], edge)], root): 2 for root in PLAYERS}
    chain = tree([tree([tree([], TWO)], ONE)], TWO)  # edges 1 and 2: 2 - 1 - 2
    assert {t for t, _ in free_tree(chain).rootings} == {
        t for root in PLAYERS for t in (
            tree([tree([tree([], TWO)], ONE)], root),
            tree([tree([tree([], ONE)], TWO)], root),
            tree([tree([], ONE), tree([], TWO)], root),
        )
    }  # fmt: skip


def test_theta_stays_on_its_node() -> None:
    edge = tree([tree([], THETA)])
    assert dict(free_tree(edge).rootings) == {edge: 1, tree([leaf], THETA): 1}


def test_more_trees_than_fit_in_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "memory", lambda: 1 << 30)
    with pytest.raises(OrderError, match=r"too many trees of 10 nodes.*order 8 is possible on tr"):
        trees(10, PLAYERS)
    with pytest.raises(OrderError, match="too many trees of 1000000 nodes"):
        trees_up_to(1_000_000, WITH_THETA)
