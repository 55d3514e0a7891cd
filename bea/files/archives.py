"""Results in one file: a NumPy archive with the arrays as they are and the words as JSON.

No pickles: a file from a stranger can be read safely. Files are there whole or not at all, see
`bea.files.whole`. What a study, a certificate or an ensemble puts into one is their own concern.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from bea.errors import OutputError
from bea.files.whole import file_path, write_whole


def write_archive(
    path: Any, form: str, words: Mapping[str, Any], arrays: Mapping[str, Any]
) -> Path:
    """Write words and arrays to `path` (".npz" is added if it is missing) and return the path.

    Parameters
    ----------
    form
        The name of the format, such as "bea drift study 1", by which `read_archive` knows it.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = file_path(path)
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    text = np.array(json.dumps({"format": form, **words}, ensure_ascii=False))
    return write_whole(path, lambda stream: np.savez_compressed(stream, words=text, **arrays))


def read_archive(path: Any, form: str, what: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the words and arrays of a file, as they were written.

    Parameters
    ----------
    what
        What the file holds, with its article, for messages: "a study".

    Raises
    ------
    OutputError
        If there is no such file, or it is of another format.
    """
    path = file_path(path)
    try:
        # Opened here, since np.load does not close a file that turns out to be no archive.
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            words = json.loads(str(archive["words"]))
            arrays = {name: archive[name] for name in archive.files if name != "words"}
    except FileNotFoundError:
        raise OutputError(f"there is no file '{path}': save {what} first") from None
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        raise not_a(what, path) from None
    if not isinstance(words, dict) or words.pop("format", None) != form:
        raise OutputError(
            f"'{path}' is not {what} that this version reads: it was saved in another format, "
            f"not '{form}'"
        )
    return words, arrays


def not_a(what: str, path: Any) -> OutputError:
    """Return the error for a file that does not hold what it should."""
    hint = ": it is a folder, name a file in it that ends in .npz" if Path(path).is_dir() else ""
    return OutputError(f"'{path}' is not {what} saved by bea{hint}")
