"""How far long work is: told where it is done, and written from the second second on.

What may take long is marked with `told`, and its loops are `counted`. The outermost of these writes
a line from time to time, with an estimate of what is left; a caller who gives a `progress`
function, or the command line, shows it otherwise. The lines go to the logger `bea`, by default to
standard error: `logging.getLogger("bea").setLevel("ERROR")` silences them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import wraps
from inspect import signature
from threading import Event, Thread, get_ident
from time import monotonic
from typing import Any, ParamSpec, TypeVar

FIRST = 2.0  # seconds until the first line; each further one comes after twice as long
_IMPORTS = 3.0  # seconds that a command may take before it begins to work
_STEEPEST = 20.0  # how much longer than the one before a round is taken to be, at most
_MANY = 200  # items, whose loop is told of also where nothing around it is

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(eq=False)
class Level:
    """A piece of work under way, in another one.

    Attributes
    ----------
    what
        What is done.
    part
        What part of it is under way, where there are several one after the other.
    done, total
        How much of it; a total of 0 is not known.
    rounds
        Whether each round takes longer than the one before, as the orders of a derivation do.
    times
        When it began, and when the last rounds ended.
    """

    what: str
    part: str = ""
    done: float = 0
    total: float = 0
    rounds: bool = False
    times: list[float] = field(default_factory=lambda: [monotonic()])

    def advance(self, what: str, done: float, total: float) -> None:
        """Note how far it is."""
        part = "" if what == self.what else what
        if part != self.part or done < self.done:
            self.times = [monotonic()]
        elif self.rounds and done > self.done:
            self.times.append(monotonic())
        self.part, self.done, self.total = part, done, total

    def left(self) -> float | None:
        """Return about how many seconds are left, if that can be known."""
        done, total, times = self.done, self.total, [*self.times]  # the work goes on meanwhile
        if not 0 < done <= total:
            return None
        now = monotonic()
        if not self.rounds:
            return (now - times[0]) * (total - done) / done
        if len(times) < 3:
            return None
        before, last = times[-2] - times[-3], times[-1] - times[-2]
        growth = min(max(1.0, last / max(before, 0.1)), _STEEPEST)
        ahead = (last * growth ** (k + 1) for k in range(int(total - done)))
        return max(0.0, sum(ahead) - (now - times[-1]))

    def __str__(self) -> str:
        name = ": ".join(filter(None, (self.what, self.part)))
        done, total = self.done, self.total
        if not total:
            return name
        if self.rounds:
            return f"{name} {done + 1:g} of {total:g}"
        percent = 100 * done / total
        return f"{name}, {percent:{'.0f' if percent > 10 else '.2g'}} %"


@dataclass
class Shown:
    """What is known of the work under way.

    Attributes
    ----------
    levels
        It, outermost first.
    owner
        The thread that does it; those that help it do not add levels.
    watched
        Whether somebody is told about it.
    on_screen
        Whether a person sees it on a terminal.
    """

    levels: list[Level] = field(default_factory=list)
    owner: int = 0
    watched: bool = False
    on_screen: bool = False

    def __str__(self) -> str:
        """Say what goes on and how far, with what is left of the outermost that is counted."""
        text = ": ".join(dict.fromkeys(filter(None, map(str, self.levels)))) or "working"
        left = next((level.left() for level in self.levels if level.total), None)
        return f"{text}, about {_duration(left)} left of this" if left and left > 1 else text


SHOWN = Shown()
"""That of this process."""


def tell(what: str, done: float, total: float) -> None:
    """Note how far the innermost piece of work is."""
    for level in SHOWN.levels[-1:]:  # another thread may end it meanwhile
        level.advance(what, done, total)


def telling(what: str) -> Callable[[int, int], None]:
    """Return a progress callback (done, total) that tells of this.

    >>> telling("iterates")(1, 10)
    """
    return lambda done, total: tell(what, done, total)


@contextmanager
def working(what: str, rounds: bool = False) -> Iterator[None]:
    """Make the body a piece of work in the one under way; it writes nothing by itself."""
    if not SHOWN.levels:
        SHOWN.owner = get_ident()
    level = Level(what, rounds=rounds)
    if get_ident() == SHOWN.owner:
        SHOWN.levels.append(level)
    try:
        yield
    finally:
        if level in SHOWN.levels:  # a loop that was left may be closed late
            del SHOWN.levels[SHOWN.levels.index(level) :]


def counted(
    items: Iterable[T], what: str, total: int | None = None, *, rounds: bool = False
) -> Iterator[T]:
    """Yield the items of a loop that may take long, and tell how far it is.

    >>> [k for k in counted(range(3), "squares")]
    [0, 1, 2]
    """
    whole = len(items) if total is None else total  # type: ignore[arg-type]
    alone = not SHOWN.watched and whole > _MANY
    with patience() if alone else nullcontext(), working(what, rounds):
        for done, item in enumerate(items):
            tell(what, done, whole)
            yield item


def told(what: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a function that may take long: past two seconds it says how far it is.

    >>> @told("adding")
    ... def add(a, b): return a + b
    >>> add(1, 2)
    3
    """

    def marked(function: Callable[P, T]) -> Callable[P, T]:
        names = list(signature(function).parameters)

        @wraps(function)
        def run(*given: P.args, **options: P.kwargs) -> T:
            progress = dict(zip(names, given, strict=False), **options).get("progress")
            quiet = progress is not None  # the caller sees to it
            with patience(quiet=quiet), working(what):
                return function(*given, **options)

        return run

    return marked


@contextmanager
def patience(write: Callable[[str], Any] | None = None, quiet: bool = False) -> Iterator[None]:
    """Write while the body runs that it does, and how far it is, unless somebody does already."""
    if SHOWN.watched:
        yield
        return
    ended, thread = Event(), None
    SHOWN.watched = True
    try:
        if not quiet:
            said = write or logging.getLogger("bea").warning
            thread = Thread(target=_speak, args=(ended, said), daemon=True)
            thread.start()
        yield
    finally:
        SHOWN.watched = False
        ended.set()
        if thread is not None:
            thread.join()


# --- private helpers ----------------------------------------------------------------------------


def _speak(ended: Event, write: Callable[[str], Any]) -> None:
    start, began, due = monotonic(), None, FIRST
    while not ended.wait(FIRST / 8):
        now = monotonic()
        if began is None and (SHOWN.levels or now - start > _IMPORTS):
            began = now
        if began is not None and now - began >= due:
            if not SHOWN.on_screen:
                write(f"bea: {SHOWN}, {due:g} s; Ctrl-C ends it")
            due *= 2


def _duration(seconds: float) -> str:
    """Return a duration in a unit that suits it.

    >>> _duration(7.2), _duration(400), _duration(1e5)
    ('7 s', '7 min', '28 h')
    """
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
