"""`bea verify`: the verdict, its exit status, the JSON, the folder, and one line for mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bea.measure.order.certificate import Certificate

from ..conftest import Bea

MOMENTUM = ("verify", "heavy-ball", "linear-network", "--param", "beta=1/2")


def test_a_verdict_with_its_controls(bea: Bea) -> None:
    run = bea(*MOMENTUM)
    assert run.status == 0 and run.err == ""
    text = " ".join(run.out.split())
    assert text.startswith("Drift of heavy-ball(beta=1/2) on linear-network")
    assert text.count("last term taken away") == text.count("last term doubled") == 2
    assert text.count("start not corrected") == 2
    assert "the flows begin where the slow manifold is met (the corrected start)" in text
    assert "and all 6 controls fall as they must; each term is right to " in text
    assert "What each term does, as a part of it: gamma^0 right to " in text
    assert "confirmed: the iterates of heavy-ball(beta=1/2) on linear-network follow" in text


def test_the_transient_that_is_left_out_is_said(bea: Bea) -> None:
    rates = ("-p", "beta1=1/2", "-p", "beta2=3/4", "-p", "epsilon=1/2")
    run = bea("verify", "adam", "--loss", "booth", *rates, "--order", "1")
    assert run.status == 0
    assert "The transient is left out: runs begin with their memory on the slow" in run.out


def test_json_and_folder_say_the_same(bea: Bea, folder: Path) -> None:
    run = bea(*MOMENTUM, "--order", "1", "--format", "json", "--out", "deep/results")
    results = folder / "deep/results"
    names = ["certificate.json", "certificate.npz", "certificate.png", "table.txt"]
    assert sorted(path.name for path in results.iterdir()) == names
    assert run.status == 0
    assert run.err == (
        "wrote certificate.npz, certificate.json, table.txt, certificate.png to deep/results\n"
    )
    found = run.json
    assert found["verdict"] == "confirmed" and found["reason"] == ""
    assert [entry["expected"] for entry in found["orders"]] == [1, 2]
    assert [entry["control"] for entry in found["controls"]] == [
        "dropped",
        "doubled",
        "uncorrected",
    ]
    assert json.loads((results / "certificate.json").read_text()) == found
    assert "confirmed: " in (results / "table.txt").read_text(encoding="utf-8")
    assert (results / "certificate.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert Certificate.load(results / "certificate.npz").as_json() == found


def test_undecided_is_status_1_with_the_remedy(bea: Bea) -> None:
    run = bea("verify", "rk4", "booth", "--gammas", "0.01,0.005", "--time", "0.1")
    assert run.status == 1 and run.err == ""
    text = " ".join(run.out.split())
    assert "undecided: rk4 on booth: the flow of order 0: " in text
    assert "give more step sizes" in text.rpartition("undecided")[2]
    few = bea("verify", "heun", "booth", "--gammas", "0.02,0.01", "--format", "json")
    assert few.status == 1 and few.json["verdict"] == "undecided"
    assert few.json["orders"][0]["observed"] is None and few.json["orders"][0]["agrees"] is None
    assert "4 are needed" in few.json["reason"]


def test_warnings_go_beside_the_result(bea: Bea) -> None:
    numbers = ("--gammas", "0.4,0.2,0.1,0.05", "--time", "1.2", "--order", "1", "--starts", "1")
    run = bea("verify", "gradient-descent", "--loss", "2*x**2", *numbers, "--format", "json")
    assert run.status == 1 and run.json["warnings"]
    assert run.err.startswith("warning: step sizes up to 0.4 are beyond the useful range")


def test_numbers_of_step_sizes_and_starts(bea: Bea, folder: Path) -> None:
    numbers = ("--gamma-count", "9", "--start-count", "4", "--time", "0.5", "--order", "1")
    run = bea("verify", "gradient-descent", "booth", *numbers, "--out", "r")
    assert run.status == 0
    study = Certificate.load("r/certificate.npz").study
    assert len(study.gammas) == 9 and study.starts.shape == (4, 2)
    assert study.times.max() == pytest.approx(0.5)


MISTAKES = {
    "no method": (("verify",), "'bea verify --help'"),
    "no problem": (("verify", "heun"), "no problem is given: name one"),
    "unknown method": (("verify", "heavy-bal", "booth"), "Did you mean 'heavy-ball'?"),
    "unknown loss": (("verify", "heun", "--loss", "boooth"), "Did you mean 'booth'?"),
    "order 0": (("verify", "heun", "booth", "--order", "0"), "give a whole number, 1 or more"),
    "order in words": (("verify", "heun", "booth", "-k", "two"), "order 'two' is not possible"),
    "format": (("verify", "heun", "booth", "-f", "latex"), "use text or json"),
    "beta 1": (("verify", "heavy-ball", "booth", "-p", "beta=1"), "it must lie in [0, 1)"),
    "beta 3/2": (("verify", "nadam", "booth", "-p", "beta1=3/2"), "beta1=3/2 is out of range"),
    "epsilon 0": (
        ("verify", "adam", "booth", "-p", "epsilon=0"),
        "epsilon=0 is out of range: it must lie in (0, inf)",
    ),
    "epsilon below 0": (("verify", "rmsprop", "booth", "-p", "epsilon=-1"), "epsilon=-1 is out"),
    "no player 2": (("derive", "alternating", "--loss", "x**2"), "the second has none"),
    "symbolic": (("verify", "heavy-ball", "booth", "-p", "beta"), "needs numbers"),
    "a sum that forgets nothing": (("verify", "adagrad", "booth"), "does not contract"),
    "a branch": (("verify", "sign-descent", "booth"), "cannot be expanded"),
    "gamma zero": (("verify", "heun", "booth", "--gammas", "0"), "must be positive and finite"),
    "time": (("verify", "heun", "booth", "--time=-1"), "must be positive and finite"),
    "start of three": (
        ("verify", "heun", "booth", "--starts", "1,2,3"),
        "points of 3 components and the problem has 2",
    ),
    "below a file": (("verify", "heun", "booth", "--out", "file/results"), "is not a folder"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_line_says_what_is_wrong(bea: Bea, folder: Path, name: str) -> None:
    (folder / "file").write_text("not a folder")
    arguments, message = MISTAKES[name]
    run = bea(*arguments)
    assert run.status == 2 and run.out == ""
    assert run.err.startswith("bea: ") and run.err.count("\n") == 1
    assert message in run.err, run.err
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_help_has_examples_and_the_exit_status(bea: Bea) -> None:
    run = bea("verify", "--help")
    text = " ".join(run.out.split())
    assert "bea verify gradient-descent himmelblau" in text
    assert "The exit status is 0 if it is confirmed, else 1, and 2 if the input is wrong" in text


def test_plain_steps_on_the_loss_of_a_step_are_verified(bea: Bea) -> None:
    run = bea(*MOMENTUM, "--order", "3", "--step", "--format", "json")
    found = json.loads(run.out)
    assert found["verdict"] == "confirmed"
    assert [round(entry["observed"]) for entry in found["orders"]] == [1, 2, 3, 4]
    controls = [(c["control"], round(c["observed"])) for c in found["controls"]]
    assert [c for c in controls if c[0] == "doubled"] == [("doubled", k) for k in (1, 2, 3)]
    pieces = ("--schedule", "one-cycle(time=1)", "--step")
    run = bea("verify", "gradient-descent", "booth", *pieces)
    assert run.status == 2 and "leave --step or --schedule out" in run.err
