"""The modified equation as an object: text, LaTeX, JSON, truncation, numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.algebra import parse
from bea.algebra.ring.conversions import read, to_program
from bea.errors import BeaError, MethodError, OrderError, UnknownNameError
from bea.fields import Loss, VectorField
from bea.flows import iterate
from bea.methods import Method, from_function, get
from bea.modified import at_point, modified_equation, modifying_integrator
from bea.modified.numeric import compiled, horner_program, tree_program
from bea.modified.symbolic_step import series_iterates

LOTKA_VOLTERRA = VectorField.read("x*(2 - y), y*(x - 1)", "x y")


def test_text_in_both_notations() -> None:
    assert str(modified_equation(get("explicit-euler"), order=2)) == (
        "f − γ/2 f'f + γ²(1/3 f'f'f + 1/12 f''(f,f)) + O(γ³)"
    )
    assert str(modified_equation(get("gradient-descent"), order=2)) == (
        "−∇L − γ/2 ∇²L∇L − γ²(1/3 (∇²L)²∇L + 1/12 ∇³L[∇L,∇L]) + O(γ³)"
    )


def test_latex() -> None:
    assert modified_equation(get("explicit-euler"), order=1).latex() == (
        r"f - \frac{\gamma}{2}\,f' f + \mathcal{O}(\gamma^{2})"
    )
    concrete = modified_equation(get("explicit-euler"), LOTKA_VOLTERRA, 1).latex()
    assert concrete.startswith(r"\begin{aligned}\dot{x} &= ")
    assert concrete.count(r"\gamma") == 4 and r"\\" in concrete
    named = VectorField.read("lambda*theta_10, 1", "theta_10 lambda")
    left = modified_equation(get("explicit-euler"), named, 0).latex()
    assert r"\dot{\theta_{10}} &= \theta_{10} \lambda" in left and r"\dot{\lambda} &= 1" in left


def test_json_on_trees_keeps_its_promise() -> None:
    found = json.loads(json.dumps(modified_equation(get("explicit-euler"), order=2).as_json()))
    assert found["method"] == "explicit-euler" and found["order"] == 2
    assert found["terms"][3] == {
        "tree": [[], []],
        "power": 2,
        "coefficient": "1/6",
        "symmetry": 2,
        "density": 3,
        "elementary_differential": "f''(f,f)",
    }
    assert len(found["terms"]) == 4


def test_json_on_a_field_is_read_back_by_the_grammar() -> None:
    equation = modified_equation(get("rk4"), VectorField.read("y, -sin(x)", "x y"), 4)
    found = json.loads(json.dumps(equation.as_json()))
    assert found["variables"] == ["x", "y"] and len(found["terms"]) == 5
    text = json.dumps(found["terms"][4])
    assert "sin(x)" in text
    for component in equation.components[4]:
        parse(str(component), variables="x y")


def test_sympy_terms() -> None:
    import sympy

    y = sympy.Symbol("y")
    terms = modified_equation(get("explicit-euler"), VectorField.read("y**2"), 2).terms
    assert terms == ((y**2,), (-(y**3),), (sympy.Rational(3, 2) * y**4,))


@pytest.mark.parametrize("order", [0, 1, 3])
def test_truncation_is_the_equation_of_lower_order(order: int) -> None:
    full = modified_equation(get("explicit-euler"), LOTKA_VOLTERRA, 4)
    direct = modified_equation(get("explicit-euler"), LOTKA_VOLTERRA, order)
    assert full.truncate(order).components == direct.components
    assert full.truncate(order).coefficients == direct.coefficients
    assert full.truncate(order).depends_on_gamma == (order > 0)
    with pytest.raises(OrderError, match="order 5 is not between 0 and the derived order 4"):
        full.truncate(5)


@pytest.mark.parametrize(
    "problem",
    [
        LOTKA_VOLTERRA,
        Loss.read("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", "x y"),
        Loss.read("1/(1 + exp(-x))*y**2 + sin(x*y)", "x y"),
        VectorField.read("-y/(x**2 + y**2), x/(x**2 + y**2)", "x y"),
    ],
)
def test_both_programs_give_the_same_numbers(problem: VectorField) -> None:
    """Contractions along trees and Horner's scheme on the derived components: two computations."""
    equation = modified_equation(get("explicit-euler"), problem, 3)
    points = np.random.default_rng(1).uniform(0.5, 1.5, (2, 50))
    gamma = np.full(50, 0.05)
    by_trees = compiled(tree_program(problem, equation.coefficients), 2)(points, gamma)
    by_horner = compiled(horner_program(problem, equation.components), 2)(points, gamma)
    assert by_trees == pytest.approx(by_horner, rel=1e-11, abs=1e-11)
    assert pytest.approx(by_trees, rel=1e-11, abs=1e-11) == equation(points.T, 0.05).T


