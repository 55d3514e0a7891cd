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
    bar = Progress(*columns, console=console, transient=True) if _watched(console) else None
    at_first = f"{prefix}deriving"  # of which nobody knows how far it is
    task = None if bar is None else bar.add_task(at_first, total=None)
    SHOWN.text = at_first

    def start() -> None:
        if bar is not None:
            SHOWN.on_screen = True
            bar.start()

    def report(what: str, done: int, total: int) -> None:
        SHOWN.text = f"{prefix}{what}, {100 * done // max(1, total)} %"
        if bar is not None and task is not None:
            if bar.tasks[0].description != f"{prefix}{what}":
                bar.reset(task)  # or the estimate would be that of the work before
            bar.update(task, description=f"{prefix}{what}", completed=done, total=total)

    later = Timer(PATIENCE, start)
    later.daemon = True
    later.start()

    try:
        yield report
    finally:
        later.cancel()
        later.join()
        if bar is not None and bar.live.is_started:
            bar.stop()
        SHOWN.text, SHOWN.on_screen = "", False


@contextmanager
def waiting(console: Console, what: str) -> Iterator[None]:
    """Show on a terminal that something goes on of which nobody knows how far it is."""
    SHOWN.text, watched = what, _watched(console)
    status = console.status(what)

    def start() -> None:
        SHOWN.on_screen = True
        status.start()

    later = Timer(PATIENCE, start)
    later.daemon = True
    if watched:
        later.start()
    try:
        yield
    finally:
        later.cancel()
        if watched:
            later.join()
            status.stop()
        SHOWN.text, SHOWN.on_screen = "", False


# --- private helpers ----------------------------------------------------------------------------


def _watched(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal
