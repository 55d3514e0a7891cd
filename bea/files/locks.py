"""Files that belong to a running process: held by a lock that ends with it, however it ends.

All are named ".bea-…". One whose lock is free was left behind by a process that was killed, and is
swept away by the next that writes in that folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from bea.files.places import folder_error

_PREFIX = ".bea-"
_OURS = {".part", ".lock"}


def hidden_name(name: str, suffix: str) -> str:
    """Return the short name of a file that belongs to the file `name`.

    >>> hidden_name("run.npz", ".lock")
    '.bea-92f80f4e2347.lock'
    """
    return f"{_PREFIX}{sha256(os.fsencode(name)).hexdigest()[:12]}{suffix}"


def fresh_file(folder: Path) -> tuple[IO[bytes], Path]:
    """Make a file of this process in a folder, open and locked; whoever made it removes it.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    while True:
        path = folder / f"{_PREFIX}{os.urandom(6).hex()}.part"
        stream = open(path, "xb")  # noqa: SIM115 (the caller closes it)
        with suppress(OSError):
            take(stream, wait=True)
        if _is_at(stream, path):  # else it was swept before it was locked
            return stream, path
        stream.close()


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold the lock of a file that several processes may want; give False if another does.

    Where the file system knows no locks, nobody else is seen.

    Raises
    ------
    OutputError
        If its folder cannot be written.
    """
    lock = path.with_name(hidden_name(path.name, ".lock"))
    while True:
        with _opened(lock) as stream:
            free = True
            with suppress(OSError):
                free = take(stream)
            if not free:
                yield False
                return
            if _is_at(stream, lock):
                try:
                    yield True
                finally:
                    lock.unlink(missing_ok=True)
                return


def sweep(folder: Path) -> None:
    """Remove what processes that were killed left in a folder."""
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            name = entry.name
            if name.startswith(_PREFIX) and os.path.splitext(name)[1] in _OURS:
                _remove_if_free(Path(entry.path))


def _opened(lock: Path) -> IO[bytes]:
    try:
        return open(lock, "ab")
    except OSError as error:
        raise folder_error(lock.parent, error) from None


def _remove_if_free(path: Path) -> None:
    with suppress(OSError):
        if not path.is_symlink() and path.is_file():
            with open(path, "r+b") as stream:
                if take(stream) and _is_at(stream, path):
                    path.unlink()


def _is_at(stream: IO[bytes], path: Path) -> bool:
    """Tell whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    _BEYOND = 2**30  # locks of Windows keep others from reading: a byte that is not there is locked

    def take(stream: IO[bytes], wait: bool = False) -> bool:
        """Lock an open file for this process; tell whether no other holds it."""
        place = stream.tell()
        stream.seek(_BEYOND)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        finally:
            stream.seek(place)
        return True

else:
    import fcntl

    def take(stream: IO[bytes], wait: bool = False) -> bool:
        """Lock an open file for this process; tell whether no other holds it.

        Raises
        ------
        OSError
            If the file system knows no locks.
        """
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
