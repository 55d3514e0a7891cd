"""B-series as one type: a group of maps, a Lie algebra of fields, and substitution on both."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import bea
from bea.bseries import TreeArithmetic
from bea.errors import BeaError, MethodError, OrderError, TreeError
from bea.modified.symbolic_step import tree_map
from bea.trees import FIELD, PLAIN, PLAYERS, THETA, WITH_THETA, Colors, Tree, tree, trees_up_to

BSeries = bea.BSeries

rationals = st.builds(fmpq, st.integers(-4, 4), st.integers(1, 3))
quick = settings(max_examples=12, deadline=None)
NODES = {PLAIN: 5, PLAYERS: 3}
two_kinds = pytest.mark.parametrize("colors", [PLAIN, PLAYERS], ids=["one", "two"])


def series_of(data: Any, colors: Colors, kind: str) -> Any:
    """Return a map or a field with random coefficients, to gamma^3 or more."""
    nodes = NODES[colors]
    size = len(trees_up_to(nodes, colors))
    found = data.draw(st.lists(rationals, min_size=size, max_size=size))
    return BSeries(1, found, 0, colors) if kind == "map" else BSeries(0, found, -1, colors)


# --- maps are a group -----------------------------------------------------------------------------


@two_kinds
@quick
@given(data=st.data())
def test_maps_are_a_group(colors: Colors, data: Any) -> None:
    p, q, r = (series_of(data, colors, "map") for _ in range(3))
    unit = BSeries.identity_map(p.order, colors)
    assert (p @ q) @ r == p @ (q @ r)
    assert p @ unit == p == unit @ p
    assert p @ p.inverse() == unit == p.inverse() @ p
    assert (p @ q).inverse() == q.inverse() @ p.inverse()


@two_kinds
@quick
@given(data=st.data())
def test_composition_is_transport_along_the_logarithm(colors: Colors, data: Any) -> None:
    """The sum over trunks, and exp of the derivative along the field of the inner map."""
    p, q = series_of(data, colors, "map"), series_of(data, colors, "map")
    trees = TreeArithmetic(p.nodes, colors=colors)
    moved = trees.transport(q.log().coefficients, trees.series(1, p.coefficients, 0))
    assert (p @ q).coefficients == moved.coefficients
    g = series_of(data, colors, "field")
    moved = trees.transport(q.log().coefficients, trees.series(0, g.coefficients, -1))
    assert (g @ q).coefficients == moved.coefficients


def test_a_step_after_a_step_is_one_of_the_tableau_of_both() -> None:
    """Butcher's product: the stages of the second begin where the first ends."""
    heun, euler = (BSeries.of(name, 5).scaled("1/2") for name in ("heun", "implicit-euler"))
    both = "runge-kutta(A='0,0,0; 1/2,0,0; 1/4,1/4,1/2', b='1/4,1/4,1/2')"
    assert euler @ heun == BSeries.of(both, 5) != heun @ euler


@two_kinds
@quick
@given(data=st.data())
def test_the_adjoint_reverses(colors: Colors, data: Any) -> None:
    p, q = series_of(data, colors, "map"), series_of(data, colors, "map")
    assert p.adjoint().adjoint() == p
    assert (p @ q).adjoint() == q.adjoint() @ p.adjoint()
    assert p.adjoint().log() == p.log().adjoint()
    symmetric = p.scaled("1/2") @ p.adjoint().scaled("1/2")
    assert symmetric.adjoint() == symmetric


def test_known_adjoints() -> None:
    for one, two in [
        ("explicit-euler", "implicit-euler"),
        ("heun", None),
        ("trapezoidal", "trapezoidal"),
        ("implicit-midpoint", "implicit-midpoint"),
        ("stormer-verlet", "stormer-verlet"),
        ("symplectic-euler(own=implicit)", "symplectic-euler(first=2, own=implicit)"),
    ]:
        found = BSeries.of(one, 4).adjoint()
        assert (found == BSeries.of(two or one, 4)) is (two is not None), one


@two_kinds
@quick
@given(data=st.data(), s=rationals, t=rationals)
def test_scaling(colors: Colors, data: Any, s: fmpq, t: fmpq) -> None:
    p, q, g = (series_of(data, colors, kind) for kind in ("map", "map", "field"))
    assert p.scaled(s).scaled(t) == p.scaled(s * t)
    assert (p @ q).scaled(s) == p.scaled(s) @ q.scaled(s)
    assert p.scaled(s).log() == p.log().scaled(s) * s
    assert g.scaled(s).exp(s) == g.exp().scaled(s)
    assert p.scaled(1) == p


# --- exponential and logarithm --------------------------------------------------------------------


