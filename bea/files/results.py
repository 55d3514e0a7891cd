"""Results that are kept in files and drawn: one form for studies, certificates and ensembles.

A result is a dataclass. Its arrays go into an archive as they are, all else as words; what is
itself a result goes in with its own name before a dot. How a result is drawn stands floors above:
the package hands that down, once, to `hand_down`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from bea.files.archives import not_a, read_archive, write_archive
from bea.files.drawings import drawing_of


class Result:
    """A dataclass that can be saved, loaded and drawn.

    Attributes
    ----------
    form : str
        The name and version of its format in a file.
    what : str
        What a file holds, with its article, as messages say it.
    parts : mapping of str to type
        The fields that are results themselves.
    file : str
        What the command line calls its file in a folder.
    """

    form: ClassVar[str]
    what: ClassVar[str]
    parts: ClassVar[Mapping[str, type[Result]]] = {}
    file: ClassVar[str] = ""

    def save(self, path: str | Path) -> Path:
        """Write the result to one .npz file, whole or not at all, and return its path.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        return write_archive(path, self.form, *self._packed())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote, or the command line to a folder; all is as it was saved.

        Raises
        ------
        OutputError
            If there is no such file, or it holds something else.
        """
        path = cls._file(path)
        return cls._unpacked(*read_archive(path, cls.form, cls.what), path)

    def _drawn(self, **options: Any) -> Any:
        """Return its matplotlib figure; each kind of result has a `plot` with the options."""
        return drawing_of(type(self).__name__)(self, **options)

    @classmethod
    def _file(cls, path: str | Path) -> Path:
        """Return the file of a path: of a folder the one that the command line writes there."""
        path = Path(path)
        return path / cls.file if cls.file and (path / cls.file).is_file() else path

    def _packed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the words and the arrays; what is None is left out."""
        words: dict[str, Any] = {}
        arrays: dict[str, Any] = {}
        for name, value in self._values().items():
            if isinstance(value, Result):
                words[name], inside = value._packed()
                arrays |= {f"{name}.{key}": array for key, array in inside.items()}
            elif value is not None:
                (arrays if isinstance(value, np.ndarray) else words)[name] = value
        return words, arrays

    @classmethod
    def _unpacked(cls, words: dict[str, Any], arrays: dict[str, Any], path: Any) -> Self:
        given = {name: array for name, array in arrays.items() if "." not in name}
        for name, value in words.items():
            if name in cls.parts and isinstance(value, dict):
                inside = {k.partition(".")[2]: a for k, a in arrays.items()
                          if k.startswith(f"{name}.")}  # fmt: skip
                given[name] = cls.parts[name]._unpacked(value, inside, path)
            else:
                given[name] = tuple(value) if isinstance(value, list) else value
        known = {field.name: field.default for field in fields(cls)}  # type: ignore[arg-type]
        needed = {name for name, default in known.items() if default is not None}
        if not needed <= set(given) <= set(known):
            raise not_a(cls.what, path)
        return cls(**given)

    def _values(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
