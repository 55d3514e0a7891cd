"""What a user gives as a formula, in all its forms."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from flint import fmpq

from bea.algebra import parse
from bea.errors import DimensionError, ExpressionError
from bea.fields import About
from bea.fields.sources import expressions_of, read_source, substitute


@pytest.mark.parametrize(
    "source",
    [
        "y, -sin(x)",
        ["y", "-sin(x)"],
        sympy.Matrix([sympy.Symbol("y"), -sympy.sin(sympy.Symbol("x"))]),
        (sympy.Symbol("y"), "-sin(x)"),
        [parse("y"), parse("-sin(x)")],
    ],
)
def test_sources_in_all_forms(source: object) -> None:
    assert list(map(str, expressions_of(source, ("x", "y")))) == ["y", "-sin(x)"]


@pytest.mark.parametrize("source", ["x + z", [parse("x + z")], sympy.Symbol("z")])
def test_undeclared_names_are_refused_in_all_forms(source: object) -> None:
    with pytest.raises(ExpressionError, match=r"unknown variable 'z' \(declared: x"):
        expressions_of(source, ("x",))
    assert expressions_of(source, None)
    assert expressions_of(source, ("x",), ("z",))


def test_substitution_is_simultaneous() -> None:
    a, b = parse("a"), parse("b")
    swapped = substitute(parse("a - 2*b"), {"a": b, "b": a})
    assert swapped is parse("b - 2*a")
    assert substitute(parse("exp(a)*pi"), {"a": parse("0")}) is parse("pi")
    assert substitute(a, {}) is a


def test_a_number_is_a_source_and_a_matrix_is_several() -> None:
    assert list(map(str, expressions_of(fmpq(1, 2), None))) == ["1/2"]
    assert list(map(str, expressions_of([1, "x"], ("x",)))) == ["1", "x"]
    square = sympy.Matrix([[1, sympy.Symbol("x")], [2, 3]])
    assert list(map(str, expressions_of(square, ("x",)))) == ["1", "x", "2", "3"]


def test_substitution_reaches_every_kind_of_part() -> None:
    text = "a**2*sin(a*x) + a*pi - (a + x)**(1/2)/3"
    found = substitute(parse(text), {"a": parse("2*b")})
    assert found is parse("4*b**2*sin(2*b*x) + 2*b*pi - (2*b + x)**(1/2)/3")
    assert substitute(parse("log(a)"), {"a": parse("1")}) is parse("0")
    assert substitute(parse("a*x"), {"a": parse("0")}) is parse("0")


def read(source: Any, variables: Any = None, parameters: Any = (), about: Any = None) -> Any:
    ring, expressions, known = read_source(source, variables, parameters, about)
    return ring.variables, ring.parameters, list(map(str, expressions)), known


def test_names_are_sorted_where_they_are_not_declared() -> None:
    assert read("b*x - a")[:2] == (("a", "b", "x"), ())
    assert read("b*x - a", None, "b")[:2] == (("a", "x"), ("b",))
    assert read("b*x - a", "x a", {"b": None})[:2] == (("x", "a"), ("b",))


def test_values_are_put_in_and_bring_their_own_symbols() -> None:
    assert read("b*x - a", None, {"b": "3/2"})[:3] == (("a", "x"), (), ["3*x/2 - a"])
    values = {"b": "d + c", "a": "c", "e": None}
    assert read("b*x - a*e", "x", values)[1] == ("e", "c", "d")
    assert read("b*x", "x", {"b": "c", "c": None})[1] == ("c",)


@pytest.mark.parametrize(
    ("source", "variables", "parameters", "error", "message"),
    [
        ([], "x", (), DimensionError, "no expression is given"),
        ("3", None, (), DimensionError, "has no variable"),
        ([parse("x*a")], "x a", "a", ExpressionError, "'a' is a variable and a parameter"),
        ("x*a", "x", {"a": "x"}, ExpressionError, "'x' is a variable and a parameter"),
    ],
)
def test_what_does_not_fit_is_refused(
    source: Any, variables: Any, parameters: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read(source, variables, parameters)


def test_a_text_names_itself() -> None:
    assert read(" x**2 ")[3] == About(name="x**2", formula="x**2")
    assert read(["x**2"])[3] is None
    given = About(name="parabola")
    assert read("x**2", about=given)[3] is given
