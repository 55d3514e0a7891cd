"""How far the work is: one line on a terminal, once it has taken a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Report = Callable[[str, int, int], None]

# Work that is done by then needs no bar.
PATIENCE = 0.5


@dataclass
class Shown:
    """What is known of the work under way.

    Attributes
    ----------
    text
        What it is at, and how far; empty if nobody said so.
    on_screen
        Whether a person sees it on a terminal.
    """

    text: str = ""
    on_screen: bool = False


SHOWN = Shown()
"""That of this process."""


@contextmanager
def reporting(console: Console, prefix: str = "") -> Iterator[Report | None]:
    """Give a function report(what, done, total), which moves a bar on a terminal.

    Parameters
    ----------
    console
        On standard error, so that results can be redirected while the bar moves.
    prefix
        What comes before `what`, such as the problem's name.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("left of this:"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(f"{prefix}deriving", total=None)  # of which nobody knows how far it is

    def report(what: str, done: int, total: int) -> None:
        SHOWN.text = f"{prefix}{what}, {100 * done // max(1, total)} %"
        if what != bar.tasks[0].description.removeprefix(prefix):
            bar.reset(task)  # or the estimate would be that of the work before
        bar.update(task, description=f"{prefix}{what}", completed=done, total=total)

    SHOWN.text = f"{prefix}deriving"
    with _later(console, bar.start, bar.stop):
        yield report


@contextmanager
def waiting(console: Console, what: str) -> Iterator[None]:
    """Show on a terminal that something goes on of which nobody knows how far it is."""
    status = console.status(what)
    SHOWN.text = what
    with _later(console, status.start, status.stop):
        yield


# --- private helpers ----------------------------------------------------------------------------


@contextmanager
def _later(console: Console, start: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Start something on a terminal, where it takes longer than a moment; stop it at the end."""

    def begin() -> None:
        SHOWN.on_screen = True
        start()

    timer, watched = Timer(PATIENCE, begin), _watched(console)
    timer.daemon = True
    if watched:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if watched:
            timer.join()
            stop()
        SHOWN.text, SHOWN.on_screen = "", False


def _watched(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal
