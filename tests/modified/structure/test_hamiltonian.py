"""Modified Hamiltonians: published ones, closed forms, and runs of 10^5 steps."""

from __future__ import annotations

from math import sin
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq

import bea
from bea.errors import BeaError, NoModifiedHamiltonianError
from bea.fields.hamiltonian import rotated
from bea.modified.structure.hamiltonian import ModifiedHamiltonian
from bea.trees import tree

PENDULUM = bea.problems.pendulum()
OSCILLATOR = bea.problems.harmonic_oscillator()
VERLET = bea.methods.stormer_verlet()
MOMENTA_FIRST = bea.methods.symplectic_euler(first=2)
q, p, gamma = sympy.symbols("q p gamma")


def hamiltonian(method: Any, problem: Any, order: int) -> list[Any]:
    found = bea.modified_equation(method, problem, order).modified_hamiltonian()
    return [sympy.sympify(text) for text in found.as_json()]


# --- published ----------------------------------------------------------------------------------


def test_symplectic_euler_on_the_pendulum() -> None:
    # Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.3, with p first.
    published = [
        p**2 / 2 - sympy.cos(q),
        -p * sympy.sin(q) / 2,
        (sympy.sin(q) ** 2 + p**2 * sympy.cos(q)) / 12,
        -p * sympy.cos(q) * sympy.sin(q) / 12,
    ]
    found = hamiltonian(MOMENTA_FIRST, PENDULUM, 3)
    assert [sympy.simplify(a - b) for a, b in zip(found, published, strict=True)] == [0] * 4


def test_symplectic_euler_on_a_hamiltonian_that_is_not_separable() -> None:
    # The same section: -H_q H_p/2 and (H_pp H_q^2 + H_qq H_p^2 + 4 H_pq H_q H_p)/12.
    text = "q**3*p/3 + q*p**2 + p**4/4 - q**2"
    H = sympy.sympify(text)
    Hq, Hp = H.diff(q), H.diff(p)
    method = bea.methods.symplectic_euler(first=2, own="implicit")
    _, first, second = hamiltonian(method, bea.problems.hamiltonian(text), 2)
    assert sympy.expand(first + Hq * Hp / 2) == 0
    wanted = Hp.diff(p) * Hq**2 + Hq.diff(q) * Hp**2 + 4 * Hp.diff(q) * Hq * Hp
    assert sympy.expand(second - wanted / 12) == 0


def test_the_midpoint_rule_for_every_hamiltonian() -> None:
    # The same section: H - h^2/24 H''(J^-1 grad H, J^-1 grad H), here with f = J grad H.
    found = bea.modified_equation(bea.methods.implicit_midpoint(), order=2).modified_hamiltonian()
    assert str(found) == "H − γ²/24 H''(f,f) + O(γ³)"
    assert found.latex() == (r"H - \frac{\gamma^{2}}{24}\,H''(f,f) + \mathcal{O}(\gamma^{3})")
    assert found.as_json()[1] == {
        "tree": [[], []],
        "power": 2,
        "coefficient": "-1/24",
        "elementary_hamiltonian": "H''(f,f)",
    }


def test_stormer_verlet_in_brackets() -> None:
    # Yoshida, Phys. Lett. A 150 (1990) 262-268, the symmetric formula of Baker, Campbell and
    # Hausdorff for exp(X/2) exp(Y) exp(X/2), with X = V and Y = T; an even number of brackets of
    # operators has the sign of those of functions.
    published = {
        2: {"TTV": fmpq(1, 12), "VVT": fmpq(-1, 24)},
        4: {
            "VVVVT": fmpq(7, 5760),
            "TTTTV": fmpq(-1, 720),
            "VTTTV": fmpq(1, 360),
            "TVVVT": fmpq(1, 360),
            "VVTTV": fmpq(-1, 480),
            "TTVVT": fmpq(1, 120),
        },
    }
    found = bea.modified_equation(VERLET, order=4).modified_hamiltonian()
    assert found.brackets == [{"T": 1, "V": 1}, {}, published[2], {}, published[4]]
    position = bea.methods.stormer_verlet(form="position")
    turned = bea.modified_equation(position, order=2).modified_hamiltonian()
    assert str(turned) == "T + V + γ²(−1/24 {T,{T,V}} + 1/12 {V,{V,T}}) + O(γ³)"


