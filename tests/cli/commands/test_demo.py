"""`bea demo`: the main job on real input, once in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bea.cli import main
from bea.measure import DriftStudy
from bea.reports.demo import CASES

from ..conftest import Bea, Run

PROBLEMS = ["himmelblau", "rosenbrock", "linear-network", "lotka-volterra"]
TEXTS = {"equation.txt", "equation.json", "drift.txt", "drift.npz"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "results"


@pytest.fixture(scope="module")
def run(results: Path) -> Run:
    """Run the demo as a person would, at 80 columns."""
    from contextlib import redirect_stderr, redirect_stdout
    from io import StringIO

    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as ended:
            main(["demo", "--out", str(results)])
    assert isinstance(ended.value.code, int)
    return Run(ended.value.code, out.getvalue(), err.getvalue())


@pytest.mark.parametrize("problem", PROBLEMS)
def test_observed_orders_are_the_expected_ones(run: Run, results: Path, problem: str) -> None:
    study = DriftStudy.load(results / problem / "drift.npz")
    assert len(study.gammas) >= 10
    assert study.orders.tolist() == [0, 1, 2, 3, 4] and study.expected == (1, 2, 3, 4, 5)
    assert all(not fit.reason and len(fit.window) >= 4 for fit in study.fits)
    assert study.observed_orders() == pytest.approx([1, 2, 3, 4, 5], abs=0.1)


def test_the_table_says_so(run: Run, results: Path) -> None:
    assert run.status == 0
    assert all(line.endswith("Ctrl-C ends it") for line in run.err.splitlines())
    text = " ".join(run.out.split())
    assert "Every observed order is within 0.1 of the expected one." in text
    assert "at those under 'floor' the drift is hidden by rounding" in text
    rows = [line.split() for line in run.out.splitlines()]
    marked = [row for row in rows if "yes" in row]
    assert len(marked) == 20 and not any("NO" in row for row in rows)
    table = (results / "table.txt").read_text(encoding="utf-8")
    assert all(problem in table for problem in PROBLEMS)
    assert max(map(len, run.out.splitlines())) <= 80


def test_a_short_form_of_each_equation_is_printed(run: Run) -> None:
    assert run.out.count("dθ/dt = −∇L − γ/2 ∇²L∇L − γ²(1/3 (∇²L)²∇L + 1/12 ∇³L[∇L,∇L])") == 3
    assert "dθ/dt = f − γ/2 f'f + γ²(1/3 f'f'f + 1/12 f''(f,f)) + O(γ³)" in run.out
    assert "L = (x**2 + y - 11)**2 + (x + y**2 - 7)**2" in run.out
    assert "da/dt = −ab² + b" in run.out
    assert "L + γ/4 ‖∇L‖² + O(γ²), and none from γ² on" in run.out


def test_figures_tables_and_data_are_where_it_says(run: Run, results: Path) -> None:
    assert sorted(path.name for path in results.iterdir()) == sorted(
        [*PROBLEMS, "summary.json", "table.txt"]
    )
    for case in CASES:
        figures = {"drift.png", "trajectory.png", "terms.png"}
        if case.method == "gradient-descent":
            figures.add("loss.png")
        written = {path.name: path for path in (results / case.problem).iterdir()}
        assert set(written) == TEXTS | figures
        assert all(written[name].read_bytes()[:4] == b"\x89PNG" for name in figures)
        equation = json.loads(written["equation.json"].read_text())
        assert equation["order"] == 4 and len(equation["terms"]) == 5
        assert f"{case.problem}/:" in run.out
    studies = json.loads((results / "summary.json").read_text())["studies"]
    assert [study["problem"] for study in studies] == PROBLEMS


def test_an_order_that_disagrees_is_status_1(bea: Bea, monkeypatch: pytest.MonkeyPatch) -> None:
    class Found:
        study = None

    monkeypatch.setattr("bea.reports.demo.run_demo", lambda *a, **k: [Found()])
    monkeypatch.setattr("bea.reports.drift.disagreements", lambda study: [2])
    assert bea("demo").status == 1
    monkeypatch.setattr("bea.reports.drift.disagreements", lambda study: [])
    assert bea("demo").status == 0
