"""Arrays and words in one file, which may come from a stranger.

A file is a zip archive, which `numpy.load` opens, too. Its first part, `words.json`, says what the
file holds: its form, the type, shape and checksum (SHA-256) of each array, and the words. The last,
`checksum`, is that of `words.json`. Everything is compared with what is expected before an array is
unpacked, and no more is unpacked than was announced. There are no pickles.

A checksum tells damage and tampering; it is no signature.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np

from bea.errors import OutputError
from bea.files.members import MOST_PARTS, open_members, read_array, read_bytes
from bea.files.places import file_path, refuse_irregular, status
from bea.files.schema import Layout, MismatchError, bytes_of, require
from bea.files.whole import end_change, write_whole

MOST_WORDS = 16_000_000
"""Bytes of the words."""

MOST_PACKED = 128_000_000
"""Bytes of all arrays together in a compressed file; larger ones are not compressed, so that
nothing takes more memory than its file is long."""

_WORDS, _CHECKSUM, _ARRAY = "words.json", "checksum", ".npy"
_KINDS = {"<f8", "<i8", "|i1", "|b1"}
_MOST_AXES = 6
# What reading a broken or hostile archive may raise, beside what is checked here.
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, OverflowError, RecursionError,
           RuntimeError, BadZipFile, struct.error, zlib.error)  # fmt: skip

Expected = Callable[[dict[str, Any], Layout], None]


def write_archive(
    path: Any, form: str, words: Mapping[str, Any], arrays: Mapping[str, Any], packed: bool = True
) -> Path:
    """Write words and arrays to a file, whole or not at all, and return its path.

    Parameters
    ----------
    form
        The name and version of the format, such as "bea study 1", by which `read_archive` knows it.
    packed
        Whether to compress, unless there is too much.

    Raises
    ------
    OutputError
        If the file cannot be written, or the words are too long.
    """
    found = {name: _plain(array) for name, array in arrays.items()}
    text = json.dumps(
        {"form": form, "arrays": {n: _described(a) for n, a in found.items()}, "words": words},
        ensure_ascii=False,
    ).encode()
    if len(text) > MOST_WORDS:
        raise OutputError(f"cannot write '{path}': its texts have {len(text):.3g} bytes")
    packed = packed and sum(a.nbytes for a in found.values()) <= MOST_PACKED

    def write(stream: IO[bytes]) -> None:
        with ZipFile(stream, "w") as archive:
            archive.writestr(_member(_WORDS, packed), text)
            for name, array in found.items():
                with archive.open(_member(name + _ARRAY, packed), "w", force_zip64=True) as part:
                    np.lib.format.write_array(part, array, version=(1, 0), allow_pickle=False)
            archive.writestr(_member(_CHECKSUM, False), sha256(text).hexdigest())

    return write_whole(path, write)


def read_archive(
    path: Any, form: str, what: str, expected: Expected
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the words and arrays of a file, as they were written.

    Parameters
    ----------
    what
        What the file holds, with its article, for messages: "a study".
    expected
        Is called with the words, and the types and shapes of the arrays, before any is unpacked,
        and raises a `MismatchError` if they are not what should be there.

    Raises
    ------
    OutputError
        If there is no such file, it holds something else, or it was damaged or changed.
    """
    path = file_path(path)
    found = status(path)
    if found is None:
        raise OutputError(f"there is no file '{path}': save {what} first")
    refuse_irregular(path, found)
    end_change(path)
    try:
        with open(path, "rb") as stream, open_members(stream, _WORDS) as archive:
            words, layout, sums = _announced(archive, form, what)
            expected(words, layout)
            return words, {
                name: _checked(read_array(archive, name + _ARRAY, *layout[name]), name, sums)
                for name in layout
            }
    except OutputError:
        raise
    except MismatchError as error:
        raise not_a(what, path, f": {error}" if str(error) else "") from None
    except MemoryError:
        raise OutputError(f"there is not enough memory to read '{path}'") from None
    except _BROKEN as error:
        hint = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
        raise not_a(what, path, hint) from None


def not_a(what: str, path: Any, why: str = "") -> OutputError:
    """Return the error for a file that does not hold what it should."""
    return OutputError(f"'{path}' is not {what} saved by bea{why}")


# --- private helpers ----------------------------------------------------------------------------


def _plain(array: Any) -> np.ndarray[Any, Any]:
    """Return an array as it lies in a file: row by row, the lowest byte first."""
    array = np.asarray(array)
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")


def _described(array: np.ndarray[Any, Any]) -> list[Any]:
    return [array.dtype.str, list(array.shape), sha256(array.data).hexdigest()]


def _member(name: str, packed: bool) -> ZipInfo:
    """Return the head of a part without the time, so that a result gives the same bytes again."""
    member = ZipInfo(name)
    member.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
    member.external_attr = 0o600 << 16
    return member


def _announced(
    archive: ZipFile, form: str, what: str
) -> tuple[dict[str, Any], Layout, dict[str, str]]:
    """Return the words, the layout and the checksums of the arrays; nothing else is read yet."""
    text = read_bytes(archive, _WORDS, MOST_WORDS)
    digest = read_bytes(archive, _CHECKSUM, 64)
    require(digest == sha256(text).hexdigest().encode(), "its checksum differs, it was changed")
    whole = json.loads(text)
    require(isinstance(whole, dict), "its words are no record")
    there = str(whole.get("form"))
    require(
        there == form,
        f"it holds '{there[:60]}' and not '{form}', which this version reads; save {what} anew",
    )
    parts, words = whole["arrays"], whole["words"]
    require(isinstance(parts, dict) and isinstance(words, dict), "its words are no record")
    layout = {name: (kind, tuple(shape)) for name, (kind, shape, _) in parts.items()}
    _check_layout(archive, layout)
    return words, layout, {name: digest for name, (_, _, digest) in parts.items()}


def _check_layout(archive: ZipFile, layout: Layout) -> None:
    require(len(layout) <= MOST_PARTS, "it has too many arrays")
    for name, (kind, shape) in layout.items():
        require(isinstance(kind, str) and kind in _KINDS, f"{name} is of an unknown type")
        sizes = len(shape) <= _MOST_AXES and all(type(n) is int and 0 <= n < 2**40 for n in shape)
        require(sizes, f"{name} has no shape")
    parts = {name + _ARRAY for name in layout} | {_WORDS, _CHECKSUM}
    require(parts == set(archive.namelist()), "its parts are not those that it announces")
    total = sum(bytes_of(*place) for place in layout.values())
    packed = any(part.compress_type != ZIP_STORED for part in archive.infolist())
    most = MOST_PACKED if packed else sum(part.compress_size for part in archive.infolist())
    require(total <= most, f"it would take {total:.3g} bytes of memory")


def _checked(array: Any, name: str, sums: Mapping[str, str]) -> Any:
    require(sha256(array.data).hexdigest() == sums[name], f"{name} has another checksum")
    return array
