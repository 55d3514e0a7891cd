"""Archives: nothing is lost, and nothing that was changed or made by a stranger gets through."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest

from bea.errors import OutputError
from bea.files import archives
from bea.files.archives import read_archive, write_archive

ARRAYS = {
    "numbers": np.array([[0.5, np.nan], [-np.inf, 2.0]]),
    "counts": np.array([1, -(2**60)]),
    "marks": np.array([1, 2], dtype=np.int8),
    "flags": np.array(True),
    "none": np.zeros((0, 3)),
}
WORDS = {"text": "γ\n", "list": [1, None, 2.5]}


def read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    return read_archive(path, "a form 2", "a thing", lambda words, layout: None)


@pytest.mark.parametrize("packed", [True, False])
def test_nothing_is_lost(tmp_path: Path, packed: bool) -> None:
    path = write_archive(tmp_path / "a.npz", "a form 2", WORDS, ARRAYS, packed)
    words, arrays = read(path)
    assert words == WORDS and arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype and arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()
    with np.load(path, allow_pickle=False) as archive:  # it is an archive of NumPy's, too
        np.testing.assert_array_equal(archive["counts"], ARRAYS["counts"])
    assert path.read_bytes() == write_archive(path, "a form 2", WORDS, ARRAYS, packed).read_bytes()


def test_rows_lie_in_order_however_they_did(tmp_path: Path) -> None:
    array = np.arange(6.0).reshape(2, 3)
    path = write_archive(tmp_path / "a.npz", "a form 2", {}, {"x": array.T, "y": array[:, ::2]})
    found = read(path)[1]
    np.testing.assert_array_equal(found["x"], array.T)
    np.testing.assert_array_equal(found["y"], array[:, ::2])


@pytest.mark.parametrize("packed", [True, False])
def test_every_flipped_bit_is_seen_or_means_nothing(tmp_path: Path, packed: bool) -> None:
    path = write_archive(tmp_path / "a.npz", "a form 2", WORDS, ARRAYS, packed)
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        try:
            words, arrays = read(path)
        except OutputError as error:
            assert "is not a thing saved by bea" in str(error)
            refused += 1
            continue
        assert words == WORDS
        assert all(arrays[n].tobytes() == a.tobytes() for n, a in ARRAYS.items())
    assert refused > len(whole) // 14
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(OutputError, match="is not a thing saved by bea"):
            read(path)


def forged(
    path: Path,
    words: Any = None,
    parts: dict[str, bytes] | None = None,
    packing: int = ZIP_DEFLATED,
    **whole: Any,
) -> Path:
    """Write an archive by hand, with a checksum that is right."""
    record = {"form": "a form 2", "arrays": {}, "words": {} if words is None else words, **whole}
    text = json.dumps(record).encode()
    with ZipFile(path, "w", packing) as archive:
        archive.writestr("words.json", text)
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
        archive.writestr("checksum", sha256(text).hexdigest())
    return path


def npy(array: Any) -> bytes:
    from io import BytesIO

    stream = BytesIO()
    np.lib.format.write_array(stream, array, version=(1, 0))
    return stream.getvalue()


ONE = np.ones(3)
SUM = sha256(ONE.data).hexdigest()
BOMB = {"x": ["<f8", [10**12], SUM]}


@pytest.mark.parametrize(
    ("message", "given"),
    [
        ("it holds 'another' and not 'a form 2'", {"form": "another"}),
        ("it would take 8e\\+12 bytes of memory", {"arrays": BOMB, "parts": {"x.npy": b""}}),
        ("its parts are not those", {"arrays": BOMB}),
        ("its parts are not those", {"parts": {"y.npy": npy(ONE)}}),
        ("x is of an unknown type", {"arrays": {"x": ["|O", [3], SUM]}}),
        ("x is of an unknown type", {"arrays": {"x": [["<f8"], [3], SUM]}}),
        ("x has no shape", {"arrays": {"x": ["<f8", [-3], SUM]}}),
        ("x has no shape", {"arrays": {"x": ["<f8", [True], SUM]}}),
        ("x has no shape", {"arrays": {"x": ["<f8", [1] * 40, SUM]}}),
        ("another type or shape than", {"arrays": {"x": ["<f8", [4], SUM]},
                                        "parts": {"x.npy": npy(ONE)}}),
        ("x has another checksum", {"arrays": {"x": ["<f8", [3], SUM]},
                                    "parts": {"x.npy": npy(2 * ONE)}}),
        ("goes on after its end", {"arrays": {"x": ["<f8", [3], SUM]},
                                   "parts": {"x.npy": npy(ONE) + b"0"}}),
        ("ends too early", {"arrays": {"x": ["<f8", [3], SUM]}, "parts": {"x.npy": npy(ONE)[:-1]}}),
        ("is no array", {"arrays": {"x": ["<f8", [3], SUM]}, "parts": {"x.npy": b"text"}}),
        ("packed in another way", {"arrays": {"x": ["<f8", [3], SUM]}, "packing": ZIP_BZIP2,
                                   "parts": {"x.npy": npy(ONE)}}),
        ("its words are no record", {"words": [1]}),
        ("saved by bea$", {"arrays": {"x": 5}}),
        ("x has no shape", {"arrays": {"x": ["<f8", "three", SUM]}}),
    ],
)  # fmt: skip
def test_forgeries_with_a_right_checksum_are_refused(
    tmp_path: Path, message: str, given: dict[str, Any]
) -> None:
    with pytest.raises(OutputError, match=message):
        read(forged(tmp_path / "a.npz", **given))


def test_words_that_nest_without_end_are_refused(tmp_path: Path) -> None:
    for text in (b"[" * 1_000_000, b'{"a":' * 100_000, b"1" * 10_000, b'"\xff"', b""):
        with ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("words.json", text)
            archive.writestr("checksum", sha256(text).hexdigest())
        with pytest.raises(OutputError, match="is not a thing saved by bea"):
            read(tmp_path / "a.npz")


def test_a_long_list_of_parts_is_not_read(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.npz", "w") as archive:
        for k in range(20_000):
            archive.writestr(f"{'x' * 60}{k}", b"")
    with pytest.raises(OutputError, match="is not a thing saved by bea"):
        read(tmp_path / "a.npz")


def test_what_is_large_is_not_compressed_so_that_no_small_file_unpacks_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_PACKED", 1000)
    path = write_archive(tmp_path / "a.npz", "a form 2", {}, {"x": np.zeros(1000)})
    assert all(part.compress_type == ZIP_STORED for part in ZipFile(path).infolist())
    assert read(path)[1]["x"].shape == (1000,)
    monkeypatch.setattr(archives, "MOST_PACKED", 10_000)
    packed = write_archive(tmp_path / "b.npz", "a form 2", {}, {"x": np.zeros(1000)})
    monkeypatch.setattr(archives, "MOST_PACKED", 1000)
    with pytest.raises(OutputError, match="it would take 8e\\+03 bytes of memory"):
        read(packed)


def test_files_are_packed_until_they_are_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_PACKED", 8000)  # bytes, and not one less
    for size, packing in ((1000, ZIP_DEFLATED), (1001, ZIP_STORED)):
        path = write_archive(tmp_path / "a.npz", "a form 2", {}, {"x": np.zeros(size)})
        with ZipFile(path) as archive:
            assert archive.getinfo("x.npy").compress_type == packing
            assert archive.getinfo("words.json").compress_type == packing
            assert archive.infolist()[-1].filename == "checksum"
            assert {part.date_time[0] for part in archive.infolist()} == {1980}
            assert {part.external_attr >> 16 for part in archive.infolist()} == {0o600}
        assert read(path)[1]["x"].shape == (size,)


def test_words_and_arrays_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_archive(tmp_path / "a.npz", "a form 2", {"w": "12"}, {"x": np.zeros(1)})
    with ZipFile(path) as archive:
        length = len(archive.read("words.json"))
    monkeypatch.setattr(archives, "MOST_WORDS", length)
    monkeypatch.setattr(archives, "MOST_PARTS", 1)
    assert read(write_archive(path, "a form 2", {"w": "21"}, {"x": np.zeros(1)}))[0] == {"w": "21"}
    with pytest.raises(OutputError, match=r"cannot write .*: its texts have \d+ bytes"):
        write_archive(tmp_path / "b.npz", "a form 2", {"w": "123"}, {"x": np.zeros(1)})
    write_archive(tmp_path / "b.npz", "a form 2", {}, {"x": np.zeros(1)})
    monkeypatch.setattr(archives, "MOST_PARTS", 0)
    with pytest.raises(OutputError, match="it has too many arrays"):
        read(tmp_path / "b.npz")
    monkeypatch.setattr(archives, "MOST_WORDS", length - 1)
    with pytest.raises(OutputError, match=r"words\.json is packed in another way, or too long"):
        read(path)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1, 1, 3), (0,), ()])
def test_shapes_have_up_to_six_axes(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = write_archive(tmp_path / "a.npz", "a form 2", {}, {"x": np.ones(shape)})
    assert read(path)[1]["x"].shape == shape
    path = write_archive(path, "a form 2", {}, {"x": np.ones((1,) * 7)})
    with pytest.raises(OutputError, match="x has no shape"):
        read(path)


def test_large_numbers_first_are_stored_with_the_lowest_byte_first(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a.npz", "a form 2", {}, {"x": np.array([1.0, 2.0], ">f8")})
    assert read(path)[1]["x"].dtype.str == "<f8" and list(read(path)[1]["x"]) == [1.0, 2.0]


def test_memory_that_does_not_suffice_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*arguments: Any) -> None:
        raise MemoryError

    path = write_archive(tmp_path / "a.npz", "a form 2", {}, {"x": np.zeros(1)})
    monkeypatch.setattr(archives, "read_array", exhausted)
    with pytest.raises(OutputError, match=r"there is not enough memory to read '.*a.npz'"):
        read(path)


def test_files_without_a_checksum_are_told_to_be_old(tmp_path: Path) -> None:
    np.savez(tmp_path / "old.npz", words=np.array("{}"))
    with pytest.raises(OutputError, match="of an older version, without a checksum"):
        read(tmp_path / "old.npz")
