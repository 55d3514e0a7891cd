"""Methods that ask for derivatives of the field, or its mean: exact orders, laws, refusals."""

from __future__ import annotations

from math import exp, factorial
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.errors import BeaError, MethodError, TableauError
from bea.fields import VectorField
from bea.fields.arithmetics import ScalarField
from bea.methods import Method, available, get
from bea.modified import modified_equation
from bea.trees import Tree, trees_up_to

NAMES = sorted(
    name for name, cls in available().items()
    if ".one_step." in cls.__module__ and cls.order_of_accuracy
)  # fmt: skip
LOTKA_VOLTERRA = bea.problems.get("lotka-volterra")


def by_tree(method: Method, order: int) -> dict[Tree, Any]:
    return dict(modified_equation(method, order=order).coefficients)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_is_exact_and_the_next_order_is_missed(name: str) -> None:
    """All residuals of the trees vanish to the order, and one does not at the next."""
    method = get(name)
    order: Any = method.order_of_accuracy
    assert {t.order - 1 for t, b in by_tree(method, order).items() if b != 0} == {0, order}


@pytest.mark.parametrize("name", NAMES)
def test_routes_agree(name: str) -> None:
    """On trees the resolvent is a series of Neumann's; in series of gamma it is made by sweeps."""
    wanted = modified_equation(get(name), LOTKA_VOLTERRA, 3, route="trees").components
    for route in ("perturbation", "operator"):
        found = modified_equation(get(name), LOTKA_VOLTERRA, 3, route=route).components
        for one, other in zip(wanted, found, strict=True):
            assert all((a - b).is_zero() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", ["ros3p", "average-vector-field"])
def test_iterates_confirm_it(name: str) -> None:
    """Here the resolvent is a linear system in floats, and the mean is Gauss's quadrature."""
    certificate = bea.verify(get(name), LOTKA_VOLTERRA, 3)
    assert certificate.verdict == "confirmed", certificate


STABILITY = {
    "rosenbrock-euler": ("1", "1, -1"),
    "ros2": ("1, -1 + sqrt(2)", "1, -2 + sqrt(2), 3/2 - sqrt(2)"),
    "ode23s": ("1, -1 + sqrt(2)", "1, -2 + sqrt(2), 3/2 - sqrt(2)"),
    "hermite-obreshkov4": ("1, 1/2, 1/12", "1, -1/2, 1/12"),
    "average-vector-field": ("1, 1/2", "1, -1/2"),
    "tdrk4": ("1, 1, 1/2, 1/6, 1/24", "1"),
    "tdrk5": ("1, 1, 1/2, 1/6, 1/24, 1/120, 1/600", "1"),
    "taylor2": ("1, 1, 1/2", "1"),
}


@pytest.mark.parametrize("name", STABILITY)
def test_on_a_linear_equation_the_step_is_its_stability_function(name: str) -> None:
    """R(z) is known for each; L-stable ones vanish at infinity."""
    from bea.algebra.ring.exact import as_float, exact

    above, below = ([as_float(exact(c)) for c in text.split(",")] for text in STABILITY[name])
    z = np.array([-40.0, -1.0, 0.25])
    run = bea.iterate(get(name), bea.problems.field("x", "x"), [1.0], [0.25], steps=1)
    assert run.values.ravel()[-1] == pytest.approx(_quotient(above, below, 0.25), rel=1e-13)
    stiff = bea.iterate(get(name), bea.problems.field("-40*x", "x"), [1.0], [1.0], steps=1)
    assert stiff.values.ravel()[-1] == pytest.approx(_quotient(above, below, z[0]), rel=1e-11)


def _quotient(above: list[float], below: list[float], z: float) -> float:
    """Return a quotient of polynomials."""
    return float(np.polyval(above[::-1], z) / np.polyval(below[::-1], z))


# --- Rosenbrock -----------------------------------------------------------------------------------


def test_linearly_implicit_euler_on_trees() -> None:
    """f + gamma f' k: only trees with all branching at the root's top are met: k = f + gamma f'k.

    Its map has the coefficients 1 on chains and 0 elsewhere.
    """
    f = bea.bseries.TreeArithmetic(5)
    theta, _ = get("rosenbrock-euler").bind(f.constant).step(f, f.identity, (), f.gamma)
    for t, a in zip(trees_up_to(5), theta.coefficients, strict=True):
        assert a == (t.density == factorial(t.order))


def test_in_exact_numbers() -> None:
    """On x' = x^2 at 1 with gamma = 1/4: k = 1/(1 - 1/2), x = 1 + 1/2."""
    f = ScalarField(VectorField.read("x**2", "x"), fmpq)
    step = get("rosenbrock-euler").bind(f.constant).step
    assert step(f, f.vector([fmpq(1)]), (), fmpq(1, 4))[0][0] == fmpq(3, 2)


def test_own_coefficients() -> None:
    own = get("rosenbrock-method", A="0; 1", G="1-sqrt(2)/2; -2+sqrt(2), 1-sqrt(2)/2", b="1/2, 1/2")
    assert by_tree(own, 3) == by_tree(get("ros2"), 3)
    g = get("rosenbrock-method", A="0; 1", G="g; -2*g, g", b="1/2, 1/2")  # of order 2 for every g
    assert {t.order - 1 for t, b in by_tree(g, 2).items() if b != 0} == {0, 2}
    explicit = get("rosenbrock-method", A="0; 1", G="0; 0, 0", b="1/2, 1/2")
    assert by_tree(explicit, 3) == by_tree(get("heun"), 3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"A": "0; 1", "G": "1", "b": "1/2, 1/2"}, "G has rows of lengths 1 for 2 weights"),
        ({"A": "1, 0; 1, 1", "G": "1; 0, 1", "b": "1/2, 1/2"}, "A must be strictly lower"),
        ({"A": "0; 1", "G": "1, 1; 0, 1", "b": "1/2, 1/2"}, "G has entries above its diagonal"),
        ({"A": "0; 1", "G": "1; 0, 1", "b": "1/2, 1"}, "weights b add up to 3/2"),
        ({"A": "0; 1", "G": "1; x y, 1", "b": "1/2, 1/2"}, "G: "),
    ],
)
def test_coefficients_that_do_not_fit_are_refused(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(TableauError, match=message):
        get("rosenbrock-method", **parameters)


# --- two derivatives ------------------------------------------------------------------------------


def test_two_derivatives_of_any_coefficients() -> None:
    own = get("two-derivative", A="0; 1/2", b="1, 0", A2="0; 1/8", b2="1/6, 1/3")
    assert by_tree(own, 4) == by_tree(get("tdrk4"), 4)
    plain = get("two-derivative", A="0; 1", b="1/2, 1/2", A2="0; 0 0", b2="0 0")
    assert by_tree(plain, 4) == by_tree(get("heun"), 4)
    implicit = get("two-derivative", A="1/2", b="1", A2="0", b2="0")
    assert by_tree(implicit, 4) == by_tree(get("implicit-midpoint"), 4)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"A": "0", "b": "1", "A2": "0", "b2": "1, 2"}, "b has 1 weights, A2 rows of .* b2 2"),
        ({"A": "0", "b": "1", "A2": "0; 1, 2", "b2": "1"}, "must have the shapes of A and b"),
        ({"A": "0", "b": "2", "A2": "0", "b2": "1"}, "weights b add up to 2"),
        ({"A": "0", "b": "1", "A2": "0", "b2": "1/"}, "A2 or b2"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(TableauError, match=message):
        get("two-derivative", **parameters)


# --- the average vector field ---------------------------------------------------------------------


def test_the_series_of_the_average_vector_field() -> None:
    """a([t1 ... tm]) = a(t1) ... a(tm)/(m + 1), Celledoni et al. (2009), the integral of s^m."""
    f = bea.bseries.TreeArithmetic(7)
    theta, _ = get("average-vector-field").bind(f.constant).step(f, f.identity, (), f.gamma)
    known = dict(zip(trees_up_to(7), theta.coefficients, strict=True))
    for t, a in known.items():
        product = fmpq(1)
        for child in t.children:
            product *= known[child]
        assert a == product / (len(t.children) + 1)


@pytest.mark.parametrize("energy", ["p**2/2 + q**4/4 - q*p**3", "p**2/2 - cos(q)"])
def test_it_keeps_the_energy(energy: str) -> None:
    """D~ H = 0 at every power of gamma, and in floats; the midpoint rule, symplectic, does not."""
    H = bea.problems.field(f"{energy}, 0", "q p")
    slopes = [H.components[0].derivative(1), -H.components[0].derivative(0)]
    field = VectorField(slopes)
    for name, keeps in (("average-vector-field", True), ("implicit-midpoint", False)):
        terms = modified_equation(get(name), field, 2).components
        along = [field.ring.lie_derivative(term, H.components[0]) for term in terms]
        assert [a.is_zero() for a in along] == [True, True, keeps]
        run = bea.iterate(get(name), field, [[0.5, 0.3]], [0.2], steps=50)
        values = H(run.values[0, 0])[:, 0]
        assert bool(np.ptp(values) < 1e-13) is keeps


def test_the_mean_is_refused_where_there_is_no_order() -> None:
    f = ScalarField(VectorField.read("x**2", "x"), fmpq)
    with pytest.raises(MethodError, match="have no order of their own, which the flow of a part"):
        f.mean(f.vector([fmpq(1)]), f.vector([fmpq(2)]))


def test_a_mean_of_a_function_that_is_no_polynomial() -> None:
    """(e - 1) is the mean of exp over [0, 1]; 16 points are exact up to rounding."""
    run = bea.iterate(get("average-vector-field"), bea.problems.field("exp(-x)", "x"), [0.0], [1.0],
                      steps=1)  # fmt: skip
    x = run.values.ravel()[-1]
    assert x == pytest.approx((1 - exp(-x)) / x, rel=1e-14)


@pytest.mark.parametrize("name", ["ros4", "rodas"])
def test_decimal_methods_are_refused_by_name(name: str) -> None:
    with pytest.raises(BeaError, match="rosenbrock-method"):
        get(name)
