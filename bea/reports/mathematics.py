"""Equations laid out in lines: a power of the step size on each, long ones broken before + and −.

What a term reads like is decided in `bea.modified`; here, where it goes on a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

from bea.algebra.language.letters import superscript
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.script import TEXT, series

_BEFORE_SIGN = re.compile(r" (?=[+−-] )")
_HEAD = re.compile(r"([+−] ?)?(\d*γ[^\s(]* ?\()?")
_POWER = re.compile(r"(?P<sign>−?)(?P<head>\d*γ\S* )\((?P<body>.*)\)")


def term(power: int, pairs: Sequence[tuple[Any, str]]) -> str:
    """Return γ^power times a sum of (coefficient, differential), or "" if there is none.

    >>> from flint import fmpq
    >>> term(1, [(fmpq(-1, 2), "∇²L∇L")])
    '−γ/2 ∇²L∇L'
    """
    return series([[]] * power + [list(pairs)], TEXT, remainder=False) if pairs else ""


def gamma_power(power: int) -> str:
    """Return "γ²" and the like; "γ¹" is written out."""
    return f"γ{superscript(str(power))}"


def remainder(order: int) -> str:
    """Return what an equation of that order leaves out.

    >>> remainder(0), remainder(2)
    ('O(γ)', 'O(γ³)')
    """
    return f"O({gamma_power(order + 1) if order else 'γ'})"


def equation(left: str, terms: Sequence[str], end: str, width: int) -> str:
    """Return "left = ..." on one line if it fits, else with every term on a line of its own.

    >>> print(equation("dy/dt", ["y²", "−γy³"], "O(γ²)", 80))
    dy/dt = y² − γy³ + O(γ²)
    >>> print(equation("dy/dt", ["y²", "−γy³"], "O(γ²)", 20))
    dy/dt = y²
            − γy³
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


def system(
    concrete: Concrete, lefts: Sequence[str], end: str, width: int, full: bool = True
) -> str:
    """Return the equations of a system in lines, and what their named parts are.

    Without `full` terms that fill a page are left out.
    """
    concrete = concrete.in_full() if full else concrete
    out = frozenset() if full else concrete.long_terms()
    rows = zip(lefts, concrete.rows(left_out=out), strict=True)
    lines = [equation(left, row, end, width) for left, row in rows]
    word = "where "
    for name, text in concrete.where_texts(out):
        left = f"{word}{name} = "
        lines.append(left + wrapped(text, width, " " * len(left)).lstrip())
        word = " " * len(word)
    return "\n".join(lines)


def wrapped(text: str, width: int, indent: str = "") -> str:
    """Break a sum before its signs, so that no line is wider than `width` where that is possible.

    Lines after the first are indented to where the bracket of the first one opens.

    >>> print(wrapped("+ γ (x² + y² + z²)", 17, "  "))
      + γ (x² + y²
           + z²)
    """
    head = _HEAD.match(text)
    assert head is not None  # it matches the empty text too
    inside = bool(head[2]) and _is_one_bracket(text[head.end() :])
    hang = indent + " " * (head.end() if inside else len(head[1] or ""))
    lines, current = [], indent
    for piece in _pieces(text, 1 if inside else 0, width - len(hang)):
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


def _signed(text: str) -> str:
    """Write a space after the sign of a term, and a plus where there is none."""
    return f"− {text[1:].lstrip()}" if text[0] in "−-" else f"+ {text}"


def _pieces(text: str, depth: int, room: int) -> Iterator[str]:
    """Split before signs outside of brackets; between factors, then deeper, in what is too wide."""
    for summand in _split(text, depth):
        if len(summand) <= room:
            yield summand
            continue
        for factor in _factors(summand, depth):
            yield from [factor] if len(factor) <= room else _everywhere(factor)


def _is_one_bracket(text: str) -> bool:
    """Tell whether the bracket before a text is closed by its last character."""
    level = 1
    for i, character in enumerate(text):
        level += (character == "(") - (character == ")")
        if level == 0:
            return i == len(text) - 1
    return False


def _factors(summand: str, depth: int) -> Iterator[str]:
    """Split between the factors of a product: behind a bracket that closes."""
    begin, level = 0, 0
    for i, character in enumerate(summand[:-1]):
        level += (character == "(") - (character == ")")
        follows = summand[i + 1] in "(/√|" or summand[i + 1].isalpha()
        if character == ")" and level <= depth and follows:
            yield summand[begin : i + 1]
            begin = i + 1
    yield summand[begin:]


def _everywhere(text: str) -> Iterator[str]:
    """Split before all signs, where there is no other way."""
    first, *rest = _BEFORE_SIGN.split(text)
    yield first
    yield from (f" {piece}" for piece in rest)


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
