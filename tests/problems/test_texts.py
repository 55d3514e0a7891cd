"""Losses and fields by text, by SymPy, and by name where either may stand."""

from __future__ import annotations

import pytest
import sympy

from bea.errors import DimensionError, ExpressionError, UnknownNameError
from bea.fields.vector_field import Loss
from bea.problems import field, find_field, find_loss, get, loss, read_parameters


def test_text_and_sympy_give_the_same_loss() -> None:
    x, y = sympy.symbols("x y")
    assert repr(loss(x**2 * y + sympy.exp(-y), "x y")) == repr(loss("x**2*y + exp(-y)", "x y"))


def test_components_make_a_field() -> None:
    assert field(["y", "-a*x"], "x y", {"a": "9/10"}).variables == ("x", "y")
    with pytest.raises(DimensionError, match="a loss is one expression"):
        loss("y, -x")
    with pytest.raises(DimensionError, match="1 component for the 2 variables"):
        field("x*y")


@pytest.mark.parametrize(
    "text", ["x**2", "x", "x - y", "x1-x2", "x_1", " x ", "θ", "2*rosenbrok", "sin(x)", "-x", "x-1"]
)
def test_expressions_are_not_taken_for_names(text: str) -> None:
    assert isinstance(find_loss(text), Loss)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Himmelblau", "himmelblau"),
        ("linear_network", "linear-network"),
        ("three hump camel", "three-hump-camel"),
    ],
)
def test_names_are_known_in_any_letters(typed: str, name: str) -> None:
    assert find_loss(typed).name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rosenbrok", "unknown loss 'rosenbrok'. Did you mean 'rosenbrock'"),
        ("theta", "unknown loss 'theta'.*must be declared with --variables"),
        ("xy", "unknown loss 'xy'"),
        ("lorentz", "unknown loss 'lorentz'"),
        ("lorenz", "'lorenz' is a vector field and no loss: .*--problem lorenz"),
    ],
)
def test_words_are_taken_for_names(text: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        find_loss(text)


def test_declared_names_make_a_word_an_expression() -> None:
    assert find_loss("theta", "theta").variables == ("theta",)
    assert find_loss("saddle - valley", "saddle valley").dimension == 2
    assert find_loss("scale*x", "x", "scale").parameters == ("scale",)
    with pytest.raises(UnknownNameError, match="unknown loss 'theta'"):
        find_loss("theta", "x y")


def test_a_name_finds_the_problem() -> None:
    assert find_loss(" himmelblau ").name == "himmelblau"
    assert find_loss("himmelblau", "x, y").about == get("himmelblau").about
    assert find_loss("quadratic", parameters=["kappa=100"]).about.parameters[1] == ("kappa", "100")
    assert find_field("lorenz", parameters={"rho": None}).parameters == ("rho",)
    assert find_field("booth").about.minima == (("1", "3"),)


def test_a_problem_keeps_its_variables() -> None:
    with pytest.raises(ExpressionError, match="has its own variables, x, y: leave --variables out"):
        find_loss("himmelblau", "y x")


def test_a_misspelt_field_names_fields_and_losses() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown problem 'pendulums'.*'pendulum'"):
        find_field("pendulums")


def test_unsafe_text_is_refused() -> None:
    with pytest.raises(ExpressionError):
        find_loss("__import__('os').system('true')")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("kappa=100", {"kappa": "100"}),
        ("a=1, b = 2*c", {"a": "1", "b": "2*c"}),
        ("c a=1/2; b=3", {"c": None, "a": "1/2", "b": "3"}),
        (["eigenvalues=1, 10", "tilt=1/2"], {"eigenvalues": "1, 10", "tilt": "1/2"}),
        (["matrix=0, 1; -1, 0"], {"matrix": "0, 1; -1, 0"}),
        ("beta", {"beta": None}),
        (("a", "b"), {"a": None, "b": None}),
        ({"a": 1}, {"a": 1}),
        ("", {}),
    ],
)
def test_parameters_are_read_from_text(given: object, expected: dict[str, object]) -> None:
    assert read_parameters(given) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a=", "parameter 'a' has no value"),
        ("a==3", "parameter 'a' has no value"),
        ("=3", "cannot name a variable"),
        (["a=1", "a=2"], "'a' is given twice"),
    ],
)
def test_malformed_parameters(given: object, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        read_parameters(given)
