"""Checkpoints: what an ensemble has computed so far, in one file that is there whole or not at all.

A file holds the identity of the ensemble (what was asked for, as words), the arrays of results as
far as they are filled, and the state of every chunk under way: theta, memory, the state of its
random numbers, and its step. An ensemble that continues from it has the same bits as one that was
never interrupted. A file from a stranger can be read safely (`bea.files.archives`): it has to fit
the ensemble in every type, shape and bound, and what was changed is refused by its checksum. One
ensemble at a time holds a checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple, Protocol

import numpy as np

from bea.errors import BeaError, OutputError
from bea.files.archives import not_a, read_archive, write_archive
from bea.files.locks import held
from bea.files.places import check_file, make_folder, target_of
from bea.files.schema import Layout, MismatchError, require

_FORM, _WHAT = "bea ensemble checkpoint 2", "a checkpoint"
# Writing may take this part of the time; results of gigabytes are saved less often.
_SHARE = 0.05
_LONG = 60

Arrays = dict[str, np.ndarray[Any, Any]]


class State(NamedTuple):
    """A chunk between two steps: words (JSON) and arrays."""

    words: dict[str, Any]
    arrays: Arrays


class Rules(Protocol):
    """What a checkpoint of an ensemble can hold; see `bea.flows.ensembles.saved_state`."""

    def expect(self, done: Any, chunks: Any, layout: Layout) -> None:
        """Check chunks, types and shapes."""
        ...

    def check(self, chunks: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Check values."""
        ...


class Checkpoint:
    """The file of one ensemble.

    Parameters
    ----------
    path
        The file; None keeps nothing.
    identity
        What makes the ensemble what it is, as words and numbers.
    results
        Name -> array that the chunks fill; what the file holds is put into them.
    rules
        What the file can hold.
    every
        Seconds between two saves, at least; with 0 every block is saved.

    Raises
    ------
    OutputError
        If the file is no checkpoint, cannot be written, or is of another ensemble: the message says
        what differs.
    """

    def __init__(
        self,
        path: str | Path | None,
        identity: Mapping[str, Any],
        results: Arrays,
        rules: Rules,
        every: float = 10.0,
    ) -> None:
        self.path = None if path is None else check_file(path)
        self.identity = json.loads(json.dumps(identity))  # as it is read back
        self.results, self.rules, self.every = results, rules, every
        self.done: set[int] = set()
        self.under_way: dict[int, State] = {}
        self._lock = Lock()
        if self.path is not None and self.path.exists():
            self._load(self.path)
        self._due = monotonic() + every

    def keep(self, chunk: int, state: Callable[[], State]) -> None:
        """Note the state of a chunk between two blocks, and write the file if it is time to."""
        if self.path is not None:
            found = state()
            with self._lock:
                self.under_way[chunk] = found
                self._save_if_due()

    def finish(self, chunk: int) -> None:
        """Note that a chunk has filled its part of the results."""
        with self._lock:
            self.done.add(chunk)
            self.under_way.pop(chunk, None)
            self._save_if_due()

    def save(self) -> None:
        """Write the file now."""
        if self.path is None:
            return
        with self._lock:
            self._save(self.path)

    def _save_if_due(self) -> None:
        if self.path is not None and monotonic() >= self._due:
            self._save(self.path)

    def _save(self, path: Path) -> None:
        started = monotonic()
        words = {
            "identity": self.identity,
            "done": sorted(self.done),
            "chunks": {str(chunk): state.words for chunk, state in self.under_way.items()},
        }
        arrays: dict[str, Any] = {f"results.{n}": array for n, array in self.results.items()}
        for chunk, state in self.under_way.items():
            arrays |= {f"chunk{chunk}.{name}": array for name, array in state.arrays.items()}
        write_archive(path, _FORM, words, arrays, packed=False)
        now = monotonic()
        self._due = now + (max(self.every, (now - started) / _SHARE) if self.every else 0.0)

    def _load(self, path: Path) -> None:
        def expected(words: dict[str, Any], layout: Layout) -> None:
            require(words.keys() == {"identity", "done", "chunks"}, "its words are no record")
            require(isinstance(words["identity"], dict), "its words are no record")
            _check_same(path, words["identity"], self.identity)
            self.rules.expect(words["done"], words["chunks"], layout)

        words, arrays = read_archive(path, _FORM, _WHAT, expected)
        try:
            self.rules.check(words["chunks"], arrays)
        except MismatchError as error:
            raise not_a(_WHAT, path, f": {error}") from None
        for name, array in self.results.items():
            array[...] = arrays[f"results.{name}"]
        self.done = set(words["done"])
        for chunk, part in words["chunks"].items():
            start = f"chunk{chunk}."
            own = {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}
            self.under_way[int(chunk)] = State(part, own)


@contextmanager
def one_at_a_time(path: str | Path | None) -> Iterator[None]:
    """Hold a checkpoint for one ensemble.

    Raises
    ------
    OutputError
        If another ensemble holds it, or it cannot be written.
    """
    if path is None:
        yield
        return
    target = target_of(check_file(path))
    make_folder(target.parent)
    with held(target) as free:
        if not free:
            raise OutputError(
                f"another run is using the checkpoint '{path}': wait for its end, or give another "
                "file"
            )
        yield


def identity_of(value: Any, what: str) -> str:
    """Return a text that tells a value from another, for the identity of an ensemble.

    Fields have an identity or are written out; dataclasses are their type and what they hold, and
    arrays, numbers and texts are themselves. What a function computes does not show in it.

    Parameters
    ----------
    value
        The value.
    what
        What it is, for the message: "the diffusion".

    Raises
    ------
    BeaError
        If it is, or holds, a function or another object without a text.

    Examples
    --------
    >>> identity_of((1, "x"), "it")
    "(1, 'x')"
    >>> identity_of(lambda theta: theta[0], "the observable 'v'")
    Traceback (most recent call last):
    bea.errors.BeaError: the observable 'v' is a function, and a checkpoint cannot tell ...
    """
    known = getattr(value, "identity", None)
    if known or hasattr(value, "numeric"):
        return str(known or value)
    if is_dataclass(value) and not isinstance(value, type):
        held = tuple(getattr(value, field.name) for field in fields(value))
        return f"{type(value).__module__}.{type(value).__qualname__}{identity_of(held, what)}"
    if isinstance(value, np.ndarray) and value.dtype != object:
        return f"{value.dtype} {value.tolist()}"
    if isinstance(value, tuple | list):
        return f"({', '.join(identity_of(part, what) for part in value)})"
    if value is None or isinstance(value, bool | int | float | complex | str | np.number):
        return repr(value)
    kind = "function" if callable(value) else type(value).__name__
    raise BeaError(
        f"{what} is a {kind}, and a checkpoint cannot tell one from another: give a text or a name "
        "that bea knows, or run without a checkpoint"
    )


# --- private helpers ----------------------------------------------------------------------------


def _check_same(path: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    names = [name for name in {**here, **there} if there.get(name) != here.get(name)]
    if names:
        shown = "; ".join(
            f"{name} is {_shown(there.get(name))} there and {_shown(here.get(name))} here"
            for name in names
        )
        raise OutputError(
            f"'{path}' is the checkpoint of another ensemble: {shown}. Give another file, or "
            "remove this one"
        )


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
