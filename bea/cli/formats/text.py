"""Text for people: formulas as lines, the rest as tables."""

from __future__ import annotations

from bea.cli.formats.format import Format, Page


def _written(page: Page, width: int) -> str:
    from bea.reports import plain_text

    if page.text is not None:
        return page.text(width)
    assert page.parts is not None
    return plain_text(*page.parts(), width=width)


FORMAT = Format(_written)
