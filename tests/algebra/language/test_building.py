"""The constructors tidy up, and never widen a domain."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist

import pytest
from flint import fmpq

from bea.algebra.language.building import add, call, divide, multiply, negate, number, power
from bea.algebra.language.expressions import PI, Call, Expression, Number, Symbol, subtrees, to_text
from bea.algebra.language.functions import FUNCTIONS, SUGAR
from bea.algebra.ring.exact import as_float
from bea.errors import ExpressionError

X, Y = Symbol("x"), Symbol("y")
HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (add(), "0"),
        (multiply(), "1"),
        (add(X), "x"),
        (add(add(X, number(1)), add(Y, number(2))), "x + 3 + y"),
        (add(number(1), X, number(-1)), "x"),
        (multiply(X, number(2), multiply(Y, number(3))), "6*x*y"),
        (multiply(number(0), X), "0"),
        (multiply(number(1), X), "x"),
        (multiply(number(2), X, number(HALF)), "x"),
        (negate(negate(X)), "x"),
        (negate(add(X, Y)), "-(x + y)"),
        (power(X, 0), "1"),
        (power(X, 1), "x"),
        (power(multiply(number(-2), X), 3), "-8*x**3"),
        (power(multiply(number(4), X), HALF), "sqrt(4*x)"),
        (power(add(X, Y), 2), "(x + y)**2"),
        (power(number(Fraction(4, 9)), Fraction(3, 2)), "8/27"),
        (power(number(2), HALF), "sqrt(2)"),
        (power(power(number(2), HALF), 2), "2"),
        (power(number(0), HALF), "0"),
        (power(number(1), 10**30), "1"),
        (call("exp", number(0)), "1"),
        (call("cos", number(0)), "1"),
        (call("tanh", number(0)), "0"),
        (call("log", number(1)), "0"),
        (call("sigmoid", number(0)), "1/2"),
    ],
)
def test_constructors_tidy_up(expression: Expression, text: str) -> None:
    assert to_text(expression) == text


@pytest.mark.parametrize(
    ("inner", "outer", "text"),
    [
        (2, 3, "x**6"),
        (2, -1, "1/x**2"),
        (-2, 3, "1/x**6"),
        (HALF, 3, "x**(3/2)"),
        (HALF, -1, "1/sqrt(x)"),
        (HALF, 2, "sqrt(x)**2"),  # x would be defined for x < 0
        (2, HALF, "sqrt(x**2)"),  # x would be wrong for x < 0
        (-1, -1, "1/(1/x)"),  # x would be defined at 0
        (-1, -2, "(1/x)**(-2)"),  # x**2 would be defined at 0
        (-1, Fraction(-1, 2), "(1/x)**(-1/2)"),
        (Fraction(-1, 2), -2, "(1/sqrt(x))**(-2)"),
    ],
)
def test_powers_of_powers_keep_their_domain(inner: Fraction, outer: Fraction, text: str) -> None:
    assert to_text(power(power(X, inner), outer)) == text


@pytest.mark.parametrize("name", sorted(SUGAR))
def test_sugar_has_the_values_of_its_function(name: str) -> None:
    true = {
        "ln": math.log, "sqrt": math.sqrt, "tan": math.tan,
        "sigmoid": lambda u: 1 / (1 + math.exp(-u)), "softplus": lambda u: math.log1p(math.exp(u)),
        "acos": math.acos, "acosh": math.acosh, "atanh": math.atanh,
        "sec": lambda u: 1 / math.cos(u), "csc": lambda u: 1 / math.sin(u),
        "cot": lambda u: 1 / math.tan(u), "sech": lambda u: 1 / math.cosh(u),
        "csch": lambda u: 1 / math.sinh(u), "coth": lambda u: 1 / math.tanh(u),
        "log10": math.log10, "log2": math.log2, "log1p": math.log1p, "expm1": math.expm1,
        "square": lambda u: u * u, "logcosh": lambda u: math.log(math.cosh(u)),
        "silu": lambda u: u / (1 + math.exp(-u)),
        "gelu": lambda u: u * NormalDist().cdf(u),
    }  # fmt: skip
    at = Fraction(17, 10) if name == "acosh" else Fraction(7, 10)
    assert as_float(call(name, number(at))) == pytest.approx(true[name](float(at)), rel=1e-14)
    functions = {n.function for n in subtrees(call(name, X)) if isinstance(n, Call)}
    assert functions <= set(FUNCTIONS)


def test_literals_of_the_three_number_types_agree() -> None:
    assert number(fmpq(3).p) is number(3) is Number(fmpq(3))


@pytest.mark.parametrize("value", [0.5, True, "1", None, 1j])
def test_inexact_numbers_are_refused(value: object) -> None:
    with pytest.raises(ExpressionError, match="an exact number is needed"):
        number(value)
    with pytest.raises(ExpressionError, match="an exact number is needed"):
        power(X, value)  # type: ignore[arg-type]


def test_values_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ExpressionError, match="division by zero"):
        divide(X, number(0))
    with pytest.raises(ExpressionError, match="division by zero"):
        power(number(0), Fraction(-1, 2))
    with pytest.raises(ExpressionError, match="is not a real number; take roots of positive"):
        power(number(-8), Fraction(1, 3))
    with pytest.raises(ExpressionError, match="is not a real number; its argument must be pos"):
        call("log", number(0))


@pytest.mark.parametrize(
    ("base", "exponent", "remedy"),
    [
        (number(2), X, "write exp(x*log(2))"),
        (X, Y, "write exp(y*log(x))"),
        (X, PI, "write exp(pi*log(x))"),
        (add(X, Y), add(X, Y), "write exp((x + y)*log(x + y))"),
        (Symbol("e"), negate(X), "write exp(-x)"),
    ],
)
def test_symbolic_exponents_are_refused_with_the_exponential(
    base: Expression, exponent: Expression, remedy: str
) -> None:
    with pytest.raises(ExpressionError, match="is not a rational number") as caught:
        power(base, exponent)
    assert str(caught.value).endswith(remedy)
