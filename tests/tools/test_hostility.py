"""A small run of each part of `hostility.py`; the large ones are run by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bea.cli.app import app

from . import hostile_files, hostile_lines, kills

posix = pytest.mark.skipif(os.name == "nt", reason="pipes and signals of POSIX")


def test_files(tmp_path: Path) -> None:
    found, wrong = hostile_files.run(tmp_path, 150, seed=1)
    assert wrong == []
    assert found["damaged refused"] > 30 and found["forged refused"] > 30


@posix
def test_lines(tmp_path: Path) -> None:
    found, wrong = hostile_lines.run(tmp_path, 4, seed=4)
    assert wrong == [] and sum(found.values()) == 4


@posix
def test_kills(tmp_path: Path) -> None:
    assert kills.run(tmp_path, 2, seed=3, names=("derive",))[1] == []


def test_every_command_that_writes_is_killed() -> None:
    killed = [" ".join(words) + " " for words in kills.COMMANDS.values()]
    writing = list(_writing(get_command(app)))
    assert len(writing) > 20
    assert [name for name in writing if not any(each.startswith(name) for each in killed)] == []


def _writing(command: Any, words: str = "") -> Iterator[str]:
    """Yield the names of the commands that have `--out`, each with a blank after it."""
    if any("--out" in parameter.opts for parameter in command.params):
        yield words
    for name, each in getattr(command, "commands", {}).items():
        yield from _writing(each, f"{words}{name} ")
