"""Rooted trees as SVG, a text that a browser draws: one tree, or a table of trees with labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from bea.trees.pictures import Node, arranged, digit, is_filled, laid_out

_UNIT = 16.0  # pixels between two leaves, and between two levels
_RADIUS = 4.5
_LETTER, _LINE = 7.0, 18.0  # of a label, in pixels
_WIDE = 720.0
_MARGIN = 10.0


def svg(tree: Node) -> str:
    """Return the drawing of a tree as a whole SVG document.

    >>> from bea.trees import tree
    >>> svg(tree([[]])).count("<circle")
    2
    """
    places, _ = laid_out(tree)
    width = _UNIT * max(place.x for place in places)
    height = _UNIT * max(place.level for place in places)
    return _document(width, height, _drawn(tree, 0.0, height))


def svg_table(entries: Iterable[tuple[Any, str]]) -> str:
    """Return trees, from small to large, side by side with a label below each.

    >>> from bea.trees import leaf, tree
    >>> svg_table([(leaf, "1"), (tree([leaf]), "−1/2")]).count("<text")
    2
    """
    found, width, height = arranged(list(entries), _WIDE / _UNIT, _LETTER / _UNIT, _LINE / _UNIT)
    body = ""
    for x, y, tree, label in found:
        body += _drawn(tree, _UNIT * x, _UNIT * y)
        middle = _UNIT * (x + max(place.x for place in laid_out(tree)[0]) / 2)
        body += _text(middle, _UNIT * y + _LINE + 2, 12, label)
    return _document(_UNIT * width, _UNIT * height, body)


# --- private helpers ----------------------------------------------------------------------------


def _document(width: float, height: float, body: str) -> str:
    """Return a document with a white ground: in a dark notebook black lines are seen, too."""
    wide, high = width + 2 * _MARGIN, height + 2 * _MARGIN
    box = f"{-_MARGIN:g} {-_MARGIN:g} {wide:g} {high:g}"
    ground = f'<rect x="{-_MARGIN:g}" y="{-_MARGIN:g}" width="{wide:g}" height="{high:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}" height="{high:g}" '
        f'viewBox="{box}">{ground} fill="white"/>'
        f'<g stroke="black" stroke-width="1.2">{body}</g></svg>'
    )


def _drawn(tree: Node, left: float, bottom: float) -> str:
    places, edges = laid_out(tree)

    def at(place: Any) -> tuple[str, str]:
        return f"{left + _UNIT * place.x:g}", f"{bottom - _UNIT * place.level:g}"

    body = ""
    for ends in edges:
        (x1, y1), (x2, y2) = map(at, ends)
        body += f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'
    for place in places:
        x, y = at(place)
        fill = "black" if is_filled(place.node) else "white"
        number = digit(place.node)
        radius = _RADIUS * (1.35 if number else 1)
        body += f'<circle cx="{x}" cy="{y}" r="{radius:g}" fill="{fill}"/>'
        if number:
            body += _text(float(x), float(y) + 3.2, 9, number)
    return body


def _text(x: float, y: float, size: int, label: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="middle" '
        f'font-family="serif" stroke="none">{escape(label)}</text>'
    )