@pytest.mark.parametrize("method", [MOMENTA_FIRST, VERLET])
def test_the_oscillator_in_closed_form(method: Any) -> None:
    # A step is a rotation in the metric of an invariant ellipse: H~ is that invariant times the
    # angle over the step, cos(angle) = 1 - gamma^2/2.
    root = sympy.sqrt(1 - gamma**2 / 4)
    ellipse = p**2 + q**2 - gamma * q * p if method is MOMENTA_FIRST else p**2 + root**2 * q**2
    exact = 2 * sympy.asin(gamma / 2) / gamma / root * ellipse / 2
    expected = sympy.series(exact, gamma, 0, 7).removeO()
    found = hamiltonian(method, OSCILLATOR, 6)
    total = sum(term * gamma**k for k, term in enumerate(found))
    assert sympy.expand(total - expected) == 0


# --- laws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "problem", "order"),
    [
        ("implicit-midpoint", PENDULUM, 4),
        ("gauss4", PENDULUM, 4),
        ("stormer-verlet", PENDULUM, 7),  # too many trees: told from the terms themselves
        ("rk4", PENDULUM, 4),  # symplectic to this order on this problem alone
        ("yoshida", PENDULUM, 4),
        ("stormer-verlet", bea.problems.kepler(), 4),
        ("stormer-verlet", bea.problems.hamiltonian("p1**2*q1**2/2 + q1*p1*p2 + p2**2 + q2**4"), 2),
        ("symplectic-euler", bea.problems.harmonic_oscillator(omega="omega"), 4),
        ("strang", bea.problems.hamiltonian("p**2/2 + exp(q)"), 3),
    ],
)
def test_every_term_is_j_grad_of_its_hamiltonian(method: str, problem: Any, order: int) -> None:
    equation = bea.modified_equation(bea.methods.registry.read(method), problem, order)
    found = equation.modified_hamiltonian()
    for term, field in zip(found.terms, equation.components, strict=True):
        assert term is not None
        assert all((a - b).is_zero() for a, b in zip(rotated(term.gradient()), field, strict=True))


def test_without_an_expression_values_are_line_integrals() -> None:
    equation = bea.modified_equation(VERLET, PENDULUM, 2)
    known = equation.modified_hamiltonian()
    blind = ModifiedHamiltonian(
        2, None, None, PENDULUM, [known.terms[0], known.terms[1], None], equation.components
    )
    assert str(blind) == "p²/2 − cos(q) + γ² ∫J⁻¹f2 + O(γ³)"
    points = np.array([[0.3, -0.4], [1.2, 0.8], [2.0, 0.1]])
    shift = known(points, 0.5) - blind(points, 0.5)
    np.testing.assert_allclose(shift, shift[0], rtol=1e-9)


# --- where there is none ------------------------------------------------------------------------


def test_what_destroys_it_is_told() -> None:
    euler = bea.modified_equation(bea.methods.explicit_euler(), PENDULUM, 1)
    message = r"at order 1: the term of γ is J grad of no function, and changes H at the rate γ/2"
    with pytest.raises(NoModifiedHamiltonianError, match=message):
        euler.modified_hamiltonian()
    # dH/dt = grad H . f_1 = -H'(f'f)/2 = (p^2 cos q + sin^2 q)/2 > 0 near rest: the energy grows.
    rate = sympy.sympify(str(euler.geometry.energy_rate(1)))
    assert sympy.simplify(rate - (p**2 * sympy.cos(q) + sympy.sin(q) ** 2) / 2) == 0
    on_trees = bea.modified_equation(bea.methods.explicit_euler(), order=1)
    with pytest.raises(NoModifiedHamiltonianError, match="−γ/2 f'f is J grad of no function"):
        on_trees.modified_hamiltonian()


