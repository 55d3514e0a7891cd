"""One list of formats: what is in it, every command offers, takes and writes."""

from __future__ import annotations

import pytest

from bea.cli import formats
from bea.cli.formats import Format, Page

from ..conftest import Bea

COMMANDS = {
    "derive": ("derive", "gradient-descent"),
    "list": ("list", "methods"),
    "noise scale": ("sgd", "noise-scale", "--size", "10", "--gamma", "1/10"),
    "drift": ("drift", "x**2/2", "--orders", "0", "--gammas", "0.1,0.05,0.03,0.02"),
}


def counted(page: Page, width: int) -> str:
    return f"{len(page.record())} entries"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_new_format_is_had_by_every_command(
    bea: Bea, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The options were made when the commands were imported: it is the list that they look at."""
    monkeypatch.setitem(formats.FORMATS, "count", Format(counted))
    run = bea(*COMMANDS[command], "--format", "count")
    assert run.out.endswith(" entries\n") and run.status == 0


def test_formulas_have_more_formats_than_numbers(bea: Bea) -> None:
    assert bea("derive", "heun", "--format", "latex").out.startswith("f + \\gamma^{2}")
    run = bea("list", "methods", "--format", "latex")
    assert run.status == 2 and "use text or json" in run.err
    run = bea("derive", "heun", "--format", "jsn")
    assert "unknown --format 'jsn': use text, latex or json. Did you mean 'json'?" in run.err
