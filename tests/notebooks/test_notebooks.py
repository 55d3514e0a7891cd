"""Every notebook is committed as it ran; those that need no extras run here from top to bottom."""

from __future__ import annotations

import tomllib
from pathlib import Path

import nbformat
import pytest

from .committed import NOTEBOOKS, check_run, code_cells, extras, kinds, read

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
CORE = [path for path in NOTEBOOKS if not extras(path)]

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@each_notebook
def test_committed_notebook_is_valid_and_names_the_plain_kernel(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@each_notebook
def test_committed_outputs_come_from_one_run(path: Path) -> None:
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    assert not [cell.source for cell in cells if "error" in kinds(cell)]


@each_notebook
def test_the_extras_that_a_notebook_names_exist(path: Path) -> None:
    assert set(extras(path)) <= set(PROJECT["project"]["optional-dependencies"])


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_notebook_runs_and_shows_what_is_committed(path: Path, tmp_path: Path) -> None:
    check_run(path, tmp_path)