def test_irrational_coefficients_on_trees_become_numbers() -> None:
    # Alexander, SIAM J. Numer. Anal. 14 (1977) 1006-1021: the L-stable method of two stages.
    alexander = get(
        "runge-kutta", A="1-sqrt(2)/2, 0; sqrt(2)/2, 1-sqrt(2)/2", b="sqrt(2)/2, 1-sqrt(2)/2"
    )
    equation = modified_equation(alexander, LOTKA_VOLTERRA, 3)
    theta, gamma = np.array([[1.5, 0.5], [0.7, 1.2]]), np.array([0.05, 0.1])
    by_trees = compiled(tree_program(LOTKA_VOLTERRA, equation.coefficients), 2)
    by_horner = compiled(horner_program(LOTKA_VOLTERRA, equation.components), 2)
    np.testing.assert_allclose(by_trees(theta, gamma), by_horner(theta, gamma), rtol=1e-13)
    assert not np.allclose(by_trees(theta, gamma), LOTKA_VOLTERRA.numeric()(theta, gamma))


def test_high_orders_on_a_field_need_no_trees() -> None:
    """Of 25 nodes there are 2,067,174,645 trees, and the equation of y' = y**2 has 25 terms."""
    y_squared, euler = VectorField.read("y**2"), get("explicit-euler")
    equation = modified_equation(euler, y_squared, 24)
    exact = at_point(euler, y_squared, [fmpq(1, 2)], 24)
    total = sum((f * fmpq(1, 50) ** k for k, (f,) in enumerate(exact)), start=fmpq(0))
    assert equation([0.5], 0.02) == pytest.approx(float(total), rel=1e-15)
    assert equation.truncate(5)([0.5], 0.02) != equation([0.5], 0.02)
    with pytest.raises(OrderError, match="too many trees of 25 nodes, that is of order 24"):
        _ = equation.coefficients
    with pytest.raises(OrderError, match="too many trees"):
        modified_equation(euler, y_squared, 24, "trees")
    with pytest.raises(OrderError, match="too many trees"):
        modified_equation(get("heavy-ball", beta="1/2"), order=24)


@given(st.integers(1, 3), st.floats(0.001, 0.1), st.floats(-1, 1), st.floats(-1, 1))
def test_numbers_are_the_sum_of_the_terms(order: int, gamma: float, x: float, y: float) -> None:
    equation = modified_equation(get("heun"), LOTKA_VOLTERRA, order)
    total = np.zeros(2)
    for power, term in enumerate(equation.components):
        field = VectorField(term)
        total += gamma**power * field([x, y])
    assert equation([x, y], gamma) == pytest.approx(total, rel=1e-12, abs=1e-12)


def test_step_sizes_broadcast() -> None:
    equation = modified_equation(get("explicit-euler"), LOTKA_VOLTERRA, 2)
    points = np.array([[1.0, 2.0], [0.5, 0.5]])
    both = equation(points, [0.1, 0.2])
    assert both[0] == pytest.approx(equation(points[0], 0.1))
    assert both[1] == pytest.approx(equation(points[1], 0.2))
    assert equation(points[0], 0.0) == pytest.approx(LOTKA_VOLTERRA(points[0]))


