"""Structure on trees against other criteria: on the map, by tableaux, and on concrete fields."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from flint import fmpq

import bea
from bea.bseries.geometry.structure import Structure
from bea.errors import MethodError
from bea.trees import PLAIN, WITH_THETA

METHODS = ["explicit-euler", "heun", "rk4", "kutta3", "implicit-midpoint", "trapezoidal", "gauss4",
           "radau-iia", "lobatto-iiia(stages=3)", "dormand-prince"]  # fmt: skip


def structure_of(name: str, order: int, separable: bool = False) -> Structure:
    method = bea.methods.registry.read(name)
    equation = bea.modified_equation(method, order=order)
    return Structure(equation.coefficients, order + 1, method.colors, separable)


@pytest.mark.parametrize("name", METHODS)
def test_it_agrees_with_what_the_tableau_says_of_the_map(name: str) -> None:
    # a(u o v) + a(v o u) = a(u) a(v) of the map (HLW VI.7.1), and the adjoint tableau (V.2),
    # against b(u o v) + b(v o u) = 0 of the field and its even powers.
    analysis = bea.analyze(name)
    found = analysis.structure
    assert found is not None
    for ours, theirs in (
        (found.orders["symplectic"], analysis.symplectic_order),
        (found.orders["symmetric"], analysis.symmetric_order),
    ):
        assert ours == (analysis.looked_to if theirs is None else theirs)


def test_conjugate_symplectic_orders() -> None:
    # The trapezoidal rule is conjugate to the midpoint rule (HLW VI.8); Lobatto IIIA with three
    # stages is conjugate to a symplectic method to order 6 and no further (Hairer and Zbinden, IMA
    # J. Numer. Anal. 33 (2013) 57-79, where those of order p are to p + 2); RK4 and Heun are not.
    trapezoidal = structure_of("trapezoidal", 6).orders
    assert (trapezoidal["symplectic"], trapezoidal["conjugate_symplectic"]) == (2, 7)
    assert structure_of("lobatto-iiia(stages=3)", 6).orders["conjugate_symplectic"] == 6
    assert structure_of("rk4", 5).orders["conjugate_symplectic"] == 4
    assert structure_of("heun", 4).orders["conjugate_symplectic"] == 3
    assert structure_of("explicit-euler", 3).orders["conjugate_symplectic"] == 1


def test_no_b_series_keeps_all_volume() -> None:
    # Iserles, Quispel and Tse, BIT 47 (2007) 351-378: only the exact flow does.
    for name in METHODS:
        order = bea.analyze(name).order
        assert bea.analyze(name).volume_order in (order, order + 1)


def test_the_exact_flow_keeps_everything() -> None:
    found = Structure({bea.trees.leaf: fmpq(3)}, 6, PLAIN)
    assert set(found.orders.values()) == {6}


def test_the_symplectic_euler_method_needs_its_own_variables_implicit() -> None:
    # HLW VI.3, theorem 3.3: explicit in both it is symplectic for T(p) + V(q) alone.
    for own, general in (("explicit", 1), ("implicit", 4)):
        name = f"symplectic-euler(own={own})"
        assert structure_of(name, 3).orders["symplectic"] == general
        assert structure_of(name, 3, separable=True).orders["symplectic"] == 4


def test_theta_and_more_parts_are_refused() -> None:
    with pytest.raises(MethodError, match="one field, of a sum, or of positions"):
        Structure({}, 2, WITH_THETA)


@pytest.mark.parametrize("name", ["trapezoidal", "implicit-midpoint", "lobatto-iiia(stages=3)"])
def test_what_is_conserved_on_trees_is_conserved_in_the_ring(name: str) -> None:
    problem = bea.problems.hamiltonian("q1**2*p2 + p1**2*q2/2 + q1*p1 - q2**3 + p1*p2**2")
    method = bea.methods.registry.read(name)
    equation = bea.modified_equation(method, problem, order=4)
    found = equation.geometry.conserved()
    assert found is not None
    along = problem.ring.lie_derivative
    terms: Any = found.terms
    for k in range(5):
        rates = [along(equation.components[j], terms[k - j]) for j in range(k + 1)]
        assert sum(rates[1:], start=rates[0]).is_zero()


def test_irrational_coefficients_have_a_conserved_hamiltonian_too() -> None:
    # Alexander's method of order 2 with γ = 1 − √2/2: H̃ = H + γ² c H''(f,f), put to the test on
    # the pendulum, where H''(f,f) = p² cos q + sin² q.
    alexander = bea.methods.get("alexander2")
    found = bea.modified_equation(alexander, order=2).geometry.conserved()
    assert str(found) == "H + γ²(3√2−4)/24 H''(f,f) + O(γ³)"
    equation = bea.modified_equation(alexander, bea.problems.pendulum(), order=2)
    q, p = sympy.symbols("q p")
    energy, c = p**2 / 2 - sympy.cos(q), (3 * sympy.sqrt(2) - 4) / 24
    changed = c * (p**2 * sympy.cos(q) + sympy.sin(q) ** 2)
    first, _, second = equation.terms

    def rate(of: sympy.Expr, along: tuple[sympy.Expr, ...]) -> sympy.Expr:
        return of.diff(q) * along[0] + of.diff(p) * along[1]

    assert sympy.simplify(rate(energy, second) + rate(changed, first)) == 0
    assert sympy.simplify(rate(energy, second)) != 0
