"""The demo's parts on one small case; in full it runs in tests/cli/commands/test_demo.py."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from bea.errors import OutputError
from bea.reports.demo import CASES, Case, run_demo
from bea.reports.tables import console_on

SMALL = (Case("explicit-euler", "riccati", gamma=0.1),)


def test_one_case(tmp_path: Path) -> None:
    stream = StringIO()
    (found,) = run_demo(tmp_path / "out", console_on(stream), cases=SMALL, orders=range(3))
    assert found.study.agrees() and found.equation.order == 2
    assert all(path.exists() for path in found.files)
    assert "1. explicit-euler on riccati" in stream.getvalue()
    assert "summands of the exact terms of γ⁰ … γ²: 1, 1, 1" in stream.getvalue()


def test_a_folder_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stream = StringIO()
    with pytest.raises(OutputError, match="choose a folder"):
        run_demo(tmp_path / "file", console_on(stream), cases=SMALL)
    assert stream.getvalue() == ""


def test_the_cases_are_those_of_the_main_job() -> None:
    assert [(case.method, case.problem) for case in CASES] == [
        ("gradient-descent", "himmelblau"),
        ("gradient-descent", "rosenbrock"),
        ("gradient-descent", "linear-network"),
        ("explicit-euler", "lotka-volterra"),
    ]
