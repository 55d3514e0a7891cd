"""SymPy's formulas are read exactly, bea's have the same values in SymPy, floats are refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy
from flint import fmpq
from hypothesis import given, reject
from hypothesis import strategies as st

from bea.algebra.language import limits
from bea.algebra.language.building import add, call, multiply, number, power
from bea.algebra.language.expressions import PI, Expression, Symbol, fold, to_text
from bea.algebra.language.functions import FUNCTIONS, SUGAR
from bea.algebra.language.grammar import parse
from bea.algebra.language.sympy_bridge import from_sympy, to_sympy
from bea.errors import ExpressionError

x, y = sympy.symbols("x y")
DIGITS = 30
LARGE = 10**6


class Values:
    """Values to many digits at a point, that give up where they are huge or undefined."""

    def __init__(self, point: dict[str, Fraction]) -> None:
        self.point = point

    def checked(self, value: Any) -> Any:
        return value if abs(value) < LARGE else reject()

    def number(self, value: fmpq) -> Any:
        return mpmath.mpf(int(value.p)) / int(value.q)

    def symbol(self, name: str) -> Any:
        value = self.point[name]
        return mpmath.mpf(value.numerator) / value.denominator

    def constant(self, _name: str) -> Any:
        return +mpmath.pi

    def sum(self, values: list[Any]) -> Any:
        return self.checked(mpmath.fsum(values))

    def product(self, values: list[Any]) -> Any:
        return self.checked(mpmath.fprod(values))

    def power(self, value: Any, exponent: fmpq) -> Any:
        return self.checked(value ** self.number(exponent)) if abs(value) > 1e-6 else reject()

    def call(self, name: str, value: Any) -> Any:
        if (name == "log" and abs(value) < 1e-6) or abs(value) > 50:
            reject()
        return self.checked(getattr(mpmath, name)(value))


def built(make: Callable[..., Expression], *arguments: Any) -> Expression:
    try:
        return make(*arguments)
    except ExpressionError:  # a division by zero, a root of a negative number (SymPy's I)
        reject()


def combined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(parts, min_size=2, max_size=3)
    exponents = st.fractions(-3, 3, max_denominator=3)
    return (
        some.map(lambda terms: built(add, *terms))
        | some.map(lambda factors: built(multiply, *factors))
        | st.builds(lambda base, e: built(power, base, e), parts, exponents)
        | st.builds(lambda f, u: built(call, f, u), st.sampled_from([*FUNCTIONS, *SUGAR]), parts)
    )


LEAVES = st.fractions(-5, 5, max_denominator=6).map(number) | st.sampled_from(
    [Symbol("x"), Symbol("y"), PI]
)
EXPRESSIONS = st.recursive(LEAVES, combined, max_leaves=6)
POINTS = st.fixed_dictionaries(dict.fromkeys("xy", st.fractions(-3, 3, max_denominator=10)))


def sympy_value(expression: sympy.Expr, point: dict[str, Fraction]) -> Any:
    exact = {sympy.Symbol(n): sympy.Rational(v.numerator, v.denominator) for n, v in point.items()}
    with mpmath.workdps(2 * DIGITS):
        return mpmath.mpmathify(expression.subs(exact).evalf(DIGITS))


@given(EXPRESSIONS, POINTS)
def test_values_agree_with_sympy(expression: Expression, point: dict[str, Fraction]) -> None:
    with mpmath.workdps(2 * DIGITS):
        value = fold(expression, Values(point))
        forms = {
            "converted": to_sympy(expression),
            "read from text": sympy.sympify(to_text(expression)),  # our own text
            "there and back": to_sympy(built(from_sympy, to_sympy(expression))),
        }
        for name, form in forms.items():
            assert abs(sympy_value(form, point) - value) < 1e-15 * max(1, abs(value)), name


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (sympy.Integer(3), "3"),
        (sympy.Rational(-1, 2), "-1/2"),
        (7, "7"),
        (sympy.pi * x, "pi*x"),
        (sympy.E, "exp(1)"),
        (sympy.E**x, "exp(x)"),
        (sympy.Pow(sympy.E, x, evaluate=False), "exp(x)"),
        (2 * x**2 * sympy.exp(y), "2*x**2*exp(y)"),
        (sympy.sqrt(x), "sqrt(x)"),
        (x ** sympy.Rational(-2, 3), "1/x**(2/3)"),
        (sympy.log(x), "log(x)"),
        (sympy.tan(x), "sin(x)/cos(x)"),
        (sympy.tanh(x) + sympy.sinh(x), "sinh(x) + tanh(x)"),
        (sympy.Symbol("x", positive=True), "x"),
    ],
)
def test_what_is_read(expression: sympy.Expr, text: str) -> None:
    assert from_sympy(expression) is parse(text)


FUNCTION = sympy.Function("f")
REFUSED = [
    (0.1 * x, r"has the float '0\.1.*', which is not exact; use Rational\(1, 10\).*nsimplify"),
    (x**0.5, "has the float"),
    (sympy.Abs(x), "'Abs' is not differentiable"),
    (sympy.Max(x, y), "'Max' is not differentiable"),
    (sympy.Heaviside(x), "'Heaviside' is not differentiable"),
    (sympy.Piecewise((x, x > 0), (0, True)), "'Piecewise' is not differentiable"),
    (FUNCTION(x), "SymPy's 'f' is not among what bea reads"),
    (sympy.Function("exp")(x), "SymPy's 'exp' is not among"),
    (sympy.gamma(x), "SymPy's 'gamma' is not among"),
    (sympy.Derivative(FUNCTION(x), x), "SymPy's 'Derivative' is not among"),
    (sympy.I * x, "SymPy's 'ImaginaryUnit' is not among"),
    (sympy.oo, "SymPy's 'Infinity' is not among"),
    (sympy.nan, "SymPy's 'NaN' is not among"),
    (sympy.zoo, "SymPy's 'ComplexInfinity' is not among"),
    (sympy.EulerGamma, "SymPy's 'EulerGamma' is not among"),
    (sympy.Symbol("A", commutative=False), "SymPy's 'Symbol' is not among"),
    (2**x, r"write exp\(x\*log\(2\)\)"),
    (x**y, r"write exp\(y\*log\(x\)\)"),
    (sympy.Symbol("x_{1}"), "cannot name a variable"),
    (sympy.Symbol("sin"), "'sin' is taken"),
    (x + sympy.Symbol("x", positive=True), "two SymPy symbols are named 'x'"),
    (x**5000, "the power 5,000 is beyond the limit"),
    ((x + y + 1) ** 500, "terms when it is expanded"),
    (sympy.Integer(2) ** 20_000 * x, "bits, more than the limit"),
]


@pytest.mark.parametrize(("expression", "message"), REFUSED)
def test_what_is_refused(expression: sympy.Expr, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        from_sympy(expression)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_large_expressions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_NODES", 1001)
    parts = [sympy.Symbol(f"x{i}") for i in range(1001)]
    from_sympy(sympy.Add(*parts[1:], evaluate=False))
    with pytest.raises(ExpressionError, match="more than 1,001 parts, which is the limit; split"):
        from_sympy(sympy.Add(*parts, evaluate=False))


def test_large_python_integers_are_refused() -> None:
    with pytest.raises(ExpressionError, match="bits, more than the limit"):
        from_sympy(2**20_000)


@pytest.mark.parametrize("value", ["x + 1", 0.5, True, None, sympy.true, sympy.Eq(x, y), [x]])
def test_what_is_no_sympy_expression_is_refused(value: Any) -> None:
    with pytest.raises(ExpressionError, match=r"a SymPy expression is needed, not .* bea\.parse"):
        from_sympy(value)


def test_deep_expressions_are_refused_and_not_recursed_into() -> None:
    deep = x
    for _ in range(400):
        deep = sympy.sin(deep, evaluate=False)
    with pytest.raises(ExpressionError, match="levels, more than the limit"):
        from_sympy(deep)


def test_converted_symbols_are_plain() -> None:
    assert to_sympy(parse("x**2/3 + y")) == x**2 / 3 + y
    assert to_sympy(parse("sqrt(x**2)")) == sympy.sqrt(x**2)  # not |x|, not x


def test_sympy_is_imported_only_when_needed() -> None:
    code = (
        "import sys; import bea.algebra.language.sympy_bridge, bea.algebra.language.grammar; "
        "print([name for name in ('sympy', 'lark') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
