"""Tables in the house style, by rich: for a terminal of any width, and for plain text files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import IO, Any

from rich import box
from rich.console import Console
from rich.table import Table

# A page is never wider than this: long lines are hard to read.
_WIDEST = 120


def console_on(stream: IO[str] | None = None) -> Console:
    """Return a console on a stream, by default standard output; it colours no numbers by itself."""
    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    console.width = min(console.width, _WIDEST)
    return console


def table_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return a table with a rule under its head and no lines between rows.

    A column whose name begins with ">" is aligned to the right.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        side: Any = "right" if name.startswith(">") else "left"
        table.add_column(name.removeprefix(">"), justify=side, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def plain_text(*parts: Any, width: int = 100) -> str:
    """Return what a console of that width would print, without colours, for a file.

    >>> print(plain_text(table_of([">K", "observed"], [["0", "1.012"], ["10", "11.0"]])))
      K  observed
     ────────────
      0  1.012
     10  11.0
    """
    stream = StringIO()
    console = Console(
        file=stream, width=width, highlight=False, emoji=False, markup=False, color_system=None
    )
    for part in parts:
        console.print(part)
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    return "\n".join(lines).strip("\n")
