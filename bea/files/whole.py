"""Files that are there whole or not at all: the one way in which bea writes.

A file is written under a hidden name in its folder and then moved into place. What stood there
keeps its mode; a symbolic link stays one, and the file behind it is written. A file with several
names (hard links) must be changed where it is: its new content is kept whole beside it meanwhile,
and an interrupted change is ended by the next who reads or writes it.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from bea.errors import OutputError
from bea.files.locks import fresh_file, hidden_name, sweep
from bea.files.places import check_folder, file_path, folder_error, status, target_of


def write_whole(path: str | Path, write: Callable[[IO[bytes]], Any]) -> Path:
    """Write a file by `write(stream)`, whole or not at all, and return its path.

    Raises
    ------
    OutputError
        If something else than a regular file stands there, or the folder cannot be made or
        written to.
    """
    path = file_path(path)
    target = target_of(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        stream, temporary = fresh_file(target.parent)
    except OSError as error:
        check_folder(target.parent)  # which may know more
        raise folder_error(path.parent, error) from None
    try:
        with stream:
            write(stream)
            stream.flush()
            if sys.platform == "win32":
                stream.close()  # what is open cannot be moved there
            _put_into_place(temporary, target)
    except OSError as error:
        raise OutputError(f"cannot write '{path}': {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return path


def end_change(path: Path) -> None:
    """End the change of a file with several names that was interrupted, if there is one."""
    target = Path(os.path.realpath(path))
    kept = target.with_name(hidden_name(target.name, ".whole"))
    with suppress(OSError):
        if kept.is_file() and not kept.is_symlink() and target.stat().st_nlink > 1:
            _copy(kept, target)
            kept.unlink()


# --- private helpers ----------------------------------------------------------------------------


def _put_into_place(temporary: Path, target: Path) -> None:
    before = status(target)
    kept = target.with_name(hidden_name(target.name, ".whole"))
    if before is None:
        os.chmod(temporary, 0o666 & ~_umask())
    elif before.st_nlink > 1:
        os.replace(temporary, kept)
        try:
            _copy(kept, target)
        except KeyboardInterrupt:
            _copy(kept, target)
            raise
    else:
        with suppress(OSError, AttributeError):  # only the superuser gives files away
            os.chown(temporary, before.st_uid, before.st_gid)
        os.chmod(temporary, stat.S_IMODE(before.st_mode))
    if before is None or before.st_nlink == 1:
        os.replace(temporary, target)
    kept.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with open(source, "rb") as new, open(target, "r+b") as old:
        shutil.copyfileobj(new, old)
        old.truncate()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
