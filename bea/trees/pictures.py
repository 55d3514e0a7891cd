"""Rooted trees drawn: the root below, every node above its parent; here in TikZ.

A node of f is a disk; where there is a second colour, theta or the second part of f, it is a
circle. Of more parts the third and those after it are circles with their number: no drawing needs
ink of another colour. Source of the layout: Hairer, Lubich and Wanner, Geometric Numerical
Integration, section III.1, table 1.1.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from bea.trees.colors import Color


class Node(Protocol):
    """What is drawn: a tree."""

    @property
    def children(self) -> tuple[Any, ...]:
        """The subtrees at the root."""

    @property
    def color(self) -> Color:
        """The colour of the root."""


class Place(NamedTuple):
    """Where a node is: leaves are side by side, one apart, and a level is one high."""

    x: float
    level: int
    node: Node


class Entry(NamedTuple):
    """A tree in a table of drawings: where its lower left corner is, and its text below."""

    x: float
    y: float
    tree: Any
    label: str


def tikz(tree: Node) -> str:
    r"""Return the drawing of a tree; the preamble needs \usepackage{tikz}.

    >>> from bea.trees import tree
    >>> print(tikz(tree([[]])))
    \tikz[scale=0.3]{\draw (0,0)--(0,1);\fill (0,0) circle (0.2);\fill (0,1) circle (0.2);}
    """
    places, edges = laid_out(tree)
    lines = "".join(rf"\draw {_at(a)}--{_at(b)};" for a, b in edges)
    nodes = "".join(rf"{_pen(p.node)} {_at(p)} circle (0.2){_number(p.node)};" for p in places)
    return rf"\tikz[scale=0.3]{{{lines}{nodes}}}"


def laid_out(tree: Node) -> tuple[list[Place], list[tuple[Place, Place]]]:
    """Return the nodes, parents first, and the edges; a node is above the middle of its subtree."""
    places: list[Place] = []
    edges: list[tuple[Place, Place]] = []

    def place(node: Node, left: float, level: int) -> tuple[Place, float]:
        index, right, above = len(places), left, []
        places.append(Place(left, level, node))
        for child in node.children:
            found, right = place(child, right, level + 1)
            above.append(found)
        x = (above[0].x + above[-1].x) / 2 if above else left
        own = Place(x, level, node)
        places[index] = own
        edges.extend((own, found) for found in above)
        return own, right if above else left + 1

    place(tree, 0.0, 0)
    return places, edges


def is_filled(node: Node) -> bool:
    """Tell whether a node is a disk, and no circle."""
    return _place_of(node.color) == 1


def digit(node: Node) -> str:
    """Return the number in the circle of the third part and those after it, or ""."""
    place = _place_of(node.color)
    return str(place) if place > 2 else ""


def arranged(
    entries: list[tuple[Any, str]], width: float, letter: float, line: float
) -> tuple[list[Entry], float, float]:
    """Return the trees side by side in rows, a new one for each order, and the size of it all.

    Parameters
    ----------
    entries
        Trees, from small to large, with their labels.
    width
        How wide a row may be, in the distance of two leaves.
    letter, line
        How wide a letter of a label is, and how high, in the same unit.
    """
    rows: list[list[tuple[Any, str, float]]] = []
    for tree, label in entries:
        size = max(_breadth(tree) + 1.5, letter * len(label) + 1.0)
        full = rows and sum(s for *_, s in rows[-1]) + size > width
        if not rows or full or rows[-1][-1][0].order != tree.order:
            rows.append([])
        rows[-1].append((tree, label, size))
    found: list[Entry] = []
    y, widest = 0.0, 0.0
    for row in rows:
        y += 1.0 + max(_height(tree) for tree, *_ in row)
        x = 0.0
        for tree, label, size in row:
            found.append(Entry(x + (size - _breadth(tree)) / 2, y, tree, label))
            x += size
        y, widest = y + 2 * line, max(widest, x)
    return found, widest, y


# --- private helpers ----------------------------------------------------------------------------


def _place_of(color: Color) -> int:
    """Return 1 for f and the first part of it, 2 for the second and theta, and so on."""
    return 2 if color.unit else int(color.name.lstrip("f") or 1)


def _breadth(tree: Node) -> float:
    return max(place.x for place in laid_out(tree)[0])


def _height(tree: Node) -> int:
    return max(place.level for place in laid_out(tree)[0])


def _at(place: Place) -> str:
    return f"({place.x:g},{place.level})"


def _pen(node: Node) -> str:
    return r"\fill" if is_filled(node) else r"\draw[fill=white]"


def _number(node: Node) -> str:
    return rf" node {{\tiny {digit(node)}}}" if digit(node) else ""