@two_kinds
@quick
@given(data=st.data(), s=rationals, t=rationals)
def test_exponential_and_logarithm(colors: Colors, data: Any, s: fmpq, t: fmpq) -> None:
    p, g = series_of(data, colors, "map"), series_of(data, colors, "field")
    assert p.log().exp() == p and g.exp().log() == g
    assert g.exp(s + t) == g.exp(s) @ g.exp(t)
    assert p**2 == p @ p and p**-1 == p.inverse()
    assert (p ** fmpq(1, 2)) @ (p ** fmpq(1, 2)) == p


@two_kinds
@quick
@given(data=st.data())
def test_baker_campbell_hausdorff(colors: Colors, data: Any) -> None:
    """log(e^g e^h), h first: its operators stand the other way round; to the brackets of three.

    Source: Hairer, Lubich and Wanner, section III.4.2.
    """
    h, g = (series_of(data, colors, "field").truncate(2) for _ in range(2))
    two = h.bracket(g).times_gamma()
    three = h.bracket(h.bracket(g)) - g.bracket(h.bracket(g))
    expected = h + g + two / 2 + three.times_gamma(2).truncate(2) / 12
    assert (g.exp() @ h.exp()).log() == expected


# --- fields are a Lie algebra ---------------------------------------------------------------------


@two_kinds
@quick
@given(data=st.data())
def test_fields_are_a_pre_lie_and_a_lie_algebra(colors: Colors, data: Any) -> None:
    f, g, h = (series_of(data, colors, "field").truncate(2) for _ in range(3))
    p = series_of(data, colors, "map")

    def along(a: Any, b: Any) -> Any:
        return a.lie_derivative(b)

    associator = along(along(f, g), h) - along(f, along(g, h))
    assert associator == along(along(g, f), h) - along(g, along(f, h))
    assert f.bracket(g) == g.bracket(f) * -1
    cyclic = [(f, g, h), (g, h, f), (h, f, g)]
    assert not sum(a.bracket(b.bracket(c)) for a, b, c in cyclic)
    # D_[f,g] = D_f D_g - D_g D_f on whatever is differentiated.
    assert along(f.bracket(g), p) == along(f, along(g, p)) - along(g, along(f, p))


# --- substitution ---------------------------------------------------------------------------------


@two_kinds
@quick
@given(data=st.data())
def test_substitution_is_an_automorphism(colors: Colors, data: Any) -> None:
    p, q = series_of(data, colors, "map"), series_of(data, colors, "map")
    f, g, h = (series_of(data, colors, "field") for _ in range(3))
    assert (p @ q).substitute(g) == p.substitute(g) @ q.substitute(g)
    assert p.inverse().substitute(g) == p.substitute(g).inverse()
    assert p.log().substitute(g) == p.substitute(g).log()
    assert f.exp().substitute(g) == f.substitute(g).exp()
    assert f.bracket(h).substitute(g) == f.substitute(g).bracket(h.substitute(g)).truncate(
        f.bracket(h).substitute(g).order
    )
    assert p.substitute(g).substitute(h) == p.substitute(g.substitute(h))
    assert p.substitute(BSeries.f(p.order - 1, colors)) == p
    assert BSeries.f(g.order, colors).substitute(g) == g


@two_kinds
@quick
@given(data=st.data())
def test_what_flows_along_a_field(colors: Colors, data: Any) -> None:
    g = series_of(data, colors, "field")
    assert BSeries.exact_flow(g.nodes, colors).substitute(g) == g.exp()


@pytest.mark.parametrize("name", ["heun", "implicit-midpoint", "stormer-verlet"])
def test_substitution_is_a_step_fed_with_a_field(name: str) -> None:
    """The same by running the step itself on another field, for which no partitions are needed."""
    method = bea.methods.get(name)
    nodes = 3 if method.colors != PLAIN else 5
    values = [fmpq(i % 5 - 2, i % 3 + 1) for i in range(len(trees_up_to(nodes, method.colors)))]
    fed = tree_map(method, nodes, values)
    found = BSeries.of(method, nodes).substitute(BSeries(0, values, -1, method.colors))
    assert found.coefficients == fed


@pytest.mark.parametrize(
    "name", ["explicit-euler", "rk4", "implicit-midpoint", "stormer-verlet", "symplectic-euler"]
)
def test_modified_and_modifying_fields_are_inverse(name: str) -> None:
    """The step is exp of one, and fed with the other it is exp(f)."""
    method = bea.methods.get(name)
    order = 3 if method.colors != PLAIN else 5
    modified = BSeries.of(bea.modified_equation(method, order=order))
    modifying = BSeries.of(bea.modifying_integrator(method, order=order))
    itself = BSeries.f(order, method.colors)
    assert modified.substitute(modifying) == itself == modifying.substitute(modified)
    assert modified == BSeries.of(method, order + 1).log()
    flow = BSeries.exact_flow(order + 1, method.colors)
    assert BSeries.of(method, order + 1).substitute(modifying) == flow


