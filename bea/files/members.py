"""The parts of a zip archive, read with bounds: no more than was announced, whatever the file says.

`zipfile` reads the list of parts before anybody can look at it, and unpacks what it finds. Here the
length of that list is looked at first, and every part is read up to its known length only.
Source of the layout: PKWARE, APPNOTE.TXT, sections 4.3.14 to 4.3.16.
"""

from __future__ import annotations

import os
import re
import struct
from contextlib import AbstractContextManager
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np

from bea.files.schema import MismatchError, bytes_of, require

MOST_PARTS = 10_000
"""Parts of one file: an ensemble under way has some for each of its threads."""

_END, _END_SIZE = b"PK\x05\x06", 22
_LARGE, _LARGE_SIZE = b"PK\x06\x07", 20
_PART_OF_LIST = 200  # bytes; names are short
_BLOCK = 1 << 20
_MAGIC = b"\x93NUMPY\x01\x00"
_HEAD = re.compile(
    rb"\{'descr': '([<|][a-z]\d)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n"
)


def open_members(stream: IO[bytes], first: str) -> AbstractContextManager[ZipFile]:
    """Return the archive in an open file, after seeing that its list of parts is short.

    Parameters
    ----------
    first
        The part that every file of bea has.

    Raises
    ------
    MismatchError
        If it has none, or the list is not as bea writes it.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END_SIZE - _LARGE_SIZE))
    tail = stream.read()
    end = tail[-_END_SIZE:]
    require(len(end) == _END_SIZE and end.startswith(_END), "")
    # Lists of more than 4 GB, which zipfile believes more than the end, belong to files as large.
    require(size >= 2**32 or not tail.startswith(_LARGE), "")
    length = struct.unpack("<L", end[12:16])[0]
    require(length <= MOST_PARTS * _PART_OF_LIST, "")
    archive = ZipFile(stream)
    names = archive.namelist()
    if first not in names:
        archive.close()
        old = "it is of an older version, without a checksum; compute and save it anew"
        raise MismatchError(old if "words.npy" in names else "")
    return archive


def read_bytes(archive: ZipFile, name: str, most: int) -> bytes:
    """Return a part of at most so many bytes.

    Raises
    ------
    MismatchError
        If it is longer.
    """
    with _opened(archive, name, most) as part:
        found: bytes = part.read(most + 1)
    require(len(found) <= most, f"{name} is too long")
    return found


def read_array(archive: ZipFile, name: str, kind: str, shape: tuple[int, ...]) -> Any:
    """Return an array of that type and shape.

    Raises
    ------
    MismatchError
        If the part holds something else.
    """
    with _opened(archive, name, bytes_of(kind, shape) + 2**16) as part:
        require(part.read(len(_MAGIC)) == _MAGIC, f"{name} is no array")
        head = _HEAD.fullmatch(part.read(struct.unpack("<H", part.read(2))[0]))
        same = head is not None and (
            head[1].decode() == kind
            and tuple(int(n) for n in head[2].replace(b" ", b"").split(b",") if n) == shape
        )
        require(same, f"{name} has another type or shape than was announced")
        array = np.empty(shape, dtype=kind)
        _fill(part, array, name)
    return array


# --- private helpers ----------------------------------------------------------------------------


def _opened(archive: ZipFile, name: str, most: int) -> IO[bytes]:
    info = archive.getinfo(name)
    fine = info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & 0x1
    require(fine and info.file_size <= most, f"{name} is packed in another way, or too long")
    return archive.open(info)


def _fill(part: IO[bytes], array: Any, name: str) -> None:
    if array.size:
        bytes_left = memoryview(array.reshape(-1)).cast("B")
        while bytes_left:
            block = part.read(min(_BLOCK, len(bytes_left)))
            require(block, f"{name} ends too early")
            bytes_left[: len(block)] = block
            bytes_left = bytes_left[len(block) :]
    require(not part.read(1), f"{name} goes on after its end")