def test_parameters_stay_symbolic() -> None:
    logistic = VectorField.read("a*y*(1 - y)", "y", "a")
    equation = modified_equation(get("explicit-euler"), logistic, 1)
    wanted = parse("-a**2*y/2 + 3*a**2*y**2/2 - a**2*y**3")
    assert equation.components[1][0] == read(logistic.ring, wanted)
    with pytest.raises(BeaError, match="parameter 'a' has no value"):
        equation([0.5], 0.1)


def test_wrong_input() -> None:
    euler = get("explicit-euler")
    with pytest.raises(
        OrderError, match="order -1 is not possible: give a whole number, 0 or more"
    ):
        modified_equation(euler, order=-1)
    with pytest.raises(OrderError, match=r"order 1\.5 is not possible"):
        modified_equation(euler, order=1.5)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match=r"unknown route 'tree'.*Did you mean 'trees'"):
        modified_equation(euler, order=1, route="tree")
    with pytest.raises(BeaError, match=r"the method is a str: give one, such as bea\.methods"):
        modified_equation("explicit-euler", order=1)  # type: ignore[arg-type]
    with pytest.raises(BeaError, match="give modified_equation a problem"):
        modified_equation(euler, order=1)([1.0], 0.1)


def test_symbolic_hyperparameters_on_a_concrete_field() -> None:
    method = get("runge-kutta", A=[["w"]], b=[1])
    equation = modified_equation(method, LOTKA_VOLTERRA, 2)
    assert equation.problem.parameters == ("w",)
    half = modified_equation(get("implicit-midpoint"), LOTKA_VOLTERRA, 2)
    for term, wanted in zip(equation.components, half.components, strict=True):
        at_half = to_program(term).run([fmpq(3), fmpq(2, 7), fmpq(1, 2)])
        assert at_half == to_program(wanted).run([fmpq(3), fmpq(2, 7)])
    with pytest.raises(BeaError, match="'x' has the name of a variable of the problem: rename one"):
        modified_equation(get("runge-kutta", A=[["x"]], b=[1]), LOTKA_VOLTERRA, 2)


def test_a_rule_that_no_tree_expresses_is_derived_on_a_field() -> None:
    """theta + gamma f + gamma^2 f has the flow of f + gamma (f - f'f/2): checked by hand."""

    @dataclass(frozen=True)
    class Accelerated(Method):
        name = "accelerated"

        def step(self, f, theta, state, gamma):
            return theta + gamma * f(theta) + gamma**2 * f(theta), state

    with pytest.raises(MethodError, match="different powers of gamma"):
        modified_equation(Accelerated(), order=1)
    equation = modified_equation(Accelerated(), VectorField.read("y**2"), 1)
    assert str(equation) == "y' = y² − γ (y³ − y²) + O(γ²)"
    assert equation([2.0], 0.1) == pytest.approx(4 + 0.1 * (4 - 8))


# --- the inverse question -----------------------------------------------------------------------


def test_modifying_integrator_of_explicit_euler() -> None:
    """f + gamma/2 f'f + gamma^2/6 (f'f'f + f''(f,f)) ...: the Taylor series of the flow itself."""
    equation = modifying_integrator(get("explicit-euler"), order=4)
    for t, b in equation.coefficients.items():
        assert b * t.density == 1


def test_modifying_implicit_midpoint() -> None:
    """f - gamma^2/12 (f'f'f - f''(f,f)/2): Chartier, Hairer, Vilmart, Math. Comp. 76 (2007)."""
    text = str(modifying_integrator(get("implicit-midpoint"), order=2))
    assert text == "f + γ²(−1/12 f'f'f + 1/24 f''(f,f)) + O(γ³)"


@pytest.mark.parametrize("name", ["heun", "rk4", "implicit-midpoint", "implicit-euler"])
def test_modifying_field_in_the_ring_and_on_trees(name: str) -> None:
    from bea.modified.routes.trees import evaluate

    on_trees = modifying_integrator(get(name), order=4).coefficients
    in_ring = modifying_integrator(get(name), LOTKA_VOLTERRA, order=4).components
    assert evaluate(list(on_trees.values()), LOTKA_VOLTERRA, 4) == list(in_ring)