# --- colours --------------------------------------------------------------------------------------


@quick
@given(data=st.data())
def test_two_equal_colours_reproduce_one_colour(data: Any) -> None:
    """f1 = f2 = f/2 in a series of f1 + f2, and f = f1 + f2 in a series of f."""
    p = series_of(data, PLAIN, "map").truncate(4)
    half = BSeries.f(4) / 2
    split = p.substitute(BSeries.f(4, colors=2))
    assert split.colors == PLAYERS
    assert split.substitute({"f1": half, "f2": half}) == p
    third = p.substitute(BSeries.f(4, colors=3))
    merged = {"f1": BSeries.field({"f1": 1}, 4, 2), "f2": BSeries.field({"f2": "1/2"}, 4, 2)}
    assert third.substitute({**merged, "f3": merged["f2"]}) == split


def test_a_pair_of_equal_tableaus_is_one_tableau() -> None:
    pair = "partitioned-runge-kutta(A1='0,0; 1,0', b1='1/2,1/2', A2='0,0; 1,0', b2='1/2,1/2')"
    assert BSeries.of(pair, 4) == BSeries.of("heun", 4).substitute(BSeries.f(3, colors=2))


def test_theta_as_a_colour_is_compared_as_a_differential() -> None:
    """F([tau]) = F(tau) for a root of theta: two lists of coefficients may be one series."""
    one = BSeries.field({tree([tree([])], THETA): 1}, 1, WITH_THETA)
    two = BSeries.field({tree([tree([], THETA)], FIELD): 1}, 1, WITH_THETA)
    three = BSeries.field({tree([tree([], THETA)], THETA): 1}, 1, WITH_THETA)
    assert one != two and one + two != three
    decay = BSeries.of("gradient-descent-decay(weight_decay=1/3)", 3)
    assert decay @ decay == decay**2
    assert decay.substitute(BSeries.f(2, WITH_THETA)) == decay


# --- methods, symbols, numbers --------------------------------------------------------------------


@cache
def heavy_ball() -> Any:
    return BSeries.of(bea.methods.heavy_ball(beta="b"), 3)


def test_memory_and_symbols() -> None:
    ball = heavy_ball()
    assert repr(ball.log().truncate(1)) == "1/(1−b) f − γ(1+b)/(2(1−b)³) f'f + O(γ²)"
    assert ball @ ball.inverse() == BSeries.identity_map(3)
    other = ball * "a" + BSeries.f(2).times_gamma() * "c"
    assert repr(other["f"]) in ("c - a/(b - 1)", "-a/(b - 1) + c")
    root = BSeries.of("gauss4", 4) ** "sqrt(2)"
    assert root ** "sqrt(2)" == BSeries.of("gauss4", 4) ** 2


def test_a_map_in_numbers_is_the_step() -> None:
    """On y' = y^2 the elementary differentials are m! y^(n+1) in all; from 1, to gamma^5."""
    step = BSeries.of("rk4", 5)

    def at_one(t: Tree) -> Any:
        value = fmpq([1, 2, 2][len(t.children)]) if len(t.children) < 3 else fmpq(0)
        for child in t.children:
            value *= at_one(child)
        return value

    found = [fmpq(1)] + [
        sum(a * at_one(t) / t.symmetry for t, a in step.items() if t.order == n)
        for n in range(1, 6)
    ]
    # RK4 by hand, in polynomials of gamma.
    from flint import fmpq_poly

    g = fmpq_poly([0, 1])
    k1 = fmpq_poly([1])
    k2 = (1 + g * k1 / 2) ** 2
    k3 = (1 + g * k2 / 2) ** 2
    k4 = (1 + g * k3) ** 2
    y = 1 + g * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    assert found == [y[n] for n in range(6)]


def test_indexing_and_order() -> None:
    rk4 = BSeries.of("rk4", 5)
    assert (rk4.kind, rk4.order, rk4.nodes, len(rk4)) == ("map", 5, 5, 17)
    assert rk4["[[],[]]"] == rk4["f''(f, f)"] == rk4[tree([[], []])] == fmpq(1, 3)
    assert rk4.log().kind == "field" and rk4.log().order == 4
    assert rk4.truncate(4) == BSeries.exact_flow(4) and rk4 != BSeries.exact_flow(5)
    assert rk4 @ BSeries.of("heun", 3) == BSeries.of("rk4", 3) @ BSeries.of("heun", 3)
    assert list(rk4)[:2] == [tree([]), tree([[]])]
    assert BSeries.map(dict(rk4.items())) == rk4
    assert repr(BSeries.identity_map(2) * 0) == "0 + O(γ³)" and not BSeries.identity_map(2) * 0


