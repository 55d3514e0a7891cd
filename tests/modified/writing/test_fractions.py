"""Coefficients are one fraction, factored, as the field writes them; and they read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

import bea
from bea.algebra import Element, Ring
from bea.algebra.language.letters import greek
from bea.algebra.ring.conversions import read
from bea.methods import from_text, get
from bea.modified.writing.script import coefficient_text

LOOKAHEAD = "y = theta - gamma*grad; z = y - gamma*grad(y); theta = theta + a*(z - theta)"

#: Equations whose coefficients are known in closed form, as text.
PUBLISHED = {
    "heavy ball": (
        get("heavy-ball", beta="beta"), 2,
        "−1/(1−β) ∇L − γ(1+β)/(2(1−β)³) ∇²L∇L − γ²((1+4β+β²)/(3(1−β)⁵) (∇²L)²∇L "
        "+ (1+10β+β²)/(12(1−β)⁵) ∇³L[∇L,∇L]) + O(γ³)",
    ),
    "averages of gradients": (
        get("ema-momentum", beta="beta"), 1, "−∇L − γ(1+β)/(2(1−β)) ∇²L∇L + O(γ²)",
    ),
    "nesterov": (
        get("nesterov", beta="beta"), 1, "−1/(1−β) ∇L − γ(1−β+2β²)/(2(1−β)³) ∇²L∇L + O(γ²)",
    ),
    "nesterov in PyTorch": (
        get("nesterov-torch", beta="beta"), 1,
        "−1/(1−β) ∇L − γ(1−β+2β²)/(2(1−β)³) ∇²L∇L + O(γ²)",
    ),
    "lookahead": (from_text(LOOKAHEAD, a="alpha"), 1, "−2α ∇L + γα(1−2α) ∇²L∇L + O(γ²)"),
    "two stages": (
        get("runge-kutta", A="0, 0; a, 0", b="1 - 1/(2*a), 1/(2*a)"), 2,
        "f + γ²(−1/6 f'f'f + (3a−2)/12 f''(f,f)) + O(γ³)",
    ),
    "radicals": (
        get("runge-kutta", A="0, 0; sqrt(2)/2, 0", b="1/2, 1/2"), 1, "f + γ(√2−2)/4 f'f + O(γ²)",
    ),
    "a name of several letters": (
        get("gradient-descent-l2", weight_decay="weight_decay"), 0,
        "−(∇L + weight_decay θ) + O(γ)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_forms(name: str) -> None:
    method, order, expected = PUBLISHED[name]
    assert str(bea.modified_equation(method, order=order)) == expected


def test_the_modified_loss_and_what_is_left_over() -> None:
    equation = bea.modified_equation(get("heavy-ball", beta="beta"), order=1)
    expected = "1/(1−β) · (L + γ(1+β)/(4(1−β)²) ‖∇L‖² + O(γ²))"
    assert str(equation.modified_loss()) == expected


@pytest.mark.parametrize("name", PUBLISHED)
def test_latex_is_typeset(name: str) -> None:
    """matplotlib's own parser of TeX mathematics takes it."""
    method, order, _ = PUBLISHED[name]
    latex = bea.modified_equation(method, order=order).latex()
    MathTextParser("path").parse(f"${latex}$")


def test_latex_of_a_fraction() -> None:
    latex = bea.modified_equation(get("heavy-ball", beta="beta"), order=1).latex()
    assert latex == (
        r"-\frac{1}{1-\beta}\,\nabla L - \frac{\gamma \left(1+\beta\right)}"
        r"{2 \left(1-\beta\right)^{3}}\,\nabla^{2} L\,\nabla L + \mathcal{O}(\gamma^{2})"
    )


RING = Ring([], ["beta", "rho"])
whole = st.integers(-4, 4)


@st.composite
def coefficients(draw: Any) -> Element:
    """Return a sum of terms with powers of 1 − β, 1 + ρ and β below the line."""
    b, r = RING.symbol("beta"), RING.symbol("rho")
    total = RING.constant(0)
    for _ in range(draw(st.integers(1, 3))):
        term = RING.constant(draw(whole)) + b * draw(whole) + r * draw(whole) * b
        for base in (1 - b, 1 + r, b):
            term = term / base ** draw(st.integers(0, 2)) if draw(st.booleans()) else term
        total = total + term / draw(st.integers(1, 6))
    return total


@given(coefficients())
def test_they_read_back(value: Element) -> None:
    again = read(RING, bea.parse(coefficient_text(value)))
    assert (again - value).is_zero()


def test_roots_of_symbols_read_back() -> None:
    ring = Ring([], ["beta"])
    beta = ring.symbol("beta")
    for value in ((1 - beta).sqrt(), beta / (1 - beta).sqrt() ** 3, 1 + (2 * beta).sqrt() / 3):
        again = read(ring, bea.parse(coefficient_text(value)))
        assert (again - value).is_zero()


def test_names_are_greek() -> None:
    assert [greek(n) for n in ("beta", "beta1", "epsilon", "lambda", "rate", "a", "x12")] == [
        "β", "β₁", "ε", "λ", "rate", "a", "x₁₂",
    ]  # fmt: skip
