"""Studies in one file: a NumPy archive with the arrays as they are and the words as JSON.

No pickles: a file from a stranger can be read safely. Files are there whole or not at all, see
`bea.flows.files`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from bea.errors import OutputError
from bea.flows.files import file_path, write_whole
from bea.measure.study import DriftStudy

__all__ = ["load_study", "save_study", "write_whole"]

_FORMAT = "bea drift study 1"
_ARRAYS = ("orders", "gammas", "starts", "times", "distances", "floors")
_WORDS = ("kind", "method", "problem", "formula", "expected", "failures", "warnings")


def save_study(study: DriftStudy, path: str | Path) -> Path:
    """Write a study to `path` (".npz" is added if it is missing) and return the path.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = file_path(path)
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    words = {"format": _FORMAT, **{name: getattr(study, name) for name in _WORDS}}
    arrays = {name: getattr(study, name) for name in _ARRAYS}
    text = np.array(json.dumps(words, ensure_ascii=False))
    return write_whole(path, lambda stream: np.savez_compressed(stream, words=text, **arrays))


def load_study(path: str | Path) -> DriftStudy:
    """Read a study; every number and word is as it was saved.

    Raises
    ------
    OutputError
        If there is no such file, or it is not a study.
    """
    path = file_path(path)
    try:
        # Opened here, since np.load does not close a file that turns out to be no archive.
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            words = json.loads(str(archive["words"]))
            arrays = {name: archive[name] for name in _ARRAYS}
    except FileNotFoundError:
        raise OutputError(f"there is no file '{path}': save a study first") from None
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        raise OutputError(f"'{path}' is not a study saved by bea") from None
    if not isinstance(words, dict) or words.pop("format", None) != _FORMAT:
        raise OutputError(f"'{path}' was saved in another format: this version reads '{_FORMAT}'")
    if set(words) != set(_WORDS):
        raise OutputError(f"'{path}' is not a study saved by bea")
    fields: dict[str, Any] = {**words, **arrays}
    for name in ("expected", "failures", "warnings"):
        fields[name] = tuple(words[name])
    return DriftStudy(**fields)
