"""Trunks of trees: as many as there are sets of branches, each of the right size."""

from __future__ import annotations

from math import prod

from bea.trees import PLAYERS, leaf, trees_up_to, trunks


def number(tree: object) -> int:
    """The number of subtrees with the root: every branch is cut off, or has a trunk of its own."""
    return prod(1 + number(child) for child in tree.children)  # type: ignore[attr-defined]


def test_every_trunk_is_counted_once() -> None:
    for whole in [*trees_up_to(7), *trees_up_to(4, PLAYERS)]:
        found = trunks(whole)
        assert sum(t.multiplicity for t in found) == number(whole)
        assert len({(t.trunk, t.branches) for t in found}) == len(found)
        for trunk, branches, _ in found:
            assert trunk.order + sum(b.order for b in branches) == whole.order
            assert trunk.color is whole.color
        assert found[0] == (whole, (), 1)


def test_the_trunks_of_the_flow_are_the_addition_theorem() -> None:
    """1/density at s + t: sums over the trunks, with s for the branches, t for the trunk."""
    from fractions import Fraction

    s, t = Fraction(2, 3), Fraction(5, 7)
    for whole in trees_up_to(6):
        total = s**whole.order / whole.density
        for trunk, branches, ways in trunks(whole):
            below = t**trunk.order / trunk.density
            total += ways * below * prod(s**b.order / b.density for b in branches)
        assert total == (s + t) ** whole.order / whole.density
    assert trunks(leaf) == ((leaf, (), 1),)
