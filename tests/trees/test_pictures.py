"""Trees in TikZ: as many nodes and edges as the tree has, none upon another."""

from __future__ import annotations

import re

import pytest

from bea.trees import FIELD, PLAYERS, THETA, WITH_THETA, Split, Tree, leaf, tree, trees
from bea.trees.pictures import arranged, laid_out, tikz

_PLACE = r"\((-?[\d.]+),(\d+)\)"
ALL = [t for n in range(1, 7) for t in trees(n)] + list(trees(4, WITH_THETA))


@pytest.mark.parametrize("found", ALL, ids=repr)
def test_a_drawing_is_the_tree(found: Tree) -> None:
    text = tikz(found)
    nodes = re.findall(rf"(?:\\fill|white\]) {_PLACE} circle", text)
    edges = re.findall(rf"\\draw {_PLACE}--{_PLACE};", text)
    assert len(set(nodes)) == len(nodes) == found.order
    assert len(edges) == found.order - 1
    assert all(int(above) == int(below) + 1 for _, below, _, above in edges)
    assert text.count("fill=white") == found.colors.count(THETA)
    assert _tree_of(nodes, edges) == sorted_nested(found)


def _tree_of(nodes: list[tuple[str, str]], edges: list[tuple[str, str, str, str]]) -> list:  # type: ignore[type-arg]
    """Return the nested list that the drawing shows, read upwards from its root."""

    def above(place: tuple[str, str]) -> list:  # type: ignore[type-arg]
        return sorted(above((c, d)) for a, b, c, d in edges if (a, b) == place)

    return above(next(place for place in nodes if place[1] == "0"))


def sorted_nested(found: Tree) -> list:  # type: ignore[type-arg]
    """Return a tree as nested lists in an order of their own."""
    return sorted(sorted_nested(child) for child in found.children)


def test_the_second_colour_is_hollow() -> None:
    first, second = PLAYERS
    assert tikz(tree([tree([], second)], first)).count("white") == 1
    assert "white" not in tikz(leaf) and leaf.color is FIELD


def test_further_colours_have_their_number() -> None:
    third = Split.of("x; y; z").colors[2]
    drawing = r"\tikz[scale=0.3]{\draw[fill=white] (0,0) circle (0.2) node {\tiny 3};}"
    assert tikz(tree([], third)) == drawing


def test_in_a_table_no_two_drawings_touch() -> None:
    """Each stands in a place of its own, as wide as it is; a row has one order and is no wider."""
    entries = [(t, "b" * (k % 9)) for k, t in enumerate(t for n in range(1, 6) for t in trees(n))]
    found, wide, high = arranged(entries, width=12.0, letter=0.5, line=1.0)
    assert [(entry.tree, entry.label) for entry in found] == entries
    boxes = []
    for entry in found:
        places, _ = laid_out(entry.tree)
        across = max(place.x for place in places)
        label = 0.5 * len(entry.label)  # below the middle of the drawing
        middle, half = entry.x + across / 2, max(across, label) / 2
        top = entry.y - max(place.level for place in places)
        boxes.append((middle - half, middle + half, top, entry.y + 1.0))
    for k, (left, right, top, bottom) in enumerate(boxes):
        assert left > 0 and right < wide <= 12 and top > 0 and bottom < high
        for other in boxes[:k]:
            assert other[1] < left or right < other[0] or other[3] < top or bottom < other[2]
    rows = [[entry.tree.order for entry in found if entry.y == y] for y in {e.y for e in found}]
    assert all(len(set(row)) == 1 for row in rows)
