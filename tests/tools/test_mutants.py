"""The mutants are other programs, and those that a test notices are told from the rest."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).with_name("mutants.py")

MODULE = '''
"""A module whose boundary nobody tests."""

from __future__ import annotations


def limited(x: float, most: float = 3) -> float:
    """Return x, or the most that is allowed.

    >>> limited(1), limited(7)
    (1, 3)
    """
    if x > most:
        return most
    return x
'''
TESTS = """
from bea.toy import limited


def test_both_sides() -> None:
    assert limited(1.5, 2.5) == 1.5
    assert limited(3.5, 2.5) == 2.5
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house of one module, with the tool in its place."""
    for name, text in (
        ("bea/__init__.py", ""),
        ("bea/toy.py", MODULE),
        ("tests/test_toy.py", TESTS),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = ["--import-mode=importlib", "--doctest-modules"]\n'
    )
    (tmp_path / "tests" / "tools").mkdir()
    shutil.copy(TOOL, tmp_path / "tests" / "tools")
    return tmp_path


def run(house: Path, *arguments: str) -> str:
    command = [sys.executable, str(house / "tests" / "tools" / "mutants.py"), *arguments]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_only_what_no_test_asks_for_survives(house: Path) -> None:
    """Which of x > most and x >= most it is makes no difference at all: nobody can notice."""
    lines = run(house, "toy.py", "--count", "9", "--out", str(house / "out.json")).splitlines()
    assert lines[-1] == "own 4, room 0, nobody 1, of 5"
    assert sorted(line.split(maxsplit=1)[1] for line in lines if line.startswith("nobody")) == [
        "bea/toy.py:13 boundary: x > most -> (x >= most)"
    ]
    assert {line.split()[2] for line in lines[:-1]} == {
        "boundary:", "comparison:", "constant:", "return:"
    }  # fmt: skip
    assert (house / "bea" / "toy.py").read_text(encoding="utf-8") == MODULE
    rows = json.loads((house / "out.json").read_text(encoding="utf-8"))
    assert [row["noticed"] for row in rows].count("own") == 4


def test_every_mutant_is_a_program_that_differs_in_one_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(TOOL.parent))
    import mutants

    found = list(mutants.mutants_of(mutants.ROOT / "bea" / "trees" / "rooted_trees.py"))
    assert {m.kind for m in found} >= {"arithmetic", "argument", "boolean", "boundary", "statement"}
    original = (mutants.ROOT / found[0].path).read_text(encoding="utf-8")
    for mutant in found:
        assert ast.dump(ast.parse(mutant.source())) != ast.dump(ast.parse(original))
    few = mutants.sample(["trees"], 5, 40)
    assert few == mutants.sample(["trees"], 5, 40) != mutants.sample(["trees"], 6, 40)
    assert len({m.kind for m in few[:8]}) == 8
