"""The makers in Python: their signatures, what `help` says, and wrong arguments."""

from __future__ import annotations

import re
from inspect import signature
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.algebra.language.makers import defaults
from bea.errors import BeaError
from bea.methods import Scheduled, available, from_text, get, read

METHODS = sorted(name for name, cls in available().items() if None not in defaults(cls).values())


def test_the_signature_shows_exact_defaults() -> None:
    assert str(signature(bea.methods.heavy_ball)) == "(beta=9/10)"
    assert str(signature(bea.methods.runge_kutta)) == "(A, b, c=None)"
    assert str(signature(bea.problems.rosenbrock)) == "(a=1, b=100)"
    assert bea.methods.heavy_ball.__name__ == "heavy_ball"


def test_help_says_formula_range_and_source() -> None:
    text = bea.methods.heavy_ball.__doc__ or ""
    for part in ("v₊ = β v − ∇L(θ)", "beta : in [0, 1), by default 9/10", "source: Polyak"):
        assert part in text
    assert "placement : one of outside, inside" in (bea.methods.adam.__doc__ or "")
    assert "0  |\n    1  |  1\n    ---+" in (bea.methods.heun.__doc__ or "")
    assert "L(x, y) = (a - x)**2" in (bea.problems.rosenbrock.__doc__ or "")
    assert "L1 = x*y, which player 1 lowers by x" in (bea.problems.bilinear_game.__doc__ or "")


def test_parameters_by_place_are_those_by_name() -> None:
    assert bea.methods.heavy_ball("1/2") == bea.methods.heavy_ball(beta="1/2")
    assert bea.methods.adam("1/2", epsilon=1) == bea.methods.adam(beta1="1/2", epsilon=1)
    assert repr(bea.problems.rosenbrock(2, "b")) == "rosenbrock(a=2, b=b)"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: bea.methods.heavy_ball(2), "hyperparameter beta=2 is out of range"),
        (lambda: bea.methods.adam("1/2", 1), "hyperparameter beta2=1 is out of range"),
        (lambda: bea.methods.adam("1/2", "x y"), "hyperparameter beta2 cannot be read"),
        (lambda: bea.methods.heavy_ball(bea.problems.booth()), "hyperparameter beta is a Loss"),
        (lambda: bea.methods.heavy_ball(1, 2), "heavy_ball(beta) has 1 parameter and was given 2"),
        (lambda: bea.methods.rk4(4), "rk4() has 0 parameters and was given 1 value"),
        (lambda: bea.methods.heavy_ball(0, beta=0), "was given 'beta' by place and by name"),
        (lambda: bea.methods.heavy_ball(betta=0), "Did you mean 'beta'?"),
        (lambda: bea.problems.rosenbrock(1, 2, 3), "rosenbrock(a, b) has 2 parameters"),
        (lambda: bea.problems.rosenbrock(1, object()), "parameter 'b' is a object"),
    ],
)
def test_wrong_arguments_say_which_parameter(make: Any, message: str) -> None:
    with pytest.raises(BeaError, match=re.escape(message)):
        make()


@pytest.mark.parametrize("name", METHODS)
def test_every_repr_is_the_call_that_makes_it(name: str) -> None:
    method = get(name)
    assert read(repr(method)) == method or repr(read(repr(method))) == repr(method)
    assert repr(method).startswith(name.replace("-", "_") + "(")


@given(st.fractions(0, 1).filter(lambda x: x < 1))
def test_the_repr_keeps_values_exact(beta: Any) -> None:
    assert read(repr(bea.methods.heavy_ball(beta))) == bea.methods.heavy_ball(beta)


def test_reprs_have_one_style() -> None:
    scheduled = Scheduled(bea.methods.heavy_ball(), "warm-up")
    assert repr(scheduled) == (
        "Scheduled(heavy_ball(beta=9/10), warm_up(until=1/2, low=0, time=1))"
    )
    rule = "v = b*v + grad; theta = theta - gamma*v"
    assert repr(from_text(rule, b="1/2")) == f"from_text('{rule}', b=1/2)"
    tableau = bea.methods.runge_kutta(A="0 0; 2/3 0", b="1/4 3/4")
    assert repr(tableau) == "runge_kutta(A='0, 0; 2/3, 0', b='1/4, 3/4')"
    assert repr(bea.problems.pendulum()) == "pendulum()"
    assert repr(bea.problems.loss("x**2/2")) == "Loss(x**2/2)"
    assert repr(bea.fields.with_time(bea.problems.valley())).startswith("VectorField(x' = ")


def test_the_package_shows_its_rooms() -> None:
    assert {"adapters", "fields", "flows", "measure", "modified", "series", "trees"} <= {*dir(bea)}
