"""Where the words go: results to standard output or a file, everything else to standard error.

Mathematics is written in Unicode. Where a stream cannot carry it, the letters are spelt out: the
error handler `bea` of the codecs turns γ² into gamma^2 instead of failing.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import shutil
import sys
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import IO

_HANDLER = "bea"
_LONGEST = 600
# Columns of a terminal: tables cannot be read below the first, nothing is laid out beyond the last.
_NARROWEST, _USUAL, _WIDEST = 60, 80, 500
_SPELT = {
    **{"γ": "gamma", "θ": "theta", "λ": "lambda", "∇": "D", "Σ": "sum", "√": "sqrt", "∫": "int "},
    **{"−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "‖": "|", "…": "...", "₊": "+"},
    **{"∂": "d", "\N{COMBINING TILDE}": "~", "φ": "phi", "ε": "epsilon", "τ": "tau", "κ": "kappa"},
    **{"′": "'", "≤": "<=", "≥": ">=", "±": "+-", "⁻": "^-", "½": "1/2", "→": "->"},
}


def prepare() -> None:
    """Make both standard streams spell out what their encoding lacks."""
    codecs.register_error(_HANDLER, _spelt)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


def prepare_process() -> None:
    """Make a process ready that runs one command and nothing else.

    Closed streams are opened again, so that no file takes their place; a width at which nothing can
    be read, and a wish for windows, are left out; warnings meant for programmers are not shown.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, the stream's own
            setattr(sys, name, open(os.devnull, "w") if name == "stderr" else _Closed())  # noqa: SIM115
    os.environ.pop("MPLBACKEND", None)
    width = shutil.get_terminal_size().columns
    readable = _NARROWEST <= width <= _WIDEST
    os.environ["COLUMNS"] = str(width if readable else min(max(width, _USUAL), _WIDEST))
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


class _Closed(io.TextIOBase):
    """A standard output that was closed before the command began."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "it is closed")


def emit(text: str, out: Path | None = None) -> None:
    """Write a result, ended by one line feed, to standard output or whole to the file `out`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = text.rstrip("\n") + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    from bea.files.whole import write_whole

    write_whole(out, lambda stream: stream.write(text.encode()))
    note(f"wrote {out}")


def note(text: str) -> None:
    """Write one line beside the result, to standard error, if anybody can read it."""
    try:
        sys.stderr.write(one_line(text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # it is full or closed, and nothing else depends on it
        silence(sys.stderr)


def wrote(paths: Sequence[Path]) -> None:
    """Say which files of one folder were written, if any were."""
    if paths:
        note(f"wrote {', '.join(path.name for path in paths)} to {paths[0].parent}")


def one_line(text: str) -> str:
    r"""Return a text on one line, with control characters written out.

    >>> one_line("two\n  words\x1b")
    'two words\\x1b'
    """
    words = " ".join(text.split())
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in shortened(words))


def shortened(text: str) -> str:
    """Return a text of which the middle is left out where nobody would read it."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"


def silence(stream: IO[str]) -> None:
    """Point a stream that can no longer be written to at nothing, so that closing it is quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # it has no file behind it, so there is nothing to close
        return


# --- private helpers ----------------------------------------------------------------------------


def _spelt(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spell, error.object[error.start : error.end])), error.end


def _spell(letter: str) -> str:
    """Return ASCII for one letter: superscripts as powers, accents dropped, else a "?".

    >>> "".join(map(_spell, "γ²∇é世"))
    'gamma^2De?'
    """
    if letter in _SPELT:
        return _SPELT[letter]
    kind, _, base = unicodedata.decomposition(letter).rpartition(" ")
    plain = chr(int(base, 16)) if kind == "<super>" else unicodedata.normalize("NFKD", letter)
    ascii_only = plain.encode("ascii", "ignore").decode()
    return ("^" if kind == "<super>" and ascii_only else "") + (ascii_only or "?")
