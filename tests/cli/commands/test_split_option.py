"""`--split`: which variables belong together."""

from __future__ import annotations

from typing import Any

import pytest

Bea = Any
FIELD = ("--field", "q1' = p1, p1' = -q1, q2' = p2, p2' = -q2 - q1**2")


def test_the_split_reaches_the_method(bea: Bea) -> None:
    run = bea("derive", "leapfrog", *FIELD, "--split", "q1 q2; p1 p2", "-k", "1", "-f", "json")
    assert run.json["parameters"] == {"split": "q1 q2; p1 p2", "form": "velocity"}
    assert run.json["terms"][1] == ["0", "0", "0", "0"]
    halves = bea("derive", "leapfrog", *FIELD, "-k", "2", "-f", "json").json["terms"][2]
    right = bea("derive", "leapfrog", *FIELD, "--split", "q1 q2; p1 p2", "-k", "2", "-f", "json")
    assert halves != right.json["terms"][2]


def test_iterates_and_equations_meet_on_the_command_line(bea: Bea) -> None:
    options = (*FIELD, "--split", "q1, q2; p1, p2", "--order", "2", "--starts", "1,0,0,1")
    run = bea("verify", "stormer-verlet", *options, "--format", "json")
    assert run.status == 0 and run.json["verdict"] == "confirmed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("derive", "rk4", *FIELD, "--split", "q1; p1"), "follows the field as a whole"),
        (("derive", "strang", *FIELD, "--split", "q1; p1"), "'q2' is in no part"),
        (("derive", "strang", "--split", "q; p", "-p", "split=1"), "give one of them"),
        (("derive", "--update", "theta = theta - gamma*grad", "--split", "q; p"), "who moves when"),
        (("derive", "splitting"), "needs stages"),
    ],
)
def test_what_does_not_fit_is_refused(bea: Bea, arguments: tuple[str, ...], message: str) -> None:
    run = bea(*arguments)
    assert run.status == 2 and message in run.err and "Traceback" not in run.err
