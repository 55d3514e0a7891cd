"""A few cases of the sweep over all methods and problems: what is right is confirmed, what is wrong
refuted."""

from __future__ import annotations

import pytest

from .verdict_sweep import (
    REFUSED,
    Case,
    judge_right,
    judge_wrong,
    right_cases,
    wrong_cases,
)

RIGHT = [
    Case("gradient-descent", {}, "rosenbrock", 2),
    Case("heavy-ball", {}, "himmelblau", 1),
    Case("adamw", {}, "quadratic", 1),
    Case("normalised-descent", {}, "double-well", 2),
    Case("preconditioned-descent", {"diagonal": "1, 1/4"}, "monkey-saddle", 1),
    Case("rk4", {}, "kepler", 1),
    Case("gauss4", {}, "pendulum", 2),
    Case("implicit-midpoint", {}, "lorenz", 2),
    Case("adams-bashforth", {"steps": 5}, "dirac-gan", 1),
    Case("bdf", {"steps": 3}, "van-der-pol", 2),
    Case("alternating", {}, "bilinear-game", 2),
]
WRONG = [
    Case("gradient-descent", {}, "booth", 2),
    Case("heavy-ball", {"beta": "1/2"}, "quadratic", 1),
    Case("heun", {}, "sigmoid-sine", 2),
    Case("adam", {"beta1": "1/2", "beta2": "3/4", "epsilon": "1/2"}, "linear-network", 1),
]


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.key)
def test_a_right_equation_is_confirmed(case: Case) -> None:
    (entry,) = judge_right(case)
    assert entry["verdict"] == "confirmed", entry
    claimed = [(off, more) for order, off, more in entry["sizes"] if order <= case.order]
    assert claimed
    assert all(off + more < 1e-4 for off, more in claimed), entry


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.key)
def test_a_term_that_is_too_large_by_a_thousandth_is_refuted(case: Case) -> None:
    """And so is one component of it, which may be a small part of the whole."""
    entries = list(judge_wrong(case, by_component=case.method == "gradient-descent"))
    assert len({power for power, _ in (entry["term"] for entry in entries)}) >= 2
    assert {entry["verdict"] for entry in entries} == {"refuted"}, entries


def test_the_sweep_has_every_method_and_every_kind_of_problem() -> None:
    cases = list(right_cases())
    assert len({case.key for case in cases}) == len(cases) > 2000
    assert not REFUSED & {case.method for case in cases}
    assert {"kepler", "himmelblau", "dirac-gan"} <= {case.problem for case in cases}
    assert {case.method for case in wrong_cases()} == {
        "gradient-descent", "heavy-ball", "adam", "heun",
    }  # fmt: skip
