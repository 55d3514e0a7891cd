"""Every benchmark runs, and what it measures is right. How long anything takes is not asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(FOLDER.glob("bench_*.py"))


def tiny(script: Path, folder: Path) -> list[dict[str, Any]]:
    """Run a benchmark with small sizes and return its tables."""
    tables = folder / "tables.json"
    command = [sys.executable, "-W", "error", str(script), "--tiny", "--json", str(tables)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(tables.read_text(encoding="utf-8"))


def test_there_are_benchmarks() -> None:
    assert len(SCRIPTS) == 6


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_errors_are_within_their_limits(script: Path, tmp_path: Path) -> None:
    checked = 0
    for table in tiny(script, tmp_path):
        assert table["rows"], table["title"]
        for row in table["rows"]:
            for column, cell in zip(table["columns"], row, strict=True):
                if column["kind"] == "error" and cell is not None:
                    assert 0 <= cell <= column["limit"], (table["title"], row[0], column["heading"])
                    checked += 1
    assert checked


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_readme_shows_its_results(script: Path) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    tables = readme.partition(f"<!-- {script.name} -->")[2]
    assert "| --" in tables.partition(f"<!-- end of {script.name} -->")[0]
