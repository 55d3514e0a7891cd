"""Texts NAME(PARAMETER=VALUE, ...): names, values with commas of their own, and lists of them."""

from __future__ import annotations

import pytest

import bea
from bea.algebra.language.calls import assignments, read_call, split_calls
from bea.errors import ExpressionError, UnknownNameError
from bea.methods import read


def test_a_value_goes_as_far_as_the_next_parameter() -> None:
    name, given = read_call(" runge_kutta(A=0,0; 2/3,0, b=1/4,3/4) ", "method", "")
    assert (name, given) == ("runge-kutta", {"A": "0,0; 2/3,0", "b": "1/4,3/4"})


def test_brackets_and_parameters_may_be_left_out() -> None:
    assert read_call("heun", "method", "") == ("heun", {})
    assert read_call("heun()", "method", "") == ("heun", {})
    assert read_call("heavy-ball(beta)", "method", "") == ("heavy-ball", {"beta": None})


def test_lists_are_split_outside_of_brackets_only() -> None:
    assert split_calls("a, b(x=1, y=(2, 3)); c ,") == ["a", "b(x=1, y=(2, 3))", "c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("heun(", "the method 'heun\\(' cannot be read: write heun"),
        ("two words", "cannot be read"),
        ("", "cannot be read"),
        ("a(x=1, x=2)", "parameter 'x' is given twice"),
        ("a(x=)", "parameter 'x' has no value"),
    ],
)
def test_what_is_no_call_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        read_call(text, "method", "heun")


def test_methods_are_read() -> None:
    assert read("heavy-ball(beta=1/2)") == bea.methods.heavy_ball(beta="1/2")
    assert read("heavy_ball(beta)") == bea.methods.heavy_ball(beta="beta")
    tableau = read("runge-kutta(A=0,0; 2/3,0, b=1/4,3/4)")
    assert tableau.parameters == bea.methods.runge_kutta(A="0,0;2/3,0", b="1/4,3/4").parameters
    with pytest.raises(UnknownNameError, match="Did you mean 'beta'"):
        read("heavy-ball(bta=1/2)")


def test_a_long_name_is_read_once() -> None:
    # From each of its letters on it took minutes.
    name = "x" * 100_000
    assert assignments(name) == [(name, None)]
