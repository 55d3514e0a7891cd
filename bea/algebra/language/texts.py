"""Texts before they are parsed: what names and numbers look like, and checks that need no parser.

A text is measured (`bea.algebra.language.limits`) before the grammar sees it, so that no text can
make the parser slow or deep. `excerpt` is how every message of this package quotes what a user
wrote.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from bea.algebra.language import limits
from bea.errors import ExpressionError

# Characters of the user's text that a message quotes.
_QUOTED = 60

NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""What a number looks like in a text (a regular expression)."""

NAME = r"[^\W\d]\w*"
"""What a name looks like in a text: letters of any alphabet, digits and underscores."""

_DECIMAL_COMMA = re.compile(r"(?<![\w.*/^)\[])\d+,\d+")
_PIECES = re.compile(r"([^0-9]*)([0-9]*)")  # of a name, such as x, 10

TOKEN = re.compile(
    rf"(?P<number>{NUMBER})|(?P<name>{NAME})|(?P<power>\*\*|\^)|(?P<sign>[+-])"
    r"|(?P<open>\()|(?P<close>\))|(?P<other>\S)"
)
"""What a text falls into: the name of the group that matches says what kind of token it is."""


@contextmanager
def all_digits() -> Iterator[None]:
    """Let Python write integers of any length, which it refuses beyond 4,300 digits.

    How large numbers become is bounded by `bea.algebra.language.limits` and the orders derived to.

    >>> with all_digits():
    ...     len(f"{10**5000}")
    5001
    """
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)


def by_number(names: Iterable[str]) -> list[str]:
    """Return names in the order in which people count: x2 before x10.

    >>> by_number(["x10", "y", "x2", "x"])
    ['x', 'x2', 'x10', 'y']
    """

    def key(name: str) -> tuple[list[tuple[str, int]], str]:
        return [(text, int(digits or -1)) for text, digits in _PIECES.findall(name)], name

    return sorted(names, key=key)


def stem_and_number(name: str) -> tuple[str, str]:
    """Split a name at the digits that it ends with, and the underscore before them.

    >>> stem_and_number("x_12"), stem_and_number("omega")
    (('x', '12'), ('omega', ''))
    """
    stem = name.rstrip("0123456789")
    return stem.rstrip("_"), name[len(stem) :]


def refuse_decimal_commas(text: str) -> None:
    """Refuse a number right before a comma and another behind it: 0,5*x may mean 0.5*x.

    >>> refuse_decimal_commas("x**2,1")
    >>> refuse_decimal_commas("0,5*x")
    Traceback (most recent call last):
    bea.errors.ExpressionError: '0,5' may be a decimal or two components: write 0.5, or a blank ...
    """
    found = _DECIMAL_COMMA.search(text)
    if found:
        point = found[0].replace(",", ".")
        raise ExpressionError(
            f"'{found[0]}' may be a decimal or two components: write {point}, or a blank after "
            "the comma between components"
        )


def excerpt(text: str, length: int = _QUOTED) -> str:
    """Return the text in quotes, cut to about `length` characters, on one line.

    >>> excerpt("x + y")
    "'x + y'"
    >>> excerpt("1" * 1000, length=10)
    "'111111111…'"
    """
    return f"'{shortened(text, length)}'"


def shortened(text: str, length: int = _QUOTED) -> str:
    """Return what `excerpt` puts in quotes."""
    short = text if len(text) <= length else text[: length - 1] + "…"
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in short)


def check_text(text: object) -> str:
    """Return the text with all white space as blanks, so that positions in it are columns.

    Raises
    ------
    ExpressionError
        If it is no text, is empty, is too long, or holds control characters.

    Examples
    --------
    >>> check_text("x +\\ty")
    'x + y'
    """
    if not isinstance(text, str):
        kind = type(text).__name__
        raise ExpressionError(f"an expression must be text, such as 'x**2 + y', not {kind}")
    if len(text) > limits.MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text):,} characters, more than the limit of "
            f"{limits.MAX_LENGTH:,}; split it into parts or build it from SymPy"
        )
    clean = "".join(" " if c in "\t\n\r" or unicodedata.category(c) == "Zs" else c for c in text)
    for column, character in enumerate(clean, start=1):
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            raise ExpressionError(
                f"the expression has an invisible or control character, U+{ord(character):04X}, "
                f"at column {column}; remove it"
            )
    if not clean.strip():
        raise ExpressionError("the expression is empty; write a formula such as 'x**2 + y'")
    return clean


def check_nesting(text: str) -> None:
    """Check the brackets, the nesting and the number of tokens of a text, without parsing it.

    What nests: brackets, signs in a row (`--x`), and powers of powers (`x**y**z`).

    Raises
    ------
    ExpressionError
        If brackets do not match, or a limit is exceeded.

    Examples
    --------
    >>> check_nesting("(" * 10_000)
    Traceback (most recent call last):
    bea.errors.ExpressionError: more than 40 brackets, signs or powers stand inside one another ...
    """
    depth, chains, opened = 0, [0], []  # chains: signs and powers that wait, per open bracket
    after_operand = False
    for count, token in enumerate(TOKEN.finditer(text), start=1):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            chains.append(0)
            opened.append(token.start())
        elif kind == "close":
            if not opened:
                _refuse_bracket(text, token.start(), "closes a bracket that was never opened")
            opened.pop()
            depth -= 1 + chains.pop()
        elif kind == "power" or (kind == "sign" and not after_operand):
            depth += 1
            chains[-1] += 1
        elif kind in ("sign", "other"):
            depth -= chains[-1]
            chains[-1] = 0
        after_operand = kind in ("number", "name", "close")
        if depth > limits.MAX_NESTING:
            _refuse_nesting(token.start() + 1)
        if count > limits.MAX_NODES:
            limits.refuse_nodes("numbers, names and operators")
    if opened:
        _refuse_bracket(text, opened[-1], "opens a bracket that is never closed")


# --- private helpers ------------------------------------------------------------------------------


def _refuse_nesting(column: int) -> NoReturn:
    raise ExpressionError(
        f"more than {limits.MAX_NESTING} brackets, signs or powers stand inside one another at "
        f"column {column}, which is the limit; write the expression with less nesting"
    )


def _refuse_bracket(text: str, position: int, what: str) -> NoReturn:
    around = excerpt(text[max(0, position - 20) : position + 20].strip())
    raise ExpressionError(
        f"the '{text[position]}' at column {position + 1} {what}, near {around}; "
        "balance the brackets"
    )
