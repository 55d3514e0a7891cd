"""Folders of results: seen to be writable before the work, written whole after it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bea.errors import OutputError
from bea.files.whole import write_whole


def check_folder(path: str | Path) -> Path:
    """Return a folder, after seeing that it can be written to or made; nothing is made yet.

    Raises
    ------
    OutputError
        If it is a file, lies below a file, or must not be written to.

    Examples
    --------
    >>> check_folder("/dev/null/results")
    Traceback (most recent call last):
    bea.errors.OutputError: cannot write to '/dev/null/results': '/dev/null' is not a folder; ...
    """
    path = Path(path)
    above = path.absolute()
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise OutputError(
            f"cannot write to '{path}': '{above}' is not a folder; choose a folder that can be "
            "written"
        )
    if not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(
            f"cannot write to '{path}': permission denied; choose a folder that can be written"
        )
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text file, whole or not at all."""
    data = (text.rstrip("\n") + "\n").encode()
    return write_whole(path, lambda stream: stream.write(data))


def json_text(value: Any) -> str:
    """Return a JSON text that reads well: short lists on one line each, ASCII only.

    >>> print(json_text({"a": 1, "b": [{"c": [0.5, 2]}]}))
    {
      "a": 1,
      "b": [
        {"c": [0.5, 2]}
      ]
    }
    """
    if not isinstance(value, dict):
        return json.dumps(value, allow_nan=False)
    parts = [f"  {json.dumps(key)}: {_member(member)}" for key, member in value.items()]
    return "{\n" + ",\n".join(parts) + "\n}"


def in_columns(lines: Iterable[Sequence[str]]) -> str:
    """Return rows as a table of plain text, each column as wide as its widest entry.

    >>> print(in_columns([("K", "observed"), ("10", "1.0")]))
    K   observed
    10  1.0
    """
    rows = list(lines)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _member(value: Any) -> str:
    nested = isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
    if not nested:
        return json.dumps(value, allow_nan=False)
    lines = ",\n".join(f"    {json.dumps(item, allow_nan=False)}" for item in value)
    return f"[\n{lines}\n  ]"
