"""The forms of results: one file each, named in `FORMATS`, and all commands have it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from bea.cli.formats.format import Format, Page
from bea.cli.streams import emit

__all__ = ["FORMATS", "Format", "Page", "names", "show"]

# The formats as they are offered; each is the `FORMAT` of a module here.
_NAMES = ("text", "latex", "json")
FORMATS: dict[str, Format] = {name: import_module(f"{__name__}.{name}").FORMAT for name in _NAMES}


def names(formulas: bool = False) -> list[str]:
    """Return the names of the formats that a result may have.

    >>> names(), names(formulas=True)
    (['text', 'json'], ['text', 'latex', 'json'])
    """
    return [name for name, format in FORMATS.items() if formulas or not format.formulas]


def show(page: Page, format: str, out: Path | None = None) -> None:
    """Write a page to standard output, for a person as wide as it is, or to a file."""
    from bea.algebra.language.texts import all_digits
    from bea.reports import console_on

    console = console_on()
    with all_digits():
        _show(console, page, format, out)


def _show(console: Any, page: Page, format: str, out: Path | None) -> None:
    if format == "text" and page.parts is not None and out is None:
        for part in page.parts():
            console.print(part)
    else:
        width = console.width if out is None else page.file_width
        emit(FORMATS[format].write(page, width), out)
