"""Runs that take long: a bar on a terminal, and a checkpoint from which they can be continued."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from bea.cli.streams import note
from bea.errors import BeaError, OutputError


class Kept:
    """The checkpoint of a run: the file that was named, or one in the folder of the results.

    Parameters
    ----------
    named
        The file of `--checkpoint`; it stays when the run is done.
    folder
        The folder of `--out`; a checkpoint there is gone when the run is done.
    number
        Which of several runs of one command it is of; it goes into the file's name.
    """

    def __init__(self, named: Path | None, folder: Path | None, number: int | None = None) -> None:
        own = None if folder is None else folder / "checkpoint.npz"
        path = own if named is None else named
        if path is not None and number is not None:
            path = path.with_name(f"{path.stem}-{number}{path.suffix}")
        self.path = path
        self.stays = named is not None
        self.existed = self.path is not None and self.path.exists()

    def done(self) -> None:
        """Say that a run was continued, and remove its checkpoint: its results are elsewhere."""
        if self.existed:
            note(f"continued from '{self.path}'")
        self.clean()

    def clean(self) -> None:
        """Remove the checkpoint, unless it was asked for by name."""
        if self.path is not None and not self.stays:
            self.path.unlink(missing_ok=True)


@contextmanager
def long_run(kept: Kept) -> Iterator[dict[str, Any]]:
    """Give the keywords `progress` and `checkpoint` of an ensemble, and say how to continue it.

    An interrupt, or a polite request to end (SIGTERM), leaves the checkpoint.
    """
    from bea.reports import console_on
    from bea.reports.progress import reporting

    try:
        with _ending_is_interrupting(), reporting(console_on(sys.stderr)) as report:
            yield {"progress": _steps(report), "checkpoint": kept.path}
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_continue(kept.path)) from None
    except OutputError:  # its file is another's, or cannot be used: it is left as it is
        raise
    except BeaError:
        if not kept.existed:  # nothing is left of what cannot be run
            kept.clean()
        raise


# --- private helpers ----------------------------------------------------------------------------


def _steps(report: Callable[[str, int, int], None] | None) -> Callable[[int, int], None] | None:
    return None if report is None else lambda done, total: report("steps", done, total)


def _how_to_continue(path: Path | None) -> str:
    if path is None:
        return ", and nothing is kept: give --checkpoint FILE to be able to continue"
    if not path.exists():
        return " before anything was computed"
    return f"; what was computed is in '{path}': the same command continues from there"


@contextmanager
def _ending_is_interrupting() -> Iterator[None]:
    """Take SIGTERM, as batch systems send it, for an interrupt; only the main thread may."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
