"""Long work says from the second second on that it goes on, how far it is and what is left."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import numpy as np
import pytest

import bea
from bea import patience
from bea.fields.functions.spectrum import hessian_trace
from bea.patience import SHOWN, Level, counted, tell, told, working


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST", 0.02)


def slow(rounds: int = 30) -> Iterator[int]:
    for k in counted(range(rounds), "rounds"):
        time.sleep(0.01)
        yield k


@told("adding")
def added(progress: object = None) -> int:
    return sum(slow())


def test_work_that_takes_long_says_how_far_it_is_and_what_is_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @told("adding")
    def begun() -> int:
        return sum(k for k, _ in zip(slow(1000), range(30), strict=False))

    assert begun() == 435
    lines = caplog.messages
    assert re.fullmatch(
        r"bea: adding: rounds, [\d.]+ %, about \d+ s left of this, 0\.02 s; Ctrl-C ends it",
        lines[0],
    )
    assert 2 <= len(lines) <= 6  # rarer and rarer
    assert not SHOWN.levels and not SHOWN.watched


def test_nothing_is_said_where_the_caller_is_told(caplog: pytest.LogCaptureFixture) -> None:
    added(progress=print)
    added(print)
    assert not caplog.messages


def test_who_watches_already_says_it_once() -> None:
    lines: list[str] = []
    with patience.patience(lines.append):
        added()
    assert lines and all(line.startswith("bea: adding") for line in lines)


def test_where_a_bar_is_seen_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SHOWN, "on_screen", True)
    added()
    assert not caplog.messages


def test_it_can_be_silenced_as_other_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("bea")
    logger.setLevel("ERROR")
    try:
        added()
    finally:
        logger.setLevel("NOTSET")
    assert capsys.readouterr().err == ""


def test_an_interrupt_leaves_nothing_behind() -> None:
    @told("interrupted")
    def interrupted() -> None:
        for _ in counted(range(3), "rounds"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not SHOWN.levels and not SHOWN.watched


def test_a_loop_that_is_closed_late_takes_only_itself_away() -> None:
    with working("outer"):
        left = counted(range(3), "left")
        next(left)
        SHOWN.levels.pop()  # as the end of what it was in does
        with working("later"):
            left.close()  # type: ignore[attr-defined]
            assert str(SHOWN) == "outer: later"


class _Ended(list[Level]):
    """Levels of which the last is taken away as soon as somebody has seen it."""

    def __bool__(self) -> bool:
        return True


class _BegunAnew(Level):
    """A level that begins anew as soon as somebody has read its times."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name == "times":
            self.times, self.done = [time.monotonic()], 0
        return found


def test_work_that_ends_or_begins_anew_meanwhile_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SHOWN, "levels", _Ended())
    tell("steps", 1, 4)
    now = time.monotonic()
    for rounds in (False, True):
        level = _BegunAnew("order", "", 2, 4, rounds, [now - 3, now - 2, now])
        assert (level.left() or 0) > 2


@pytest.mark.parametrize(
    ("done", "text"), [(0.123, "0.12 %"), (7.26, "7.3 %"), (99.7, "100 %"), (100, "100 %")]
)
def test_how_far_it_is_stands_in_percent(done: float, text: str) -> None:
    assert str(Level("steps", done=done, total=100)) == f"steps, {text}"


def test_other_threads_tell_of_the_work_and_add_no_levels() -> None:
    def help_it() -> None:
        with working("helping"):
            tell("steps", 1, 4)

    with working("running"):
        helper = Thread(target=help_it)
        helper.start()
        helper.join()
        assert str(SHOWN).startswith("running: steps, 25 %")


def test_rounds_that_take_longer_and_longer_are_counted_on() -> None:
    now = time.monotonic()
    level = Level("order", "", 2, 4, rounds=True, times=[now - 3, now - 2, now])
    left = level.left()
    assert left == pytest.approx(4 + 8, abs=0.1)  # after 1 and 2 seconds
    assert str(level) == "order 3 of 4"


DESCENT, START = bea.methods.gradient_descent(), [[0.3] * 3]


@pytest.mark.parametrize(
    "run",
    [
        lambda loss: bea.verify(DESCENT, loss, 1, gammas=[0.1, 0.05, 0.025], time=0.2),
        lambda loss: bea.discretization_drift(DESCENT, loss, range(1), time=0.2),
        lambda loss: bea.train("gradient-descent", loss, START, gamma=0.01, steps=100),
        lambda loss: bea.iterate(DESCENT, loss, START, 0.001, steps=900),
        lambda loss: hessian_trace(loss, START),
        lambda loss: bea.modified_equation(DESCENT, loss, 3, at=START * 8),
    ],
    ids=["verify", "drift", "train", "iterate", "hessian-trace", "at-points"],
)
def test_functions_that_are_slow_are_told_of(
    run: Callable[[Any], Any], caplog: pytest.LogCaptureFixture
) -> None:
    def f(x: Any) -> Any:
        time.sleep(1e-4)
        return np.sum(x**2) / 2

    run(bea.problems.from_function(f, 3, start=START))
    assert any("%" in line or " of " in line for line in caplog.messages), caplog.messages
