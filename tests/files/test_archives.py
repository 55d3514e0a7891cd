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
from bea.files.schema import Array, Listed, MismatchError, Text, check_fields

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


def test_files_without_a_checksum_are_told_to_be_old(tmp_path: Path) -> None:
    np.savez(tmp_path / "old.npz", words=np.array("{}"))
    with pytest.raises(OutputError, match="of an older version, without a checksum"):
        read(tmp_path / "old.npz")


# --- schemas ------------------------------------------------------------------------------------

SCHEMA = {
    "kind": Text(("a", "b")),
    "names": Listed((str,), "n"),
    "x": Array("<f8", "n m", least=0, gaps=True),
    "k": Array("<i8", "m", rising=True),
}
GOOD_WORDS = {"kind": "a", "names": ["p", "q"]}
GOOD_LAYOUT = {"x": ("<f8", (2, 3)), "k": ("<i8", (3,))}


@pytest.mark.parametrize(
    ("words", "layout", "message"),
    [
        ({"kind": "c"}, {}, "kind is none of a, b"),
        ({"kind": 3}, {}, "kind is no text"),
        ({"names": ["p"]}, {}, "names has 1 entries for 2 n"),
        ({"names": [1, 2]}, {}, "names has other entries"),
        ({"names": "pq"}, {}, "names is no list"),
        ({"more": 1}, {}, "there is something else: more"),
        ({}, {"x": ("<f8", (2, 4))}, "k has the shape .3,., which does not fit"),
        ({}, {"x": ("<f8", (6,))}, "x has the shape .6,., which does not fit .n, m."),
        ({}, {"k": ("<f8", (3,))}, "k has the type <f8, not <i8"),
        ({}, {"x": ("<f8", (2, 0)), "k": ("<i8", (0,))}, "x has the shape"),
    ],
)
def test_a_schema_names_what_does_not_fit(words: Any, layout: Any, message: str) -> None:
    check_fields(SCHEMA, [], GOOD_WORDS, GOOD_LAYOUT)
    with pytest.raises(MismatchError, match=message):
        check_fields(SCHEMA, [], {**GOOD_WORDS, **words}, {**GOOD_LAYOUT, **layout})


@pytest.mark.parametrize("name", ["kind", "names", "x", "k"])
def test_what_is_missing_is_named(name: str) -> None:
    words = {n: w for n, w in GOOD_WORDS.items() if n != name}
    layout = {n: p for n, p in GOOD_LAYOUT.items() if n != name}
    with pytest.raises(MismatchError, match=f"there is no {name}"):
        check_fields(SCHEMA, [], words, layout)


def test_values_are_bounded() -> None:
    field = Array("<f8", "n", least=0, gaps=True)
    field.check_values("x", np.array([0.0, np.nan, 1e300]))
    for bad in (-1.0, np.inf):
        with pytest.raises(MismatchError, match="x has a value"):
            field.check_values("x", np.array([0.0, bad]))
    with pytest.raises(MismatchError, match="no finite number"):
        Array("<f8", "n").check_values("x", np.array([np.nan]))
    with pytest.raises(MismatchError, match="does not rise"):
        Array("<i8", "n", rising=True).check_values("k", np.array([1, 1]))
