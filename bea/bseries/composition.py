"""Composition and substitution of B-series, by the trunks of trees.

For a map theta + sum of gamma^|tau| a(tau)/sigma(tau) F(tau), after which a series is taken with
the coefficient e of theta and b(tau),

    (b a)(tau) = e a(tau) + sum over trunks of b(trunk) prod a(branches),

and for a field of coefficients c(tau) that is put into the place of f,

    (c * a)(tau) = sum over partitions of prod c(blocks) a(skeleton),

a partition being a set of edges of tau: the blocks are what is left connected without them, the
skeleton has a node for each block. Sources: Hairer, Lubich and Wanner, Geometric Numerical
Integration, theorem III.1.10; Chartier, Hairer and Vilmart, "Algebraic structures of B-series",
Found. Comput. Math. 10 (2010) 407-427, theorem 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from flint import fmpq

from bea.trees import Color, Colors, Tree, positions, tree, trunks

Forest = tuple[Tree, ...]


def composed(
    outer: Mapping[Tree, Any], identity: Any, inner: Mapping[Tree, Any]
) -> dict[Tree, Any]:
    """Return the coefficients of the outer series, with `identity` theta, at the inner map.

    Both have the same trees, with all branches and trunks of each.

    >>> from bea.trees import leaf, tree
    >>> euler = {leaf: fmpq(1), tree([[]]): fmpq(0)}
    >>> composed(euler, 1, euler)  # two steps
    {[]: 2, [[]]: 1}
    """
    found = {}
    for whole in outer:
        value = inner[whole] * identity
        for trunk, branches, ways in trunks(whole):
            if outer[trunk] != 0:
                value = value + outer[trunk] * prod((inner[b] for b in branches), start=fmpq(ways))
        found[whole] = value
    return found


def substituted(
    outer: Mapping[Tree, Any],
    fields: Mapping[Color, Mapping[Tree, Any]],
    nodes: int,
    colors: Colors,
) -> dict[Tree, Any]:
    """Return the coefficients of the series in which each part of f is a field of its own.

    Parameters
    ----------
    outer
        The coefficients a over its trees; of those of more than `nodes` nodes none is used.
    fields
        For each colour of its trees the coefficients c of the field that is put there.
    nodes, colors
        The largest trees of the result, and the colours of these fields' trees.

    >>> from bea.trees import FIELD, PLAIN, leaf, tree
    >>> twice = {FIELD: {leaf: fmpq(2), tree([[]]): fmpq(0)}}
    >>> substituted({leaf: fmpq(1), tree([[]]): fmpq(1)}, twice, 2, PLAIN)
    {[]: 2, [[]]: 4}
    """
    partitions: dict[Tree, dict[Tree, Any]] = {}
    found = {}
    for whole in positions(nodes, colors):
        skeletons: dict[Tree, Any] = {}
        for trunk, branches, ways in trunks(whole):
            roots = [(color, field[trunk]) for color, field in fields.items() if field[trunk] != 0]
            for children, value in _forests([partitions[b] for b in branches] if roots else []):
                for color, c in roots:
                    skeleton = tree(children, color)
                    if skeleton in outer:  # of theta with two branches there is none
                        skeletons[skeleton] = skeletons.get(skeleton, 0) + c * value * ways
        partitions[whole] = skeletons
        found[whole] = sum((outer[s] * w for s, w in skeletons.items()), start=fmpq(0))
    return found


# --- private helpers ----------------------------------------------------------------------------


def _forests(branches: Sequence[Mapping[Tree, Any]]) -> list[tuple[Forest, Any]]:
    """Return the forests of one skeleton of each branch, with the products of their weights."""
    found: dict[Forest, Any] = {(): fmpq(1)}
    for branch in branches:
        more: dict[Forest, Any] = {}
        for forest, weight in found.items():
            for skeleton, own in branch.items():
                both = tuple(sorted((*forest, skeleton)))
                more[both] = more.get(both, 0) + weight * own
        found = more
    return list(found.items())
