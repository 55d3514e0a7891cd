"""Certificates in one file, an archive of `bea.files.archives`.

The arrays of each of its studies are named "study.gammas" and so on.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bea.files.archives import read_archive, write_archive
from bea.measure.order.certificate import Certificate
from bea.measure.order.study import DriftStudy

__all__ = ["load_certificate", "save_certificate"]

_FORMAT = "bea certificate 1"
_PARTS = ("study", "doubled", "uncorrected")


def save_certificate(certificate: Certificate, path: str | Path) -> Path:
    """Write a certificate to `path` (".npz" is added if it is missing) and return the path.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    words: dict[str, Any] = {"start": certificate.start, "source": certificate.source}
    arrays: dict[str, Any] = {}
    for part in _PARTS:
        study = getattr(certificate, part)
        if study is not None:
            values = {field.name: getattr(study, field.name) for field in fields(study)}
            is_array = {name: isinstance(value, np.ndarray) for name, value in values.items()}
            words[part] = {name: value for name, value in values.items() if not is_array[name]}
            arrays |= {f"{part}.{name}": values[name] for name in values if is_array[name]}
    return write_archive(path, _FORMAT, words, arrays)


def load_certificate(path: str | Path) -> Certificate:
    """Read a certificate; every number and word is as it was saved.

    Raises
    ------
    OutputError
        If there is no such file, or it is not a certificate.
    """
    words, arrays = read_archive(path, _FORMAT, "a certificate")
    parts = {part: _study(part, words[part], arrays) for part in _PARTS if part in words}
    return Certificate(**parts, start=words["start"], source=words["source"])


# --- private helpers ----------------------------------------------------------------------------


def _study(part: str, words: dict[str, Any], arrays: dict[str, Any]) -> DriftStudy:
    inside = {k.partition(".")[2]: v for k, v in arrays.items() if k.startswith(f"{part}.")}
    told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in words.items()}
    return DriftStudy(**told, **inside)
