"""Methods on split fields: published terms, symmetry, orders, and one equation in 60 digits."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.algebra import parse
from bea.algebra.ring.conversions import read
from bea.errors import DimensionError, MethodError
from bea.fields import VectorField
from bea.methods import Method, get
from bea.modified import modified_equation
from bea.trees import PLAYERS, Tree, tree
from tests.modified.random_rules import observed_order

LOTKA_VOLTERRA = bea.problems.get("lotka-volterra")
# No part is free of its own variables, and neither order nor halves are the natural ones.
MIXED = VectorField.read("q1' = p1*q2 + q1**2, p1' = q2 - p2*p1, q2' = p2 + q1*q2, p2' = q1*p1*p2")
MIXED_SPLIT = "q1 q2; p1 p2"


def equal(found: Any, texts: list[str], field: VectorField) -> bool:
    wanted = [read(field.ring, parse(text)) for text in texts]
    return all((a - b).is_zero() for a, b in zip(found, wanted, strict=True))


def by_tree(method: Method, order: int) -> dict[Tree, Any]:
    return dict(modified_equation(method, order=order).coefficients)


def forgotten(t: Tree) -> Tree:
    """Return the tree without its colours."""
    return tree([forgotten(child) for child in t.children])


# --- published, and derived by hand ---------------------------------------------------------------


def test_symplectic_euler_on_lotka_and_volterra() -> None:
    """Hairer, Lubich and Wanner, section IX.1, example 1.4; with A, B the two components:

    q: -(A_q A + A_p B)/2, as of explicit Euler; p: (B_q A - B_p B)/2, as p sees the new q.
    """
    found = modified_equation(get("symplectic-euler"), LOTKA_VOLTERRA, 1).components[1]
    texts = ["-q*(p**2 - p*q + 1)/2", "-p*(p*q + q**2 - 5*q + 4)/2"]
    assert equal(found, texts, LOTKA_VOLTERRA)
    other = modified_equation(get("symplectic-euler", first=2), LOTKA_VOLTERRA, 1).components[1]
    # p first: q: (A_p B - A_q A)/2, p: -(B_q A + B_p B)/2.
    texts = ["q*(p*(2 - q) - (p - 1)**2)/2", "-p*(q**2 - p*q - 3*q + 4)/2"]
    assert equal(other, texts, LOTKA_VOLTERRA)


@pytest.mark.parametrize(
    ("form", "kinetic", "potential"), [("velocity", 2, -1), ("position", -1, 2)]
)
def test_stormer_verlet_is_the_flow_of_another_pendulum(
    form: str, kinetic: int, potential: int
) -> None:
    """H~ = H + gamma^2/24 (2 V''(T', T') - T''(V', V')) in the velocity form, and reversely."""
    field = bea.problems.get("pendulum")
    p = field.ring.variable(1)
    slope = read(field.ring, parse("sin(q)"))
    energy = (p**2 * slope.derivative(0) * kinetic + slope**2 * potential) * fmpq(1, 24)
    found = modified_equation(get("stormer-verlet", form=form), field, 2).components[2]
    assert (found[0] - energy.derivative(1)).is_zero()
    assert (found[1] + energy.derivative(0)).is_zero()


# --- one method by two names, or its own adjoint --------------------------------------------------

SAME = {
    "Lobatto pair": (get("lobatto-iiia-iiib"), get("stormer-verlet")),
    "alternating": (get("alternating"), get("symplectic-euler")),
    "implicit Euler and explicit Euler": (
        get("partitioned-runge-kutta", A1="1", b1="1", A2="0", b2="1"),
        get("symplectic-euler", own="implicit"),
    ),
    "half a step and its adjoint": (
        get("composition", weights="1", base="stormer-verlet(form=position)"),
        get("stormer-verlet", form="position"),
    ),
    "Strang": (get("splitting", stages="1/2 A, B, A/2"), get("strang")),
    "triple jump of nothing": (get("composition", weights="1, 1, -1"), get("stormer-verlet")),
}


@pytest.mark.parametrize("name", sorted(set(SAME) - {"triple jump of nothing"}))
def test_one_method_by_two_names(name: str) -> None:
    one, other = SAME[name]
    assert by_tree(one, 4) == by_tree(other, 4)


def test_another_composition_is_another_method() -> None:
    """A step forth and back is none, but not in the middle of others: a control of the above."""
    one, other = SAME["triple jump of nothing"]
    assert by_tree(one, 2) == by_tree(other, 2)  # symmetric: Φ(-γ) undoes Φ(γ)
    assert by_tree(get("composition", weights="2, -1"), 2) != by_tree(other, 2)


@pytest.mark.parametrize("first", [1, 2])
def test_the_two_symplectic_euler_methods_are_adjoint(first: int) -> None:
    """b*(tau) = (-1)^(|tau| - 1) b(tau) for the adjoint, Phi*(gamma) = Phi(-gamma)^(-1)."""
    one = by_tree(get("symplectic-euler", first=first, own="implicit"), 4)
    other = by_tree(get("symplectic-euler", first=3 - first, own="implicit"), 4)
    assert all(other[t] == b * (-1) ** (t.order - 1) for t, b in one.items())


SYMMETRIC = {
    "stormer-verlet": 2, "strang": 2, "lobatto-iiia-iiib(stages=3)": 4,
    "yoshida": 4, "suzuki(base=implicit-midpoint)": 4,
    "yoshida(base=implicit-midpoint, order=6)": 6, "suzuki(base=implicit-midpoint, order=6)": 6,
    "composition(weights='2/3, -1/3, 2/3')": 2,
}  # fmt: skip


@pytest.mark.parametrize("text", SYMMETRIC)
def test_orders_on_all_split_fields(text: str) -> None:
    """No term up to the order of the method, one there, and none of odd powers (symmetry)."""
    method, order = bea.methods.read(text), SYMMETRIC[text]
    highest = min(order, 5)
    powers = {t.order - 1 for t, b in by_tree(method, highest).items() if b != 0}
    assert powers == ({0, order} if order <= highest else {0})


@pytest.mark.parametrize("text", ["lobatto-iiia-iiib(stages=4)", "yoshida(order=6)"])
def test_order_6_on_an_anharmonic_oscillator(text: str) -> None:
    field = VectorField.read("q' = p, p' = q**2 - q")
    found = modified_equation(bea.methods.read(text), field, 6).components
    assert [k for k, term in enumerate(found) if not all(c.is_zero() for c in term)] == [0, 6]


@pytest.mark.parametrize("name", ["rk4", "implicit-midpoint", "gauss4"])
def test_two_equal_colours_are_one(name: str) -> None:
    tableau = get(name).tableau  # type: ignore[attr-defined]
    pair = get("partitioned-runge-kutta", A1=tableau.A, b1=tableau.b, A2=tableau.A, b2=tableau.b)
    plain = by_tree(get(name), 4)
    assert all(b == plain[forgotten(t)] for t, b in by_tree(pair, 4).items())


# --- concrete fields ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["symplectic-euler", "stormer-verlet", "strang", "yoshida"])
def test_routes_agree_on_a_field_that_is_split_by_names(name: str) -> None:
    """Trees, matching powers, and log S, on variables that do not stand in the order of halves."""
    method = get(name, split=MIXED_SPLIT)
    wanted = modified_equation(method, MIXED, 2).components
    for route in ("trees", "operator"):
        found = modified_equation(method, MIXED, 2, route=route).components
        for one, other in zip(wanted, found, strict=True):
            assert all((a - b).is_zero() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_a_random_partitioned_method_is_confirmed_in_60_digits(seed: int) -> None:
    """One step misses the flow of order 3 by gamma^5; with a wrong last term by gamma^4."""
    rng = random.Random(seed)
    tableaus = {}
    for part in "12":
        a, b, c, w = (fmpq(rng.randint(-9, 9), rng.randint(2, 9)) for _ in range(4))
        tableaus[f"A{part}"] = f"0,0,0; {a},0,0; {b},{c},0"
        tableaus[f"b{part}"] = f"{w}, {w / 2}, {1 - w * 3 / 2}"
    field = VectorField.read("q1' = p*q2 + q1**2, p' = q2 - q1*p, q2' = p + q1*q2")
    method = get("partitioned-runge-kutta", split="q1 q2; p", **tableaus)
    equation = modified_equation(method, field, 3)
    assert observed_order(equation) == pytest.approx(5, abs=0.1)
    assert observed_order(equation, factor=2) == pytest.approx(4, abs=0.1)


def test_the_flows_of_the_parts_are_exact() -> None:
    """On Lotka and Volterra's field q goes to q exp((p - 1)t) while p stands still."""
    q, p, gamma = 1.5, 0.75, 0.2
    for _ in range(10):
        q *= np.exp((p - 1) * gamma)
        p *= np.exp((2 - q) * gamma)
    flows = get("splitting", stages="A, B")
    run = bea.iterate(flows, LOTKA_VOLTERRA, [[1.5, 0.75]], [0.2], steps=10)
    np.testing.assert_allclose(run.values[0, 0, -1], [q, p], rtol=1e-13)


