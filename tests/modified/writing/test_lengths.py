"""No equation fills more than two screens unless it is asked for, and none is slow to show."""

from __future__ import annotations

import time

import pytest

import bea
from bea.methods import available, get
from bea.modified.writing.lengths import long_terms, written_length
from bea.modified.writing.script import text_of

NEEDS = {
    "preconditioned-descent": {"diagonal": "2, 1/3"},
    "runge-kutta": {"A": "0, 0; 2/3, 0", "b": "1/4, 3/4"},
}
WITH_EQUATIONS = [n for n, method in available().items() if not method.iterates_only]


@pytest.mark.parametrize("name", WITH_EQUATIONS)
@pytest.mark.parametrize("problem", ["booth", "himmelblau"])
def test_what_is_shown_is_short(name: str, problem: str) -> None:
    loss = bea.problems.get(problem)
    equation = bea.modified_equation(get(name, **NEEDS.get(name, {})), loss, 2)
    begin = time.process_time()
    for text in (repr(equation), equation.latex()):
        assert len(text) < 2 * 48 * 80
    assert time.process_time() - begin < 2


def test_what_is_asked_for_is_written_out() -> None:
    equation = bea.modified_equation(get("adam"), bea.problems.get("booth"), 1)
    assert "(… 12 terms, 9,410 characters)" in equation.text()
    assert len(equation.text(full=True)) > 10_000 and "…" not in equation.text(full=True)
    assert r"\cdots" in equation.latex() and r"\cdots" not in equation.latex(full=True)


@pytest.mark.parametrize("name", ["heun", "rk4", "heavy-ball", "rmsprop", "damped-newton"])
def test_lengths_are_those_of_the_texts(name: str) -> None:
    """To a factor of two: nothing is written to find them."""
    equation = bea.modified_equation(get(name), bea.problems.get("himmelblau"), 1)
    for component in (c for term in equation.components for c in term if not c.is_zero()):
        assert 0.5 < written_length(component) / len(text_of(component)) < 2


def test_short_terms_are_always_written() -> None:
    equation = bea.modified_equation(get("gradient-descent"), bea.problems.get("himmelblau"), 2)
    assert not long_terms(equation.components)
    assert equation.text() == equation.text(full=True)


def test_the_longest_terms_are_left_out_first() -> None:
    equation = bea.modified_equation(get("adam"), bea.problems.get("booth"), 1)
    assert long_terms(equation.components) == {(1, 0), (1, 1)}
