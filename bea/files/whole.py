"""Files that are there whole or not at all.

They are written under a temporary name in the same folder and moved into place.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from bea.errors import OutputError


def write_whole(path: str | Path, write: Callable[[IO[bytes]], Any]) -> Path:
    """Write a file by `write(stream)`, whole or not at all, and return its path.

    Raises
    ------
    OutputError
        If the folder cannot be made or written to.
    """
    path = file_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OutputError(
            f"cannot write to '{path.parent}': {error.strerror}; "
            "choose a folder that can be written"
        ) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise OutputError(f"cannot write '{path}': {error.strerror}") from None
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def file_path(path: Any) -> Path:
    """Return a path that can name a file.

    Raises
    ------
    OutputError
        If it cannot.
    """
    if not isinstance(path, str | os.PathLike) or not Path(path).name:
        raise OutputError(f"{path!r} does not name a file: give a path, such as 'run.npz'")
    return Path(path)


# --- private helpers ----------------------------------------------------------------------------


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
