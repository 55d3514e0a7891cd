"""JSON, for machines."""

from __future__ import annotations

from bea.cli.formats.format import Format, Page


def _written(page: Page, width: int) -> str:
    from bea.files import json_text

    return json_text(dict(page.record()))


FORMAT = Format(_written)
