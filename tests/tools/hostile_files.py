"""Damaged, forged and hostile files of every kind, read in this process.

Every file must be refused in one line, or give exactly what was saved; none may take long or much
memory. A forger who computes the checksums anew may get through with numbers that fit, which is
counted apart, and he too must neither crash nor exhaust anything.
"""

from __future__ import annotations

import io
import json
import random
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import numpy as np

import bea
from bea.errors import BeaError
from bea.files.results import Result

LONGEST = 10.0  # seconds
LINE = bea.problems.linear_regression()
Reader = Callable[[Path], Any]


class StopError(Exception):
    """What interrupts the ensemble whose checkpoint is read."""


def ensemble(**more: Any) -> Any:
    return bea.ensemble("heavy-ball", LINE, [0, 0], gamma="1/50", steps=60, runs=200, record=4,
                        keep=True, observables="w, L", seed=2, **more)  # fmt: skip


def saved(folder: Path) -> dict[str, tuple[bytes, Reader]]:
    """Return for every kind of file its bytes, and what reads it."""
    method = bea.methods.heavy_ball(beta="1/2")
    certificate = bea.verify(method, bea.problems.booth(), 1)
    runs = ensemble()

    def stop(done: int, total: int) -> None:
        if done >= total // 3:
            raise StopError

    under_way = folder / "under-way.npz"
    with suppress(StopError):
        ensemble(checkpoint=under_way, checkpoint_every=0, progress=stop)
    finished = folder / "finished.npz"
    ensemble(checkpoint=finished)
    return {
        "study": (certificate.study.save(folder / "s.npz").read_bytes(),
        type(certificate.study).load),
        "certificate": (certificate.save(folder / "c.npz").read_bytes(), type(certificate).load),
        "ensemble": (runs.save(folder / "e.npz").read_bytes(), type(runs).load),
        "checkpoint": (under_way.read_bytes(), lambda path: ensemble(checkpoint=path)),
        "finished checkpoint": (finished.read_bytes(), lambda path: ensemble(checkpoint=path)),
    }  # fmt: skip


def bits(result: Any) -> Any:
    """Return all that a result holds, as bytes and words."""
    if isinstance(result, Result):
        return [bits(getattr(result, field.name)) for field in fields(result)]  # type: ignore[arg-type]
    return result.tobytes() if isinstance(result, np.ndarray) else repr(result)


# --- damage: nobody computes a checksum anew -----------------------------------------------------


def damaged(data: bytes, rng: random.Random) -> bytes:
    way = rng.randrange(8)
    place, other = sorted(rng.randrange(len(data)) for _ in range(2))
    block = rng.randbytes(rng.choice([1, 2, 4, 100]))
    if way == 0:
        flipped = bytearray(data)
        for _ in range(rng.choice([1, 1, 1, 5, 50])):
            flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        return bytes(flipped)
    changes = {
        1: data[:place],
        2: data[:place] + data[other:],
        3: data[:place] + block + data[place:],
        4: data[:place] + block + data[place + len(block) :],
        5: data[:place] + bytes(other - place) + data[other:],
        6: data[other:] + data[place:other] + data[:place],
        7: data + rng.choice([data, block, bytes(100)]),
    }
    return changes[way]


def repacked(data: bytes, rng: random.Random) -> bytes:
    """Return an archive with other parts, as one gets it with numpy.savez or zip."""
    with ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    arrays = [name for name in parts if name.endswith(".npy")]
    name, way = rng.choice(arrays), rng.randrange(6)
    if way == 0:
        array = np.load(io.BytesIO(parts[name])).copy()
        array.reshape(-1)[rng.randrange(array.size)] = rng.choice([0, 1, -1, 3])
        parts[name] = npy(array)
    elif way == 1:
        del parts[rng.choice(list(parts))]
    elif way == 2:
        parts[name] = parts[rng.choice(arrays)]
    elif way == 3:
        parts[f"{name[:-4]}x.npy"] = parts[name]
    elif way == 4:
        text = parts["words.json"].decode()
        digits = [k for k, c in enumerate(text) if c.isdigit()]
        k = rng.choice(digits)
        parts["words.json"] = (text[:k] + rng.choice("0123456789") + text[k + 1 :]).encode()
    return packed(parts, rng, twice=name if way == 5 else None)


