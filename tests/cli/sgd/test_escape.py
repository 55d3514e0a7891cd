"""`bea sgd escape`: mean times as they are predicted, and what was censored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..conftest import Bea

WELL = ("sgd", "escape", "double-well", "--runs", "300")
FILES = ["escape.json", "escape.png", "table.txt"]


def test_times_are_those_that_are_predicted(bea: Bea, folder: Path) -> None:
    run = bea(*WELL, "--covariance", "2,2", "--gamma", "1/8, 1/10", "--format", "json",
              "--out", "results")  # fmt: skip
    assert run.status == 0
    assert run.err == "wrote escape.json, table.txt, escape.png to results\n"
    assert run.json["minimum"] == pytest.approx([-1, 0]) and len(run.json["saddles"]) == 1
    for row, heat in zip(run.json["rows"], ("1/8", "1/10"), strict=True):
        assert row["temperature"] == heat
        assert abs(row["mean"] - row["predicted"]) < 4 * row["error"] < 0.3 * row["mean"]
        assert row["kramers"] < row["on_grid"] < row["predicted"]
    assert sorted(path.name for path in (folder / "results").iterdir()) == FILES
    assert json.loads((folder / "results/escape.json").read_text()) == run.json


def test_runs_that_stay_are_told(bea: Bea) -> None:
    run = bea(*WELL, "--covariance", "1,1", "--gamma", "1/50", "--steps", "100")
    text = " ".join(run.out.split())
    assert run.status == 0 and "0 of 300 > " in text
    assert text.startswith("Escapes on double-well from the minimum at (-1, 0)")
    assert "over the saddle at (0, 0), L = 0.25, curvatures -1, 1 to the minimum at (1, 0)" in text


def test_an_expression_of_one_variable_in_a_window(bea: Bea) -> None:
    run = bea("sgd", "escape", "(x**2 - 1)**2/4", "--covariance", "2", "--gamma", "1/8",
              "--window=-2,2", "--start", "0.9", "--runs", "500", "--format", "json")  # fmt: skip
    assert run.json["minimum"] == pytest.approx([1])
    (row,) = run.json["rows"]
    assert row["on_grid"] is None and row["left"] > 480


def test_a_named_checkpoint_for_each_row(bea: Bea, folder: Path) -> None:
    command = (*WELL, "--covariance", "2,2", "--gamma", "1/6,1/8", "--checkpoint", "run.npz")
    first = bea(*command)
    assert sorted(path.name for path in folder.iterdir()) == ["run-1.npz", "run-2.npz"]
    again = bea(*command)
    assert again.out == first.out
    assert again.err == "continued from 'run-1.npz'\ncontinued from 'run-2.npz'\n"


def test_a_time_beyond_all_numbers_is_refused(bea: Bea) -> None:
    run = bea(*WELL, "--covariance", "4,4", "--gamma", "1/100000")
    assert run.status == 2
    assert "no run would ever leave: at temperature 1/50000 every barrier" in run.err
    assert run.err.count("\n") == 1


def test_runs_that_fail_are_told(bea: Bea) -> None:
    run = bea(*WELL, "--covariance", "4,4", "--gamma", "3", "--steps", "100")
    assert run.status == 0
    assert "runs with steps of 3 failed before they left: take smaller steps" in run.err
