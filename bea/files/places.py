"""Places to write to: what a path leads to, and whether a file can stand there, before any work.

A path may be a link: the file behind it is meant. Devices, pipes and folders are never replaced.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bea.errors import OutputError

_LONGEST_NAME = 255  # bytes of one part of a path, on every file system that is in use
_KINDS = {
    stat.S_IFBLK: "device",
    stat.S_IFCHR: "device",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
}


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


def target_of(path: Any) -> Path:
    """Return the regular file that a path leads to, which need not exist yet.

    Raises
    ------
    OutputError
        If something else stands there, or the file must not be written.

    Examples
    --------
    >>> target_of("/dev/null")
    Traceback (most recent call last):
    bea.errors.OutputError: '/dev/null' is a device and no file: give the name of a file
    """
    path = file_path(path)
    found = status(path)
    target = Path(os.path.realpath(path))
    if found is None:
        return target
    refuse_irregular(path, found)
    there = status(target)
    if there is None or not os.path.samestat(found, there):
        raise OutputError(f"'{path}' leads to no place where a file can be: give another name")
    if not os.access(target, os.W_OK):
        raise OutputError(f"cannot write '{path}': it must not be changed; give another name")
    return target


def refuse_irregular(path: Path, found: os.stat_result) -> None:
    """Refuse what is no regular file.

    Raises
    ------
    OutputError
        With what it is.
    """
    if stat.S_ISDIR(found.st_mode):
        raise OutputError(f"'{path}' is a folder: give the name of a file")
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "thing of its own")
        raise OutputError(f"'{path}' is a {kind} and no file: give the name of a file")


def status(path: Path) -> os.stat_result | None:
    """Return what stands at a path, links followed, or None if nothing does.

    Raises
    ------
    OutputError
        If it cannot be looked at: its name is too long, its links are a circle, and the like.
    """
    try:
        return os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # a ValueError: there is a zero byte in it
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"cannot use '{path}': {reason}; give another name") from None


def check_file(path: Any) -> Path:
    """Return the path of a file, after seeing that it can be written; nothing is made yet.

    Raises
    ------
    OutputError
        If it is no regular file, or lies where nothing can be written.
    """
    if isinstance(path, Path) and (found := status(path)) is not None:
        refuse_irregular(path, found)  # such as ".", which has no name
    path = file_path(path)
    check_folder(target_of(path).parent)
    return path


def check_folder(path: str | Path, names: Iterable[str] = ()) -> Path:
    """Return a folder, after seeing that it can be written to or made; nothing is made yet.

    Parameters
    ----------
    path
        The folder.
    names
        The files that will be written there: what stands at their places is looked at, too.

    Raises
    ------
    OutputError
        If it is a file, lies below a file, or must not be written to.

    Examples
    --------
    >>> check_folder("/dev/null/results")
    Traceback (most recent call last):
    bea.errors.OutputError: cannot write to '/dev/null/results': '/dev/null' is not a folder; ...
    """
    path = Path(path)
    above = path.absolute()
    _check_names(path, above)
    while not os.path.lexists(above) and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise OutputError(
            f"cannot write to '{path}': '{above}' is not a folder; choose a folder that can be "
            "written"
        )
    try:  # who may do everything learns from trying alone; the file has no name
        tempfile.TemporaryFile(dir=above).close()
    except OSError as error:
        raise folder_error(path, error) from None
    for name in names:
        target_of(path / name)
    return path


def make_folder(path: Path) -> None:
    """Make a folder, if it is not there.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise folder_error(path, error) from None


def folder_error(path: Path, error: OSError) -> OutputError:
    """Return the error for a folder in which nothing can be written."""
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"cannot write to '{path}': {reason}; choose a folder that can be written")


# --- private helpers ----------------------------------------------------------------------------


def _check_names(path: Path, whole: Path) -> None:
    long = [part for part in whole.parts if len(os.fsencode(part)) > _LONGEST_NAME]
    if long or "\0" in str(path):
        reason = "file name too long" if long else "there is a zero byte in its name"
        raise OutputError(f"cannot write to '{path}': {reason}; choose another name")
