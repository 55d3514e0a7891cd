"""Tableaus from texts of files: as bea prints them, as assignments, or as JSON.

    0   |                A = 0, 0; 1/2, 0        {"A": [["0", "0"], ["1/2", "0"]],
    1/2 | 1/2            b = 0, 1                 "b": ["0", "1"],
    ----+---------       embedded = 1, 0          "embedded": ["1", "0"]}
        | 0    1
        | 1    0

A second line of weights, or `embedded`, is the other method of an embedded pair; c may be given
and is checked. What follows a # is a comment.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bea.algebra.language.texts import excerpt
from bea.errors import TableauError
from bea.methods.library.tableau import Tableau

_NAMES = {
    "a": "A", "b": "b", "c": "c", "embedded": "embedded", "bhat": "embedded", "b_hat": "embedded",
    "b^": "embedded", "b*": "embedded", "b2": "embedded", "e": "embedded", "b̂": "embedded",
}  # fmt: skip
_ASSIGNED = re.compile(r"^\s*([A-Za-z]\w*\^?\*?|b̂)\s*[=:]", re.MULTILINE)
_BARS = str.maketrans(
    {"│": "|", "┃": "|", "∣": "|", "─": "-", "━": "-", "┼": "+", "—": "-", "–": "-"}
)
_RULE = re.compile(r"^[\s\-+|_=]*[-_=]{2,}[\s\-+|_=]*$")
_LARGEST = 200_000  # characters: a tableau of a hundred stages has about so many
_SHAPE = "write 'A = 0, 0; 1/2, 0' and 'b = 0, 1', or the tableau with | between c and A"


def tableau_of(text: str) -> tuple[Tableau, Any]:
    """Return the tableau that a text holds, and the weights of an embedded method or None.

    Raises
    ------
    TableauError
        If there is no tableau in it, or it is inconsistent.

    Examples
    --------
    >>> tableau_of('''0 |
    ... 1 | 1
    ... --+--------
    ...   | 1/2 1/2
    ...   | 1   0''')
    (0  |
    1  |  1
    ---+----------
       |  1/2  1/2, '1   0')
    """
    if len(text) > _LARGEST:
        raise TableauError(f"the text has {len(text)} characters, too many for a tableau: {_SHAPE}")
    plain = "\n".join(line.partition("#")[0].rstrip() for line in text.splitlines())
    plain = plain.translate(_BARS).strip().lstrip("\ufeff")
    if plain.startswith("{"):
        parts = _from_json(plain)
    elif _ASSIGNED.search(plain):
        parts = _from_assignments(plain)
    elif "|" in plain:
        parts = _from_array(plain)
    else:
        raise TableauError(f"there is no tableau in {excerpt(plain)}: {_SHAPE}")
    missing = [name for name in ("A", "b") if name not in parts]
    if missing:
        raise TableauError(f"the tableau has no {' and no '.join(missing)}: {_SHAPE}")
    return Tableau.of(parts["A"], parts["b"], parts.get("c")), parts.get("embedded")


# --- private helpers ----------------------------------------------------------------------------


def _from_json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TableauError(f"the JSON cannot be read: {error}; {_SHAPE}") from None
    return _named(found.items())


def _from_assignments(text: str) -> dict[str, Any]:
    """Read NAME = value, where a value goes on to the next name."""
    marks = list(_ASSIGNED.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    pairs = [(m[1], text[m.end() : end].strip()) for m, end in zip(marks, ends, strict=True)]
    return _named(pairs)


def _named(pairs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        own = _NAMES.get(name.strip().lower(), "")
        if not own:
            continue  # a name or a source, say
        if own in found:
            raise TableauError(f"'{name}' is given twice: give it once")
        found[own] = value
    return found


def _from_array(text: str) -> dict[str, Any]:
    """Read lines c | a1 a2 ...; the weights follow the rule, or have nothing before the bar."""
    nodes: list[str] = []
    rows: list[str] = []
    weights: list[str] = []
    ruled = False
    for line in text.splitlines():
        if _RULE.match(line) or not line.strip():
            ruled = ruled or bool(line.strip())
            continue
        left, bar, right = line.partition("|")
        if not bar:
            raise TableauError(f"the line {excerpt(line.strip())} has no |: {_SHAPE}")
        if ruled or not left.strip():
            weights.append(right.strip().rstrip("|"))
        else:
            nodes.append(left.strip())
            rows.append(right.strip().rstrip("|"))
    if not weights or not rows:
        return {}
    found: dict[str, Any] = {"A": _filled(rows), "b": weights[0], "c": nodes}
    return found | ({"embedded": weights[1]} if len(weights) > 1 else {})


def _filled(rows: list[str]) -> str | list[list[Any]]:
    """Return the rows as texts; an empty one, of an explicit first stage, as a zero."""
    return "; ".join(row or "0" for row in rows)
