"""A word from time to time while a command works, where nothing else is to be seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from bea.cli.streams import note

# Seconds until the first word, on a terminal and in a file or pipe; each further one comes after
# this many times as long.
_TERMINAL, _ELSEWHERE, _RARER = 2.0, 5.0, 2.0


@contextmanager
def patience() -> Iterator[None]:
    """Say while the body runs that it does, and how far it is if that is known."""
    ended = Event()
    first = _TERMINAL if sys.stderr.isatty() else _ELSEWHERE
    thread = Thread(target=_speak, args=(ended, first), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _speak(ended: Event, first: float) -> None:
    waited, pause = 0.0, first
    while not ended.wait(pause):
        waited += pause
        pause = waited * (_RARER - 1)
        from bea.reports.progress import SHOWN

        if not SHOWN.on_screen:
            how_far = SHOWN.text or "working"
            note(f"bea: {how_far}, {waited:g} s; Ctrl-C ends it")
