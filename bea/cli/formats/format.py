"""What a format is: how one of the forms that a result has becomes a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Page:
    """A result in the forms that it has.

    Attributes
    ----------
    record
        The machine-readable object.
    parts
        What rich prints for a person, from top to bottom; or instead of it
    text
        a text for a width.
    latex
        Formulas, of results that are some.
    file_width
        The width of the text in a file.
    """

    record: Callable[[], Mapping[str, Any]]
    parts: Callable[[], list[Any]] | None = None
    text: Callable[[int], str] | None = None
    latex: Callable[[], str] | None = None
    file_width: int = 100


@dataclass(frozen=True)
class Format:
    """A form of results: how a page is written in it, for a width.

    `formulas` says that only results that are formulas have it.
    """

    write: Callable[[Page, int], str]
    formulas: bool = False
