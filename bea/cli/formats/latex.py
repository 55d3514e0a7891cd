"""LaTeX, for formulas."""

from __future__ import annotations

from bea.cli.formats.format import Format, Page


def _written(page: Page, width: int) -> str:
    assert page.latex is not None
    return page.latex()


FORMAT = Format(_written, formulas=True)
