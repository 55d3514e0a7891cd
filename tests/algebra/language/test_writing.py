"""Expressions are written as a person would write them, and never at any length."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bea.algebra.language.building import add, call, divide, multiply, negate, number, power
from bea.algebra.language.expressions import PI, Expression, Symbol, to_text
from bea.errors import ExpressionError

X, Y, Z = Symbol("x"), Symbol("y"), Symbol("z")
HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (number(Fraction(-3, 2)), "-3/2"),
        (multiply(number(Fraction(3, 2)), X), "3*x/2"),
        (multiply(number(-HALF), X, power(Y, -2)), "-x/(2*y**2)"),
        (multiply(power(X, -1), Y), "1/x*y"),
        (divide(number(1), multiply(X, Y)), "1/(x*y)"),
        (multiply(power(X, -1), power(Y, -1)), "1/x/y"),
        (multiply(number(HALF), add(X, Y)), "(x + y)/2"),
        (add(X, negate(add(Y, Z)), number(-1)), "x - (y + z) - 1"),
        (power(number(Fraction(2, 3)), Fraction(1, 3)), "(2/3)**(1/3)"),
        (power(call("sin", X), 2), "sin(x)**2"),
        (multiply(PI, X), "pi*x"),
        (power(add(X, number(1)), Fraction(-2, 3)), "1/(x + 1)**(2/3)"),
    ],
)
def test_text_is_the_one_a_person_would_write(expression: Expression, text: str) -> None:
    assert to_text(expression) == str(expression) == text


def test_a_text_may_be_as_long_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bea.algebra.language.writing.MAX_WRITTEN", 9)
    assert to_text(add(X, Y, Z)) == "x + y + z"
    with pytest.raises(ExpressionError, match="more than 9 characters; nest fewer functions"):
        to_text(add(X, Y, number(10)))


def test_text_that_would_fill_the_memory_is_refused() -> None:
    nested: Expression = X
    for _ in range(60):
        nested = call("tan", nested)
    with pytest.raises(ExpressionError, match="more than 10,000,000 characters"):
        to_text(nested)