def test_a_cycle_of_three_is_the_composition_of_three_flows() -> None:
    """S = S1 S2 S3: D~ = D1 + D2 + D3 + gamma/2 ([D1, D2] + [D1, D3] + [D2, D3]) + ..."""
    field = VectorField.read("x' = y*z, y' = x*z, z' = x*y")
    found = modified_equation(get("alternating", first="x; y; z"), field, 1).components[1]
    assert equal(found, ["-x*(y**2 + z**2)/2", "y*(z**2 - x**2)/2", "z*(x**2 + y**2)/2"], field)


def test_symbolic_weights() -> None:
    """a A, B, (1 - a) A is of order 2 for a = 1/2 alone: gamma/2 (1 - 2a) [D_A, D_B]."""
    equation = modified_equation(get("splitting", stages="a A, B, (1-a) A"), order=1)
    one, two = PLAYERS
    mixed = tree([tree([], two)], one), tree([tree([], one)], two)  # f1'f2 and f2'f1
    assert [str(equation.coefficients[t]) for t in mixed] == ["-a + 1/2", "a - 1/2"]


# --- refusals -------------------------------------------------------------------------------------

REFUSED = {
    "a letter without a weight": ("splitting(stages='A, 1/2 B')", "weights of B add up to 1/2"),
    "a part that stays": ("splitting(stages='A')", "the part B has no stage"),
    "no stage": ("splitting(stages='A, x')", "the stage 'x' is not read"),
    "too many parts": ("splitting(stages='A, B, C')", "stages have 3 parts"),
    "a split of three": ("stormer-verlet(split='x; y; z')", "is a method of 2 parts"),
    "a name twice": ("strang(split='x; x')", "'x' is in the split twice"),
    "no names": ("strang(split='x;')", "is empty"),
    "one part": ("strang(split='x y')", "cannot be read"),
    "weights": ("composition(weights='1, 1')", "the weights add up to 2"),
    "a split of none": ("yoshida(base=rk4, split='q; p')", "follows the field as a whole"),
    "tableaus": ("partitioned-runge-kutta(A1=1, b1=1, A2='0,0;1,0', b2='0,1')", "1 and 2 stages"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_input_is_refused(name: str) -> None:
    text, message = REFUSED[name]
    with pytest.raises(MethodError, match=message):
        bea.methods.read(text)


def test_a_split_must_fit_the_variables() -> None:
    field = VectorField.read("x' = y*z, y' = x*z, z' = x*y")
    with pytest.raises(DimensionError, match="3 variables have no halves: say which belong"):
        modified_equation(get("strang"), field, 1)
    with pytest.raises(MethodError, match="'z' is in no part"):
        modified_equation(get("strang", split="x; y"), field, 1)
    with pytest.raises(MethodError, match="'w' is no variable"):
        bea.iterate(get("strang", split="x y; z w"), field, [[1, 1, 1]], [0.1], steps=1)
