"""Adaptive and normalised rules for every loss: equal to what the ring gives on each."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

import bea
from bea.errors import MethodError, OrderError
from bea.methods import from_text, get
from bea.modified import ComponentwiseEquation, modified_equation

LETTERS = {"beta1": "beta1", "beta2": "beta2", "epsilon": "epsilon"}
ADEMAMIX = (
    "m = b1*m + (1 - b1)*grad; s = b3*s + (1 - b3)*grad; v = b2*v + (1 - b2)*grad**2; "
    "theta = theta - gamma*(m + a*s)/(sqrt(v) + e)"
)
SMOOTHED_LION = (
    "c = b1*m + (1 - b1)*grad; m = b2*m + (1 - b2)*grad; theta = theta - gamma*tanh(c/d)"
)
ADABELIEF = (
    "m = b1*m + (1 - b1)*grad; s = b2*s + (1 - b2)*(grad - m)**2; "
    "theta = theta - gamma*m/sqrt(s + e)"
)
RULES: dict[str, Any] = {
    "adam, epsilon outside": get("adam", **LETTERS),
    "adam, epsilon inside": get("adam", **LETTERS, placement="inside"),
    "adam with numbers": get("adam", beta1="1/2", beta2="3/4", epsilon="1/10"),
    "adamw": get("adamw", **LETTERS, weight_decay="lambda"),
    "nadam": get("nadam", **LETTERS),
    "rmsprop": get("rmsprop", beta="beta", epsilon="epsilon"),
    "sam": get("sam", ratio="rho"),
    "normalised descent": get("normalised-descent"),
    "AdEMAMix": from_text(ADEMAMIX, b1="b1", b2="b2", b3="b3", a="a", e="e"),
    "smoothed Lion": from_text(SMOOTHED_LION, b1="b1", b2="b2", d="d"),
    "AdaBelief": from_text(ADABELIEF, b1="b1", b2="b2", e="e"),
    "the norm of an average": from_text(
        "m = b*m + grad; theta = theta - gamma*m/(norm(m) + d)", b="1/2", d="d"
    ),
    "the length of twice the gradient": from_text("theta = theta - gamma*grad/norm(2*grad)"),
    "other roots and functions": from_text(
        "v = b*v + (1 - b)*grad**2; theta = theta - gamma*log(1 + v)*grad/(v + e)**(1/4)",
        b="b",
        e="e",
    ),
    "a norm in a rule": from_text("theta = theta - gamma*grad/(norm(grad) + d)", d="d"),
}
EXPONENTS = [(2, 1), (1, 2), (3, 0), (0, 3), (2, 2)]


def random_losses() -> list[bea.Loss]:
    """Return ten polynomials of two variables."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(10):
        terms = [f"{rng.integers(1, 5)}*x**{i}*y**{j}/{rng.integers(1, 4)}"
                 for i, j in EXPONENTS if rng.random() < 0.6]  # fmt: skip
        found.append(bea.problems.loss(" + ".join(["x**2/2 + y**2", *terms]), "x y"))
    return found


LOSSES = random_losses()
BOWL = bea.problems.loss("x**2*y/2 + x**4/4 + y**2")


