"""Memory that is not linear, and memory that holds the slow variable: derived, and confirmed."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.adapters import compare_terms, measured_field_at, measured_terms
from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods import from_text
from bea.modified.settled_memory import settled_memory

LOSS = bea.problems.loss("x**2/2 + x**4/4")
BOWL = bea.problems.loss("x**2/2")

RMSPROP_WITH_MOMENTUM = (
    "v = a*v + (1 - a)*grad**2; b = mu*b + grad/(sqrt(v) + c); theta = theta - gamma*b",
    {"a": "1/2", "mu": "1/2", "c": "1/2"},
)
ADABELIEF = (
    "m = b1*m + (1 - b1)*grad; s = b2*s + (1 - b2)*(grad - m)**2; "
    "theta = theta - gamma*m/sqrt(s + e)",
    {"b1": "1/2", "b2": "3/4", "e": "1/10"},
)
ADADELTA = (
    "v = r*v + (1 - r)*grad**2; d = sqrt(u + e)/sqrt(v + e)*grad; "
    "u = r*u + (1 - r)*d**2; theta = theta - gamma*d",
    {"r": "1/2", "e": "1/10"},
)
LAPROP = (
    "v = b2*v + (1 - b2)*grad**2; m = b1*m + (1 - b1)*grad/(sqrt(v) + e); theta = theta - gamma*m",
    {"b1": "1/2", "b2": "3/4", "e": "1/10"},
)
ADAN = (
    "init g = grad; d = grad - g; m = b1*m + (1 - b1)*grad; w = b2*w + (1 - b2)*d; "
    "n = b3*n + (1 - b3)*(grad + b2*d)**2; theta = theta - gamma*(m + b2*w)/(sqrt(n) + e); "
    "g = grad",
    {"b1": "1/2", "b2": "1/4", "b3": "3/4", "e": "1/10"},
)
AVERAGED_ADAM = (
    "m = m/2 + grad/2; v = 3*v/4 + m**2/4; u = u/2 + m/(2*(sqrt(v) + 1)); theta = theta - gamma*u",
    {},
)
WEIGHT_AVERAGES = ("init w = theta; w = w - gamma*grad(w); theta = theta/2 + w/2", {})
RULES = {
    "rmsprop with momentum": RMSPROP_WITH_MOMENTUM,
    "adabelief": ADABELIEF,
    "adadelta": ADADELTA,
    "laprop": LAPROP,
    "adan": ADAN,
    "averaged adam": AVERAGED_ADAM,
    "weight averages": WEIGHT_AVERAGES,
}

#: The largest step size, and for how many steps the memory settles, where they are special: that of
#: Adadelta shrinks by 1 - e/(2 (e + g²)) a step, and AdaBelief's field is steep.
SETTLING = {"adadelta": (1e-4, 1000), "adabelief": (2e-4, 120)}


def terms_at(rule: tuple[str, dict[str, str]], loss: VectorField, point: float) -> list[float]:
    """Return f_0 and f_1 at a point."""
    equation = bea.modified_equation(from_text(rule[0], **rule[1]), loss, 1)
    leading = equation.truncate(0)([[point]], 1.0)
    return [leading.item(), (equation([[point]], 1.0) - leading).item()]


def test_published_values() -> None:
    """RMSProp with momentum as PyTorch has it; averages of the weights, x' = -x - γ/2 x."""
    found = terms_at(RMSPROP_WITH_MOMENTUM, LOSS, 0.8)
    assert found == pytest.approx([-1.448124, 1.447566], abs=1e-6)
    assert terms_at(WEIGHT_AVERAGES, BOWL, 0.8) == pytest.approx([-0.8, -0.4], rel=1e-14)
    on_trees = bea.modified_equation(from_text(WEIGHT_AVERAGES[0]), None, 1)
    assert str(on_trees) == "−∇L − γ/2 ∇²L∇L + O(γ²)"


def test_adabelief_by_hand() -> None:
    """m lags by γ: with ρ = b₁/(1-b₁), m = g + ρ γ g' f₀, (g - m)² is of order γ² and s is zero.

    So θ₊ = θ - γ (g + γ ρ g' f₀)/√ε with f₀ = -g/√ε, and f₁ = (-ρ g' f₀ )/√ε - f₀' f₀/2.
    """
    g, slope, root = 0.8 + 0.8**3, 1 + 3 * 0.8**2, np.sqrt(0.1)
    leading = -g / root
    lag = 1.0  # b1/(1 - b1), and the memory is that after the step: m lags behind θ, not behind θ₊
    correction = lag * slope * leading / root - (-slope / root) * leading / 2
    assert terms_at(ADABELIEF, LOSS, 0.8) == pytest.approx([leading, correction], rel=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_iterates_follow_them(name: str) -> None:
    """The field is read off the iterates, from memory that has settled, to the first order."""
    method = from_text(RULES[name][0], **RULES[name][1])
    largest, burn_in = SETTLING.get(name, (1e-3, 120))
    gammas = largest * np.linspace(1 / 8, 1, 8)
    field = measured_field_at(method, LOSS, [0.8], gammas, burn_in=burn_in)
    equation = bea.modified_equation(method, LOSS, 2)
    leading, first, second = compare_terms(measured_terms(field, 3), equation)
    assert leading.agree and first.agree and second.agree
    assert (leading.uncertainty < 1e-7).all() and (first.uncertainty < 1e-3).all()


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ("m = m/2 + grad; v = 2*v + m; theta = theta - gamma*v",
         r"'v' \(statement 2, 'v = 2\*v \+ m'\) changes by the factor 2 per step"),
        ("v = v + grad**2; theta = theta - gamma*grad/(sqrt(v) + 1)",
         r"'v' \(statement 1, 'v = v \+ grad\*\*2'\) keeps what it has, whatever theta does"),
    ],
)  # fmt: skip
def test_what_does_not_settle_is_refused_with_its_cause(update: str, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        bea.modified_equation(from_text(update), LOSS, 1)


def test_entries_of_several_components_are_found_one_by_one() -> None:
    method = from_text(*RMSPROP_WITH_MOMENTUM[:1], **RMSPROP_WITH_MOMENTUM[1])
    field = bea.problems.loss("x**2*y/2 + y**2")
    v, b = settled_memory(method, field)[:2], settled_memory(method, field)[2:]
    assert [str(c) for c in v] == ["x**2*y**2", "x**4/4 + 2*x**2*y + 4*y**2"]
    assert len(b) == 2
