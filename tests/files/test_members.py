"""Parts of archives: no more is read than was announced, and none that is packed otherwise."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import numpy as np
import pytest

from bea.files import members
from bea.files.members import open_members, read_array, read_bytes
from bea.files.schema import MismatchError


def packed(parts: dict[str, bytes], packing: int = ZIP_DEFLATED, comment: bytes = b"") -> BytesIO:
    stream = BytesIO()
    with ZipFile(stream, "w", packing) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        archive.comment = comment
    return stream


def npy(array: Any, version: tuple[int, int] = (1, 0)) -> bytes:
    stream = BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), version=version)
    return stream.getvalue()


@pytest.mark.parametrize("packing", [ZIP_STORED, ZIP_DEFLATED])
@pytest.mark.parametrize(
    "array", [np.arange(300_000.0), np.array(2.5), np.zeros((0, 2)), np.ones((2, 3), np.int8)]
)
def test_arrays_are_read_as_they_were_in_blocks(packing: int, array: Any) -> None:
    stream = packed({"first": b"", "x": npy(array)}, packing)
    with open_members(stream, "first") as archive:
        found = read_array(archive, "x", array.dtype.str, array.shape)
    assert found.dtype == array.dtype and found.shape == array.shape
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (npy(np.ones((2, 3)), version=(2, 0)), "x is no array"),
        (npy(np.asfortranarray(np.ones((2, 3)))), "another type or shape"),
        (npy(np.ones((2, 3), ">f8")), "another type or shape"),
        (npy(np.ones((2, 3), np.int64)), "another type or shape"),
        (npy(np.ones((3, 2))), "another type or shape"),
        (npy(np.ones(6)), "another type or shape"),
        (npy(np.ones((2, 3)))[:-8], "x ends too early"),
        (npy(np.ones((2, 3))) + b"1", "x goes on after its end"),
    ],
)
def test_another_array_is_refused(data: bytes, message: str) -> None:
    with (
        open_members(packed({"first": b"", "x": data}), "first") as archive,
        pytest.raises(MismatchError, match=message),
    ):
        read_array(archive, "x", "<f8", (2, 3))


def test_nothing_is_left_after_an_empty_array() -> None:
    stream = packed({"first": npy(np.zeros((0, 2))) + b"1"})
    with (
        open_members(stream, "first") as archive,
        pytest.raises(MismatchError, match="goes on after its end"),
    ):
        read_array(archive, "first", "<f8", (0, 2))


def test_a_part_is_read_up_to_its_bound() -> None:
    with open_members(packed({"first": b"12345"}), "first") as archive:
        assert read_bytes(archive, "first", 5) == b"12345"
        with pytest.raises(MismatchError, match="first is packed in another way, or too long"):
            read_bytes(archive, "first", 4)
        archive.getinfo("first").file_size = 4  # as a forged head says
        with pytest.raises(MismatchError, match="too long"):
            read_bytes(archive, "first", 3)


def test_a_part_is_not_longer_than_its_array_and_the_longest_head() -> None:
    data = npy(np.ones(3))
    for more, message in ((2**16 + 24 - len(data), "goes on after"), (2**16, "or too long")):
        with (
            open_members(packed({"x": data + bytes(more)}), "x") as archive,
            pytest.raises(MismatchError, match=message),
        ):
            read_array(archive, "x", "<f8", (3,))


@pytest.mark.parametrize(("packing", "flags"), [(ZIP_LZMA, 0), (ZIP_DEFLATED, 0x1)])
def test_what_is_encrypted_or_packed_otherwise_is_refused(packing: int, flags: int) -> None:
    with open_members(packed({"first": b"1"}, packing), "first") as archive:
        archive.getinfo("first").flag_bits |= flags
        with pytest.raises(MismatchError, match="packed in another way"):
            read_bytes(archive, "first", 5)


def test_the_list_of_parts_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = packed({"first": b""})
    length = 46 + len("first")  # APPNOTE.TXT, 4.3.12: so long is the entry of a part
    for most, fits in ((1, True), (0, False)):
        monkeypatch.setattr(members, "MOST_PARTS", most)
        monkeypatch.setattr(members, "_PART_OF_LIST", length)
        if fits:
            open_members(stream, "first").close()
        else:
            with pytest.raises(MismatchError):
                open_members(stream, "first")


def test_an_archive_ends_where_it_does() -> None:
    """No comment follows, no list of more than 4 GB stands before, and a stub is no archive."""
    parts = {"first": b""}
    whole = packed(parts).getvalue()
    open_members(BytesIO(whole), "first").close()
    large = whole[:-22] + b"PK\x06\x07" + bytes(16) + whole[-22:]
    other = whole[:-22] + b"PK\x05\x07" + whole[-18:]
    for data in (packed(parts, comment=b"c").getvalue(), large, whole[-10:], b"", other):
        with pytest.raises(MismatchError, match=r"^$"):
            open_members(BytesIO(data), "first")


def test_what_else_is_there_is_told() -> None:
    with pytest.raises(MismatchError, match=r"^$"):
        open_members(packed({"other": b""}), "first")
    with pytest.raises(MismatchError, match="of an older version, without a checksum"):
        open_members(packed({"words.npy": b""}), "first")
