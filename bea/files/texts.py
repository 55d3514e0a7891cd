"""Texts: written whole, JSON that reads well, and plain columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bea.files.whole import write_whole


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
