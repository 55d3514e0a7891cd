"""Results that are kept in files and drawn: one form for studies, certificates and ensembles.

A result is a dataclass whose fields are annotated with what may stand there (`bea.files.schema`).
Its arrays go into an archive as they are, all else as words; what is itself a result goes in with
its own name before a dot. How a result is drawn stands floors above: the package hands that down,
once, to `hand_down`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from os.path import isfile, join
from pathlib import Path
from typing import Any, ClassVar, Self, get_type_hints

import numpy as np

from bea.errors import OutputError
from bea.files.archives import not_a, read_archive, write_archive
from bea.files.drawings import drawing_of
from bea.files.places import file_path
from bea.files.schema import Array, Field, Layout, MismatchError, check_fields, require


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
            If the file cannot be written, or the result is none that `load` would read.
        """
        path = file_path(path)
        path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
        words, arrays = self._packed()
        try:
            self._expect(words, {n: (a.dtype.str, a.shape) for n, a in arrays.items()})
            self._check_values(arrays)
        except MismatchError as error:
            raise OutputError(f"cannot save {self.what} to '{path}': {error}") from None
        return write_archive(path, self.form, words, arrays)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote, or the command line to a folder; all is as it was saved.

        Types, shapes and sizes are checked before anything is unpacked, and a checksum after it.

        Raises
        ------
        OutputError
            If there is no such file, it holds something else, or it was damaged or changed.
        """
        words, arrays = read_archive(cls._file(path), cls.form, cls.what, cls._expect)
        try:
            cls._check_values(arrays)
        except MismatchError as error:
            raise not_a(cls.what, path, f": {error}") from None
        return cls._unpacked(words, arrays)

    def _drawn(self, **options: Any) -> Any:
        """Return its matplotlib figure; each kind of result has a `plot` with the options."""
        return drawing_of(type(self).__name__)(self, **options)

    @classmethod
    def schema(cls) -> dict[str, Field]:
        """Return what may stand in its fields, but those that are results themselves."""
        hints = get_type_hints(cls, include_extras=True)
        return {
            f.name: hints[f.name].__metadata__[0]
            for f in fields(cls)  # type: ignore[arg-type]
            if f.name not in cls.parts
        }

    # --- private helpers ----------------------------------------------------------------------

    @classmethod
    def _file(cls, path: Any) -> Any:
        """Return the file of a path: of a folder the one that the command line writes there."""
        known = cls.file and isinstance(path, str | os.PathLike)
        return Path(path) / cls.file if known and isfile(join(path, cls.file)) else path

    def _packed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the words and the arrays; what is None is left out."""
        words: dict[str, Any] = {}
        arrays: dict[str, Any] = {}
        for field in fields(self):  # type: ignore[arg-type]
            name, value = field.name, getattr(self, field.name)
            if isinstance(value, Result):
                words[name], inside = value._packed()
                arrays |= {f"{name}.{key}": array for key, array in inside.items()}
            elif value is not None:
                (arrays if isinstance(value, np.ndarray) else words)[name] = value
        return words, arrays

    @classmethod
    def _optional(cls) -> list[str]:
        return [f.name for f in fields(cls) if f.default is None]  # type: ignore[arg-type]

    @classmethod
    def _expect(cls, words: dict[str, Any], layout: Layout) -> None:
        """Check words, types and shapes against the schema, those of the parts with theirs."""
        rest = dict(words)
        for name, kind in cls.parts.items():
            there = rest.pop(name, None)
            require(there is not None or name in cls._optional(), f"there is no {name}")
            if there is not None:
                require(isinstance(there, dict), f"{name} is no record")
                kind._expect(there, _inside(layout, name))
        own = {n: place for n, place in layout.items() if n.partition(".")[0] not in words}
        check_fields(cls.schema(), cls._optional(), rest, own)

    @classmethod
    def _check_values(cls, arrays: Mapping[str, Any]) -> None:
        for name, kind in cls.parts.items():
            kind._check_values(_inside(arrays, name))
        for name, field in cls.schema().items():
            if isinstance(field, Array) and name in arrays:
                field.check_values(name, arrays[name])

    @classmethod
    def _unpacked(cls, words: Mapping[str, Any], arrays: Mapping[str, Any]) -> Self:
        given = {name: array for name, array in arrays.items() if "." not in name}
        for name, value in words.items():
            if name in cls.parts:
                given[name] = cls.parts[name]._unpacked(value, _inside(arrays, name))
            else:
                given[name] = tuple(value) if isinstance(value, list) else value
        return cls(**given)


def _inside(entries: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the entries below a name, by the rest of theirs."""
    return {k.partition(".")[2]: e for k, e in entries.items() if k.startswith(f"{name}.")}
