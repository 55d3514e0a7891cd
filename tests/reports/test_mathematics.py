"""Equations in lines: no line too wide, nothing lost, breaks before signs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.fields import VectorField
from bea.modified.writing.concrete import Concrete
from bea.reports.mathematics import (
    abridged,
    equation,
    gamma_power,
    remainder,
    term,
    wrapped,
)

SUMMANDS = st.lists(
    st.sampled_from(["x²", "3y/2", "exp(x + y)", "z", "xyz"]), min_size=1, max_size=2
)
SIGNS = st.sampled_from([" + ", " - "])


@given(st.lists(st.tuples(SIGNS, SUMMANDS.map("".join)), min_size=1, max_size=12), st.data())
def test_wrapping_only_moves_words(pairs: list[tuple[str, str]], data: st.DataObject) -> None:
    text = "x" + "".join(sign + summand for sign, summand in pairs)
    width = data.draw(st.integers(20, 100))
    lines = wrapped(text, width, "  ").splitlines()
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(len, lines)) <= max(width, 2 + len("+ exp(x + y)"))
    assert all(line.startswith("  ") for line in lines)


def test_breaks_are_before_signs_outside_of_brackets() -> None:
    text = "+ γ² (exp(x + y)/2 - 3*sin(x - y) + x)"
    assert wrapped(text, 22) == (
        "+ γ² (exp(x + y)/2\n"
        "      - 3*sin(x - y)\n"
        "      + x)"
    )  # fmt: skip


def test_a_product_too_wide_is_broken_between_its_factors() -> None:
    lines = wrapped("−γ²(2x² − 3xy + y²)(x + y − 4)w₁w₂³/(4(x² + 1)²)", 26).splitlines()
    assert [line.strip() for line in lines] == [
        "−γ²(2x² − 3xy + y²)",
        "(x + y − 4)",
        "w₁w₂³/(4(x² + 1)²)",
    ]


def test_a_bracket_is_broken_only_where_it_is_wider_than_the_page() -> None:
    text = "+ γ (x(a + b) + y(c + d) + 2(a + b + c + d + e + f + g + h))"
    assert wrapped(text, 24).splitlines() == [
        "+ γ (x(a + b) + y(c + d)",
        "     + 2(a + b + c + d",
        "     + e + f + g + h))",
    ]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, "dy/dt = y**2 − γ y**3 + 3γ²/2 y**4 + O(γ³)"),
        (30, "dy/dt = y**2\n        − γ y**3\n        + 3γ²/2 y**4\n        + O(γ³)"),
    ],
)
def test_an_equation_is_on_one_line_if_it_fits(width: int, shown: str) -> None:
    terms = ["y**2", "−γ y**3", "3γ²/2 y**4"]
    assert equation("dy/dt", terms, "O(γ³)", width) == shown


def test_terms_that_vanish_leave_no_trace() -> None:
    assert equation("dx/dt", ["", "", "−γ² x"], "O(γ³)", 80) == "dx/dt = −γ² x + O(γ³)"
    assert equation("dx/dt", ["", ""], "O(γ²)", 80) == "dx/dt = 0 + O(γ²)"
    assert equation("", ["", ""], "", 80) == "0"


@pytest.mark.parametrize(
    ("power", "text", "shown"),
    [
        (0, "3*y**2/2", "3y²/2"),
        (1, "y**3", "γy³"),
        (1, "-y**3", "−γy³"),
        (2, "3*y**4/2", "3γ²y⁴/2"),
        (3, "5", "5γ³"),
        (3, "-y/(y**2 + 1)", "−γ³y/(y² + 1)"),
        (1, "y**2 - 2", "γ (y² − 2)"),
        (2, "-8*y/3 - 16/3", "−8γ²/3 (y + 2)"),
        (1, "0*y", ""),
    ],
)
def test_components(power: int, text: str, shown: str) -> None:
    (component,) = VectorField.read(text, "y").components
    assert Concrete([[None] * power + [component]]).rows()[0][power] == shown


@given(st.integers(1, 9), st.fractions(-999, 999, max_denominator=50).filter(bool))
def test_a_monomial_is_written_without_loss(power: int, factor: Fraction) -> None:
    (component,) = VectorField.read(f"({factor})*y**3", "y").components
    shown = Concrete([[None] * power + [component]]).rows()[0][power]
    gamma = "γ" if power == 1 else gamma_power(power)
    weight = shown.replace("−", "-").replace(f"{gamma}y³", "*1").removeprefix("*")
    sign = -1 if weight.startswith("-") else 1
    p, _, q = weight.lstrip("-").replace("*1", "").partition("/")
    assert Fraction(sign * int(p or 1), int(q or 1)) == factor


def test_abridging_keeps_short_sums_and_counts_long_ones() -> None:
    assert abridged("a + b - c", 2) == "a + b - c"
    assert abridged("a + b - c + d", 2) == "a + b + … 4 terms"
    assert abridged("−γ² (a - exp(b + c) + d + e + f)", 2) == "−γ² (a - exp(b + c) + … 5 terms)"


def test_powers_of_gamma() -> None:
    assert (gamma_power(0), gamma_power(12)) == ("γ⁰", "γ¹²")
    assert (remainder(0), remainder(9)) == ("O(γ)", "O(γ¹⁰)")
    assert term(2, []) == ""
