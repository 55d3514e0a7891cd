"""The entry point: exits with the status of a command, however the command ends.

Status 0: done; 1: the demo found an order that disagrees, or a certificate is not confirmed; 2: the
input or the output is wrong; 130: interrupted; 141: the reader of the output has gone. Tracebacks
are for bugs only. Nothing is imported before an interrupt would be answered.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `bea` with these arguments, by default the command line's, and exit with its status."""
    alone = arguments is None
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments, alone)
        _ignore_interrupts(alone)  # all is done
    except KeyboardInterrupt as interrupt:
        _ignore_interrupts(alone)
        _say(f"bea: interrupted{interrupt}")
        status = _INTERRUPTED
    raise SystemExit(status)


def _run(arguments: Sequence[str], alone: bool) -> int:
    """Run a command with a word from time to time, from the first import on."""
    from bea.cli.streams import prepare_process

    if alone:
        prepare_process()
    from bea.cli.streams import note
    from bea.patience import patience

    with patience(note):
        from bea.cli.running import run

        return run(arguments)


def _ignore_interrupts(alone: bool) -> None:
    """Let a process that is about to end do so, whatever else is pressed."""
    if alone:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _say(text: str) -> None:
    """Write a line where there may be nobody to read it."""
    from bea.cli.streams import note

    note(text)