def test_the_modifying_field_makes_the_step_exact() -> None:
    from bea.bseries import exact_map
    from bea.modified.symbolic_step import tree_map

    field = list(modifying_integrator(get("heun"), order=5).coefficients.values())
    assert tree_map(get("heun"), 6, field) == exact_map(6)
    field[-1] += 1  # the control: another field has another map
    assert tree_map(get("heun"), 6, field) != exact_map(6)


@pytest.mark.parametrize("name", ["gradient-descent-decay", "alternating", "sam"])
def test_what_no_tree_expresses_is_made_exact_too(name: str) -> None:
    """The step fed with f_0 + gamma f_1 + gamma^2 f_2 is the flow of f up to gamma^3."""
    loss, method = Loss.read("x**2*y + y**2 + x", "x y"), get(name)
    terms = modifying_integrator(method, loss, 2).components
    step = series_iterates(method, VectorField(terms[0]), 3, corrections=terms[1:])[1]
    flow, factor = list(loss.components), fmpq(1)
    for k in range(1, 4):
        for series, component in zip(step, flow, strict=True):
            assert (series[k] - component * factor).is_zero()
        flow = [loss.lie_derivative(component) for component in flow]
        factor /= k + 1


def test_what_cannot_be_made_exact_is_refused() -> None:
    loss = Loss.read("x**2*y + y**2 + x", "x y")
    with pytest.raises(MethodError, match=r"'normalised-descent' does not begin with theta"):
        modifying_integrator(get("normalised-descent"), loss, 1)
    with pytest.raises(MethodError, match="what to feed 'adamw', which has memory"):
        modifying_integrator(get("adamw"), loss, 1)


def test_a_step_that_does_not_tend_to_the_identity_is_refused() -> None:
    @dataclass(frozen=True)
    class Doubling(Method):
        name = "doubling"

        def step(self, f, theta, state, gamma):
            return 2 * theta + gamma * f(theta), state

    for problem in (None, LOTKA_VOLTERRA):
        with pytest.raises(
            MethodError, match="the step of 'doubling' does not tend to the identity"
        ):
            modified_equation(Doubling(), problem, 2)


@pytest.mark.parametrize("problem", [None, VectorField.read("y**2")])
def test_a_step_that_forgets_its_memory_is_told_so(problem: VectorField | None) -> None:
    class Forgetful(Method):
        def step(self, f, theta, state, gamma):
            return theta + gamma * f(theta)

    with pytest.raises(MethodError, match=r"'Forgetful' returns no pair: return theta and"):
        modified_equation(Forgetful(), problem, 1)


def test_a_step_may_use_the_derivative_of_a_modified_field() -> None:
    """Its program is differentiated as it stands; checked by central differences."""
    loss = Loss.read("exp(x)*y + x**2 + y**4")
    equation = modified_equation(get("gradient-descent"), loss, 2)
    theta, v = np.array([[0.4, -0.3], [0.2, 0.9]]), np.array([[1.0, 0.5], [-2.0, 1.0]])
    gamma, h = np.array([0.1, 0.02]), 1e-6
    rhs = equation.numeric()
    wanted = (rhs(theta + h * v, gamma) - rhs(theta - h * v, gamma)) / (2 * h)
    found = equation.numeric_derivative()(theta, v, gamma)
    np.testing.assert_allclose(found, wanted, rtol=1e-7)
    run = iterate(get("damped-newton", delta=1), equation, [[0.4, 0.2]], [0.1, 0.2], steps=2)
    assert run.ok.all()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_step_divides_by_gamma_twice_at_most(times: int) -> None:
    def step(f: Any, theta: Any, state: Any, gamma: Any) -> Any:
        slope = gamma**times * f(theta)
        for _ in range(times):
            slope = slope / gamma
        return theta + gamma * slope, state

    loss, method = Loss.read("x**4/4"), from_function(step)
    if times == 3:
        with pytest.raises(MethodError, match="divides by gamma more than 2 times over"):
            modified_equation(method, loss, 2)
    else:
        wanted = modified_equation(get("gradient-descent"), loss, 2).components
        assert modified_equation(method, loss, 2).components == wanted
