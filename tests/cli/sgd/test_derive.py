"""`bea sgd derive`: generators, stochastic equations and epochs as they are derived in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import bea as package
from bea.problems import finite_sum

from ..conftest import Bea

DERIVE = ("sgd", "derive", "gradient-descent")
SKEW = ("--losses", "x**2/2; x**2/2; x**2/2 + x")
CUBIC = ("--losses", "x**2*y; y**2")


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_generator_says_where_it_is_no_diffusions(bea: Bea) -> None:
    run = bea(*DERIVE, *SKEW, "--order", "2")
    assert run.status == 0 and run.err == ""
    text = words(run.out)
    assert text.startswith("Modified generator of gradient-descent on mean of 3 losses, batches of")
    assert "+ γ²((−x/3 − 1/9) ∂x + 1/9 ∂x² − 1/81 ∂x³) + O(γ³)" in text
    assert "From γ² on it is the generator of no diffusion" in text
    assert "It is the generator of a diffusion." in bea(*DERIVE, *SKEW).out


def test_a_stochastic_equation_has_the_weak_order_that_it_can(bea: Bea) -> None:
    text = words(bea(*DERIVE, *SKEW, "--kind", "sde", "--order", "2").out)
    assert "of weak order 2: dX = b dt + √γ S dW" in text
    assert "SSᵀ[x,x] = 2/9 + 2γ/9" in text
    assert "Weak order 3 was asked for: no diffusion has the third derivatives" in text


def test_a_stochastic_equation_for_every_loss(bea: Bea) -> None:
    text = words(bea(*DERIVE, "--kind", "sde", "--order", "2").out)
    assert "b = −∇L − γ/2 ∇²L∇L + γ²(−1/3 (∇²L)²∇L − 1/12 ∇³L[∇L,∇L] + 1/4 ∇³L[Σ])" in text
    assert "SSᵀ = Σ + γ(1/2 (∇L·∇)Σ + 1/2 (∇²LΣ + Σ∇²L))" in text
    assert "It is of weak order 3 where the third cumulant" in text
    decay = "gradient-descent-decay(weight_decay=1/3)"
    text = bea("sgd", "derive", decay, "--kind", "sde", "--order", "0").out
    assert text.endswith("Here L stands for L + 1/6 ‖θ‖².\n")


@pytest.mark.parametrize("kind", ["epoch", "cycle"])
def test_epochs(bea: Bea, kind: str) -> None:
    run = bea(*DERIVE, *CUBIC, "--kind", kind, "--order", "2", "--format", "json")
    total = finite_sum(["x**2*y", "y**2"])
    derive = package.shuffled_epoch if kind == "epoch" else package.cyclic_epoch
    assert run.json == derive(total, order=2).as_json()
    text = words(bea(*DERIVE, *CUBIC, "--kind", kind).out)
    order = "averaged over all splits into batches and their orders" if kind == "epoch" else "in"
    assert f"2 steps with batches of 1, {order}" in text
    assert "for all losses, to order 1: dθ/dt = −∇" in text
    gradient = "Which terms are gradients: " + ("all" if kind == "epoch" else "γ⁰ yes, γ¹ no")
    assert gradient in text


def test_json_and_latex_are_those_of_the_result(bea: Bea, folder: Path) -> None:
    total = package.problems.get("linear-regression")
    method = package.methods.get("heavy-ball", beta="1/2")
    batches = package.noise.Batches(2)
    command = ("sgd", "derive", "heavy-ball(beta=1/2)", "linear-regression", "--batch", "2")
    generator = package.modified_generator(method, total, 1, batches)
    assert bea(*command, "--format", "json").json == generator.as_json()
    equation = package.stochastic_equation(method, total, 2, batches)
    run = bea(*command, "--kind", "sde", "--format", "latex", "--out", "sde.tex")
    assert run.err == "wrote sde.tex\n"
    assert (folder / "sde.tex").read_text() == equation.latex() + "\n"


def test_an_update_rule_and_symbols(bea: Bea) -> None:
    rule = ("--update", "v = beta*v + grad; theta = theta - gamma*v", "-p", "beta=1/2")
    losses = ("--losses", "a*x**2/2 - x; a*x**2/2 + x", "-p", "a")
    own = bea("sgd", "derive", *rule, *losses, "--format", "json").json["terms"]
    known = bea("sgd", "derive", "heavy-ball(beta=1/2)", *losses, "--format", "json").json["terms"]
    assert own == known
