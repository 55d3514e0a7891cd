"""Ensembles in one file: a NumPy archive with the arrays as they are and the names as JSON.

No pickles: a file from a stranger can be read safely. What an ensemble has not finished is kept by
`bea.flows.checkpoints`.
"""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from bea.errors import OutputError
from bea.flows.ensemble_result import Ensemble
from bea.flows.files import file_path, write_whole

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
    path = file_path(path)
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    arrays = {name: getattr(ensemble, name) for name in _ARRAYS}
    if ensemble.points is not None:
        arrays["points"] = ensemble.points
    words = json.dumps({"format": _FORMAT, "names": list(ensemble.names)}, ensure_ascii=False)
    text = np.array(words)
    return write_whole(path, lambda stream: np.savez_compressed(stream, words=text, **arrays))


def load_ensemble(path: str | Path) -> Ensemble:
    """Read an ensemble; every number is as it was saved.

    Raises
    ------
    OutputError
        If there is no such file, or it is no ensemble.
    """
    path = file_path(path)
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            words = json.loads(str(archive["words"]))
            if words["format"] != _FORMAT:
                raise KeyError("format")
            arrays = {name: archive[name] for name in _ARRAYS}
            points = archive["points"] if "points" in archive.files else None
            return Ensemble(tuple(words["names"]), **arrays, points=points)
    except FileNotFoundError:
        raise OutputError(f"there is no file '{path}': save an ensemble first") from None
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError):
        raise OutputError(f"'{path}' is not an ensemble saved by bea") from None
