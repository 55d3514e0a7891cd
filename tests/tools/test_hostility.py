"""A small run of each part of `hostility.py`; the large ones are run by hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
