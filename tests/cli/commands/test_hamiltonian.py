"""Hamiltonian problems on the command line: --hamiltonian, H̃, what destroys it, --invariant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

Bea = Any


def test_the_midpoint_rule_on_the_pendulum_ends_with_its_hamiltonian(bea: Bea) -> None:
    run = bea("derive", "implicit-midpoint", "pendulum")
    assert run.status == 0 and run.err == ""
    assert run.out.endswith(
        "Which terms are Hamiltonian: all\n"
        "\n"
        "Modified Hamiltonian, to order 2:\n"
        "    H̃ = H − γ²/24 (p² cos(q) − cos²(q) + 1) + O(γ³)\n"
        "    where H = p²/2 − cos(q)\n"
    )
    assert "gradients" not in run.out
    latex = bea("derive", "implicit-midpoint", "pendulum", "-f", "latex").out
    assert latex.splitlines()[-1].startswith(r"\tilde H = \frac{p^{2}}{2} - \cos")


def test_one_s_own_hamiltonian_is_that_of_the_field(bea: Bea) -> None:
    options = ("-k", "4", "-f", "json")
    given = bea("derive", "leapfrog", "--hamiltonian", "p**2/2 - cos(q)", *options).json
    known = bea("derive", "leapfrog", "pendulum", *options).json
    assert given["terms"] == known["terms"] and given["geometry"] == known["geometry"]
    assert given["variables"] == ["q", "p"]
    named = bea("derive", "leapfrog", "--hamiltonian", "pendulum", *options).json
    assert named["terms"] == known["terms"]
    run = bea("drift", "--hamiltonian", "p**2/2 + q**2/2", "-m", "heun", "--orders", "0,2",
              "--starts", "1,0", "--time", "1")  # fmt: skip
    assert run.status == 0 and "confirmed" not in run.err


def test_for_every_separable_hamiltonian(bea: Bea) -> None:
    run = bea("derive", "stormer-verlet")
    assert run.out.endswith(
        "Modified Hamiltonian for every H = T(p) + V(q), to order 2:\n"
        "    H̃ = T + V + γ²(1/12 {T,{T,V}} − 1/24 {V,{V,T}}) + O(γ³)\n"
        "with {A,B} = Σ ∂A/∂q ∂B/∂p − ∂A/∂p ∂B/∂q\n"
    )
    assert r"\tilde H = T + V" in bea("derive", "stormer-verlet", "-f", "latex").out


def test_what_destroys_it(bea: Bea) -> None:
    run = bea("derive", "explicit-euler", "pendulum")
    for said in (
        "Which terms are Hamiltonian: γ⁰ yes, γ¹ no, γ² no",
        "No modified Hamiltonian exists on pendulum at order 1 or above",
        "    dp/dt = γp cos(q)/2",
        "    dH/dt = γ/2 (p² cos(q) − cos²(q) + 1)",
    ):
        assert said in run.out
    conjugate = bea("derive", "trapezoidal", "pendulum").out
    assert "The method is conjugate to a symplectic one, though" in conjugate
    kept = bea("derive", "stormer-verlet", "kepler", "-k", "1").out
    assert "Kept as it is: q₁p₂ − q₂p₁\n" in kept or "Kept as they are: " in kept
    own = bea("derive", "implicit-midpoint", "pendulum", "--inverse").out
    assert "Hamiltonian to feed the method, to order 2:" in own


def test_first_integrals(bea: Bea) -> None:
    run = bea("derive", "trapezoidal", "kepler", "--invariant", "q1*p2 - q2*p1")
    assert "Modified first integral, to order 2:\n    Ĩ = q₁p₂ − q₂p₁" in run.out
    kept = bea("derive", "stormer-verlet", "kepler", "--invariant", "q1*p2 - q2*p1", "-f", "json")
    assert kept.json["invariant"] == {
        "given": "q1*p2 - q2*p1",
        "terms": ["q1*p2 - q2*p1", "0", "0"],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--hamiltonian", "p**2/2"), "a Hamiltonian has a momentum for each position"),
        (("--hamiltonian", "p**2 + q", "--field", "p, -q"), "--field and --hamiltonian are given"),
        (("--hamiltonian", "lorenz"), "'lorenz' is no Hamiltonian field"),
        (("--hamiltonian", "p**2 + q", "--variables", "p q"), "write --variables 'q p'"),
        (("--invariant", "p"), "--invariant is of a problem"),
        (("kepler", "--invariant", "q1"), "'q1' is no first integral of kepler"),
        (("kepler", "--invariant", "q1", "--step"), "leave --step, --table and --proof out"),
        (("kepler", "--invariant", "z"), "unknown variable 'z'"),
    ],
)
def test_mistakes(bea: Bea, arguments: tuple[str, ...], message: str) -> None:
    run = bea("derive", "stormer-verlet", *arguments)
    assert (run.status, run.out) == (2, "")
    assert message in run.err and run.err.count("\n") == 1


def test_the_energy_figure(bea: Bea, folder: Path) -> None:
    run = bea(
        "plot", "energy", "pendulum", "-m", "stormer-verlet", "--gamma", "0.2", "--steps", "50"
    )
    assert run.status == 0 and (folder / "energy.png").stat().st_size > 5000
    refused = bea("plot", "energy", "lotka-volterra", "--gamma", "0.1")
    assert refused.status == 2 and "no Hamiltonian of 'lotka-volterra' is known" in refused.err
    refused = bea("plot", "energy", "pendulum", "--gamma", "0.1", "--steps", "300000")
    assert refused.status == 2 and "not between 2 and 200,000" in refused.err


def test_the_analysis_of_a_splitting(bea: Bea) -> None:
    run = bea("analyze", "strang")
    assert run.status == 0
    for said in (
        "order 2: the order conditions of at most 2 nodes hold, 10 of 3 nodes do not:",
        "for H = T(p) + V(q):",
        "symplectic               up to γ⁵ at least",
        "energy-preserving        no; up to γ²",
        "symplectic               no; up to γ²",
    ):
        assert said in run.out
    record = bea("analyze", "strang", "-f", "json").json
    assert record["structure"]["every H(q, p)"]["symplectic"] == 2
    refused = bea("plot", "stability", "strang")
    assert refused.status == 2 and "has no region of stability of its own" in refused.err
    midpoint = bea("analyze", "trapezoidal").out
    assert "conjugate to symplectic  up to γ⁶ at least" in midpoint
    assert "volume-preserving        no; up to γ²" in midpoint
