"""Elements as a person writes them are the elements that they were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.algebra import Ring
from bea.algebra.language.grammar import parse
from bea.algebra.language.mathematics import as_text
from bea.algebra.ring.conversions import read
from bea.modified.writing.presentation import Presentation

LEAVES = st.sampled_from(["x", "y", "a", "2", "1/3", "sqrt(2)", "sqrt(5)"])
PARTS = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*"), part).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        part.map(lambda p: f"sin({p})"),
        part.map(lambda p: f"exp(-{p})"),
        part.map(lambda p: f"tanh({p}/2)"),
        part.map(lambda p: f"sqrt(({p})**2 + 1)"),
        part.map(lambda p: f"sqrt(({p})**2 + x**2 + 1)"),
        part.map(lambda p: f"(1/(({p})**2 + 2))"),
        part.map(lambda p: f"(({p})**2 + x**4 + 1/7)**(-3/2)"),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(source=PARTS, factored=st.booleans())
def test_what_is_written_is_the_element(source: str, factored: bool) -> None:
    ring = Ring(["x", "y"], ["a"])
    element = read(ring, parse(source))
    shown = Presentation(ring).of(element, factored)
    assert (read(ring, shown) - element).is_zero()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("-2*x*a", "−2ax"),
        ("q*omega**2", "ω²q"),
        ("sqrt(2)*sqrt(5)*x", "√10 x"),
        ("sqrt(x**2)*y", "y|x|"),
        ("(1/sqrt(x))**4", "1/x²"),
        ("x**2*sqrt(x)", "x^(5/2)"),
        ("x**2/sqrt(x**2)", "|x|"),
        ("1/x + a/x**2", "(x + a)/x²"),
        ("-2/(x**2 + 1)**2 + 1/(x**2 + 1)", "(x − 1)(x + 1)/(x² + 1)²"),
        ("1/(2*a - 2) + x*0", "−1/(2(1 − a))"),
        ("exp(-x)**2*exp(y)", "exp(−2x + y)"),
        ("x/(1000000000*sqrt(x**2) + 10)", "x/(10⁹(|x| + 1/10⁸))"),
    ],
)
def test_kinds_that_the_ring_multiplies_out(source: str, text: str) -> None:
    ring = Ring(["x", "y", "q"], ["a", "omega"])
    assert as_text(Presentation(ring).of(read(ring, parse(source)))) == text


def test_the_length_of_the_gradient_is_seen() -> None:
    ring = Ring(["x", "y"])
    slopes = [read(ring, parse("2*x + 4*y**3")), read(ring, parse("12*x*y**2"))]
    length = (slopes[0] ** 2 + slopes[1] ** 2).sqrt()
    shown = as_text(Presentation(ring, slopes).of(slopes[0] / length))
    assert shown == "(4y³ + 2x)/√((4y³ + 2x)² + 144x²y⁴)"


def test_a_gradient_is_seen_where_it_is_a_factor() -> None:
    ring = Ring(["x", "y"])
    slope = read(ring, parse("10*x + 8*y - 34"))
    shown = Presentation(ring, [slope]).of(slope * slope / 2 * ring.symbol("x"))
    assert as_text(shown) == "x(10x + 8y − 34)²/2"