def test_mathematics() -> None:
    verlet = BSeries.of("stormer-verlet", 2)
    assert repr(verlet).startswith("θ + γ(f₁ + f₂) + γ²/2 (")
    assert BSeries.of("heun", 2).latex() == (
        r"\theta + \gamma\,f + \frac{\gamma^{2}}{2}\,f' f + \mathcal{O}(\gamma^{3})"
    )
    assert BSeries.of("heun", 2)._repr_latex_().startswith("$")
    f = BSeries.f(2)
    assert repr(f.lie_derivative(f.lie_derivative(f))) == "f'f'f + f''(f,f) + O(γ³)"


# --- refusals -------------------------------------------------------------------------------------

REFUSED: list[tuple[Any, type[BeaError], str]] = [
    (lambda: BSeries.map({"f''(f)": 1}), TreeError, "f'' has 1 argument and not 2"),
    (lambda: BSeries.map({"[[]": 1}), TreeError, "']' is missing at its end"),
    (lambda: BSeries.map({"f": 1, "[]": 2}), TreeError, "given twice, once as '\\[\\]'"),
    (lambda: BSeries.map({"[]:f1": 1, "[]": 1}), TreeError, "name parts only"),
    (lambda: BSeries.map({"f": 0.5}), BeaError, "write '0.5' or a fraction"),
    (lambda: BSeries.map([1, 2]), BeaError, "by trees"),
    (lambda: BSeries.map({"f'f'f": 1}, 2), OrderError, "leave the order out, or the tree"),
    (lambda: BSeries.map({"f3": 1}, colors=2), TreeError, "the trees are of f1 and f2"),
    (lambda: BSeries.map({}, colors=0), TreeError, "one part or more"),
    (lambda: BSeries.of("rk4", 0), OrderError, "at least 1"),
    (lambda: BSeries.of(3), BeaError, "take BSeries.map or BSeries.field"),
    (lambda: BSeries.of("adam", 2), MethodError, "trees do not express adam"),
    (lambda: BSeries.of("rk4", 3)["f'f'f'f"], OrderError, "make it to the order 4"),
    (lambda: BSeries.of("rk4", 3)["f1'f2"], TreeError, "has a node f1, and the trees are of f"),
    (lambda: BSeries.f(2).log(), BeaError, "take exp of a field"),
    (lambda: BSeries.of("rk4", 3).exp(), BeaError, "take log of a map"),
    (lambda: BSeries.of("rk4", 3) + BSeries.f(2), BeaError, r"times_gamma\(\)"),
    (lambda: BSeries.of("stormer-verlet", 3) @ BSeries.of("rk4", 3), TreeError, "substitute"),
    (lambda: BSeries.of("strang", 3).substitute(BSeries.f(2)), TreeError, "say which field"),
    (lambda: BSeries.of("strang", 3).substitute({"f1": BSeries.f(2)}), TreeError, "place of f2"),
    (lambda: BSeries.of("rk4", 3).truncate(7), OrderError, r"known to γ\^3"),
    (lambda: BSeries.of("rk4", 3).bracket(BSeries.f(2)), BeaError, "take its log"),
    (lambda: BSeries.f(2).bracket(3), BeaError, "int is none"),
    (lambda: BSeries.of("rk4", 3) * BSeries.f(2), BeaError, "@ composes"),
    (lambda: BSeries.of("rk4", 3) / 0, BeaError, "divided by 0"),
    (lambda: BSeries.of("rk4", 3).times_gamma(), BeaError, "identity map"),
    (lambda: BSeries.f(2).times_gamma(-1), BeaError, "divide by no more"),
    (lambda: BSeries.of("rk4", 40), OrderError, "too many trees"),
]


@pytest.mark.parametrize(("ask", "kind", "message"), REFUSED)
def test_refusals(ask: Any, kind: type[BeaError], message: str) -> None:
    with pytest.raises(kind, match=message) as found:
        ask()
    assert "\n" not in str(found.value)


def test_tables_and_drawings_are_handed_down() -> None:
    euler = BSeries.of("symplectic-euler", 2)
    lines = euler.table().splitlines()
    assert lines[0] == "Coefficients a(τ) of a map: θ + Σ γ^|τ| a(τ)/σ(τ) F(τ)"
    assert lines[2].split()[-1] == "a(τ)" and lines[-2].split()[0] == "[[]:f1]:f2"
    assert lines[-2].split()[-2:] == ["f₂'f₁", "1"] and len(lines) == 4 + 6
    latex = euler.log().table(latex=True)
    assert r"b(\tau)" in latex and latex.count(r"\tikz[") == 6
    assert len(euler.plot(order=1).axes[0].patches) == 2
