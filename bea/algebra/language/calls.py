"""Texts NAME(PARAMETER=VALUE, ...): how methods and schedules with parameters are written.

    heavy-ball(beta=1/2)      cosine(time=1, low=1/10)      runge-kutta(A=0,0; 2/3,0, b=1/4,3/4)

A value goes as far as the next PARAMETER=, so that it may hold commas of its own. What the values
mean is read elsewhere, by the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bea.algebra.language.grammar import declared_names
from bea.algebra.language.texts import NAME, excerpt
from bea.errors import ExpressionError

_CALL = re.compile(r"\s*([^\W\d][\w-]*|[^\W\d][\w.]*:[\w.]+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_ASSIGNMENT = re.compile(rf"(?<!\w)({NAME})\s*=")  # each name is begun once, however long
_EQUATION = re.compile(r"['′]\s*=")  # x' = y, in a value
_VALUE = re.compile(r"(?:.*[\s,;])?([+-]?[\d.][^\s,;]*)", re.DOTALL)
_SEVERAL = re.compile(r"[,;=\n]")


def read_call(text: str, what: str, example: str) -> tuple[str, dict[str, str | None]]:
    """Return the name, with hyphens, and the parameters; those without a value are None.

    A name with a colon, such as torch:AdamW, stays as it is.

    Raises
    ------
    ExpressionError
        If the text is no name with parameters in brackets, or one of them comes twice.

    Examples
    --------
    >>> read_call("one_cycle(time=2, peak=1/4)", "schedule", "cosine(time=1)")
    ('one-cycle', {'time': '2', 'peak': '1/4'})
    >>> read_call("runge_kutta(A='0, 0; 2/3, 0', b='1/4, 3/4')", "method", "")[1]["b"]
    '1/4, 3/4'
    >>> read_call("heavy-ball beta=1", "method", "heavy-ball(beta=1/2)")
    Traceback (most recent call last):
    bea.errors.ExpressionError: the method 'heavy-ball beta=1' cannot be read: write ...
    """
    match = _CALL.fullmatch(text)
    if not match:
        raise ExpressionError(f"the {what} {excerpt(text)} cannot be read: write {example}")
    found: dict[str, str | None] = {}
    try:
        given = assignments(match[2] or "")
    except ExpressionError as error:
        raise ExpressionError(
            f"the {what} {excerpt(text)} cannot be read: {error}; write {example}"
        ) from None
    for name, value in given:
        if name in found:
            raise ExpressionError(f"parameter '{name}' is given twice: give it once")
        found[name] = value if value is None else _unquoted(value)
    return match[1] if ":" in match[1] else match[1].replace("_", "-"), found


def split_calls(text: str) -> list[str]:
    """Split a list at the commas and semicolons that stand outside of all brackets.

    >>> split_calls("gradient-descent, adam(beta1=1/2, beta2=3/4)")
    ['gradient-descent', 'adam(beta1=1/2, beta2=3/4)']
    """
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and letter in ",;":
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def assignments(text: str) -> list[tuple[str, str | None]]:
    """Split "a, b=1 c=2" at its names: bare ones first, then each with the text up to the next.

    Raises
    ------
    ExpressionError
        If there is no value after a "=", or no name before a value.

    Examples
    --------
    >>> assignments("b, A=0,0; 2/3,0, c=1")
    [('b', None), ('A', '0,0; 2/3,0'), ('c', '1')]
    >>> assignments("base=symplectic-euler(first=2), order=4")
    [('base', 'symplectic-euler(first=2)'), ('order', '4')]
    """
    marks = list(_ASSIGNMENT.finditer(_outside(text)))
    bare = text[: marks[0].start()] if marks else text
    if odd := _VALUE.match(bare):
        raise ExpressionError(
            f"{excerpt(odd[1])} has no name: write NAME={odd[1]}, such as beta=9/10"
        )
    found: list[tuple[str, str | None]] = [
        (name, None) for name in declared_names(bare.replace(";", " "))
    ]
    ends = [mark.start() for mark in marks[1:]] + [len(text)] * bool(marks)
    for mark, end in zip(marks, ends, strict=True):
        value = text[mark.end() : end].strip(" ,;\t")
        if not value or "=" in _EQUATION.sub("", _outside(value)):
            raise ExpressionError(
                f"parameter '{mark[1]}' has no value in '{text}': write {mark[1]}=1/2, or the name "
                "alone to leave it symbolic"
            )
        found.append((mark[1], value))
    return found


def written_call(name: str, parameters: Mapping[str, str]) -> str:
    """Return a call as Python has it; what is a list or a rule is in quotes.

    >>> written_call("heavy-ball", {"beta": "9/10"})
    'heavy_ball(beta=9/10)'
    >>> written_call("runge-kutta", {"A": "0, 0; 2/3, 0", "b": "1/4, 3/4"})
    "runge_kutta(A='0, 0; 2/3, 0', b='1/4, 3/4')"
    """
    shown = ((n, repr(v) if _SEVERAL.search(v) else v) for n, v in parameters.items())
    return f"{name.replace('-', '_')}({', '.join(f'{n}={v}' for n, v in shown)})"


def _outside(text: str) -> str:
    """Return a text with blanks in place of what stands in brackets."""
    depth, found = 0, ""
    for letter in text:
        depth -= letter in ")]" and depth > 0
        found += " " if depth else letter
        depth += letter in "(["
    return found


def _unquoted(value: str) -> str:
    """Return a value without the quotes around it, which Python needs and texts do not."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
