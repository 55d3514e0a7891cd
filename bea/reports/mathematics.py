"""Equations laid out in lines: a power of the step size on each, long ones broken before + and −.

What a term reads like is decided in `bea.modified`; here, where it goes on a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.modified.writing.lengths import left_out
from bea.modified.writing.script import TEXT, series, text_of

_BEFORE_SIGN = re.compile(r" (?=[+−-] )")
_AFTER_TIMES = re.compile(r"(?<=[^*]\*)(?=[^*])")
_HEAD = re.compile(r"([+−] )?(\d*γ\S*? ?\()?")
_POWER = re.compile(r"(?P<sign>−?)(?P<head>γ\S* )\((?P<body>.*)\)")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def term(power: int, pairs: Sequence[tuple[Any, str]]) -> str:
    """Return γ^power times a sum of (coefficient, differential), or "" if there is none.

    >>> term(1, [(fmpq(-1, 2), "∇²L∇L")])
    '−γ/2 ∇²L∇L'
    """
    return series([[]] * power + [list(pairs)], TEXT, remainder=False) if pairs else ""


def component_term(power: int, component: Element, short: bool = False) -> str:
    """Return γ^power times a component on a concrete field, or "" if it is zero.

    Where it is to be `short` there is but its size.

    >>> import bea
    >>> field = bea.problems.field("3*y**2/2")
    >>> component_term(1, field.components[0]), component_term(0, field.components[0])
    ('3γ/2 y**2', '3*y**2/2')
    """
    if component.is_zero():
        return ""
    if short:
        return term(power, [(fmpq(1), left_out(component))])
    text = text_of(component)
    if power == 0:
        return text
    if len(component.terms()) == 1:
        return term(power, [_monomial(component)]).rstrip()
    return term(power, [(fmpq(1), f"({text})")])


def gamma_power(power: int) -> str:
    """Return "γ²" and the like; "γ¹" is written out."""
    return f"γ{str(power).translate(_SUPERSCRIPTS)}"


def remainder(order: int) -> str:
    """Return what an equation of that order leaves out.

    >>> remainder(0), remainder(2)
    ('O(γ)', 'O(γ³)')
    """
    return f"O({gamma_power(order + 1) if order else 'γ'})"


def equation(left: str, terms: Sequence[str], end: str, width: int) -> str:
    """Return "left = ..." on one line if it fits, else with every term on a line of its own.

    >>> print(equation("dy/dt", ["y**2", "−γ y**3"], "O(γ²)", 80))
    dy/dt = y**2 − γ y**3 + O(γ²)
    >>> print(equation("dy/dt", ["y**2", "−γ y**3"], "O(γ²)", 20))
    dy/dt = y**2
            − γ y**3
            + O(γ²)
    """
    left = f"{left} = " if left else ""
    signed = [_signed(t) if i else t for i, t in enumerate([t for t in terms if t] or ["0"])]
    if end:
        signed.append(f"+ {end}")
    line = left + " ".join(signed)
    if len(line) <= width:
        return line
    indent = " " * len(left)
    return left + "\n".join(wrapped(t, width, indent) for t in signed).removeprefix(indent)


def wrapped(text: str, width: int, indent: str = "") -> str:
    """Break a sum before its signs, so that no line is wider than `width` where that is possible.

    Lines after the first are indented to where the bracket of the first one opens.

    >>> print(wrapped("+ γ (x**2 + y**2 + z**2)", 20, "  "))
      + γ (x**2 + y**2
           + z**2)
    """
    head = _HEAD.match(text)
    assert head is not None  # it matches the empty text too
    hang = indent + " " * head.end()
    lines, current = [], indent
    for piece in _pieces(text, 1 if head[2] else 0, width - len(hang)):
        if current.strip() and len(current) + len(piece) > width:
            lines.append(current.rstrip())
            current = hang + piece.lstrip()
        else:
            current += piece
    return "\n".join([*lines, current.rstrip()])


def abridged(text: str, keep: int = 3) -> str:
    """Leave out all but the first `keep` summands of a long sum, and say how many there are.

    >>> abridged("γ (a + b - c + d)", keep=2)
    'γ (a + b + … 4 terms)'
    """
    match = _POWER.fullmatch(text)
    summands = list(_split(match["body"] if match else text, 0))
    if len(summands) <= keep + 1:
        return text
    short = f"{''.join(summands[:keep])} + … {len(summands)} terms"
    return f"{match['sign']}{match['head']}({short})" if match else short


def indented(text: str, by: int) -> str:
    """Return a text with all its lines moved to the right."""
    return "\n".join(" " * by + line for line in text.splitlines())


def paragraph(text: str, width: int) -> str:
    """Return words filled into lines."""
    return fill(text, width, break_long_words=False, break_on_hyphens=False)


# --- private helpers ----------------------------------------------------------------------------


def _monomial(component: Element) -> tuple[fmpq, str]:
    """Return (coefficient, the rest as text) of a single summand."""
    (coefficient,) = component.terms().values()
    rest = component * (1 / coefficient)
    return coefficient, "" if rest.is_constant() else text_of(rest)


def _signed(text: str) -> str:
    """Write a space after the sign of a term, and a plus where there is none."""
    return f"− {text[1:].lstrip()}" if text[0] in "−-" else f"+ {text}"


def _pieces(text: str, depth: int, room: int) -> Iterator[str]:
    """Split before signs outside of brackets; deeper, and after *, in what is still too wide."""
    for summand in _split(text, depth):
        if len(summand) <= room:
            yield summand
            continue
        for piece in _BEFORE_SIGN.split(summand):
            spaced = piece if piece.startswith(" ") or summand.startswith(piece) else f" {piece}"
            yield from _AFTER_TIMES.split(spaced) if len(spaced) > room else [spaced]


def _split(text: str, depth: int) -> Iterator[str]:
    """Split before the signs inside of at most `depth` brackets; pieces keep their space."""
    begin, seen, level = 0, 0, 0
    for mark in _BEFORE_SIGN.finditer(text):
        level += text.count("(", seen, mark.start()) - text.count(")", seen, mark.start())
        seen = mark.start()
        if level <= depth:
            yield text[begin:seen]
            begin = seen
    yield text[begin:]
