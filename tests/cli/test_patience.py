"""A word from time to time while a command works."""

from __future__ import annotations

import time

import pytest

from bea.cli import patience
from bea.reports import progress


def test_work_that_takes_long_says_so_and_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience, "_ELSEWHERE", 0.02)
    monkeypatch.setattr(progress, "SHOWN", progress.Shown("flows of order 3, 40 %"))
    with patience.patience():
        time.sleep(0.5)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "bea: flows of order 3, 40 %, 0.02 s; Ctrl-C ends it"
    assert lines[1] == "bea: flows of order 3, 40 %, 0.04 s; Ctrl-C ends it"
    assert len(lines) <= 5  # rarer and rarer


def test_where_a_bar_is_seen_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience, "_ELSEWHERE", 0.01)
    monkeypatch.setattr(progress, "SHOWN", progress.Shown(on_screen=True))
    with patience.patience():
        time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_short_work_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with patience.patience():
        pass
    assert capsys.readouterr().err == ""
