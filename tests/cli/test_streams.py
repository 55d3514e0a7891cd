"""Closed and full streams, odd surroundings, interrupts: no number is lost, the status is right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..tools.processes import run
from .conftest import Bea

pytestmark = pytest.mark.skipif(os.name == "nt", reason="streams of POSIX")
SAVED = {"run.npz", "drift.json", "table.txt", "drift.png"}


@pytest.mark.parametrize(
    ("shell", "status", "said"),
    [
        (">&-", 2, "bea: cannot write to standard output: it is closed\n"),
        ("2>&-", 0, ""),
        (">&- 2>&- <&-", 2, ""),
        ("2> /dev/full", 0, ""),
    ],
)
def test_results_are_in_the_folder_whatever_the_streams_are(
    tmp_path: Path, shell: str, status: int, said: str
) -> None:
    ended = run(["drift", "booth", "--orders", "0,1", "--out", "r"], tmp_path, shell=shell)
    assert ended.status == status and ended.said.endswith(said)
    assert {path.name for path in (tmp_path / "r").iterdir()} == SAVED
    assert ("1.001" in ended.out.decode()) == (status == 0)


def test_a_closed_output_is_no_place_for_files(tmp_path: Path) -> None:
    """A file that is opened first would get the number of the stream, and what is printed."""
    ended = run(["derive", "heun", "--out", "heun.txt"], tmp_path, shell=">&- 2>&- <&-")
    assert ended.status == 0
    assert (tmp_path / "heun.txt").read_text().startswith("Modified equation of heun")


@pytest.mark.parametrize("columns", ["0", "1", "5", "-3", "wide", "1000000"])
def test_tables_are_readable_in_every_width(tmp_path: Path, columns: str) -> None:
    arguments = ["drift", "booth", "--orders", "0,1"]
    ended = run(arguments, tmp_path, {"COLUMNS": columns, "MPLBACKEND": "nonsense"})
    assert ended.status == 0
    assert "[1.000, 1.001]" in ended.out.decode() and "12 of 12 step sizes" in ended.out.decode()


def test_no_window_is_wanted(tmp_path: Path) -> None:
    ended = run(["plot", "loss", "booth"], tmp_path, {"MPLBACKEND": "nonsense"})
    assert ended.status == 0 and ended.said.endswith("wrote loss.png\n")


def test_an_interrupt_at_work_ends_in_one_line(tmp_path: Path) -> None:
    long = ["sgd", "ensemble", "linear-regression", "--gamma", "1/50", "--steps", "100000000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bea", *long, "--checkpoint", "run.npz"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        while not list(tmp_path.glob(".bea-*.lock")) and process.poll() is None:
            time.sleep(0.05)
        for _ in range(6):  # Python drops one that meets it in a destructor
            process.send_signal(signal.SIGINT)
            try:
                said = process.communicate(timeout=10)[1]
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            process.kill()
    assert process.returncode == 130 and said.startswith("bea: interrupted")
    assert len(said.splitlines()) == 1
    assert not list(tmp_path.glob(".bea-*"))


@pytest.mark.parametrize("command", [
    ["drift", "booth", "--orders", "0,1"], ["verify", "gradient-descent", "booth"],
    ["sgd", "ensemble", "linear-regression", "--gamma", "1/50"],
    ["sgd", "equilibrium", "rayleigh-quotient", "--gamma", "1/10", "--weight-decay", "1/10"],
    ["sgd", "escape", "double-well", "--covariance", "4,4", "--gamma", "1/32"],
])  # fmt: skip
def test_all_places_are_looked_at_before_the_work(
    bea: Bea, folder: Path, command: list[str]
) -> None:
    (folder / "out").mkdir()
    os.mkfifo(folder / "out" / "table.txt")
    run = bea(*command, "--out", "out")
    assert (run.status, run.out) == (2, "")
    assert run.err == "bea: 'out/table.txt' is a pipe and no file: give the name of a file\n"
    assert [path.name for path in (folder / "out").iterdir()] == ["table.txt"]


def test_two_runs_do_not_share_a_checkpoint(bea: Bea, folder: Path) -> None:
    from bea.files.locks import held

    line = ("sgd", "ensemble", "linear-regression", "--gamma", "1/50", "--steps", "20")
    for more in (("--checkpoint", "out/checkpoint.npz"), ("--out", "out")):
        (folder / "out").mkdir(exist_ok=True)
        with held(folder / "out" / "checkpoint.npz"):
            (folder / "out" / "checkpoint.npz").write_bytes(b"of the other run")
            run = bea(*line, *more)
            assert (run.status, run.out) == (2, "")
            assert run.err == (
                "bea: another run is using the checkpoint 'out/checkpoint.npz': wait for its end, "
                "or give another file\n"
            )
        assert (folder / "out" / "checkpoint.npz").read_bytes() == b"of the other run"
