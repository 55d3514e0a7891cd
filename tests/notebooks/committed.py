"""Notebooks as they are committed, and run anew.

A notebook that needs extras of bea names them in its metadata, `{"bea": {"extras": ["networks"]}}`.
`make test` runs those without and `make test-adapters` those with extras, so that each is run once.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

EXECUTE = Path(__file__).with_name("execute.py")
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def shown(output: NotebookNode) -> set[str]:
    """Return what an output holds: a kind of stream, or the forms of a value or a figure."""
    if output.output_type == "stream":
        # A first run on a machine may tell on stderr that it builds a font cache.
        return {"stdout"} & {output.name}
    return set(output.get("data", {output.output_type: None}))


def kinds(cell: NotebookNode) -> set[str]:
    return set().union(*(shown(output) for output in cell.outputs))


def extras(path: Path) -> list[str]:
    """Return the extras of bea that a notebook needs."""
    return list(read(path).metadata.get("bea", {}).get("extras", []))


def check_run(path: Path, folder: Path) -> None:
    """Run a notebook into a folder, and compare what it shows with what is committed."""
    command = [sys.executable, str(EXECUTE), "--into", str(folder), str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    cells, committed = code_cells(read(folder / path.name)), code_cells(read(path))
    for ran, kept in zip(cells, committed, strict=True):
        assert kinds(ran) == kinds(kept), f"run `make notebooks`; the cell: {kept.source}"