def agree(rule: Any, loss: bea.Loss) -> bool:
    """Tell whether the general equation on a loss is the one that was derived on it."""
    concrete = modified_equation(rule, loss, 1)
    general = modified_equation(rule, order=1).on(concrete.problem)
    return all(
        (a - b).is_zero()
        for one, other in zip(general, concrete.components, strict=True)
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("name", RULES)
def test_it_is_the_equation_of_each_loss(name: str) -> None:
    assert isinstance(modified_equation(RULES[name], order=1), ComponentwiseEquation)
    assert all(agree(RULES[name], loss) for loss in (BOWL, *LOSSES[:2]))


@pytest.mark.parametrize("name", ["adam, epsilon outside", "rmsprop", "normalised descent"])
def test_on_ten_random_losses(name: str) -> None:
    assert all(agree(RULES[name], loss) for loss in LOSSES)


def test_another_equation_is_told_apart() -> None:
    """With beta1 and beta2 exchanged the first term is the same, and the second is not."""
    loss = modified_equation(RULES["adam, epsilon inside"], BOWL, 1)
    other = modified_equation(
        get("adam", beta1="beta2", beta2="beta1", epsilon="epsilon", placement="inside"), order=1
    ).on(loss.problem)
    same = [all((a - b).is_zero() for a, b in zip(*pair, strict=True))
            for pair in zip(loss.components, other, strict=True)]  # fmt: skip
    assert same == [True, False]


def test_adam_is_the_published_formula() -> None:
    """arXiv:2309.00079, typed out: with ρ = β₂ and ‖·‖_{1,ε} the sum of √(g² + ε),

    θ' = -(g + γ/2 [(1+β)/(1-β) - (1+ρ)/(1-ρ) + (1+ρ)/(1-ρ) ε/(g²+ε)] ∇‖∇L‖_{1,ε})/√(g²+ε).
    """
    beta, rho, epsilon, gamma = 0.5, 0.75, 0.1, 0.01
    method = get("adam", beta1="1/2", beta2="3/4", epsilon="1/10", placement="inside")
    x, y = 0.7, -0.4
    g = np.array([x * y + x**3, x**2 / 2 + 2 * y])
    hessian = np.array([[y + 3 * x**2, x], [x, 2.0]])
    penalty = hessian @ (g / np.sqrt(g**2 + epsilon))
    bracket = (1 + beta) / (1 - beta) - (1 + rho) / (1 - rho) * (1 - epsilon / (g**2 + epsilon))
    expected = -(g + gamma / 2 * bracket * penalty) / np.sqrt(g**2 + epsilon)
    terms = modified_equation(method, order=1).on(BOWL)
    found = [bea.VectorField(term)(np.array([[x, y]]))[0] for term in terms]
    assert found[0] + gamma * found[1] == pytest.approx(expected, rel=1e-13)


TEXTS = {
    "adam, epsilon outside": (
        "−∇L/(|∇L|+ε) + γ(2|∇L|(β₂−β₁)−ε(1−β₂)(1+β₁))/(2(1−β₂)(1−β₁)(|∇L|+ε)²) "
        "⊙ ∇²L (∇L/(|∇L|+ε)) + O(γ²)"
    ),
    "sam": "−∇L − γ(‖∇L‖+2ρ)/(2‖∇L‖) ∇²L ∇L + O(γ²)",
    "normalised descent": ("−∇L/‖∇L‖ + γ/(2‖∇L‖⁴) ∇L ⟨∇L, ∇²L ∇L⟩ − γ/(2‖∇L‖²) ∇²L ∇L + O(γ²)"),
    "adam with numbers": (
        "−∇L/(|∇L|+ε) + γ(2|∇L|(β₂−β₁)−ε(1−β₂)(1+β₁))/(2(1−β₂)(1−β₁)(|∇L|+ε)²) "
        "⊙ ∇²L (∇L/(|∇L|+ε)) + O(γ²), β₁ = 1/2, β₂ = 3/4, ε = 1/10"
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    assert str(modified_equation(RULES[name], order=1)) == TEXTS[name]


@pytest.mark.parametrize("name", RULES)
def test_it_is_written_in_every_form_and_travels(name: str) -> None:
    equation = modified_equation(RULES[name], order=1)
    MathTextParser("path").parse(f"${equation.latex()}$")
    record = equation.as_json()
    assert record["kind"] == "componentwise" and len(record["terms"]) == 2
    for entry in (entry for term in record["terms"] for entry in term):
        bea.parse(entry["coefficient"].replace("abs(g)", "a"))
    assert str(pickle.loads(pickle.dumps(equation))) == str(equation)  # noqa: S301


def test_what_a_rule_penalises() -> None:
    """Adam rewards large gradients where they are beyond ε and β₂ > β₁."""
    found = {name: modified_equation(RULES[name], order=1).tendency for name in RULES}
    assert found["adam, epsilon outside"] == (
        "P = Σ ∫ φ with φ = ∇L/(|∇L|+ε): the term of γ penalises a large P where "
        "ε(1−β₂)(1+β₁) > 2|∇L|(β₂−β₁), and rewards it elsewhere."
    )
    assert found["sam"] == "P = Σ ∫ φ with φ = ∇L: the term of γ penalises a large P."
    assert found["normalised descent"] == ""


REFUSED = {
    "an order beyond": (lambda: modified_equation(get("adam"), order=2), OrderError,
                        "to order 1: ask for order=1, or derive higher orders on a concrete loss"),
    "an unknown beyond first derivatives": (
        lambda: modified_equation(
            from_text("theta = theta - gamma*grad/(1 + hess(grad)**2)"), order=1
        ), MethodError, "on trees"),
    "memory that grows": (
        lambda: modified_equation(from_text("v = 2*v + grad; theta = theta - gamma*tanh(v)"),
                                  order=1), MethodError, "on trees"),
    "a method of matrices": (
        lambda: modified_equation(get("damped-newton"), order=1), MethodError, "no place on trees"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_such_equation_is_refused_as_before(case: str) -> None:
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()


def test_the_length_of_an_average_has_the_sign_that_its_memory_decides() -> None:
    """|m| = ‖∇L‖/(1-b) where |b| < 1; of a factor that is no rate the sign stays open."""
    rule = "m = b*m + grad; theta = theta - gamma*m/(norm(m) + 1)"
    assert str(modified_equation(from_text(rule, b="b"), order=0)) == "−∇L/(1+‖∇L‖−b) + O(γ)"
    for value in ("-1/2", "3/4"):
        number = modified_equation(from_text(rule, b=value), order=1)
        concrete = modified_equation(from_text(rule, b=value), BOWL, 1)
        for one, other in zip(number.on(BOWL), concrete.components, strict=True):
            assert all((a - b).is_zero() for a, b in zip(one, other, strict=True))
    open_factor = from_text("theta = theta - gamma*grad/(norm(c*grad) + 1)", c="c")
    assert "√" in str(modified_equation(open_factor, order=0))


def test_what_is_neither_odd_nor_even_is_written_with_its_sign() -> None:
    """f_0 = -2g/(2-g) of the rate g/2, which is no function of |g|."""
    rule = from_text("v = grad/2*v + grad; theta = theta - gamma*v")
    found = modified_equation(rule, order=0)
    assert str(found) == "(2∇L/(∇L−2)) + O(γ)"
    assert found.as_json()["terms"][0][0]["coefficient"] == "(2*g/(g - 2))"
