"""Titles in words and mathematics, for every method and problem that has a name."""

from __future__ import annotations

import pytest

import bea
from bea.algebra.language.makers import defaults
from bea.methods import available, get
from bea.plots.house.words import mathematics, method_words, problem_words
from bea.problems import available as problems

METHODS = sorted(name for name, cls in available().items() if None not in defaults(cls).values())


@pytest.mark.parametrize("name", METHODS)
def test_no_method_is_shown_as_code(name: str) -> None:
    shown = method_words(str(get(name)), length=500, first=True)
    assert not set("=_*") & set(shown.partition(" (")[0])
    assert "-" not in shown.partition(" (")[0] and shown[0].isupper()


@pytest.mark.parametrize("name", sorted(problems()))
def test_no_problem_is_shown_as_code(name: str) -> None:
    assert "**" not in problem_words(name) and "*" not in mathematics(problems()[name].formula)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x**2/2+5*y**2", "½x² + 5y²"),
        ("(1 - x)**2 + 100*(y - x**2)**2", "(1 − x)² + 100(y − x²)²"),
        ("-x + 1e-3*y", "−x + y/1000"),
        ("alpha*x1**12/7", "αx₁¹²/7"),
        ("x/2/y", "x/(2y)"),
        ("mean of 2 losses", "mean of 2 losses"),
        ("x**(3/2)", "x^(3/2)"),
        ("weight*rate + exp(-x)", "weight rate + exp(−x)"),
    ],
)
def test_formulas_as_by_hand(text: str, shown: str) -> None:
    assert mathematics(text) == shown


def test_what_is_no_method_of_the_library_stays_as_it_is() -> None:
    assert method_words("torch.optim.SGD(momentum=0.9)") == "torch.optim.SGD(momentum=0.9)"
    rule = bea.methods.from_text("theta = theta - gamma*b*grad", b="1/2")
    assert method_words(str(rule), first=True) == "Update rule (b = 1/2)"
