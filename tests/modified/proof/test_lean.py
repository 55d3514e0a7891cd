"""The text in Lean: its numbers fulfil the definitions that it refers to, written out here anew.

Lean itself does not run here. What is checked is the statement: `substCoeff` and `weight` as
LeanBSeries defines them, on planar trees and with the trees and numbers that stand in the text.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import Any

import pytest

import bea
from bea.errors import MethodError
from bea.modified.proof.lean import lean_text

from .checkers import record_of

Planar = tuple[Any, ...]  # a tree is the tuple of its children


def text_of(name: str, order: int, **parameters: Any) -> str:
    return lean_text(record_of(name, order, **parameters), bea.methods.get(name, **parameters))


def numbers(text: str) -> Any:
    """Read ![![0, (-1/2)], ...] or [([1, 0], 1), ...], nested lists of fractions."""
    quoted = re.sub(r"-?\d+(?:/\d+)?", r"'\g<0>'", text.replace("!", ""))

    def exact(value: Any) -> Any:
        return Fraction(value) if isinstance(value, str) else [exact(part) for part in value]

    return exact(literal_eval(quoted))


class Text:
    """What stands in a text: the tableau, the trees and the table of coefficients."""

    def __init__(self, text: str) -> None:
        self.A = numbers(re.findall(r"A i j := (.*) i j", text)[0])
        self.b = numbers(re.findall(r"b i := (.*) i", text)[0])
        trees, table = re.findall(r"def \w+ : List .* := (\[\n[^:]*?\])\n\n", text)
        tuples = trees.replace(".node [", "(").replace("]", ",)").replace("(,)", "()")
        self.trees: list[Planar] = list(literal_eval("[" + tuples[1:-2] + "]"))
        self.table = {tuple(map(int, code)): value for code, value in numbers(table)}

    def modified(self, tree: Planar) -> Fraction:
        return self.table.get(tuple(code(tree)), Fraction(0))


def code(tree: Planar) -> list[int]:
    return [1, *(bit for child in sorted(map(code, tree)) for bit in child), 0]


def partitions(tree: Planar) -> Iterator[tuple[Planar, list[Planar], Planar]]:
    """The root block, the other blocks and the skeleton, for every set of edges that is cut."""
    yield from combined(tree)


def combined(children: Planar) -> Iterator[tuple[Planar, list[Planar], Planar]]:
    if not children:
        yield (), [], ()
        return
    first, *others = children
    for block, blocks, skeleton in partitions(first):
        for branches, rest, above in combined(tuple(others)):
            yield (block, *branches), blocks + rest, (*skeleton, *above)  # the edge is kept
            yield branches, [block, *blocks, *rest], (skeleton, *above)  # it is cut


def order(tree: Planar) -> int:
    return 1 + sum(map(order, tree))


def factorial(tree: Planar) -> int:
    return order(tree) * prod(map(factorial, tree))


def stage(found: Text, tree: Planar, i: int) -> Fraction:
    stages = range(len(found.b))
    return prod(
        (sum((found.A[i][j] * stage(found, child, j) for j in stages), Fraction(0))
         for child in tree), start=Fraction(1),
    )  # fmt: skip


def holds(found: Text, tree: Planar) -> bool:
    flow = sum(
        found.modified(block) * prod(map(found.modified, blocks)) / factorial(skeleton)
        for block, blocks, skeleton in partitions(tree)
    )
    return flow == sum(b * stage(found, tree, i) for i, b in enumerate(found.b))


@pytest.mark.parametrize("name", ["explicit-euler", "rk4", "implicit-midpoint", "radau-iia"])
def test_the_statement_is_true(name: str) -> None:
    parameters = {"stages": 1} if name == "radau-iia" else {}
    found = Text(text_of(name, 5, **parameters))
    assert len({tuple(code(tree)) for tree in found.trees}) == len(found.trees) == 37
    assert max(map(order, found.trees)) == 6
    assert all(holds(found, tree) for tree in found.trees)
    # The other planar forms of a tree have the same coefficient.
    assert all(holds(found, tree[::-1]) for tree in found.trees)


def test_no_coefficient_can_be_changed() -> None:
    found = Text(text_of("rk4", 4))
    for tree in found.trees:
        own = tuple(code(tree))
        found.table[own] += Fraction(1, 10**6)
        assert not holds(found, tree)
        found.table[own] -= Fraction(1, 10**6)


def test_what_it_is_not_for() -> None:
    for name in ("heavy-ball", "stormer-verlet"):
        with pytest.raises(MethodError, match="take --proof coq"):
            text_of(name, 1)
    assert "def method : RungeKutta (Fin 1) ℚ where" in text_of("explicit-euler", 1)
    assert "  ([1, 1, 0, 0], (-1/2))]" in text_of("explicit-euler", 1)