def packed(parts: dict[str, bytes], rng: random.Random, twice: str | None = None) -> bytes:
    stream = io.BytesIO()
    packing = rng.choice([ZIP_STORED, ZIP_DEFLATED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
    with ZipFile(stream, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        if twice is not None:
            entry = archive.infolist()[0]
            entry.filename = entry.orig_filename = twice
    return stream.getvalue()


# --- forgeries: with checksums that are right ----------------------------------------------------

VALUES = [None, True, -1, 0, 10**30, 1e308, float("nan"), float("inf"), "", "x" * 1000, [], {},
          [[]],
          ["a"] * 5, {"a": 1}, "\x1b[2J", "a\nb"]  # fmt: skip
SHAPES = [[], [0], [1], [3], [10**9], [10**12, 10**12], [2] * 40, [-1], [1.5], None, "3"]
ENDLESS = [b"[" * 10**6, b'{"a":' * 10**5, b"[" + b"{}," * 10**6 + b"{}]", b"9" * 5000]
KINDS = ["<f8", "<i8", "|i1", "|b1", "|O", ">f8", "<U5", "<c16", "", None, ["<f8"]]


def forged(data: bytes, rng: random.Random) -> bytes:
    """Return an archive whose words and arrays were changed by somebody who knows the format."""
    with ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(parts["words.json"])
    for _ in range(rng.choice([1, 1, 2])):
        _change(record, parts, rng)
    text = json.dumps(record).encode()
    if rng.random() < 0.02:
        text = rng.choice(ENDLESS)
    parts["words.json"], parts["checksum"] = text, sha256(text).hexdigest().encode()
    return packed(parts, rng)


def _change(record: dict[str, Any], parts: dict[str, bytes], rng: random.Random) -> None:
    name = rng.choice([name for name in record["arrays"] if name + ".npy" in parts])
    entry, way = record["arrays"][name], rng.randrange(7)
    if way == 0:
        target, key = rng.choice(list(_places(record["words"])))
        target[key] = rng.choice(VALUES)
    elif way == 1:
        entry[1] = rng.choice(SHAPES)
    elif way == 2:
        entry[0] = rng.choice(KINDS)
    elif way == 3:
        record["arrays"].pop(name)
        parts.pop(name + ".npy", None)
    elif way == 4:
        record["arrays"][name + rng.choice(["x", ".x", "/../../x", "\0"])] = entry
    else:
        array = _other_array(np.load(io.BytesIO(parts[name + ".npy"])), rng)
        entry[:] = [
            array.dtype.str,
            list(array.shape),
            sha256(np.ascontiguousarray(array)).hexdigest(),
        ]
        parts[name + ".npy"] = npy(array)


def _other_array(array: Any, rng: random.Random) -> Any:
    array = np.array(array)
    way = rng.randrange(5)
    if way == 0 and array.size:
        array.reshape(-1)[rng.randrange(array.size)] = rng.choice([-1, 0, 100])
    elif way == 1 and array.dtype.kind == "f" and array.size:
        array.reshape(-1)[rng.randrange(array.size)] = rng.choice([np.nan, np.inf, -np.inf, 1e300])
    elif way == 2:
        array = array[..., :-1] if array.ndim else array
    elif way == 3:
        with np.errstate(invalid="ignore"):
            array = array.astype(rng.choice(["<i8", "<f8", "|i1"]))
    else:
        array = np.zeros(rng.choice([(1000, 1000), (0,), (2_000_000,), (1, 1, 1, 1)]))
    return array


def _places(record: Any) -> Iterator[tuple[Any, Any]]:
    pairs = record.items() if isinstance(record, dict) else enumerate(record)
    for key, value in list(pairs):
        yield record, key
        if isinstance(value, dict | list):
            yield from _places(value)


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), version=(1, 0))
    return stream.getvalue()


# --- the run -------------------------------------------------------------------------------------

WAYS = {"damaged": damaged, "repacked": repacked, "forged": forged}


def run(folder: Path, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Read so many files; return what became of them, and what must not have."""
    rng = random.Random(seed)
    kinds = saved(folder)
    right = {}
    for kind, (data, read) in kinds.items():
        (folder / "file.npz").write_bytes(data)
        right[kind] = bits(read(folder / "file.npz"))
    found: Counter[str] = Counter()
    wrong = []
    for number in range(count):
        kind, way = rng.choice(list(kinds)), rng.choice(list(WAYS))
        data, read = kinds[kind]
        (folder / "file.npz").write_bytes(WAYS[way](data, rng))
        what, begun = f"{number}: {way} {kind}", time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            outcome = _outcome(read, folder / "file.npz", right[kind])
        if time.monotonic() - begun > LONGEST:
            wrong.append(f"{what} took {time.monotonic() - begun:.0f} s")
        if outcome.startswith("!") or (outcome == "other numbers" and way != "forged"):
            wrong.append(f"{what}: {outcome}")
        found[f"{way} {outcome.split(':')[0]}"] += 1
    return found, wrong


def _outcome(read: Reader, path: Path, right: Any) -> str:
    try:  # a warning is an error here: nobody may see one
        result = read(path)
        repr(result), getattr(result, "findings", None), getattr(result, "best_orders", None)
    except BeaError as error:
        return "refused" if len(str(error).splitlines()) == 1 else f"!not one line: {error}"
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what must not be)
        return f"!{type(error).__name__}: {error}"
    return "the same" if bits(result) == right else "other numbers"
