"""`bea drift`: the table, the promised JSON, and the folder of results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bea.measure import DriftStudy

from ..conftest import Bea

# A problem that takes a twentieth of a second.
QUICK = ("drift", "x**2*y**2/2 + x**2 + y**2/2", "--time", "0.5")


def test_the_table_and_its_verdict(bea: Bea) -> None:
    run = bea(*QUICK, "--orders", "0-2")
    assert run.status == 0 and run.err == ""
    text = " ".join(run.out.split())
    assert text.startswith("Drift of gradient-descent on x**2*y**2/2 + x**2 + y**2/2 at time 0.5: ")
    assert "12 step sizes from" in text and ", 9 starts" in text
    rows = [line.split() for line in run.out.splitlines() if line.strip()[:1].isdigit()]
    table = [row for row in rows if row[0] in "012" and len(row) > 5 and row[5] == "yes"]
    assert [(row[0], row[1], round(float(row[2]), 1)) for row in table] == [
        ("0", "1", 1.0),
        ("1", "2", 2.0),
        ("2", "3", 3.0),
    ]
    assert "Every observed order is within 0.1 of the expected one." in text


def test_json_is_what_is_promised(bea: Bea) -> None:
    run = bea("drift", "linear-network", "--method", "heun", "--orders", "0,2", "--format", "json")
    assert run.err == ""
    found = run.json
    assert found["method"] == "heun" and found["problem"] == "linear-network"
    assert found["gammas"] == sorted(found["gammas"], reverse=True)
    assert len(found["gammas"]) == 12
    assert [entry["order"] for entry in found["orders"]] == [0, 2]
    for entry in found["orders"]:
        low, high = entry["interval"]
        assert low <= entry["observed"] <= high
    # Heun's method is of order 2, so that the term of gamma^1 is zero.
    assert [entry["expected"] for entry in found["orders"]] == [2, 3]
    assert [round(entry["observed"], 1) for entry in found["orders"]] == [2.0, 3.0]


def test_the_method_follows_from_the_problem(bea: Bea) -> None:
    few = ("--orders", "0", "--gammas", "0.1,0.05", "--start-count", "1", "--format", "json")
    assert bea("drift", "booth", "--time", "0.1", *few).json["method"] == "gradient-descent"
    assert bea("drift", "riccati", *few).json["method"] == "explicit-euler"


@pytest.mark.parametrize(
    "source",
    [
        ("himmelblau",),
        ("--loss", "himmelblau"),
        ("--problem", "himmelblau"),
        ("(x**2 + y - 11)**2 + (x + y**2 - 7)**2",),
        ("--loss", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"),
    ],
)
def test_a_problem_can_be_given_in_many_ways(bea: Bea, source: tuple[str, ...]) -> None:
    numbers = ("--orders", "0", "--starts", "0,1", "--time", "0.1")
    found = bea("drift", *source, *numbers, "--gammas", "1/1000,5e-4", "--format", "json").json
    assert found["gammas"] == [0.001, 0.0005]


def test_numbers_of_step_sizes_and_starts(bea: Bea, folder: Path) -> None:
    run = bea(*QUICK, "--gamma-count", "15", "--start-count", "20", "--orders", "1", "--out", "r")
    assert run.status == 0
    study = DriftStudy.load("r/run.npz")
    assert len(study.gammas) == 15 and study.starts.shape == (20, 2)
    assert abs(study.observed_orders()[0] - 2) < 0.1


def test_starts_and_times_are_taken_as_given(bea: Bea, folder: Path) -> None:
    numbers = ("--starts", "1,2; -1, 0.5", "--gammas", "0.05,0.025", "--samples", "4")
    bea(*QUICK, *numbers, "--orders", "0", "--out", "r")
    study = DriftStudy.load("r/run.npz")
    assert study.starts.tolist() == [[1.0, 2.0], [-1.0, 0.5]]
    # 0.125, 0.25, 0.375 and 0.5, each at the nearest whole number of steps.
    assert study.times[0] == pytest.approx([0.1, 0.25, 0.4, 0.5])


def test_one_step_is_one_order_higher(bea: Bea) -> None:
    found = bea("drift", "linear-network", "--one-step", "--orders", "0-1", "--format", "json").json
    assert found["kind"] == "defect"
    assert [entry["expected"] for entry in found["orders"]] == [2, 3]
    assert [round(entry["observed"], 1) for entry in found["orders"]] == [2.0, 3.0]


def test_out_writes_data_tables_and_figure(bea: Bea, folder: Path) -> None:
    run = bea(*QUICK, "--orders", "0-1", "--format", "json", "--out", "deep/results")
    results = folder / "deep/results"
    assert sorted(path.name for path in results.iterdir()) == [
        "drift.json",
        "drift.png",
        "run.npz",
        "table.txt",
    ]
    assert run.err == "wrote run.npz, drift.json, table.txt, drift.png to deep/results\n"
    assert json.loads((results / "drift.json").read_text()) == run.json
    assert "Every observed order" in (results / "table.txt").read_text(encoding="utf-8")
    assert (results / "drift.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    study = DriftStudy.load(results / "run.npz")
    assert study.observed_orders().tolist() == [entry["observed"] for entry in run.json["orders"]]


def test_warnings_go_beside_the_result(bea: Bea) -> None:
    numbers = ("--gammas", "0.4,0.2,0.1,0.05", "--time", "1.2", "--orders", "0", "--starts", "1")
    run = bea("drift", "--loss", "2*x**2", *numbers, "--format", "json")
    assert run.status == 0 and run.json["warnings"]
    assert run.err.startswith("warning: step sizes up to 0.4 are beyond the useful range")
    assert run.err.count("\n") == 1


def test_runs_that_stop_are_counted_and_shown(bea: Bea) -> None:
    numbers = ("--gammas", "0.01,0.005", "--starts", "1; 4", "--time", "0.5", "--orders", "0")
    run = bea("drift", "riccati", *numbers)
    assert run.status == 0
    text = " ".join(run.out.split())
    # The iterates and the flow, with both step sizes.
    assert "4 runs stopped early: iterates: gamma=0.01, start (4): stopped at t=" in text
    assert "(4): stopped at t=0.25, the solution blows up in finite time … and 1 more" in text


def test_why_no_order_is_observed_is_said_once(bea: Bea) -> None:
    run = bea(*QUICK, "--gammas", "0.05,0.025", "--orders", "0-2")
    text = " ".join(run.out.split())
    assert "No order could be observed. K = 0, 1, 2: 2 of 2 step sizes stand clear" in text
    assert text.count("4 are needed") == 1


def test_json_has_null_where_no_order_is_observed(bea: Bea) -> None:
    run = bea(*QUICK, "--gammas", "0.05,0.025", "--orders", "0", "--format", "json")
    assert run.json["orders"][0]["observed"] is None
    assert run.json["orders"][0]["interval"] is None
    assert np.isfinite(run.json["gammas"]).all()
