"""The three routes agree exactly: the project's standing proof that its equations are right."""

from __future__ import annotations

import numpy as np
import pytest

from bea.bseries import TreeArithmetic
from bea.fields import Loss, VectorField
from bea.methods import available, get
from bea.methods.library.euler import ExplicitEuler, ImplicitEuler
from bea.methods.library.runge_kutta import TableauMethod
from bea.modified import modified_equation, routes
from bea.modified.routes import operator, perturbation, trees

ROUTES = [routes.get(name) for name in routes.available()]
ONE_STEP = [
    name
    for name, method in available().items()
    if issubclass(method, (TableauMethod, ExplicitEuler, ImplicitEuler)) and name != "runge-kutta"
]

HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"
NOT_POLYNOMIAL = "log(1 + exp(-x*y)) + x**2/2 + y**2/4"


@pytest.mark.parametrize("name", ["explicit-euler", "explicit-midpoint", "rk4"])
def test_on_trees_to_order_seven(name: str) -> None:
    first, *others = (route.on_trees(get(name), 7) for route in ROUTES)
    assert len(first) == 200  # all trees of at most eight nodes
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", ONE_STEP)
def test_on_trees_for_every_method(name: str) -> None:
    first, *others = (route.on_trees(get(name), 5) for route in ROUTES)
    assert all(other == first for other in others)


@pytest.mark.parametrize("text", [HIMMELBLAU, ROSENBROCK, NOT_POLYNOMIAL])
def test_gradient_descent_on_a_loss_to_order_six(text: str) -> None:
    loss = Loss.read(text, "x y")
    method = get("gradient-descent")
    results = [route.on_field(method, loss, 6) for route in ROUTES]
    for other in results[1:]:
        assert_same(results[0], other)
    # A control: the comparison tells a wrong term of the highest order.
    wrong = [*results[0][:-1], tuple(c + 1 for c in results[0][-1])]
    with pytest.raises(AssertionError):
        assert_same(wrong, results[1])


@pytest.mark.parametrize("name", ["heun", "rk4", "implicit-midpoint", "trapezoidal", "gauss4"])
@pytest.mark.parametrize("text", ["x*(2 - y), y*(x - 1)", "y, -sin(x)"])
def test_runge_kutta_on_a_field(name: str, text: str) -> None:
    field = VectorField.read(text, "x y")
    results = [route.on_field(get(name), field, 3) for route in ROUTES]
    for other in results[1:]:
        assert_same(results[0], other)


def test_these_are_all_the_routes() -> None:
    assert {"manifold", "operator", "perturbation", "trees"} <= set(routes.available())


def test_a_tableau_of_radicals() -> None:
    method = get(
        "runge-kutta",
        A=[["1 - sqrt(2)/2", 0], ["sqrt(2)/2", "1 - sqrt(2)/2"]],
        b=["sqrt(2)/2", "1 - sqrt(2)/2"],
    )
    results = [route.on_trees(method, 4) for route in ROUTES]
    assert all(other == results[0] for other in results[1:])
    assert [str(b) for b in results[0][:3]] == ["1", "0", "sqrt(2)/2 - 2/3"]


def test_a_symbolic_tableau() -> None:
    method = get("runge-kutta", A=[["theta"]], b=[1])
    results = [route.on_trees(method, 4) for route in ROUTES]
    assert all(other == results[0] for other in results[1:])
    assert str(results[0][1]) == "theta - 1/2"


def test_the_field_of_trees_evaluated_is_the_field_derived() -> None:
    """A fourth look: elementary differentials of trees whose coefficients came by another route."""
    field = VectorField.read("x*(2 - y), y*(x - 1)", "x y")
    coefficients = perturbation.on_trees(get("explicit-euler"), 5)
    evaluated = trees.evaluate(coefficients, field, 5)
    assert_same(evaluated, operator.on_field(get("explicit-euler"), field, 5))


def test_flowing_the_modified_field_gives_back_the_step() -> None:
    """exp(gamma D~) theta = Phi_gamma(theta), checked on trees by the exponential."""
    from bea.bseries import flow_of_field

    f = TreeArithmetic(6)
    method = get("explicit-euler")
    step, _ = method.step(f, f.identity, (), f.gamma)
    assert flow_of_field(operator.on_trees(method, 5)) == step.coefficients


def assert_same(first: list, second: list) -> None:
    """Compare two lists of terms as functions, component by component."""
    assert len(first) == len(second)
    for power, (one, other) in enumerate(zip(first, second, strict=True)):
        for a, b in zip(one, other, strict=True):
            assert (a - b).is_zero(), f"the terms of gamma^{power} differ"


def test_auto_takes_the_fastest_route_that_applies() -> None:
    loss = Loss.read(HIMMELBLAU, "x y")
    chosen = [
        modified_equation(get("explicit-euler"), loss, 1).route,
        modified_equation(get("rk4"), loss, 1).route,
        modified_equation(get("rk4"), order=1).route,
        modified_equation(get("heavy-ball"), loss, 1).route,
    ]
    assert chosen == ["operator", "perturbation", "trees", "manifold"]
    by_order = {k: modified_equation(get("gauss4"), loss, k).route for k in (3, 4, 8, 9)}
    assert by_order == {3: "perturbation", 4: "trees", 8: "trees", 9: "perturbation"}


@pytest.mark.parametrize(("name", "order"), [("gauss4", 5), ("rk4", 6), ("dormand-prince", 6)])
def test_an_accurate_method_by_trees_is_the_same_as_by_its_step(name: str, order: int) -> None:
    """Of it few trees do not vanish, so that they are the faster way to the first terms."""
    loss = Loss.read("x**4/4 + x*y**2 + sin(y)", "x y")
    ours = modified_equation(get(name), loss, order)
    assert ours.route == "trees"
    other = modified_equation(get(name), loss, order, "perturbation")
    for point in ([0.3, 0.7], [-1.1, 0.2]):
        np.testing.assert_allclose(ours(point, 1.0), other(point, 1.0), rtol=1e-13)


def test_a_mean_over_a_step_is_derived_by_the_manifold_too() -> None:
    # At gamma^0 there nothing varies yet, and the mean is of a single value.
    loss = Loss.read("x**2*y + y**4")
    method = get("average-vector-field")
    ours = modified_equation(method, loss, 2, "manifold").components
    theirs = modified_equation(method, loss, 2, "perturbation").components
    for a, b in zip(ours, theirs, strict=True):
        assert all((x - y).is_zero() for x, y in zip(a, b, strict=True))
