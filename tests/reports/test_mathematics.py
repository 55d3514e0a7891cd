"""Equations in lines: no line too wide, nothing lost, breaks before signs."""

from __future__ import annotations

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.fields import VectorField
from bea.modified.writing.script import text_of
from bea.reports.mathematics import (
    abridged,
    component_term,
    equation,
    gamma_power,
    remainder,
    term,
    wrapped,
)

SUMMANDS = st.lists(st.sampled_from(["x**2", "3*y/2", "exp(x + y)", "z", "x*y*z"]), min_size=1)
SIGNS = st.sampled_from([" + ", " - "])


@given(st.lists(st.tuples(SIGNS, SUMMANDS.map("*".join)), min_size=1, max_size=12), st.data())
def test_wrapping_only_moves_words(pairs: list[tuple[str, str]], data: st.DataObject) -> None:
    text = "x" + "".join(sign + summand for sign, summand in pairs)
    width = data.draw(st.integers(20, 100))
    lines = wrapped(text, width, "  ").splitlines()
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(len, lines)) <= max(width, 2 + len("+ exp(x + y)*"))
    assert all(line.startswith("  ") for line in lines)


def test_breaks_are_before_signs_outside_of_brackets() -> None:
    text = "+ γ² (exp(x + y)/2 - 3*sin(x - y) + x)"
    assert wrapped(text, 22) == (
        "+ γ² (exp(x + y)/2\n"
        "      - 3*sin(x - y)\n"
        "      + x)"
    )  # fmt: skip


def test_a_product_too_wide_is_broken_after_a_times_and_never_in_a_power() -> None:
    lines = wrapped("alpha**2*beta**3*gamma**4*delta**5", 20).splitlines()
    assert "".join(lines) == "alpha**2*beta**3*gamma**4*delta**5"
    assert len(lines) > 1 and all(line.count("*") != 1 or "**" in line for line in lines)
    assert all(line.endswith("*") and not line.endswith("**") for line in lines[:-1])


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
        (0, "3*y**2/2", "3*y**2/2"),
        (1, "y**3", "γ y**3"),
        (1, "-y**3", "−γ y**3"),
        (2, "3*y**4/2", "3γ²/2 y**4"),
        (3, "5", "5γ³"),
        (3, "-y/(y**2 + 1)", "−γ³ y/(y**2 + 1)"),
        (1, "y**2 - 1", "γ (y**2 - 1)"),
        (1, "0*y", ""),
    ],
)
def test_components(power: int, text: str, shown: str) -> None:
    (component,) = VectorField.read(text, "y").components
    assert component_term(power, component) == shown


@given(st.integers(1, 9), st.fractions(max_denominator=50).filter(bool))
def test_a_monomial_is_written_without_loss(power: int, factor: object) -> None:
    (component,) = VectorField.read(f"({factor})*y**3", "y").components
    shown = component_term(power, component)
    assert shown.endswith(" y**3")
    weight = shown.removesuffix(" y**3").replace("−", "-").replace(gamma_power(power), "γ")
    weight = (
        weight.replace("γ", "1") if weight.lstrip("-").startswith("γ") else weight.replace("γ", "")
    )
    p, _, q = weight.partition("/")
    assert fmpq(int(p), int(q or 1)) == next(iter(component.terms().values()))
    assert text_of(component)


def test_abridging_keeps_short_sums_and_counts_long_ones() -> None:
    assert abridged("a + b - c", 2) == "a + b - c"
    assert abridged("a + b - c + d", 2) == "a + b + … 4 terms"
    assert abridged("−γ² (a - exp(b + c) + d + e + f)", 2) == "−γ² (a - exp(b + c) + … 5 terms)"


def test_powers_of_gamma() -> None:
    assert (gamma_power(0), gamma_power(12)) == ("γ⁰", "γ¹²")
    assert (remainder(0), remainder(9)) == ("O(γ)", "O(γ¹⁰)")
    assert term(2, []) == ""
