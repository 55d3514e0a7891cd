"""Formulas are read exactly, with Python's precedence; what is no formula gets one line."""

from __future__ import annotations

import builtins
import os
import subprocess
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import fmpq
from hypothesis import given, reject
from hypothesis import strategies as st

from bea.algebra.language import grammar, limits
from bea.algebra.language.building import add, call, multiply, negate, number, power
from bea.algebra.language.expressions import PI, Expression, Number, Symbol, to_text
from bea.algebra.language.functions import FUNCTIONS, SUGAR
from bea.algebra.language.grammar import declared_names, parse, parse_components
from bea.errors import ExpressionError
from bea.problems import loss


def built(make: Callable[..., Expression], *arguments: Any) -> Expression:
    try:
        return make(*arguments)
    except ExpressionError:  # a division by zero, a root of a negative number, a large power
        reject()


def combined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(parts, min_size=2, max_size=4)
    exponents = st.fractions(-4, 4, max_denominator=3)
    return (
        some.map(lambda terms: built(add, *terms))
        | some.map(lambda factors: built(multiply, *factors))
        | st.builds(lambda base, e: built(power, base, e), parts, exponents)
        | st.builds(lambda f, u: built(call, f, u), st.sampled_from([*FUNCTIONS, *SUGAR]), parts)
        | parts.map(negate)
    )


NUMBERS = st.fractions(-9, 9, max_denominator=12).map(number)
NAMES = st.sampled_from([Symbol("x"), Symbol("y_1"), Symbol("θ"), PI])
EXPRESSIONS = st.recursive(NUMBERS | NAMES, combined, max_leaves=12)


@given(EXPRESSIONS)
def test_what_is_written_is_read_back(expression: Expression) -> None:
    assert parse(to_text(expression)) is expression


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("0.1", Fraction(1, 10)),
        ("1e-3", Fraction(1, 1000)),
        ("2.50E+2", 250),
        (".5", Fraction(1, 2)),
        ("5.", 5),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("0e99999999", 0),
        ("1." + "0" * 5000, 1),
        ("0" * 5000 + "1", 1),
        ("2**-1", Fraction(1, 2)),
        ("2**3**2", 512),
        ("-2**2", -4),
        ("(-2)**2", 4),
        ("2^3", 8),
        ("6/3/2", 1),
        ("6/3*2", 4),
        ("1 - 2 - 3", -4),
        ("2 - -3", 5),
        ("2*-3", -6),
        ("--+-2", -2),
        ("2**-2**0", Fraction(1, 2)),
        ("8**(2/3)", 4),
        ("sqrt(9/4)", Fraction(3, 2)),
    ],
)
def test_numbers_are_exact(text: str, value: int | Fraction) -> None:
    assert parse(text) is number(value)


@given(st.integers(-(10**40), 10**40), st.integers(0, 60), st.integers(-60, 60))
def test_scientific_notation_is_exact(digits: int, places: int, exponent: int) -> None:
    text = f"{abs(digits):0{places + 1}d}"
    text = f"{text[: len(text) - places]}.{text[len(text) - places :]}e{exponent}"
    assert parse(text) is number(Fraction(abs(digits)) * Fraction(10) ** (exponent - places))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("-x**2", "-(x**2)"),
        ("-x^2*y", "-((x^2)*y)"),
        ("x**-2", "1/x**2"),
        ("x**2**3", "x**8"),
        ("x/y/z", "(x/y)/z"),
        ("x - y - z", "(x - y) - z"),
        ("x - (y - z)", "x + (-1)*(y - z)"),
        ("x**0.5", "sqrt(x)"),
        ("x**(-3/2)", "1/x**(3/2)"),
        ("ln(x)", "log(x)"),
        ("tan(x)", "sin(x)/cos(x)"),
        ("sigmoid(x)", "(1 + tanh(x/2))/2"),
        ("softplus(x)", "log(1 + exp(x))"),
        (" x\t+\n\u00a0y ", "x+y"),
        ("1*x + 0*y + x**1", "x + x"),
    ],
)
def test_precedence_and_sugar(text: str, same: str) -> None:
    assert parse(text) is parse(same)


def test_order_is_kept_and_nothing_is_expanded() -> None:
    assert to_text(parse("(x - 1)*(x + 1)**2 + 3 - y*x")) == "(x - 1)*(x + 1)**2 + 3 - y*x"


def test_names_may_be_of_any_alphabet() -> None:
    assert parse("θ_1*λ + lambda + _x").__class__.__name__ == "Sum"


def test_components_are_separated_by_commas_outside_brackets() -> None:
    assert parse_components("y, -sin(x) , 1") == (parse("y"), parse("-sin(x)"), number(1))
    with pytest.raises(ExpressionError, match="'y, x' has 2 components"):
        parse("y, x")
    with pytest.raises(ExpressionError, match=r"unexpected ',' at column 3.*outside of brackets"):
        parse_components("(y, x)")


