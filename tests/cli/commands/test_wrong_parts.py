"""Tableaus, splits and parts that do not fit: one line with the cause, status 2."""

from __future__ import annotations

from typing import Any

import pytest

Bea = Any
FIELD = ("--field", "x' = -50*x + y, y' = -sin(x)")


def given(method: str, *options: str, **parameters: str) -> tuple[str, ...]:
    said = [part for name, value in parameters.items() for part in ("-p", f"{name}={value}")]
    return ("derive", method, *options, *said, "-k", "1")


WRONG = [
    (given("partitioned-runge-kutta", A1="0,0; 1,0", b1="1/2,1/2", A2="0", b2="1"),
     "have 2 and 1 stages"),
    (given("partitioned-runge-kutta", A1="1", b1="1", A2="0, 1", b2="1"), "A must be square"),
    (given("partitioned-runge-kutta", A1="1", b1="1", A2="0"), "needs b2"),
    (given("additive-runge-kutta", A="0 | 0", b="1 | 1/2"), "weights b add up to 1/2"),
    (given("additive-runge-kutta", A="0,0;1,0", b="1/2,1/2"), "A has 1 and b 1 tableaus"),
    (given("additive-runge-kutta", "--split", "x; y", A="0 | 0 | 0", b="1"), "has 3 tableaus and"),
    (given("imex-euler", *FIELD), "does not say what the parts of this field are"),
    (given("imex-euler", *FIELD, "--split", "x' = -50*x; y' = x"), "leave 'y' of x'"),
    (given("imex-euler", *FIELD, "--split", "u' = x; rest"), "moves 'u', which is no variable"),
    (given("imex-euler", *FIELD, "--split", "x' = u; rest"), "holds 'u', which the field has not"),
    (given("imex-euler", *FIELD, "--split", "q; p"), "'q' is no variable"),
    (given("ars222", *FIELD, "--split", "x; y; z"), "is a method of 2 parts"),
    (given("splitting", "--split", "q; p", stages="A, B, C"), "give a split of 3"),
    (given("yoshida", base="heun"), "'heun' is not symmetric"),
    (given("composition", weights="heun(1/2) adjoint(1/3)"), "add up to 5/6"),
    (given("rkn4", "lotka-volterra"), "is for q'' = g(q)"),
    (given("rosenbrock-method", A="0;1", G="1, 1; 0, 1", b="1/2,1/2"), "above its diagonal"),
    (given("cyclic", "--split", "each"), "--split each asks for a problem"),
    (given("rk4", "--split", "f1 + f2"), "follows the field as a whole"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=lambda x: str(x)[:60])
def test_it_is_refused_in_one_line(bea: Bea, arguments: tuple[str, ...], message: str) -> None:
    run = bea(*arguments)
    assert (run.status, run.out) == (2, "")
    assert message in run.err and run.err.count("\n") == 1 and "Traceback" not in run.err


MISSING = ("additive-runge-kutta", "rosenbrock-method", "runge-kutta-nystrom", "two-derivative",
           "partitioned-runge-kutta", "adjoint", "splitting", "composition")  # fmt: skip


@pytest.mark.parametrize("method", MISSING)
def test_the_example_of_what_is_missing_can_be_taken(bea: Bea, method: str) -> None:
    """A remedy never leads into a second refusal."""
    import shlex

    refused = bea("derive", method, "-k", "0")
    assert refused.status == 2 and "needs" in refused.err
    remedy = shlex.split(refused.err.partition("add, say, ")[2])
    assert bea("derive", method, *remedy, "-k", "0").status == 0


def test_every_variable_a_block(bea: Bea) -> None:
    run = bea("derive", "cyclic", "booth", "--split", "each", "-k", "1", "-f", "json")
    assert run.json["parameters"]["split"] == "x; y"
