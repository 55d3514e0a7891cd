"""Expressions as mathematics: what a person writes, in text and in LaTeX."""

from __future__ import annotations

import pytest
from matplotlib.mathtext import MathTextParser

from bea.algebra.language.grammar import parse
from bea.algebra.language.mathematics import as_latex, as_text

WRITTEN = {
    "x**2/2 + 5*y**2": "x²/2 + 5y²",
    "-2*a*x - 2*x": "−2ax − 2x",
    "11/(6*x**8)": "11/(6x⁸)",
    "-x/(2*(x + y)**2)": "−x/(2(x + y)²)",
    "x/((x + y)*(x - y))": "x/((x + y)(x − y))",
    "omega**2*q1": "ω²q₁",
    "epsilon*weight_decay*x*y": "ε weight_decay xy",
    "1/sqrt(x)": "1/√x",
    "x**(5/2) + x**(1/3)": "x^(5/2) + x^(1/3)",
    "sqrt(2)*x*sqrt(x + y)": "√2 x√(x + y)",
    "(x**2)**(-3/2) + sqrt((x - y)**2)": "1/|x|³ + |x − y|",
    "sin(x)**2*p - 2*cos(x/2)": "sin²(x) p − 2 cos(x/2)",
    "exp(-x)**2": "exp(−x)²",
    "pi*x/3": "πx/3",
    "-1/100000000*x": "−x/10⁸",
    "32000000000*x": "32·10⁹x",
    "-(1 - x)*(-y)": "(1 − x)y",
    "1/(1 + exp(-x))": "1/(1 + exp(−x))",
    "x - (y - z)": "x − (y − z)",
}


@pytest.mark.parametrize(("source", "text"), WRITTEN.items())
def test_text_is_what_a_person_writes(source: str, text: str) -> None:
    assert as_text(parse(source)) == text


@pytest.mark.parametrize("source", WRITTEN)
def test_latex_is_read_by_a_typesetter(source: str) -> None:
    parser = MathTextParser("path")
    latex = as_latex(parse(source)).replace(r"\left|", "|").replace(r"\right|", "|")
    assert parser.parse(f"${latex}$").width > 0


def test_latex_of_fractions_has_no_needless_brackets() -> None:
    assert as_latex(parse("(1 + x)/(1 - x)")) == r"\frac{1 + x}{1 - x}"
    assert as_latex(parse("2*(1 + x)/y")) == r"\frac{2 \left(1 + x\right)}{y}"
    assert as_latex(parse("(1 + x)*(1 - x)/y")).count(r"\left(") == 2