def test_declared_names_are_accepted() -> None:
    assert parse("a*x", variables=["x"], parameters=["a"]) is parse("a*x")
    assert parse("x*y", variables="x y") is parse("x*y")
    assert declared_names("x, y z") == ("x", "y", "z")


def test_undeclared_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("theta + thta", variables=("theta", "x"))
    assert str(caught.value) == (
        "unknown variable 'thta' (declared: theta, x). Did you mean 'theta'? "
        "Declare it with --variables or as a parameter"
    )
    with pytest.raises(ExpressionError, match="unknown variable 'z'"):
        parse("x + 0*z", variables="x")  # even where it drops out


@pytest.mark.parametrize("name", ["e", "E"])
def test_eulers_number_is_never_another_variable(name: str) -> None:
    for text in (f"x**2/2 + {name}", f"2*{name}*x", f"{name}**2*x", f"exp({name}*x) + x"):
        with pytest.raises(ExpressionError, match=r"declared: x\)\. Euler's number is exp\(1\)"):
            parse(text, variables="x")
        with pytest.raises(ExpressionError, match=rf"'{name}' may be Euler's number or a name"):
            loss(text)
        assert loss(text, parameters=(name,)).variables == ("x",)
    assert parse(f"{name}**(-x**2) + {name}^x") is parse("exp(-x**2) + exp(x)")
    assert str(parse(f"x + {name}", variables=f"x {name}")) == f"x + {name}"
    assert str(parse(f"x + {name}", parameters=(name,))) == f"x + {name}"


@pytest.mark.parametrize("name", ["pi", "Pi", "PI", "π"])
def test_pi_has_the_names_that_people_type(name: str) -> None:
    assert parse(f"2*{name}*x") is parse("2*pi*x")
    if name != "pi":
        assert str(parse(f"2*{name}", variables=(name,))) == f"2*{name}"


def test_formulas_pasted_from_python_are_read() -> None:
    assert parse("np.exp(-x) + math.sqrt(2)*numpy.arctan(x*np.pi)") is parse(
        "exp(-x) + sqrt(2)*atan(x*pi)"
    )
    with pytest.raises(ExpressionError, match="'floor' is not differentiable"):
        parse("np.floor(x)")


def test_declarations_are_checked() -> None:
    with pytest.raises(ExpressionError, match="'x' is declared twice"):
        parse("x", variables="x", parameters="x")
    with pytest.raises(ExpressionError, match="'sin' is taken"):
        parse("x", variables="x sin")
    with pytest.raises(ExpressionError, match="'2x' cannot name a variable"):
        parse("x", variables=["2x"])


