"""Certificates in one file: a NumPy archive of their studies, as `bea.measure.storage` keeps one.

The arrays of each study are named "study.gammas" and so on; the words are JSON. No pickles.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from bea.errors import OutputError
from bea.measure.certificate import Certificate
from bea.measure.storage import write_whole
from bea.measure.study import DriftStudy

__all__ = ["load_certificate", "save_certificate"]

_FORMAT = "bea certificate 1"
_PARTS = ("study", "doubled", "uncorrected")


def save_certificate(certificate: Certificate, path: str | Path) -> Path:
    """Write a certificate to `path` (".npz" is added if it is missing) and return the path.

    The file is a NumPy archive without pickles, written whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = Path(path)
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    words: dict[str, Any] = {
        "format": _FORMAT, "start": certificate.start, "source": certificate.source
    }  # fmt: skip
    arrays: dict[str, Any] = {}
    for part in _PARTS:
        study = getattr(certificate, part)
        if study is not None:
            values = {field.name: getattr(study, field.name) for field in fields(study)}
            is_array = {name: isinstance(value, np.ndarray) for name, value in values.items()}
            words[part] = {name: value for name, value in values.items() if not is_array[name]}
            arrays |= {f"{part}.{name}": values[name] for name in values if is_array[name]}
    text = np.array(json.dumps(words, ensure_ascii=False))
    return write_whole(path, lambda stream: np.savez_compressed(stream, words=text, **arrays))


def load_certificate(path: str | Path) -> Certificate:
    """Read a certificate; every number and word is as it was saved.

    Raises
    ------
    OutputError
        If there is no such file, or it is not a certificate.
    """
    try:
        # Opened here, since np.load does not close a file that turns out to be no archive.
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            words = json.loads(str(archive["words"]))
            arrays = {name: archive[name] for name in archive.files if name != "words"}
    except FileNotFoundError:
        raise OutputError(f"there is no file '{path}': save a certificate first") from None
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        raise OutputError(
            f"'{path}' is not a certificate saved by bea: give the folder that "
            "'bea verify --out' has written, or the file in it"
        ) from None
    if words.get("format") != _FORMAT:
        raise OutputError(f"'{path}' is not a certificate that this version reads ('{_FORMAT}')")
    parts = {part: _study(part, words[part], arrays) for part in _PARTS if part in words}
    return Certificate(**parts, start=words["start"], source=words["source"])


# --- private helpers ----------------------------------------------------------------------------


def _study(part: str, words: dict[str, Any], arrays: dict[str, Any]) -> DriftStudy:
    inside = {k.partition(".")[2]: v for k, v in arrays.items() if k.startswith(f"{part}.")}
    told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in words.items()}
    return DriftStudy(**told, **inside)
