"""`bea sgd ensemble`: its numbers are those of the exact law, and an interrupted run continues."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bea.flows import Ensemble
from bea.flows.ensembles import descent as ensembles
from bea.measure.training import stationary_variance

from ..conftest import Bea

PAIR = ("--losses", "(x - 1)**2/2; (x + 1)**2/2")
LINE = ("sgd", "ensemble", "linear-regression", "--gamma", "1/50", "--runs", "500")
FILES = ["ensemble.csv", "ensemble.json", "ensemble.npz", "ensemble.png", "table.txt"]


def last(run: Any) -> dict[str, tuple[float, float]]:
    record = run.json["records"][-1]
    pairs = zip(record["mean"], record["error"], strict=True)
    return dict(zip(run.json["observables"], pairs, strict=True))


def test_the_stationary_variance_is_the_exact_one(bea: Bea) -> None:
    run = bea("sgd", "ensemble", *PAIR, "--gamma", "1/2", "--steps", "60", "--runs", "20000",
              "--observe", "x, x**2", "--format", "json")  # fmt: skip
    mean, error = last(run)["x**2"]
    assert abs(mean - 1 / 3) < 4 * error < 0.02  # gamma/(2 - gamma)
    assert run.json["losses"] == 2 and run.json["failures"] == []


def test_a_given_covariance_and_momentum(bea: Bea) -> None:
    run = bea("sgd", "ensemble", "x**2/2 + y**2/2", "--covariance", "2, 1; 1, 1", "--gamma", "1/10",
              "-m", "heavy-ball(beta=1/2)", "--steps", "200", "--runs", "20000", "--observe",
              "x**2, x*y", "--format", "json")  # fmt: skip
    expected = stationary_variance(1, 1, "1/10", "1/2")
    for name, covariance in {"x**2": 2, "x*y": 1}.items():
        mean, error = last(run)[name]
        assert abs(mean - covariance * float(expected)) < 4 * error


def test_batches_with_and_without_replacement(bea: Bea) -> None:
    few = (*LINE, "--steps", "20", "--format", "json", "--batch", "4")
    assert last(bea(*few))["L"][1] < 1e-12  # all losses in every step: nothing is random
    assert last(bea(*few, "--replacement"))["L"][1] > 1e-5
    shuffled = bea(*few[:-1], "2", "--shuffle")
    assert shuffled.json["batches"] == ["shuffled epochs in batches of 2"]


def test_stages_have_step_sizes_and_batches_of_their_own(bea: Bea) -> None:
    run = bea(*LINE[:3], "--gamma", "1/50, 1/100", "--steps", "10,20", "--batch", "1,2",
              "--runs", "64", "--record", "3")  # fmt: skip
    text = " ".join(run.out.split())
    assert "10 steps of 1/50 with batches of 1 without replacement, then 20 steps of 1/100" in text
    assert "30 0.4 " in text


def test_a_table_of_ten_rows_and_files_of_all_records(bea: Bea, folder: Path) -> None:
    run = bea(*LINE, "--steps", "200", "--out", "results")
    assert run.status == 0
    assert run.err == f"wrote {', '.join(_written())} to results\n"
    assert sorted(path.name for path in (folder / "results").iterdir()) == FILES
    assert " ".join(run.out.split()).startswith(
        "500 runs of gradient-descent on linear-regression (N = 4), 200 steps of 1/50 with batches"
    )
    saved = Ensemble.load(folder / "results/ensemble.npz")
    assert saved.steps.tolist() == list(range(0, 201, 2))
    rows = list(csv.reader((folder / "results/ensemble.csv").read_text("utf-8").splitlines()))
    assert rows[0] == ["step", "time", "runs", "w", "± w", "b", "± b", "L", "± L"]
    np.testing.assert_array_equal(
        np.array(rows[1:], dtype=float)[:, 3::2], saved.mean
    )  # to the last bit
    record = json.loads((folder / "results/ensemble.json").read_text())
    assert [entry["step"] for entry in record["records"]] == saved.steps.tolist()
    assert (folder / "results/ensemble.png").read_bytes()[:4] == b"\x89PNG"


def test_stochastic_equations_have_the_variances_that_theory_says(bea: Bea, folder: Path) -> None:
    run = bea("sgd", "ensemble", *PAIR, "--gamma", "1/2", "--steps", "40", "--runs", "20000",
              "--observe", "x**2", "--sde", "1,2", "--format", "json", "--record", "4",
              "--out", "results")  # fmt: skip
    gamma = 1 / 2
    wanted = [gamma / (2 - gamma), gamma / 2, gamma / (2 + gamma)]
    for entry, variance in zip([run.json, *run.json["equations"]], wanted, strict=True):
        record = entry["records"][-1]
        assert record["step"] == 40 and record["time"] == pytest.approx(20)
        assert abs(record["mean"][0] - variance) < 4 * record["error"][0] < 0.02
    names = [f"sde-{order}.{kind}" for order in (1, 2) for kind in ("csv", "npz")]
    assert sorted(path.name for path in (folder / "results").iterdir()) == sorted([*FILES, *names])
    equation = Ensemble.load(folder / "results/sde-2.npz")
    assert equation.steps.tolist() == [0, 10, 20, 30, 40]
    assert "weak order 2 of gradient-descent" in (folder / "results/table.txt").read_text("utf-8")


def test_data_from_a_file(bea: Bea, folder: Path) -> None:
    (folder / "line.csv").write_text("\ufeffz, t\n-1,0\n0,1\n1,1.0\n2,3\n\n", encoding="utf-8")
    numbers = ("--gamma", "1/50", "--steps", "50", "--runs", "200", "--format", "json")
    named = bea("sgd", "ensemble", "--data", "line.csv", "--model", "linear", *numbers)
    formula = bea("sgd", "ensemble", "--data", "line.csv", "--model", "(w*z + b - t)**2/2",
                  "--variables", "w b", *numbers)  # fmt: skip
    library = bea("sgd", "ensemble", "linear-regression", *numbers)
    for run in (named, formula):
        assert run.json["losses"] == 4
        for name in ("w", "b", "L"):
            assert last(run)[name] == pytest.approx(last(library)[name])


def test_runs_that_grow_beyond_bounds_are_told(bea: Bea) -> None:
    run = bea("sgd", "ensemble", *PAIR, "--gamma", "3", "--steps", "100", "--runs", "10")
    assert run.status == 0
    assert run.err.startswith("warning: 10 of 10 runs failed: it grew beyond all bounds")
    assert "–" in run.out


# --- interrupted, killed, continued ---------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("named", [True, False])
def test_an_interrupted_run_continues_to_the_same_bits(
    bea: Bea, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, named: bool
) -> None:
    command = (*LINE, "--steps", "2000", "--out", "results")
    command = (*command, "--checkpoint", "run.npz") if named else command
    kept = folder / ("run.npz" if named else "results/checkpoint.npz")
    with monkeypatch.context() as patch:
        patch.setattr(ensembles._DescentWalker, "step", _signalling(number, at=1500))
        stopped = bea(*command)
    assert stopped.status == 130 and stopped.out == ""
    path = kept.relative_to(folder)
    assert stopped.err.strip() == (
        f"bea: interrupted; what was computed is in '{path}': the same command continues from there"
    )
    assert kept.exists()
    assert [p.name for p in folder.glob("results/*")] == ([] if named else ["checkpoint.npz"])
    taken = _counting(monkeypatch)
    run = bea(*command)
    assert run.status == 0 and run.err.endswith(f"continued from '{path}'\n")
    assert 0 < len(taken) < 1000  # the last block alone is done again
    assert kept.exists() == named  # one that was not asked for is gone
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    bea(*LINE, "--steps", "2000", "--out", "whole")
    for name in FILES:
        assert (folder / "results" / name).read_bytes() == (folder / "whole" / name).read_bytes()


_KILLED = """
import os, signal
from bea.cli import main
from bea.flows.ensembles import descent, run

