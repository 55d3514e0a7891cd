"""What a notebook shows of methods, tableaux, schedules and problems: LaTeX that compiles."""

from __future__ import annotations

import re
from typing import Any

import matplotlib.mathtext
import pytest

import bea
from bea.algebra.language.makers import defaults
from bea.methods import Method, Scheduled, available, from_text, runge_kutta
from bea.methods.schedules import library as schedules
from bea.problems import available as problems
from bea.problems import finite_sum, game, get, loss
from bea.reports.formulas.notebook import latex
from bea.reports.formulas.signs import formula_latex

_ENVIRONMENT = re.compile(
    r"\\(?:begin|end)\{\w+\}(?:\{[^}]*\})?|\\\\|&|\\hline|\\rule\{.*?\}\{.*?\}"
)


def parts(text: str) -> list[str]:
    """Return the cells of LaTeX, each of which matplotlib can set."""
    return [cell for cell in _ENVIRONMENT.split(text) if cell.strip()]


def check(thing: Any) -> str:
    """Set what a notebook shows of it, cell by cell; an unknown command or bracket raises."""
    text = str(thing._repr_latex_())
    assert text.startswith("$\\displaystyle ") and text.endswith("$")
    text = text.removeprefix("$\\displaystyle ").removesuffix("$")
    parser = matplotlib.mathtext.MathTextParser("path")
    for cell in parts(text):
        known = cell.replace(r"\text", r"\mathrm").replace(r"\left[", "[").replace(r"\right]", "]")
        parser.parse(f"${known}$")
    return text


def made() -> list[Method]:
    """Return every method that needs no hyperparameters."""
    return [cls() for cls in available().values() if None not in defaults(cls).values()]


@pytest.mark.parametrize("method", made(), ids=str)
def test_every_method_is_shown(method: Method) -> None:
    check(method)


@pytest.mark.parametrize("name", sorted(problems()))
def test_every_problem_is_shown(name: str) -> None:
    found = check(get(name))
    assert all(shown in found for shown in ("L",) if problems()[name].kind == "loss")


@pytest.mark.parametrize("name", sorted(set(schedules.available()) - {"piecewise"}))
def test_every_schedule_is_shown(name: str) -> None:
    assert check(schedules.available()[name]()).startswith("s(t) = ")


def test_a_tableau_is_an_array() -> None:
    found = check(runge_kutta(A="0 0; a 0", b="1 - 1/(2*a), 1/(2*a)").tableau)
    assert found.startswith(r"\begin{array}{c|cc}") and r"\hline" in found
    assert [row.count("&") for row in found.split(r"\\")] == [2, 2, 2]
    assert check(bea.methods.heun()) == check(bea.methods.heun().tableau)


def test_a_rule_is_what_it_does_one_after_the_other() -> None:
    rule = from_text("v = beta*v + grad(theta + w); theta = theta - gamma*v/norm(v)", **dict(
        beta="9/10", w=0))  # fmt: skip
    found = check(rule)
    assert found.index(r"v \leftarrow") < found.index(r"\theta \leftarrow")
    assert r"\nabla L\left(" in found and r"\left\|v\right\|" in found
    assert r"\beta = \frac{9}{10}" in found


def test_signs_of_formulas() -> None:
    assert formula_latex("p₁, θ₋ₖ₊₁, β₁ⁿ⁺¹") == r"p_{1}, \theta_{-k+1}, \beta_{1}^{n+1}"
    assert formula_latex("√v₊ + √(v₊ + ε)") == r"\sqrt{v_{+}} + \sqrt{v_{+} + \epsilon}"
    assert formula_latex("r^(−2n−1) sign(∇L)") == r"r^{-2n-1} \operatorname{sign}(\nabla L)"


def test_values_and_symbols() -> None:
    assert r"\beta = \frac{1}{2}" in check(bea.methods.heavy_ball("1/2"))
    assert r"\beta =" not in check(bea.methods.heavy_ball("beta"))
    assert r"\epsilon = 10^{-8}" in check(bea.methods.adam())


def test_a_loss_is_shown_with_the_values_it_has() -> None:
    assert check(loss("a*x**2", "x", parameters={"a": 2})) == "L(x) = 2 x^{2}"
    assert check(loss("(1 - x)**2", "x")) == r"L(x) = \left(1 - x\right)^{2}"
    import sympy

    huge = loss(sympy.expand((sum(sympy.symbols("w x y z"))) ** 20), "w x y z")
    assert check(huge) == r"L(w, x, y, z) = \cdots"
    assert len(repr(huge)) < 80 and "1771 terms in 4 variables" in repr(huge)


def test_games_and_sums() -> None:
    chase = game("(a + b)*u", "u**2*a - b", players=("a b", "u"), rates=(2, "1/3"))
    assert r"\frac{d}{dt}(a, b) &= -2\,\nabla_{a, b} L_{1}" in check(chase)
    assert check(finite_sum("(x - 1)**2, (x + 1)**2")).startswith(r"L(x) = \frac{1}{2} \left(")


def test_a_schedule_of_many_pieces_is_cut() -> None:
    found = check(schedules.step(every=1, time=30))
    assert found.count("&") == 9 and r"\dots" in found
    assert r"s(t) = e^{-2 t}" in check(Scheduled(bea.methods.rk4(), "exponential(rate=2)"))


def test_what_has_no_formula_has_no_mathematics() -> None:
    assert latex(object()) is None
    assert (
        bea.methods.from_function(
            lambda f, theta, state, gamma: (theta, state), name="i"
        )._repr_latex_()
        is None
    )