@pytest.mark.parametrize("method", ["explicit-euler", "heun", "trapezoidal", "radau-iia"])
def test_the_destroying_part_and_the_rest_add_up(method: str) -> None:
    equation = bea.modified_equation(bea.methods.registry.read(method), PENDULUM, 3)
    split = equation.geometry.split()
    for k, (term, rest) in enumerate(zip(equation.components, split.remainder, strict=True)):
        own: Any = split.hamiltonian.terms[k]
        whole = [a + b for a, b in zip(rotated(own.gradient()), rest, strict=True)]
        assert all((a - b).is_zero() for a, b in zip(whole, term, strict=True))
        assert all(c.is_zero() for c in rest) == equation.geometry.is_hamiltonian[k]


def test_the_remainder_on_trees() -> None:
    equation = bea.modified_equation(bea.methods.get("trapezoidal"), order=2)
    # J grad H''(f,f) = f''(f,f) - 2 f'f'f: with the signs of its nodes, of which two are ends and
    # one is between, the mean of 1/12 f'f'f, half for either end, and 1/12 f''(f,f) is 0.
    found = equation.geometry.split()
    assert found.remainder == ({}, {}, {tree([[[]]]): fmpq(1, 12), tree([[], []]): fmpq(1, 12)})
    assert str(equation.geometry.conserved()) == "H + γ²/12 H''(f,f) + O(γ³)"


def test_without_a_hamiltonian_there_is_nothing_to_ask() -> None:
    equation = bea.modified_equation(VERLET, bea.problems.van_der_pol(), 1)
    with pytest.raises(BeaError, match="no Hamiltonian of 'van-der-pol' is known: give it"):
        equation.modified_hamiltonian()
    with pytest.raises(BeaError, match="ask it of modified_equation itself"):
        bea.modified_equation(VERLET, PENDULUM, 1).step_equation().modified_hamiltonian()


# --- runs ---------------------------------------------------------------------------------------


def verlet_runs(start: tuple[float, float], step: float, steps: int) -> Any:
    """Return a run of Störmer and Verlet's method on the pendulum, written out in plain floats."""
    x, v = start
    half, found = step / 2, np.empty((steps + 1, 2))
    for n in range(steps):
        found[n] = x, v
        v -= half * sin(x)
        x += step * v
        v -= half * sin(x)
    found[steps] = x, v
    return found


def test_over_a_hundred_thousand_steps_it_strays_by_the_power_left_out() -> None:
    gammas = np.array([0.4, 0.28, 0.2])
    runs = np.array([verlet_runs((1.0, 0.5), g, 100_000) for g in gammas])
    ours = bea.iterate(VERLET, PENDULUM, [1.0, 0.5], gammas, steps=50, include_start=True)
    np.testing.assert_allclose(ours.values[:, 0], runs[:, :51], atol=1e-13)
    equation = bea.modified_equation(VERLET, PENDULUM, 6)
    for order in (0, 2, 4, 6):
        energy = equation.truncate(order).modified_hamiltonian()
        values = energy(runs, gammas[:, None])
        strays = np.abs(values - values[:, :1]).max(axis=1)
        slopes = np.diff(np.log(strays)) / np.diff(np.log(gammas))
        np.testing.assert_allclose(slopes, order + 2, atol=0.1)
        # It does not drift: the first tenth of the run strays as far as all of it.
        early = np.abs(values[:, :10_000] - values[:, :1]).max(axis=1)
        np.testing.assert_allclose(early, strays, rtol=0.02)


def test_that_of_another_method_strays_like_h_itself() -> None:
    # The control: the modified Hamiltonian of the position form is none for the velocity form.
    gammas = np.array([0.4, 0.2])
    runs = np.array([verlet_runs((1.0, 0.5), g, 2000) for g in gammas])
    other = bea.modified_equation(bea.methods.stormer_verlet(form="position"), PENDULUM, 4)
    values = other.modified_hamiltonian()(runs, gammas[:, None])
    strays = np.abs(values - values[:, :1]).max(axis=1)
    assert abs(np.log2(strays[0] / strays[1]) - 2) < 0.1
