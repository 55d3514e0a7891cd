"""Derivations on a page: what is said about gradients is what the equation says."""

from __future__ import annotations

import pytest

from bea import problems
from bea.methods import get
from bea.modified import modified_equation, modifying_integrator
from bea.problems import field, loss
from bea.reports.derivation import derivation_text, short_form


def page(*arguments: object, width: int = 80) -> str:
    return derivation_text(modified_equation(*arguments), width)  # type: ignore[arg-type]


def test_a_field_has_no_modified_loss_and_the_page_does_not_speak_of_one() -> None:
    text = page(get("explicit-euler"), problems.get("lotka-volterra"), 2)
    assert "Which terms are gradients: none" in text
    assert "odified loss" not in text


def test_every_field_in_the_notation_of_f() -> None:
    text = page(get("rk4"), None, 4)
    assert "for every field f:" in text and "f^(4)(f,f,f,f)" in text and "∇" not in text
    answers = "Which terms are gradients, if f is one: γ⁰ yes, γ¹ yes, γ² yes, γ³ yes, γ⁴ no"
    assert answers in text


def test_a_method_for_fields_on_a_loss_is_written_in_derivatives_of_the_loss() -> None:
    text = page(get("explicit-midpoint"), loss("x**2*y + y**2"), 2)
    assert "for every loss L:" in text and "∇²L" in text and "f'" not in text


def test_beyond_a_page_the_general_equation_stops_and_the_concrete_one_does_not() -> None:
    text = page(get("gradient-descent"), loss("x**2"), 9)
    general, _, concrete = text.partition("here:")
    assert "O(γ⁵)" in general and "O(γ¹⁰)" not in general
    assert "O(γ¹⁰)" in concrete


def test_a_modified_loss_without_an_expression_is_said_to_be_an_integral() -> None:
    equation = modified_equation(get("gradient-descent"), problems.get("logistic-regression"), 2)
    parts = equation.modified_loss().terms
    text = " ".join(derivation_text(equation).split())
    for k, part in enumerate(parts):
        said = f"where L{k} is a line integral of minus the term of" in text
        assert said == (part is None)


def test_the_inverse_is_not_called_a_modified_loss() -> None:
    equation = modifying_integrator(get("gradient-descent"), problems.get("booth"), 2)
    text = derivation_text(equation)
    assert "Loss to feed the method, to order 2:" in text and "g(x) = " in text
    assert "Modified loss" not in text


@pytest.mark.parametrize("width", [50, 80, 200])
@pytest.mark.parametrize("name", ["himmelblau", "sigmoid-sine", "kepler"])
def test_no_line_is_wider_than_the_page(name: str, width: int) -> None:
    method = get("explicit-euler")
    text = page(method, problems.get(name), 3, width=width)
    assert max(map(len, text.splitlines())) <= width


def test_the_order_0_equation_is_the_field_itself() -> None:
    text = page(get("explicit-euler"), field("y**2"), 0)
    assert "dθ/dt = f + O(γ)" in text and "dy/dt = y² + O(γ)" in text


def test_the_short_form_cuts_long_sums_only() -> None:
    equation = modified_equation(get("gradient-descent"), problems.get("himmelblau"), 4)
    lines = short_form(equation, order=1, keep=2, width=200)
    assert lines[0] == "dθ/dt = −∇L − γ/2 ∇²L∇L + O(γ²)"
    assert lines[1] == ("dx/dt = −4x³ − 4xy + … 5 terms − 2γ (12x⁵ + 16x³y + … 15 terms) + O(γ²)")
    short = modified_equation(get("explicit-euler"), problems.get("riccati"), 4)
    assert short_form(short, order=1)[1] == "dy/dt = y² − γy³ + O(γ²)"


def test_the_step_is_said_in_full_with_its_remainder() -> None:
    nesterov = modified_equation(get("nesterov", beta="1/2"), order=2)
    text = derivation_text(nesterov.step_equation(), 200)
    assert text.startswith(
        "Step of nesterov(beta=1/2), on its slow manifold, to order 2: the field"
    )
    assert "There is no loss on which plain descent takes these steps for every loss L" in text
    assert "γ²(8/3 (∇²L)²∇L − 8/3 ∇³L[∇L,∇L])" in text
    flow = derivation_text(modified_equation(get("implicit-midpoint"), order=2), 200)
    assert "Which terms are gradients, if f is one: γ⁰ yes, γ¹ yes, γ² no" in flow
    assert "Which terms of the step are gradients, if f is one: all" in flow
