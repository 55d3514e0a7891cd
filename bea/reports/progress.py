"""How far the work is: one line on a terminal, once it has taken a while; else nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[str, int, int], None]

# Work that is done by then needs no bar.
PATIENCE = 0.5


@contextmanager
def reporting(console: Console, prefix: str = "") -> Iterator[Report | None]:
    """Give a function report(what, done, total), or None where nobody is watching.

    Parameters
    ----------
    console
        On standard error, so that results can be redirected while the bar moves.
    prefix
        What comes before `what`, such as the problem's name.
    """
    if not _watched(console):
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True)
    begun, task = monotonic(), bar.add_task(prefix)

    def report(what: str, done: int, total: int) -> None:
        if monotonic() - begun > PATIENCE:
            bar.start()
            bar.update(task, description=f"{prefix}{what}", completed=done, total=total)

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()


@contextmanager
def waiting(console: Console, what: str) -> Iterator[None]:
    """Show on a terminal that something goes on of which nobody knows how far it is."""
    if not _watched(console):
        yield
        return
    status = console.status(what)
    later = Timer(PATIENCE, status.start)
    later.daemon = True
    later.start()
    try:
        yield
    finally:
        later.cancel()
        later.join()
        status.stop()


# --- private helpers ----------------------------------------------------------------------------


def _watched(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal
