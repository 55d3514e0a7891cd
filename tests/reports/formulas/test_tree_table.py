"""Tables over trees: what they say is what the equation has, in text and in LaTeX."""

from __future__ import annotations

import re

import matplotlib.mathtext
import pytest
from flint import fmpq

import bea
from bea.algebra import Ring
from bea.modified.writing.script import LATEX, TEXT, coefficient
from bea.reports.formulas.tree_table import tree_table_latex, tree_table_text
from bea.trees import number_up_to

NAMES = ["gradient-descent", "rk4", "gauss4", "heavy-ball", "bdf", "gradient-descent-decay",
         "alternating"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_both_tables_have_a_row_for_each_tree(name: str) -> None:
    equation = bea.modified_equation(bea.methods.get(name), order=2)
    total = number_up_to(3, equation.method.colors)
    text = tree_table_text(equation).splitlines()
    assert len(text) == 4 + total
    rows = [line for line in tree_table_latex(equation).splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + total and {row.count(" & ") for row in rows} == {5}
    for tree, line, row in zip(equation.coefficients, text[4:], rows[1:], strict=True):
        assert line.split()[:4] == [
            repr(tree), str(tree.order), str(tree.symmetry), str(tree.density),
        ]  # fmt: skip
        assert row.count("circle") == tree.order


def test_the_coefficients_are_those_of_the_equation() -> None:
    """Hairer, Lubich and Wanner, table IX.9.1: 1, −1/2, 1/3, 1/6 for the explicit Euler method."""
    equation = bea.modified_equation(bea.methods.explicit_euler(), order=2)
    found = [line.split()[-1] for line in tree_table_text(equation).splitlines()[4:]]
    assert found == ["1", "−1/2", "1/3", "1/6"]


def test_symbols_are_one_fraction() -> None:
    """b of the cherry is twice the factor of f''(f,f), (1+10β+β²)/(12(1−β)⁵)."""
    equation = bea.modified_equation(bea.methods.heavy_ball("beta"), order=2)
    cells = [line.split() for line in tree_table_text(equation).splitlines()[4:]]
    assert cells[3][-1] == "(1+10β+β²)/(6(1−β)⁵)"
    weight = list(equation.coefficients.values())[3]
    beta = weight.ring.symbol("beta")
    assert weight == (1 + 10 * beta + beta**2) / (6 * (1 - beta) ** 5)


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_can_be_set(name: str) -> None:
    parser = matplotlib.mathtext.MathTextParser("path")
    latex = tree_table_latex(bea.modified_equation(bea.methods.get(name), order=2))
    cells = re.findall(r"\$[^$]*\$", latex)
    for cell in cells:
        parser.parse(cell)
    assert len(cells) > 6 and latex.count("{") == latex.count("}")


def test_a_schedule_has_its_monomials() -> None:
    method = bea.methods.Scheduled(bea.methods.gradient_descent())
    equation = bea.modified_equation(method, order=1)
    rows = [line.split() for line in tree_table_text(equation).splitlines()[4:]]
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        ("[]", "s", "1"), ("[[]]", "s²", "−1/2"), ("[]", "s'", "−1/2"),
    ]  # fmt: skip
    assert "primes" in tree_table_latex(equation) and "$s^{2}$" in tree_table_latex(equation)


def test_a_modifying_integrator_says_so() -> None:
    found = bea.modifying_integrator(bea.methods.heun(), order=2)
    assert "of the modifying integrator of heun" in tree_table_text(found)


def test_one_coefficient() -> None:
    ring = Ring([], ["a"])
    a = ring.symbol("a")
    assert coefficient(fmpq(3), TEXT) == "3" and coefficient(ring.constant(0), TEXT) == "0"
    assert coefficient(-a / 2, LATEX) == r"-\frac{a}{2}"
    assert coefficient(a.exp(), TEXT) == "exp(a)"
