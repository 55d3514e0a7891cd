"""Formulas as data: MathML as nested lists, which the page builds element by element.

Nothing that stands in a formula is ever read as HTML: its texts are set as texts.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, fromstring

from bea.modified.writing.mathml import mathml


def formula(latex: str) -> list[Any]:
    """Return a formula in LaTeX as [tag, attributes, text or children ...].

    >>> formula("x^2")
    ['math', {}, ['msup', {}, ['mi', {}, 'x'], ['mn', {}, '2']]]
    """
    return _as_list(fromstring(mathml(latex, block=False)))


def _as_list(element: Element) -> list[Any]:
    children = [_as_list(child) for child in element]
    return [element.tag, dict(element.attrib), *([element.text] if element.text else []), *children]
