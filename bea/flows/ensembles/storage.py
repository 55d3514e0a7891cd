"""Ensembles in one file, an archive of `bea.files.archives`.

What an ensemble has not finished is kept by `bea.flows.ensembles.checkpoints`.
"""

from __future__ import annotations

from pathlib import Path

from bea.files.archives import not_a, read_archive, write_archive
from bea.flows.ensembles.result import Ensemble

__all__ = ["load_ensemble", "save_ensemble"]

_FORMAT = "bea ensemble 1"
_ARRAYS = ("steps", "times", "mean", "error", "count", "status", "stopped_at")


def save_ensemble(ensemble: Ensemble, path: str | Path) -> Path:
    """Write an ensemble to `path` (".npz" is added if it is missing) and return the path.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    arrays = {name: getattr(ensemble, name) for name in _ARRAYS}
    if ensemble.points is not None:
        arrays["points"] = ensemble.points
    return write_archive(path, _FORMAT, {"names": list(ensemble.names)}, arrays)


def load_ensemble(path: str | Path) -> Ensemble:
    """Read an ensemble; every number is as it was saved.

    Raises
    ------
    OutputError
        If there is no such file, or it is no ensemble.
    """
    words, arrays = read_archive(path, _FORMAT, "an ensemble")
    if set(words) != {"names"} or set(arrays) - {"points"} != set(_ARRAYS):
        raise not_a("an ensemble", path)
    return Ensemble(tuple(words["names"]), **{"points": None, **arrays})