REFUSED = [
    ("", "the expression is empty"),
    ("  \n ", "the expression is empty"),
    ("x\x00", r"control character, U\+0000, at column 2"),
    ("x\u202e+y", r"control character, U\+202E, at column 2"),
    ("x\u2028y", r"control character, U\+2028, at column 2"),
    ("\ud800", r"control character, U\+D800, at column 1"),
    ("x +", "ends too early, after 'x \\+'"),
    ("*x", r"unexpected '\*' at column 1"),
    ("x + ()", r"unexpected '\)' at column 6"),
    ("x,,y", "unexpected ',' at column 3"),
    ("2x", r"an operator is missing at column 2.*write \* for a product"),
    ("x y", "an operator is missing at column 3"),
    ("(x)(y)", "an operator is missing at column 4"),
    ("2(x + 1)", "an operator is missing at column 2"),
    ("sin x", r"an operator is missing at column 5.*write sin\(\.\.\.\)"),
    ("1 + sin", r"'sin' at column 5 is a function and needs its argument.*write sin\(x\)"),
    ("sin**2", r"'sin' at column 1 is a function"),
    ("x(3)", r"'x' at column 1 is no function; for a product write \*"),
    ("pi(3)", "'pi' at column 1 is no function"),
    ("sin(x, y)", "'sin' at column 1 takes one argument, not 2"),
    ("exp()", "'exp' at column 1 takes one argument, not 0"),
    ("abs(x)", "'abs' is not differentiable.*smooth stand-in"),
    ("Max(x, y)", "'Max' is not differentiable"),
    ("sine(x)", r"unknown function 'sine'\. Did you mean 'sin'\?"),
    ("cbrt(x)", r"unknown function 'cbrt'\. Write x\*\*\(1/3\)"),
    ("atan2(y, x)", r"unknown function 'atan2'\. Write atan\(y/x\), where x > 0"),
    ("-inf*x", "'inf' at column 2 is no number to compute with"),
    ("NaN*x**2", "'NaN' at column 1 is no number"),
    ("x + oo", "'oo' at column 5 is no number"),
    ("rate(x)", r"unknown function 'rate'\..*a product needs \*"),
    ("2**x", r"write exp\(x\*log\(2\)\)"),
    ("asin(2)*x", r"asin\(2\) is not a real number"),
    ("x/0", "division by zero"),
    ("x/(1 - 1)", "division by zero"),
    ("0**-1", "division by zero"),
    ("sqrt(-1)", "is not a real number"),
    ("log(-2)", "is not a real number"),
    ("y = x", "unexpected '=' at column 3.*right-hand side only"),
    ("x²", r"unexpected '²' in 'x²' at column 1; write \*\*2"),
    ("x − y", "unexpected '−' at column 3.*minus sign"),
    ("|x|", "absolute value is not differentiable"),
    ("x**2 if x > 0 else 0", "unexpected 'if' at column 6, .* a formula has no branches"),
    ("x and y", "a formula has no branches: give each piece alone"),
    ("x > 0", "a formula has no conditions"),
    ("½*x", "write 1/2"),
    ("θ₁", "write 1"),
    ("1j*x", "the numbers of a formula are real"),
    ("nn.relu.f(x)", "functions by their name alone"),
    ("[x]", "unexpected '\\[' at column 1.*round brackets"),
    ("(x", r"the '\(' at column 1 opens a bracket that is never closed"),
    ("x + y)", r"the '\)' at column 6 closes a bracket that was never opened"),
    ("x.y", r"unexpected '\.' at column 2"),
    ("1_000", "an operator is missing at column 2"),
    ("x if y else z", "unexpected 'if' at column 3"),
    ("lambda: x", "unexpected ':' at column 7"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refusals_name_the_cause(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text)


@pytest.mark.parametrize("value", [None, 3, b"x", ["x"]])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ExpressionError, match="an expression must be text"):
        parse(value)


def assert_one_short_line(text: str) -> None:
    try:
        parse_components(text)
    except ExpressionError as error:
        message = str(error)
        assert message.isprintable(), message
        assert len(message) < 300
        assert not any(text[i : i + 62] in message for i in range(len(text) - 62))


@given(st.text(alphabet="xye1.2+-*/^() ,_sinexplog²−'\n", max_size=40))
def test_near_formulas_are_read_or_refused_in_one_line(text: str) -> None:
    assert_one_short_line(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    assert_one_short_line(text)


@pytest.mark.parametrize(
    "text", ["a" * 5000 + "(x)", "a" * 5000 + " b", "x + " * 1000, "'" * 5000, "x**" + "y" * 5000]
)
def test_long_texts_are_quoted_in_part(text: str) -> None:
    assert_one_short_line(text)
    with pytest.raises(ExpressionError):
        parse(text, variables="x y")


ATTACKS = [
    "__import__('os').system('touch /tmp/bea')",
    "__import__(os)",
    "eval(x)",
    "exec(x)",
    "open(x)",
    "x.__class__.__mro__",
    "(lambda: x)()",
    "[x for x in y]",
    "f'{x}'",
    "x; import os",
    "x := 3",
    "print(x)",
    "os.system(x)",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_that_is_typed_is_run(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parse("x")  # lark's own set-up is done
    imported: list[str] = []
    true_import = builtins.__import__

    def importing(name: str, *arguments: Any) -> Any:
        imported.append(name)
        return true_import(name, *arguments)

    def forbidden(*_arguments: Any, **_keywords: Any) -> None:
        raise AssertionError("something was run")

    with pytest.raises(ExpressionError), monkeypatch.context() as patch:
        for name in ("eval", "exec", "compile", "open", "print"):
            patch.setattr(builtins, name, forbidden)
        patch.setattr(os, "system", forbidden)
        patch.setattr(subprocess, "Popen", forbidden)
        patch.setattr(builtins, "__import__", importing)
        parse(text)
    assert set(imported) <= {"lark"}


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "(" * 10_000 + "x" + ")" * 10_000,
        "exp(" * 10_000 + "x" + ")" * 10_000,
        "-" * 10_000 + "x",
        "x" + "**x" * 10_000,
        "x" + "^-x" * 10_000,
        "x+" * 110_000 + "x",
        "x" * (limits.MAX_LENGTH + 1),
    ],
)
def test_sizes_are_checked_before_the_parser_sees_the_text(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parser() -> None:
        raise AssertionError("the parser was called")

    monkeypatch.setattr(grammar, "_parser", parser)
    with pytest.raises(ExpressionError, match=r"limit"):
        parse(text)


def test_parser_is_built_once() -> None:
    assert grammar._parser() is grammar._parser()


def test_numbers_in_the_tree_are_flint_rationals() -> None:
    half = parse("0.5")
    assert isinstance(half, Number)
    assert isinstance(half.value, fmpq)


def test_symbols_of_sympy_declare_variables() -> None:
    x, y = sympy.symbols("x y")
    assert declared_names([x, y]) == declared_names("x y") == ("x", "y")
    assert declared_names(x) == ("x",)
    with pytest.raises(ExpressionError, match="'3' cannot name a variable"):
        declared_names(3)
