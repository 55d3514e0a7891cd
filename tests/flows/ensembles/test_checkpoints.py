"""Checkpoints: an ensemble that was killed has the bits of one that was not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import OutputError
from bea.files.archives import read_archive, write_archive
from bea.flows import Ensemble

LINE = bea.problems.linear_regression()
ASKED: dict[str, Any] = {"gamma": "1/50", "steps": 300, "runs": 20_000, "record": 6, "keep": True,
                         "observables": "w, b, L", "seed": 2, "batches": 2}  # fmt: skip
KILLED = """
import os, signal, sys
import bea

blocks = 0
def progress(done, total):
    global blocks
    blocks += 1
    if blocks == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

bea.ensemble("heavy-ball", bea.problems.linear_regression(), [0, 0], gamma="1/50", steps=300,
    runs=20_000, record=6, keep=True, observables="w, b, L", seed=2, batches=2, progress=progress,
    checkpoint=sys.argv[1], checkpoint_every=0)
"""


def run(**changed: Any) -> Ensemble:
    return bea.ensemble("heavy-ball", LINE, [0, 0], **{**ASKED, **changed})


def same_bits(a: Ensemble, b: Ensemble) -> bool:
    names = ("mean", "error", "count", "status", "stopped_at", "points", "times")
    return all(getattr(a, n).tobytes() == getattr(b, n).tobytes() for n in names)


@pytest.fixture(scope="module")
def uninterrupted() -> Ensemble:
    return run()


def test_killed_in_the_middle_it_resumes_to_the_same_bits(
    tmp_path: Path, uninterrupted: Ensemble
) -> None:
    path = tmp_path / "run.npz"
    for blocks in (90, 100):  # the second time it is killed after it has resumed
        command = [sys.executable, "-c", KILLED, str(path), str(blocks)]
        assert subprocess.run(command).returncode == -signal.SIGKILL
    seen: list[int] = []
    resumed = run(checkpoint=path, progress=lambda done, total: seen.append(done))
    assert same_bits(resumed, uninterrupted)
    assert seen[0] > 4_000_000  # of six million steps


class StopError(Exception):
    """What interrupts, as Ctrl-C does."""


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_at_any_time_it_loses_nothing(
    tmp_path: Path, uninterrupted: Ensemble, workers: int
) -> None:
    path = tmp_path / "run.npz"
    steps = 0

    def progress(done: int, total: int) -> None:
        nonlocal steps
        if done > steps + 900_000:  # two workers may report but every million
            steps = done
            raise StopError

    for _ in range(3):
        with pytest.raises(StopError):
            run(checkpoint=path, progress=progress, workers=workers)
    assert steps > 2_700_000
    assert same_bits(run(checkpoint=path, workers=workers), uninterrupted)


def test_a_finished_ensemble_is_read_back(tmp_path: Path, uninterrupted: Ensemble) -> None:
    path = tmp_path / "run.npz"
    run(checkpoint=path)
    seen: list[int] = []
    again = run(checkpoint=path, progress=lambda done, total: seen.append(done))
    assert same_bits(again, uninterrupted) and seen == [6_000_000]


UNTIL = {"adam": "w - 7/10", "nesterov": "w - 8/5", "optimistic-gradient": "w - 1"}


@pytest.mark.parametrize("method", UNTIL)
def test_all_memory_is_kept(tmp_path: Path, method: str) -> None:
    def asked(**more: Any) -> Ensemble:
        return bea.ensemble(method, LINE, [0, 0], gamma="1/50", steps=100, runs=50, seed=1,
                            until=UNTIL[method], keep=True, **more)  # fmt: skip

    def interrupt(done: int, total: int) -> None:
        if done > 2000:
            raise StopError

    with pytest.raises(StopError):
        asked(checkpoint=tmp_path / "run.npz", progress=interrupt)
    whole = asked()
    assert (whole.stopped_at >= 0).any() and (whole.stopped_at < 0).any()
    assert same_bits(asked(checkpoint=tmp_path / "run.npz"), whole)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seed": 3}, "seed is 2 there and 3 here"),
        ({"gamma": "1/40"}, r"gamma is \[0.02\] there and \[0.025\] here"),
        ({"runs": 20_001}, "runs is 20000 there and 20001 here"),
        ({"batches": 1}, "batches is .*of 2 without replacement.* there and .*of 1"),
        ({"observables": "w, b"}, 'observables is .* there and \\["w", "b"\\] here'),
    ],
)
def test_a_checkpoint_of_another_ensemble_is_refused(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    path = tmp_path / "run.npz"
    run(checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(OutputError, match=f"is the checkpoint of another ensemble: {message}"):
        run(checkpoint=path, **changed)
    assert path.read_bytes() == before
    with pytest.raises(OutputError, match=r'method is "heavy-ball.* there and "gradient-desc'):
        bea.ensemble("gradient-descent", LINE, [0, 0], checkpoint=path, **ASKED)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with pytest.raises(OutputError, match="is not a checkpoint saved by bea"):
        run(checkpoint=path)
    assert path.read_bytes() == content


def test_no_checkpoint_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(runs=10)
    assert not list(tmp_path.iterdir())
    assert np.isfinite(run(runs=10).mean).all()


def forged(path: Path, change: Any) -> None:
    """Change words and arrays of a checkpoint, with checksums that are right."""
    form = "bea ensemble checkpoint 2"
    words, arrays = read_archive(path, form, "a checkpoint", lambda words, layout: None)
    change(words, arrays)
    write_archive(path, form, words, arrays, packed=False)


def put(name: str, place: Any, value: Any) -> Any:
    def change(words: Any, arrays: Any) -> None:
        arrays[name][place] = value

    return change


def say(*names: Any) -> Any:
    def change(words: Any, arrays: Any) -> None:
        record = words["chunks"]
        for name in names[:-2]:
            record = record[name]
        record[names[-2]] = names[-1]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("results.count", (0, 0), -1), r"count has a value outside \[0, "),
        (put("results.count", (0, 0), 10**9), "count has a value outside"),
        (put("results.squares", (0, 0, 0), -1.0), "squares has a value outside"),
        (put("results.mean", (1, -1, 0), 5.0), "mean is of no runs"),
        (put("results.status", 0, 77), "status has a value outside"),
        (put("chunk0.theta", (0, 0), np.inf), "theta has a value that is no finite number"),
        (put("chunk0.stopped_at", 0, 301), "stopped_at has a value outside"),
        (say("0", "taken", 301), "it is after other steps"),
        (say("0", "taken", True), "it is after other steps"),
        (say("0", "cursor", 6), "it has recorded other steps"),
        (say("0", "plain", []), "it has another memory"),
        (say("0", "random", {"bit_generator": "PCG64"}), "its random numbers have no state"),
        (
            say("0", "random", "state", "state", [1, 2, 3, 2**64]),
            "its random numbers have no state",
        ),
        (say("0", "more", 1), "a chunk has other words"),
        (say("7000", {}), "other chunks are under way"),
        (lambda words, arrays: words.update(done=[99]), "it has done other chunks"),
        (lambda words, arrays: arrays.pop("chunk0.memory0"), "it has another memory"),
        (lambda words, arrays: arrays.update(x=np.zeros(3)), "it has other arrays"),
        (lambda words, arrays: arrays.update({"results.mean": np.zeros(3)}), "mean has another"),
    ],
)
def test_what_cannot_be_a_state_of_this_ensemble_is_refused(
    tmp_path: Path, under_way: bytes, change: Any, message: str
) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(under_way)
    forged(path, change)
    before = path.read_bytes()
    with pytest.raises(OutputError, match=f"is not a checkpoint saved by bea: {message}"):
        run(checkpoint=path)
    assert path.read_bytes() == before


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("under-way") / "run.npz"

    def stop(done: int, total: int) -> None:
        if done > 1_000_000:
            raise StopError

    with pytest.raises(StopError):
        run(checkpoint=path, checkpoint_every=0, progress=stop)
    return path.read_bytes()


def test_one_checkpoint_is_used_by_one_ensemble_at_a_time(tmp_path: Path) -> None:
    refused = []

    def meanwhile(done: int, total: int) -> None:
        if not refused:
            with pytest.raises(OutputError, match=r"another run is using the checkpoint '.*run"):
                run(checkpoint=tmp_path / "run.npz")
            refused.append(done)

    run(checkpoint=tmp_path / "run.npz", progress=meanwhile)
    assert refused and [p.name for p in tmp_path.iterdir()] == ["run.npz"]
