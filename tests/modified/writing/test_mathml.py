"""MathML of all that bea writes in LaTeX: complete, well formed, and inert."""

from __future__ import annotations

import inspect
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.modified.writing.mathml import mathml
from bea.reports.formulas.notebook import latex

ELEMENTS = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup",
    "mover", "mspace", "mtable", "mtr", "mtd",
}  # fmt: skip


def read(formula: str) -> Element:
    """Return a formula as the elements that a browser makes of it."""
    math = fromstring(mathml(formula))
    assert {element.tag for element in math.iter()} <= ELEMENTS
    return math


def text(formula: str) -> str:
    return "".join(read(formula).itertext())


def needed(factory: object) -> bool:
    parameters = inspect.signature(factory).parameters.values()  # type: ignore[arg-type]
    return any(p.default is p.empty for p in parameters)


METHODS = [name for name, make in bea.methods.available().items() if not needed(make)]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_shown_without_a_command_left_over(name: str) -> None:
    formula = latex(bea.methods.get(name))
    assert formula is None or "\\" not in text(formula)


@pytest.mark.parametrize("name", sorted(bea.problems.available()))
def test_every_problem_is_shown_without_a_command_left_over(name: str) -> None:
    formula = latex(bea.problems.get(name))
    assert formula is None or "\\" not in text(formula)


def test_equations_are_shown_whole() -> None:
    heavy_ball = bea.methods.heavy_ball(beta="beta")
    universal = bea.modified_equation(heavy_ball, order=2).latex()
    assert text(universal).startswith("−11−β∇L−γ(1+β)2(1−β)3∇2L∇L−γ2(1+4β+β2")
    here = bea.modified_equation(heavy_ball, bea.problems.booth(), order=1).latex()
    assert "\\" not in text(here)
    assert len(read(here).findall(".//mtr")) == 4  # two components, two parts with names


def test_a_fraction_keeps_what_is_above_and_below_apart() -> None:
    fraction = read(r"\frac{\gamma \beta}{2 \left(1-\beta\right)^{3}}").find("mfrac")
    assert fraction is not None
    assert ["".join(part.itertext()) for part in fraction] == ["γβ", "2(1−β)3"]


def test_signs_of_one_number_stand_close() -> None:
    signs = [e.get("form") for e in read("-x - y = -z").iter("mo") if e.text == "−"]
    assert signs == ["prefix", None, "prefix"]


def test_primes_and_indices_are_scripts() -> None:
    (one,) = read("s''_{1}")
    assert [e.tag for e in one.iter()] == ["msubsup", "mi", "mn", "mo"]


def test_a_tableau_has_its_lines() -> None:
    rows = read(latex(bea.methods.rk4()) or "").findall(".//mtr")
    assert len(rows) == 5
    assert all("border-top" in (cell.get("style") or "") for cell in rows[-1])
    assert "border-left" in (rows[0][1].get("style") or "")


def test_what_is_not_known_is_seen() -> None:
    assert text(r"\unheard x") == r"\unheardx"


@given(st.text(max_size=60))
def test_any_text_ends_up_as_text(formula: str) -> None:
    read(formula)
    read(rf"\text{{{formula}}}")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "&lt;b&gt;",
        "]]>",
        "-->",
        "\x00<b>",
    ],
)
def test_hostile_text_is_inert(hostile: str) -> None:
    assert "<script" not in mathml(hostile)
    assert "<img" not in mathml(rf"\text{{{hostile}}}")
    assert text(rf"\text{{{hostile}}}") == hostile.replace("\x00", "\ufffd")
