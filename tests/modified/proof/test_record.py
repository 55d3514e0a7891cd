"""The record of a proof, and the checker in plain Python that knows nothing of bea."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import bea
from bea.errors import BeaError, MethodError
from bea.modified.proof.record import proof_record

from .checkers import CHECKER, load_checker, record_of

METHODS: list[tuple[str, dict[str, Any]]] = [
    ("explicit-euler", {}),
    ("rk4", {}),
    ("implicit-midpoint", {}),
    ("trapezoidal", {}),
    ("heavy-ball", {"beta": "9/10"}),
    ("nesterov", {"beta": "1/2"}),
    ("optimistic-gradient", {}),
    ("usam", {"ratio": "1/2"}),
    ("adams-bashforth", {"steps": 3}),
    ("bdf", {"steps": 2}),
]
PARTITIONED: list[tuple[str, dict[str, Any]]] = [
    ("stormer-verlet", {}),
    ("stormer-verlet", {"form": "position"}),
    ("symplectic-euler", {"own": "implicit"}),
    ("strang", {}),
    ("lobatto-iiia-iiib", {"stages": 3}),
    ("composition", {"weights": "2/3, -1/3, 2/3", "base": "stormer-verlet"}),
    ("splitting", {"stages": "1/2 A, B, C, 1/2 A", "split": "x; y; z"}),
    ("cyclic", {}),
    ("rkn4", {}),
    ("imex-euler", {}),
]


@pytest.fixture(scope="module")
def check() -> Callable[[Any], None]:
    checker: ModuleType = load_checker()
    found: Callable[[Any], None] = checker.check
    return found


@pytest.mark.parametrize(("name", "parameters"), METHODS, ids=[name for name, _ in METHODS])
def test_every_kind_of_step_is_proved(
    name: str, parameters: dict[str, Any], check: Callable[[Any], None]
) -> None:
    record = record_of(name, 5, **parameters)
    assert len(record["trees"]) == 37
    check(record)


@pytest.mark.parametrize(("name", "parameters"), PARTITIONED)
def test_partitioned_methods_of_any_number_of_colours(
    name: str, parameters: dict[str, Any], check: Callable[[Any], None]
) -> None:
    record = record_of(name, 2 if "split" in parameters else 3, **parameters)
    assert record["colors"] == 2 + ("split" in parameters)
    check(record)
    wrong = record | {"field": [*record["field"][:-1], "1/7"]}
    with pytest.raises(ValueError, match="the flow of"):
        check(wrong)


def test_players_who_take_turns_are_a_partitioned_method(check: Callable[[Any], None]) -> None:
    record = record_of("alternating", 3)
    assert (record["colors"], len(record["trees"])) == (2, 2 + 4 + 14 + 52)
    check(record)


@pytest.mark.parametrize(
    "name", ["rk4", "implicit-midpoint", "heavy-ball", "alternating", "stormer-verlet"]
)
def test_no_number_of_a_proof_can_be_changed(name: str, check: Callable[[Any], None]) -> None:
    record = record_of(name, 2)
    count = 0
    for wrong in changed(record):
        with pytest.raises(ValueError, match=r"the flow of|does not solve"):
            check(wrong)
        count += 1
    assert count >= len(record["field"])


def changed(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the record with one coefficient of the field, the memory or a solution changed."""
    for key in ("field", "memory", "registers"):
        for i, entry in enumerate(record[key]):
            places = [None] if key == "field" else range(len(entry.get("coefficients", [])))
            for k in places:
                wrong = copy.deepcopy(record)
                numbers, at = (wrong[key], i) if k is None else (wrong[key][i]["coefficients"], k)
                numbers[at] = str(Fraction(numbers[at]) + Fraction(1, 10**9))
                yield wrong


FIVE: list[tuple[str, dict[str, Any]]] = [
    ("explicit-euler", {}),
    ("rk4", {}),
    ("implicit-midpoint", {}),
    ("heavy-ball", {"beta": "9/10"}),
    ("stormer-verlet", {}),
]


