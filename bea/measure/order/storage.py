"""Studies in one file, an archive of `bea.files.archives`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bea.files.archives import not_a, read_archive, write_archive
from bea.measure.order.study import DriftStudy

__all__ = ["load_study", "save_study"]

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
    words = {name: getattr(study, name) for name in _WORDS}
    return write_archive(path, _FORMAT, words, {name: getattr(study, name) for name in _ARRAYS})


def load_study(path: str | Path) -> DriftStudy:
    """Read a study; every number and word is as it was saved.

    Raises
    ------
    OutputError
        If there is no such file, or it is not a study.
    """
    words, arrays = read_archive(path, _FORMAT, "a study")
    if set(words) != set(_WORDS) or set(arrays) != set(_ARRAYS):
        raise not_a("a study", path)
    fields: dict[str, Any] = {**words, **arrays}
    for name in ("expected", "failures", "warnings"):
        fields[name] = tuple(words[name])
    return DriftStudy(**fields)
