"""The page on losses of single steps says what is derived."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from bea.methods import read

DOCS = Path(__file__).parents[2] / "docs"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (DOCS / "discrete_losses.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| method")
]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("discrete_losses", DOCS / "discrete_losses.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_method_on_trees_is_in_the_table(script: ModuleType) -> None:
    assert [row[0] for row in ROWS] == [str(method) for method in script.on_trees()]


@pytest.mark.parametrize("cells", ROWS, ids=lambda cells: cells[0])
def test_a_row_is_what_is_derived(script: ModuleType, cells: list[str]) -> None:
    """To order 4 only, which is cheap; the page itself is decided to order 8."""
    name, _, flow, step, rest = cells
    _, order, first_of_flow, first_of_step, left = script.row(read(name), order=4)
    powers = {f"γ{digit}": k for k, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸")}
    for told, found in ((flow, first_of_flow), (step, first_of_step)):
        known = powers.get(told)
        assert found == (None if known is not None and known > order else known)
    assert left == rest


def test_the_rest_of_the_page_is_printed_by_the_script(script: ModuleType) -> None:
    page = (DOCS / "discrete_losses.md").read_text()
    for part in (script.HEAD, script.TAIL, script.COMMANDS.rstrip()):
        assert part in page
