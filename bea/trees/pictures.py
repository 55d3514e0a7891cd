"""Rooted trees drawn in TikZ: the root below, every node above its parent.

A node of f is a disk; where there is a second colour, theta or the field of player 2, it is a
circle. Of more parts the third and those after it are circles with their number. Source of the
layout: Hairer, Lubich and Wanner, Geometric Numerical Integration, section III.1, table 1.1.
"""

from __future__ import annotations

from bea.trees.colors import Color
from bea.trees.rooted_trees import Tree

_Place = tuple[float, int, Tree]
_Edge = tuple[_Place, _Place]


def tikz(tree: Tree) -> str:
    r"""Return the drawing of a tree; the preamble needs \usepackage{tikz}.

    >>> from bea.trees import tree
    >>> print(tikz(tree([[]])))
    \tikz[scale=0.3]{\draw (0,0)--(0,1);\fill (0,0) circle (0.2);\fill (0,1) circle (0.2);}
    """
    places, edges = _laid_out(tree)
    lines = "".join(rf"\draw {_at(a)}--{_at(b)};" for a, b in edges)
    nodes = "".join(
        rf"{_pen(place[2])} {_at(place)} circle (0.2){_number(place[2])};" for place in places
    )
    return rf"\tikz[scale=0.3]{{{lines}{nodes}}}"


# --- private helpers ----------------------------------------------------------------------------


def _laid_out(tree: Tree) -> tuple[list[_Place], list[_Edge]]:
    """Return the nodes, parents first, and the edges; a node is above the middle of its subtree."""
    places: list[_Place] = []
    edges: list[_Edge] = []

    def place(node: Tree, left: float, level: int) -> tuple[_Place, float]:
        index, right, above = len(places), left, []
        places.append((left, level, node))
        for child in node.children:
            found, right = place(child, right, level + 1)
            above.append(found)
        x = (above[0][0] + above[-1][0]) / 2 if above else left
        own = (x, level, node)
        places[index] = own
        edges.extend((own, found) for found in above)
        return own, right if above else left + 1

    place(tree, 0.0, 0)
    return places, edges


def _at(place: _Place) -> str:
    return f"({place[0]:g},{place[1]})"


def _pen(node: Tree) -> str:
    return r"\fill" if _place_of(node.color) == 1 else r"\draw[fill=white]"


def _number(node: Tree) -> str:
    """Return the digit in a circle of the third part and those after it."""
    place = _place_of(node.color)
    return rf" node {{\tiny {place}}}" if place > 2 else ""


def _place_of(color: Color) -> int:
    """Return 1 for f and the first part of it, 2 for the second and theta, and so on."""
    return 2 if color.unit else int(color.name.lstrip("f") or 1)
