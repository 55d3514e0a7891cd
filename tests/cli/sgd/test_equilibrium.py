"""`bea sgd equilibrium`: predictions beside what is measured, and a run that can be continued."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from bea.flows.ensembles import descent as ensembles

from ..conftest import Bea

CIRCLE = ("sgd", "equilibrium", "rayleigh-quotient", "--gamma", "1/2", "--weight-decay", "1/25")
FILES = ["equilibrium.csv", "equilibrium.json", "equilibrium.png", "table.txt"]


def test_what_is_measured_is_what_is_predicted(bea: Bea) -> None:
    run = bea(*CIRCLE, "--runs", "2048", "--format", "json")
    assert run.status == 0 and run.err == ""
    assert run.json["steps"] == 150
    for entry in run.json["quantities"][:2]:
        assert abs(entry["measured"] - entry["corrected"]) < 4 * entry["error"]
        assert entry["error"] < 0.01 * entry["corrected"]
    relaxation = run.json["quantities"][2]
    assert relaxation["leading"] == pytest.approx(4 * 0.5 / 25)
    assert abs(relaxation["measured"] - run.json["predicted_fit"]) < 4 * relaxation["error"]


def test_table_and_files(bea: Bea, folder: Path) -> None:
    run = bea(*CIRCLE, "--runs", "128", "--out", "results", "--record", "40")
    text = " ".join(run.out.split())
    assert text.startswith("SGD with weight decay on rayleigh-quotient (N = 18): γ = 0.5, λ = 0.04")
    assert "effective rate γ/‖w‖²" in text and "leading order next order measured" in text
    assert sorted(path.name for path in (folder / "results").iterdir()) == FILES
    rows = list(csv.reader((folder / "results/equilibrium.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 42 and rows[0][-1] == "effective_rate predicted"
    record = json.loads((folder / "results/equilibrium.json").read_text())
    assert record["quantities"][0]["name"] == "fourth_power"


def test_what_a_short_run_does_not_show_is_said(bea: Bea) -> None:
    run = bea(*CIRCLE, "--runs", "64", "--record", "3")
    assert run.status == 0
    assert "there are too few records for a rate of relaxation" in run.out
    json_run = bea(*CIRCLE, "--runs", "64", "--record", "3", "--format", "json")
    assert json_run.json["quantities"][2]["measured"] is None


def test_an_interrupted_run_continues(
    bea: Bea, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = (*CIRCLE, "--runs", "128", "--out", "results")
    step, taken = ensembles._DescentWalker.step, []

    def interrupted(self: Any, *given: Any) -> Any:
        taken.append(1)
        if len(taken) == 100:
            signal.raise_signal(signal.SIGINT)
        return step(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(ensembles._DescentWalker, "step", interrupted)
        stopped = bea(*command)
    assert stopped.status == 130
    assert "what was computed is in 'results/checkpoint.npz'" in stopped.err
    again = bea(*command)
    assert again.err.endswith("continued from 'results/checkpoint.npz'\n")
    assert sorted(path.name for path in (folder / "results").iterdir()) == FILES
    assert bea(*command[:-2]).out == again.out
