"""`--update`: the user's own rule is derived, measured and verified, or refused in a line."""

from __future__ import annotations

import pytest

from ..conftest import Bea

HEAVY_BALL = "v = beta*v + grad; theta = theta - gamma*v"
QUASI_HYPERBOLIC = "m = beta*m + (1 - beta)*grad; theta = theta - gamma*((1 - nu)*grad + nu*m)"
HALF = ("--param", "beta=1/2")
# A momentum that is not in the library: a look ahead, a quick average and a slow one.
TEN_LINES = """
ahead = theta - gamma*nu*m
slope = grad(ahead)
m = beta*m + (1 - beta)*slope
slow = rho*slow + (1 - rho)*m
direct = (1 - nu)*slope
quick = nu*(1 - weight)*m
late = nu*weight*slow
move = direct + quick
move = move + late
theta = theta - gamma*move
"""


def test_a_rule_is_derived_for_every_loss_as_the_method_that_it_is(bea: Bea) -> None:
    options = ("--order", "3", "--format", "json", "--param", "beta")
    own = bea("derive", "--update", HEAVY_BALL, *options).json
    library = bea("derive", "heavy-ball", *options).json
    assert own["terms"] == library["terms"]
    assert own["method"] == "update-rule"
    assert own["parameters"] == {"update": HEAVY_BALL, "beta": "beta"}


def test_the_first_argument_beside_a_rule_is_the_problem(bea: Bea) -> None:
    by_place = bea("derive", "booth", "--update", HEAVY_BALL, *HALF, "--format", "json")
    by_name = bea("derive", "--loss", "booth", "-u", HEAVY_BALL, *HALF, "--format", "json")
    assert by_place.json["terms"] == by_name.json["terms"]
    assert by_place.json["variables"] == ["x", "y"]


def test_parameters_are_dealt_to_the_rule_and_to_the_problem(bea: Bea) -> None:
    run = bea(
        "derive", "--update", HEAVY_BALL, "--loss", "a*x**2 + b*y**2", "--order", "0",
        "--variables", "x y", "-p", "beta=1/2", "-p", "a=3", "-p", "b", "--format", "json",
    )  # fmt: skip
    assert run.json["terms"] == [["-12*x", "-4*y*b"]]


def test_its_drift_has_the_expected_orders(bea: Bea) -> None:
    run = bea(
        "drift", "booth", "--update", QUASI_HYPERBOLIC, *HALF, "-p", "nu=7/10", "--orders", "0-2",
        "--gammas", "0.001,0.0005,0.00025,0.000125", "--start-count", "4", "--format", "json",
    )  # fmt: skip
    assert run.status == 0
    for order in run.json["orders"]:
        assert abs(order["observed"] - order["expected"]) < 0.1


def test_one_command_goes_from_text_to_a_verdict(bea: Bea) -> None:
    run = bea(
        "verify", "booth", "--update", QUASI_HYPERBOLIC, *HALF, "-p", "nu=7/10", "--order", "1",
    )  # fmt: skip
    assert run.status == 0
    assert "confirmed" in run.out


def test_a_rule_with_the_hessian_goes_to_a_verdict_too(bea: Bea) -> None:
    rule = "theta = theta - gamma*(grad + 2*mu*hess(grad))"
    run = bea("verify", "booth", "--update", rule, "-p", "mu=1/100", "--order", "1")
    assert run.status == 0 and "confirmed" in run.out
    assert "hess(vector)" in " ".join(bea("derive", "--help").out.replace("│", " ").split())


@pytest.mark.parametrize("problem", ["booth", "linear-network"])
def test_one_command_goes_from_ten_lines_to_a_certificate(bea: Bea, problem: str) -> None:
    run = bea(
        "verify", problem, "--update", TEN_LINES, *HALF, "-p", "nu=7/10", "-p", "rho=3/4",
        "-p", "weight=1/3", "--format", "json",
    )  # fmt: skip
    assert (run.status, run.err) == (0, "")
    assert run.json["verdict"] == "confirmed" and run.json["start"] == "corrected"
    for finding in (*run.json["orders"], *run.json["controls"]):
        assert abs(finding["observed"] - finding["expected"]) <= 0.1
    assert [f["expected"] for f in run.json["orders"]] == [1, 2, 3]
    assert len(run.json["controls"]) == 6


MISTAKES = {
    "no method": (("derive",), "missing argument 'METHOD'"),
    "both": (("derive", "heun", "booth", "--update", HEAVY_BALL), "give one of them"),
    "both in drift": (
        ("drift", "booth", "--method", "heun", "--update", HEAVY_BALL),
        "--method and --update are given together",
    ),
    "not given": (("derive", "--update", HEAVY_BALL), "(--param beta=1/2)"),
    "misspelt": (
        ("derive", "--update", HEAVY_BALL, "-p", "bta=1/2"),
        "there is no parameter 'bta' of the method or the problem (known: beta). Did you mean",
    ),
    "a name in both": (
        ("derive", "--update", HEAVY_BALL, "--loss", "beta*x**2", "-p", "beta=1/2"),
        "write --param method.beta=… or --param problem.beta=…",
    ),
    "unknown name": (
        ("derive", "--update", "theta = theta - gamma*gard"),
        "Did you mean 'grad'?",
    ),
    "not smooth": (("derive", "--update", "theta = theta - gamma*sign(grad)"), "differentiable"),
    "no contraction": (
        ("derive", "--update", HEAVY_BALL, "-p", "beta=2"),
        "does not contract",
    ),
    "no identity": (("derive", "--update", "theta = theta - grad"), "tend to the identity"),
    "code": (("derive", "--update", "theta = __import__('os').getcwd()"), "unexpected '''"),
    "no such problem": (("derive", "boot", "-u", "theta = theta - gamma*grad"), "'booth'"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_answered_in_one_line(bea: Bea, case: str) -> None:
    arguments, message = MISTAKES[case]
    run = bea(*arguments)
    assert (run.status, run.out) == (2, "")
    assert run.err.count("\n") == 1
    assert message in run.err
