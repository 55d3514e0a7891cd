"""`bea list`: everything that is registered is listed, in tables and for machines."""

from __future__ import annotations

import pytest

from bea import methods, problems
from bea.methods.schedules import library as schedules

from ..conftest import Bea


def test_all_methods_are_listed(bea: Bea) -> None:
    run = bea("list", "methods")
    assert run.status == 0 and run.err == ""
    for name in methods.available():
        assert f" {name} " in run.out


def test_all_problems_are_listed_with_their_formulas(
    bea: Bea, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    run = bea("list", "problems")
    for name in problems.available():
        assert f" {name} " in run.out
    assert "(x**2 + y - 11)**2 + (x + y**2 - 7)**2" in run.out
    assert "a=1, b=100" in run.out


@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_tables_fit_the_terminal(bea: Bea, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for what in ("methods", "problems"):
        lines = bea("list", what).out.splitlines()
        assert max(map(len, lines)) <= min(int(width), 120)


def test_methods_as_json(bea: Bea) -> None:
    found = {
        record["name"]: record for record in bea("list", "methods", "-f", "json").json["methods"]
    }
    assert list(found) == list(methods.available())
    assert found["rk4"]["order_of_accuracy"] == 4
    assert found["runge-kutta"]["parameters"] == {"A": None, "b": None, "c": None}


def test_problems_as_json(bea: Bea) -> None:
    records = bea("list", "problems", "--format", "json").json["problems"]
    found = {record["name"]: record for record in records}
    assert list(found) == list(problems.available())
    assert found["rosenbrock"]["variables"] == ["x", "y"]
    assert found["rosenbrock"]["parameters"] == {"a": "1", "b": "100"}
    assert found["pendulum"]["kind"] == "field"


def test_every_schedule_is_listed(bea: Bea) -> None:
    records = bea("list", "schedules", "--format", "json").json["schedules"]
    assert [record["name"] for record in records] == sorted(schedules.available())
    assert {"name", "title", "parameters"} == set(records[0])
    (step,) = [record for record in records if record["name"] == "step"]
    assert step["parameters"] == {"every": "1", "factor": "1/10", "time": "3"}
    table = bea("list", "schedules").out
    assert all(name in table for name in schedules.available())