@pytest.mark.parametrize(("name", "parameters"), FIVE, ids=[name for name, _ in FIVE])
def test_no_coefficient_to_order_5_can_be_changed(name: str, parameters: dict[str, Any]) -> None:
    """Of every tree: with its b changed the flow misses the step there.

    The flow at a tree needs the trees that its cuts lead to and no others, so that each is refused
    on these alone; that what they give is what all give is seen first.
    """
    checker = load_checker()
    record = record_of(name, 5, **parameters)
    trees = [checker.tree_of(nested) for nested in record["trees"]]
    edges = {t: list(checker.cuts(t)) for t in trees}
    field = dict(zip(trees, map(Fraction, record["field"]), strict=True))
    nodes, start = record["nodes"], checker.Series(Fraction(1), dict.fromkeys(trees, Fraction(0)))
    checker.check(record)
    after = checker.after_flow(field, start, nodes, edges).coefficients  # and so the step

    def flow_at(tree: Any, change: Fraction) -> Fraction:
        below, waiting = {tree}, [tree]
        while waiting:
            found = {part for cut in edges[waiting.pop()] for part in cut} - below
            below |= found
            waiting += found
        own = {t: field[t] + change * (t == tree) for t in below}
        few = checker.Series(Fraction(1), dict.fromkeys(below, Fraction(0)))
        flowed: Fraction = checker.after_flow(own, few, nodes, edges).coefficients[tree]
        return flowed

    for i, b in enumerate(record["field"] if record["colors"] == 1 else []):
        field_changed = [*record["field"][:i], str(Fraction(b) + 1), *record["field"][i + 1 :]]
        with pytest.raises(ValueError, match="the flow of the field is not the step"):
            checker.check(record | {"field": field_changed})
    assert all(flow_at(tree, Fraction(0)) == after[tree] for tree in trees[::9])
    assert all(flow_at(tree, Fraction(1, 10**9)) != after[tree] for tree in trees)


def test_another_step_and_missing_trees_are_refused(check: Callable[[Any], None]) -> None:
    record = record_of("rk4", 2)
    other = record | {"after": record_of("explicit-euler", 2)["after"]}
    with pytest.raises(ValueError, match="the flow of the field is not the step"):
        check(other)
    fewer = record | {"trees": record["trees"][:-1], "field": record["field"][:-1]}
    with pytest.raises(ValueError, match="not all trees of at most 3 nodes"):
        check(fewer)


def test_the_checker_is_short_and_imports_the_standard_library_alone(tmp_path: Path) -> None:
    text = CHECKER.read_text()
    assert len(text.splitlines()) <= 200
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names <= {"__future__", "fractions", "json", "math", "sys"}
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(record_of("heavy-ball", 3)))
    command = [sys.executable, "-I", str(CHECKER), str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "holds: heavy-ball(beta=9/10) to gamma^3, 8 trees\n")
    file.write_text('{"trees": []}')
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and run.stdout.startswith("REFUSED: KeyError")


def test_what_has_no_proof_is_refused() -> None:
    cases = [
        ("heavy-ball", {"beta": "beta"}, "choose hyperparameters that are numbers"),
        ("gauss4", {}, "implicit-midpoint"),
        ("gradient-descent-decay", {}, "a weight decay: leave it out"),
    ]
    for name, parameters, message in cases:
        equation = bea.modified_equation(bea.methods.get(name, **parameters), order=1)
        with pytest.raises(MethodError, match=message):
            proof_record(equation)
    euler = bea.methods.explicit_euler()
    with pytest.raises(BeaError, match="leave the problem out"):
        proof_record(bea.modified_equation(euler, bea.problems.booth(), 1))
    with pytest.raises(BeaError, match="leave --inverse or --step out"):
        proof_record(bea.modifying_integrator(euler, order=1))
