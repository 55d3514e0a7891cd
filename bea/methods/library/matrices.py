"""Matrices and vectors as people have them, read into rows of entries.

Texts with rows between semicolons, line ends or brackets, as in NumPy, SymPy, MATLAB, Mathematica
and LaTeX; nested sequences; arrays, data frames and SymPy matrices. What the entries mean is left
to `bea.methods.library.tableau`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from bea.algebra.language.texts import excerpt
from bea.errors import TableauError

Rows = list[list[Any]]

_LATEX = (
    (re.compile(r"\\(?:begin|end)\{[^{}]*\}(?:\{[^{}]*\})?"), " "),
    (re.compile(r"\\(?:left|right|hline|quad|,|;|!)"), " "),
    (re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}"), r"(\1)/(\2)"),
    (re.compile(r"\\[dt]?frac\s*(\d)\s*(\d)"), r"\1/\2"),
    (re.compile(r"\\sqrt\{([^{}]*)\}"), r"sqrt(\1)"),
    (re.compile(r"\\\\|\n"), ";"),
    (re.compile(r"&"), ","),
    (re.compile(r"\$"), ""),
)
_GROUP = re.compile(r"[\[{]([^\[\]{}]*)[\]}]")
_CALL = re.compile(r"^[\w.]*[Mm]atrix\((.*)\)$|^[\w.]*array\((.*)\)$", re.DOTALL)
_TUPLES = re.compile(r"\(?\s*(?:\([^()]*,[^()]*\)\s*,?\s*)+\)?")
# A blank between entries: not beside an operator, but before a sign that belongs to a number.
_BLANK = re.compile(r"(?<![\s*/+^(-])\s+(?=[^\s*/+^)-]|[+-]\S)")


def rows_of(value: Any, what: str) -> Rows:
    """Return the rows of a matrix, which may have different lengths.

    Raises
    ------
    TableauError
        If it is neither a text nor a sequence of rows.

    Examples
    --------
    >>> rows_of("[[0, 0], [1/2, 0]]", "A")
    [['0', '0'], ['1/2', '0']]
    >>> rows_of("0 & 0 \\\\\\\\ 1/2 & 0", "A") == rows_of("0 0; ½ 0", "A")
    True
    """
    plain = _plain(value)
    if isinstance(plain, str):
        return [_entries(row, what) for row in _text_rows(plain)]
    if not isinstance(plain, Sequence):
        raise TableauError(
            f"{what} is a {type(value).__name__}: give rows, such as [[0, 0], ['1/2', 0]], or a "
            "text such as '0, 0; 1/2, 0'"
        )
    if plain and not any(_is_row(row) for row in plain):
        return [_filled(plain)]  # one row
    return [_row(row, f"row {i} of {what}") for i, row in enumerate(plain, start=1)]


def entries_of(value: Any, what: str) -> list[Any]:
    """Return the entries of a vector, given as a row, a column or a text.

    >>> entries_of("1/2; 1/2", "b")
    ['1/2', '1/2']
    """
    rows = rows_of(value, what)
    if len(rows) == 1:
        return rows[0]
    if all(len(row) == 1 for row in rows):
        return [row[0] for row in rows]
    raise TableauError(f"{what} has {len(rows)} rows: give one, the numbers of one method")


def completed(rows: Rows, stages: int) -> Rows:
    """Return a matrix whose upper triangle was left out with zeros in it; else the rows as given.

    The rows of an explicit method may begin with the first one, which is empty or 0, or the second.

    >>> completed([["1/2"], ["0", "1"]], 3)
    [[0, 0, 0], ['1/2', 0, 0], ['0', '1', 0]]
    """
    lengths = [len(row) for row in rows]
    below = list(range(stages))
    if lengths == below[1:] and not (stages == 2 and _is_nothing(rows[0][0])):
        rows, lengths = [[], *rows], below
    zero_first = stages > 1 and lengths == [1, *below[1:]] and _is_nothing(rows[0][0])
    if lengths == below or zero_first or lengths == list(range(1, stages + 1)):
        return [[*row, *[0] * (stages - len(row))] for row in rows]
    return rows


# --- private helpers ----------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Return texts and sequences as they are, and arrays, frames and matrices as lists."""
    for name in ("to_numpy", "toarray", "tolist"):
        if hasattr(value, name):
            value = getattr(value, name)()
    return value


def _is_nothing(entry: Any) -> bool:
    return str(entry).strip() in ("0", "0.0", "0.")


def _is_row(value: Any) -> bool:
    value = _plain(value)
    if isinstance(value, str):
        return bool(re.search(r"[,;\s]", value.strip()))
    return isinstance(value, Sequence)


def _row(value: Any, what: str) -> list[Any]:
    value = _plain(value)
    if isinstance(value, str):
        return _entries(value, what)
    return _filled(value) if isinstance(value, Sequence) else [value]


def _filled(row: Sequence[Any]) -> list[Any]:
    """Return entries, with 0 for those that are left empty in a list."""
    return [0 if x is None or x == "" else x for x in row]


def _text_rows(text: str) -> list[str]:
    """Return the texts of the rows; one that is empty stands for a row of zeros."""
    clean = unicodedata.normalize("NFKC", text).replace("\N{FRACTION SLASH}", "/")
    clean = clean.replace("−", "-").strip()
    call = _CALL.match(clean)
    clean = (call[1] or call[2] or "") if call else clean
    for pattern, written in _LATEX:
        clean = pattern.sub(written, clean)
    groups = _GROUP.findall(clean)
    if groups and (len(groups) > 1 or re.match(r"\s*[\[{]\s*[\[{]", clean)):
        return groups
    if not groups and _TUPLES.fullmatch(clean):
        return re.findall(r"\(([^()]*)\)", clean)
    return [row for row in (groups[0] if groups else clean).split(";") if row.strip()]


def _entries(row: str, what: str) -> list[Any]:
    text = row.strip().rstrip(",")
    parts = text.split(",") if "," in text else _BLANK.split(text) if text else []
    if any(not part.strip() for part in parts):
        raise TableauError(f"{what} has an empty entry, in {excerpt(row.strip())}: write 0 there")
    return [part.strip() for part in parts]
