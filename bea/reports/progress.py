"""How far the work is: one line on a terminal, once it has taken a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from bea.patience import SHOWN, tell, working

Report = Callable[[str, int, int], None]

# Work that is done by then needs no bar.
PATIENCE = 0.5


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
    at_first = f"{prefix}deriving"  # until something is reported
    task = None if bar is None else bar.add_task(at_first, total=None)

    def start() -> None:
        if bar is not None:
            SHOWN.on_screen = True
            bar.start()

    def report(what: str, done: int, total: int) -> None:
        tell(what, done, total)
        if bar is not None and task is not None:
            if bar.tasks[0].description != f"{prefix}{what}":
                bar.reset(task)  # or the estimate would be that of the work before
            bar.update(task, description=f"{prefix}{what}", completed=done, total=total)

    later = Timer(PATIENCE, start)
    later.daemon = True
    later.start()

    try:
        with working(prefix.removesuffix(": ")):
            yield report
    finally:
        later.cancel()
        later.join()
        if bar is not None and bar.live.is_started:
            bar.stop()
        SHOWN.on_screen = False


@contextmanager
def waiting(console: Console, what: str) -> Iterator[None]:
    """Show on a terminal that something goes on, and how far it is as soon as that is known."""
    watched = _watched(console)
    status = console.status(_Now())

    def start() -> None:
        SHOWN.on_screen = True
        status.start()

    later = Timer(PATIENCE, start)
    later.daemon = True
    if watched:
        later.start()
    try:
        with working(what):
            yield
    finally:
        later.cancel()
        if watched:
            later.join()
            status.stop()
        SHOWN.on_screen = False


# --- private helpers ----------------------------------------------------------------------------


class _Now:
    """What goes on when it is drawn."""

    def __rich__(self) -> Text:
        return Text(str(SHOWN))  # brackets in a name are no markup


def _watched(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal
