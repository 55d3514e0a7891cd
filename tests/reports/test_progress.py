"""Progress: silent where nobody watches, and gone when the work is done."""

from __future__ import annotations

import threading
import time
from io import StringIO

import pytest
from rich.console import Console

from bea.patience import SHOWN
from bea.reports import progress


def watched() -> tuple[Console, StringIO]:
    stream = StringIO()
    return Console(file=stream, force_terminal=True, width=60, _environ={"TERM": "xterm"}), stream


def test_nothing_is_drawn_where_nobody_watches() -> None:
    stream = StringIO()
    with progress.reporting(Console(file=stream)) as report:
        assert report is not None
        report("iterates", 1, 2)
        assert str(SHOWN).startswith("iterates, 50 %")
    with progress.waiting(Console(file=stream), "deriving"):
        assert str(SHOWN) == "deriving"
    assert stream.getvalue() == "" and not SHOWN.levels


def test_short_work_shows_no_bar() -> None:
    console, stream = watched()
    with progress.reporting(console) as report:
        assert report is not None
        report("iterates", 1, 2)
    assert stream.getvalue() == ""


def test_long_work_shows_what_it_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    console, stream = watched()
    with progress.reporting(console, "booth: ") as report:
        assert report is not None
        report("flows of order 3", 1, 2)
        assert str(SHOWN).startswith("booth: flows of order 3, 50 %")
    assert "booth: flows of order 3" in stream.getvalue()
    assert stream.getvalue().rstrip().endswith("\x1b[2K")  # the bar has been wiped out


def test_the_bar_goes_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    console, stream = watched()
    with pytest.raises(ZeroDivisionError), progress.reporting(console) as report:
        assert report is not None
        report("iterates", 1, 2)
        raise ZeroDivisionError
    assert "\x1b[?25h" in stream.getvalue()  # the cursor is shown again


def test_brackets_in_what_is_at_work_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    console, stream = watched()
    with progress.waiting(console, "iterates of [red]"):
        until = time.monotonic() + 5
        while "iterates of [red]" not in stream.getvalue():
            assert time.monotonic() < until, stream.getvalue()
            time.sleep(0.001)


def test_waiting_does_not_outlive_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    console, _ = watched()
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), progress.waiting(console, "deriving"):
        while set(threading.enumerate()) <= before or not SHOWN.on_screen:
            time.sleep(0.001)
        raise ZeroDivisionError
    for thread in set(threading.enumerate()) - before:  # what turned is told to end, and does
        thread.join(timeout=5)
        assert not thread.is_alive()
