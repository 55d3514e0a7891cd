"""The comparison of two commits finds what differs, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .outputs import compare


def test_it_finds_the_case_that_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    a.write_text(json.dumps({"derive": {"euler": "−∇L", "rk4": "f"}}), encoding="utf-8")
    b.write_text(json.dumps({"derive": {"euler": "∇L", "rk4": "f"}}), encoding="utf-8")
    assert compare(a, a) == 0
    assert compare(a, b) == 1
    assert "+∇L" in capsys.readouterr().out


def test_a_case_that_is_gone_differs(tmp_path: Path) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    a.write_text(json.dumps({"drift": {"booth": "1.0"}}), encoding="utf-8")
    b.write_text(json.dumps({}), encoding="utf-8")
    assert compare(a, b) == 1
