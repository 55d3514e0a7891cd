"""No equation fills more than two screens unless it is asked for, and none is slow to show."""

from __future__ import annotations

import time

import pytest

import bea
from bea.algebra.language.grammar import parse
from bea.algebra.language.mathematics import as_text
from bea.methods import available, get
from bea.methods.partitioned.nystrom import NystromMethod
from bea.modified.writing.lengths import written_length

from ...examples import example

WITH_EQUATIONS = [
    name for name, method in available().items()
    if not method.iterates_only and not issubclass(method, NystromMethod)  # which takes no losses
]  # fmt: skip
SCREEN = 24 * 80


@pytest.mark.parametrize("name", WITH_EQUATIONS)
@pytest.mark.parametrize("problem", ["booth", "himmelblau"])
def test_what_is_shown_is_short(name: str, problem: str) -> None:
    loss = bea.problems.get(problem)
    equation = bea.modified_equation(example(name), loss, 2)
    begin = time.process_time()
    assert len(repr(equation)) <= SCREEN
    for text in (equation.text(), equation.latex()):
        assert len(text) < 2 * 48 * 80
    assert time.process_time() - begin < 4


def test_what_is_asked_for_is_written_out() -> None:
    equation = bea.modified_equation(get("adam"), bea.problems.get("himmelblau"), 2)
    assert " terms, " in equation.text() and " characters)" in equation.text()
    assert len(equation.text(full=True)) > 5_000 and "…" not in equation.text(full=True)
    assert r"\cdots" in equation.latex() and r"\cdots" not in equation.latex(full=True)


@pytest.mark.parametrize(
    "source",
    ["x", "-3*x**2 + sin(x)", "11/(6*x**8) - 2*x*y", "(x + y)**2/(x - y)", "exp(-x)*3200000000"],
)
def test_lengths_are_those_of_the_texts(source: str) -> None:
    """To a few characters: nothing is written to find them."""
    expression = parse(source)
    assert abs(written_length(expression) - len(as_text(expression))) <= 4


def test_short_terms_are_always_written() -> None:
    equation = bea.modified_equation(get("gradient-descent"), bea.problems.get("himmelblau"), 2)
    assert not equation.concrete.long_terms()
    assert equation.text() == equation.text(full=True)


def test_the_longest_terms_are_left_out_first() -> None:
    equation = bea.modified_equation(get("adam"), bea.problems.get("himmelblau"), 2)
    left_out = equation.concrete.long_terms()
    assert left_out == {(0, 2), (1, 2)} and left_out < equation.concrete.long_terms(room=200)