kept, step, taken = run.Checkpoint, descent._DescentWalker.step, []
run.Checkpoint = lambda path, words, results, rules, every: kept(path, words, results, rules, 0.0)

def killed(self, *given):
    taken.append(1)
    if len(taken) == 1500:
        os.kill(os.getpid(), signal.SIGKILL)
    return step(self, *given)

descent._DescentWalker.step = killed
main(%r)
"""


def test_a_killed_run_continues_to_the_same_bits(bea: Bea, folder: Path) -> None:
    command = (*LINE, "--steps", "2000", "--format", "json", "--checkpoint", "run.npz")
    killed = subprocess.run([sys.executable, "-c", _KILLED % (command,)], capture_output=True)
    assert killed.returncode == -signal.SIGKILL and killed.stdout == b""
    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == ["run.npz"]
    continued = bea(*command)
    assert [path.name for path in folder.iterdir()] == ["run.npz"]
    assert continued.err == "continued from 'run.npz'\n"
    assert continued.out == bea(*command[:-2]).out


def test_the_checkpoint_of_another_run_is_refused(bea: Bea, folder: Path) -> None:
    kept = ("--steps", "20", "--checkpoint", "run.npz")
    assert bea(*LINE, *kept).status == 0
    before = (folder / "run.npz").read_bytes()
    run = bea(*LINE, *kept, "--seed", "1")
    assert run.status == 2
    assert run.err.startswith(
        "bea: 'run.npz' is the checkpoint of another ensemble: seed is 0 there and 1 here."
    )
    assert (folder / "run.npz").read_bytes() == before


def test_without_a_checkpoint_an_interrupt_says_what_it_costs(
    bea: Bea, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensembles._DescentWalker, "step", _signalling(signal.SIGINT, at=5))
    run = bea(*LINE)
    assert run.status == 130
    assert "nothing is kept: give --checkpoint FILE to be able to continue" in run.err
    assert list(folder.iterdir()) == []


# --- helpers --------------------------------------------------------------------------------------


def _written() -> list[str]:
    return ["ensemble.npz", "ensemble.csv", "ensemble.json", "table.txt", "ensemble.png"]


def _signalling(number: int, at: int) -> Callable[..., Any]:
    """Return a step that sends this process a signal in the middle of a run."""
    step, taken = ensembles._DescentWalker.step, []

    def signalling(self: Any, *given: Any) -> Any:
        taken.append(1)
        if len(taken) == at:
            signal.raise_signal(number)
        return step(self, *given)

    return signalling


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    step, taken = ensembles._DescentWalker.step, list[int]()

    def counting(self: Any, *given: Any) -> Any:
        taken.append(1)
        return step(self, *given)

    monkeypatch.setattr(ensembles._DescentWalker, "step", counting)
    return taken
