"""What is guessed where variables are not declared: plain, asked for, or warned about."""

from __future__ import annotations

import warnings

import pytest
import sympy

import bea
from bea.errors import ExpressionError, GuessWarning


@pytest.mark.parametrize(
    ("source", "order"),
    [
        ("x1**2 + x2**2 + x10**2", ("x1", "x2", "x10")),
        ("x_2*x_10 + x_1**2 + x_2**2 + x_10**2", ("x_1", "x_2", "x_10")),
        ("w10*w9*w1 + b2*b11 + b11**2 + b2**2", ("b2", "b11", "w1", "w9", "w10")),
    ],
)
def test_variables_sort_by_number(source: str, order: tuple[str, ...]) -> None:
    assert bea.problems.loss(source).variables == order
    assert bea.problems.finite_sum([source, source]).variables == order
    assert bea.problems.loss(sympy.sympify(source)).variables == order


def test_parameters_sort_by_number() -> None:
    value = {"a": "k10 + k9 + k1"}
    assert bea.problems.loss("a*x**2", "x", value).parameters == ("k1", "k9", "k10")


@pytest.mark.parametrize(
    ("components", "suggested"),
    [("p, -sin(q)", "q p"), ("v, -x", "x v"), ("p2, p1, -q1, -q2", "q1 q2 p1 p2"),
     ("-b*I, b*I", None), ("omega, -sin(theta)", "theta omega"), ("y, -x, t", None)],
)  # fmt: skip
def test_an_order_that_is_not_plain_is_asked_for(components: str, suggested: str | None) -> None:
    with pytest.raises(ExpressionError, match="whose are the components: ") as error:
        bea.problems.field(components)
    if suggested:
        assert f"--variables '{suggested}'" in str(error.value)
        assert bea.problems.field(components, suggested).variables == tuple(suggested.split())


@pytest.mark.parametrize(
    "components", ["y, -x", "y**2", "x2, x3, -x1", "y - x, x*z, x*y - z", "v - v**3/3 - w, v - w"]
)
def test_a_plain_order_is_taken(components: str) -> None:
    assert bea.problems.field(components).dimension == components.count(",") + 1


@pytest.mark.parametrize(
    "loss", ["x**2/2 + c", "c + x**2/2", "exp(x) - 3*c + x*y", "(x - 1)**2 - c/2"]
)
def test_a_symbol_that_is_only_added_is_warned_about(loss: str) -> None:
    with pytest.warns(GuessWarning, match="'c' is nothing but a term of its own in the loss"):
        bea.problems.loss(loss)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = "x y c" if "y" in loss else "x c"
        assert "c" in bea.problems.loss(loss, names).variables
        assert "c" not in bea.problems.loss(loss, parameters=("c",)).variables


@pytest.mark.parametrize("loss", ["x - y", "x*c + x**2", "exp(c) + x", "x"])
def test_losses_that_are_meant_so_are_not(loss: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error" if loss != "exp(c) + x" else "ignore")
        bea.problems.loss(loss)
