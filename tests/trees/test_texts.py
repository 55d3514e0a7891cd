"""Trees from texts: what is printed is read again, and what is no tree is refused in a line."""

from __future__ import annotations

import pytest

from bea.errors import TreeError
from bea.trees import (
    PLAIN,
    PLAYERS,
    WITH_THETA,
    Tree,
    elementary_differential,
    simplified,
    tree,
    tree_of,
    trees_up_to,
)
from bea.trees.colors import parts_of

EVERY = [*trees_up_to(7), *trees_up_to(4, PLAYERS), *trees_up_to(3, parts_of(9)[6:])]


@pytest.mark.parametrize("found", [EVERY], ids=["trees"])
def test_what_is_printed_is_read_again(found: list[Tree]) -> None:
    for t in found:
        assert tree_of(repr(t)) is t
        assert tree_of(elementary_differential(t)) is t
    for t in trees_up_to(4, WITH_THETA):
        assert tree_of(repr(t)) is t
        assert tree_of(elementary_differential(t)) is simplified(t)


def test_spaces_and_digits() -> None:
    assert tree_of(" [ [ ] : f2 , [] :f1 ] : f1 ") is tree_of("f1''(f1, f2)")
    assert tree_of("f^(2)(f,f'(f))") is tree([[], [[]]])


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "it is empty"),
        ("[", "']' is missing at its end"),
        ("[]]", "more behind its end, ']'"),
        ("[][]", "a tree has one root"),
        ("[[],]", r"'\[' is missing before '\]'"),
        ("[[] []]", "',' is missing before"),
        ("[]:", "a field is missing at its end"),
        ("[]:g", "'g' is no part"),
        ("f'", "f' has 0 arguments and not 1"),
        ("f''(f)", "f'' has 1 argument and not 2"),
        ("f''f", "f'' has 1 argument and not 2"),
        ("f'(f,f)", "f' has 2 arguments and not 1"),
        ("f(f)", "more behind its end"),
        ("f^(3)(f,f)", r"f\^\(3\) has 2 arguments and not 3"),
        ("f''(f,", "a field is missing at its end"),
        ("[" * 200, "more than 100 nodes"),
        ("(f)", "a field is missing before '\\('"),
    ],
)
def test_what_is_no_tree(text: str, cause: str) -> None:
    with pytest.raises(TreeError, match=cause) as found:
        tree_of(text)
    assert "\n" not in str(found.value) and len(str(found.value)) < 250


def test_colours_that_do_not_match() -> None:
    with pytest.raises(TreeError, match="has a node f2, and the trees are of f:"):
        tree_of("[[]:f2]", PLAIN)
    with pytest.raises(TreeError, match="the trees are of f1 and f2: write it with those"):
        tree_of("f3'f1", PLAYERS)
    with pytest.raises(TreeError, match="tree_of reads it"):
        tree("[[]]")
