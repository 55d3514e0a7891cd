"""Data from a file of comma-separated values: names in its first line, exact numbers below."""

from __future__ import annotations

import csv
from pathlib import Path

from bea.errors import BeaError

# More than this is no data for exact sums, whose losses are written out one by one.
_MOST_BYTES, _MOST_CELLS = 20_000_000, 1_000_000


def read_columns(path: Path) -> dict[str, list[str]]:
    """Return the columns of a file by name, as texts that are read as exact numbers later.

    Raises
    ------
    BeaError
        If it is no such file: too large, not text, without a head or rows, or ragged.
    OSError
        If it cannot be opened.

    Examples
    --------
    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile("w", suffix=".csv") as file:
    ...     _ = file.write("x, y\\n-1, 1/2\\n1, 0.25\\n")
    ...     file.flush()
    ...     read_columns(Path(file.name))
    {'x': ['-1', '1'], 'y': ['1/2', '0.25']}
    """
    if path.exists() and not path.is_file():
        raise BeaError(f"'{path}' is no file: give one of comma-separated values")
    if path.stat().st_size > _MOST_BYTES:
        raise BeaError(f"'{path}' has more than {_MOST_BYTES // 1_000_000} MB: give fewer samples")
    try:
        rows = _rows(path)
    except (UnicodeDecodeError, csv.Error):
        raise BeaError(
            f"'{path}' is not a file of comma-separated values: write names in its first line and "
            "numbers below"
        ) from None
    lines = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if len(lines) < 2:
        raise BeaError(
            f"'{path}' has no data: write names in its first line, such as x,y, and numbers below"
        )
    names = lines[0][1]
    _check_names(path, names)
    for number, row in lines[1:]:
        if len(row) != len(names):
            raise BeaError(
                f"line {number} of '{path}' has {len(row)} number(s) for the {len(names)} "
                f"column(s) {', '.join(names)}: give one for each"
            )
    return {name: [row[k] for _, row in lines[1:]] for k, name in enumerate(names)}


# --- private helpers ----------------------------------------------------------------------------


def _rows(path: Path) -> list[list[str]]:
    """Return all rows; many short cells take thirty times as much memory as their file is long."""
    rows, cells = [], 0
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            cells += max(1, len(row))
            if cells > _MOST_CELLS:
                raise BeaError(f"'{path}' has more than {_MOST_CELLS:,} cells: give fewer samples")
            rows.append([cell.strip() for cell in row])
    return rows


def _check_names(path: Path, names: list[str]) -> None:
    for name in names:
        if not name.isidentifier():
            raise BeaError(
                f"'{name}' in the first line of '{path}' is no name: write names there, such as x,y"
            )
    if len(set(names)) < len(names):
        raise BeaError(f"the columns of '{path}' have the same name twice: {', '.join(names)}")
