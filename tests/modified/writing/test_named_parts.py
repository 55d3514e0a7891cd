"""Named parts: what is written with them is what it was, and nothing has a name for nothing."""

from __future__ import annotations

import re

import pytest

import bea
from bea.algebra import Ring
from bea.algebra.language.expressions import Symbol, fold, free_symbols
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import read
from bea.modified.writing.named_parts import with_named_parts

from ..records import Substituting, terms_of, values_of

CASES = [
    ["x/(x**2 + y**2)**(3/2)", "y/(x**2 + y**2)**(5/2) + (x**2 + y**2)**(-2)", "x*(x**2 + y**2)"],
    ["sin(x*y - 1)**3 + x", "2*sin(x*y - 1)", "1/sin(x*y - 1)**2"],
    ["1/(sqrt((x - y)**2) + 1/9)**3", "y/(sqrt((x - y)**2) + 1/9)", "sqrt((x - y)**2)"],
    ["(3*x**2 + 5*x*y + 7*y**2)**2", "y*(3*x**2 + 5*x*y + 7*y**2)"],
]


@pytest.mark.parametrize("sources", CASES)
def test_names_stand_for_what_they_stand_for(sources: list[str]) -> None:
    ring = Ring(["x", "y"])
    plain = [read(ring, parse(source)) for source in sources]
    named = with_named_parts([parse(source) for source in sources], {}, "xy")
    assert named.where
    values = values_of(ring, named.where)
    for expression, element in zip(named.expressions, plain, strict=True):
        assert (fold(expression, Substituting(ring, values)) - element).is_zero()


@pytest.mark.parametrize("sources", CASES)
def test_every_name_is_used_and_defined_before(sources: list[str]) -> None:
    named = with_named_parts([parse(source) for source in sources], {}, "xy")
    known, used = {"x", "y"}, set[str]()
    for name, definition in named.where:
        assert free_symbols(definition) <= known
        used |= free_symbols(definition)
        known.add(name)
    used |= set().union(*map(free_symbols, named.expressions))
    assert known - {"x", "y"} <= used


def test_a_root_of_a_sum_is_r_and_its_powers_are_powers_of_r() -> None:
    named = with_named_parts([parse(s) for s in CASES[0]], {}, "xy")
    assert [str(e) for e in named.expressions] == ["x/r**3", "y/r**5 + 1/r**4", "x*r**2"]
    assert [(n, str(e)) for n, e in named.where] == [("r", "sqrt(x**2 + y**2)")]


def test_letters_that_are_taken_are_not_used() -> None:
    sources = [
        "sin(x*r - 1)*s",
        "2*sin(x*r - 1)",
        "1/sqrt(x**2 + r**2 + s)",
        "sqrt(x**2 + r**2 + s)",
    ]
    named = with_named_parts([parse(source) for source in sources], {}, "xrs")
    names = [name for name, _ in named.where]
    assert len(names) == 2 and not set(names) & {"x", "r", "s"}


def test_what_occurs_once_or_is_short_has_no_name() -> None:
    sources = [parse("sin(x*y - 1) + (x + y)**2"), parse("x*(x + y)")]
    named = with_named_parts(sources, {}, "xy")
    assert named.where == () and list(named.expressions) == sources


LONG = [
    ("adam", "booth", 2),
    ("adam", "himmelblau", 1),
    ("sam", "rosenbrock", 2),
    ("rmsprop", "beale", 1),
]


@pytest.mark.parametrize(("method", "problem", "order"), LONG)
def test_the_machine_reads_back_what_was_derived(method: str, problem: str, order: int) -> None:
    loss = bea.problems.get(problem)
    equation = bea.modified_equation(bea.methods.get(method), loss, order)
    record = equation.as_json()
    assert record["where"]
    for values, components in zip(terms_of(record, loss.ring), equation.components, strict=True):
        for value, component in zip(values, components, strict=True):
            assert (value - component).is_zero()


def test_a_name_is_an_expression_too() -> None:
    named = with_named_parts([parse("1/(x**2 + y)"), parse("x/(x**2 + y)")], {}, "xy")
    assert named.expressions[0] == Symbol("w")


def test_text_and_latex_say_where() -> None:
    equation = bea.modified_equation(bea.methods.get("adam"), bea.problems.get("booth"), 1)
    lines = equation.text().splitlines()
    assert lines[0].startswith("x' = −g₁/(|g₁| + 1/10⁸) + 99γ(|g₁| − 19/(198·10⁹))(")
    assert lines[-1] == "where g₁ = 10x + 8y − 34, g₂ = 8x + 10y − 38"
    latex = equation.latex()
    assert re.search(r"\\text\{where \} g_\{1\} &= 10 x \+ 8 y - 34 \\\\", latex)
    assert latex.count("&=") == 4


def test_longer_equations_name_reciprocals() -> None:
    equation = bea.modified_equation(bea.methods.get("adam"), bea.problems.get("booth"), 2)
    assert equation.text().endswith("w₁ = 1/(|g₁| + 1/10⁸), w₂ = 1/(|g₂| + 1/10⁸)")


def test_kepler_is_in_powers_of_r() -> None:
    method = bea.methods.get("implicit-midpoint")
    text = bea.modified_equation(method, bea.problems.get("kepler"), 2).text()
    assert "q₁' = p₁ + γ²(2q₁²p₁ + 3q₁q₂p₂ − q₂²p₁)/(12r⁵) + O(γ³)" in text
    assert text.endswith("where r = √(q₁² + q₂²)")


SIGMOIDS = ["1/(1 + exp(-x))", "exp(x)/(1 + exp(x))", "sigmoid(x)", "-1/(1 + exp(x))"]


@pytest.mark.parametrize("source", SIGMOIDS)
def test_a_sigmoid_is_one_however_it_was_typed(source: str) -> None:
    loss = bea.problems.loss(f"{source} + x**2")
    text = bea.modified_equation(bea.methods.get("gradient-descent"), loss, 0).text()
    assert text == "x' = σ(x)² − 2x − σ(x) + O(γ)"


def test_the_logistic_loss_is_in_sigmoids() -> None:
    """Each term is that of one sample: its slope times σ(1 − σ), by hand."""
    loss = bea.problems.get("logistic-regression")
    lines = bea.modified_equation(bea.methods.get("gradient-descent"), loss, 1).text().splitlines()
    assert lines[0].startswith("w' = −3σ(w − b)/8 − 5σ(w + b)/8 + 3/4 + γ/64 (3σ(w − b)(1 − σ(w")
    assert "exp" not in lines[0] and "exp" not in lines[1]


def test_what_is_too_long_to_be_read_in_one_piece_has_parts() -> None:
    """Hundreds of terms with numbers of 1,600 digits: more than `bea.parse` takes at once."""
    text = "(x + 2*y + 3*z + 1)**6/(10**400 + 1) + x**3*y**2 + z**5*x"
    loss = bea.problems.loss(text)
    equation = bea.modified_equation(bea.methods.get("gradient-descent"), loss, 1)
    record = equation.as_json()
    texts = [*record["terms"][1], *(part["expression"] for part in record["where"])]
    assert max(map(len, texts)) < 300_000 < sum(map(len, texts))
    for values, components in zip(terms_of(record, loss.ring), equation.components, strict=True):
        assert all((a - b).is_zero() for a, b in zip(values, components, strict=True))
