"""Gradient structure: which terms have a loss, and which loss."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq

from bea.errors import BeaError, MethodError, NoModifiedLossError
from bea.fields import Loss, VectorField
from bea.methods import Method, get
from bea.modified import modified_equation
from bea.trees import tree

HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
LOGISTIC = "log(1 + exp(-x - 2*y)) + log(1 + exp(x - y)) + x**2/8"


def descent(loss: Loss | None, order: int):
    return modified_equation(get("gradient-descent"), loss, order)


def test_order_one_penalises_the_gradient() -> None:
    """L + gamma/4 |grad L|^2: Barrett and Dherin, Implicit gradient regularization, ICLR 2021."""
    assert str(descent(None, 1).modified_loss()) == "L + γ/4 ‖∇L‖² + O(γ²)"


@pytest.mark.parametrize("text", [HIMMELBLAU, LOGISTIC, "x**2*y + exp(-y)"])
def test_order_one_on_a_loss(text: str) -> None:
    loss = Loss.read(text, "x y")
    first = descent(loss, 1).modified_loss().terms[1]
    slopes = loss.value.gradient()
    wanted = (slopes[0] * slopes[0] + slopes[1] * slopes[1]) / 4
    assert (first - wanted).is_zero()


def test_order_two_in_two_dimensions_has_no_loss() -> None:
    assert descent(None, 2).is_gradient == (True, True, False)
    with pytest.raises(
        NoModifiedLossError, match="no modified loss exists for a general loss at order 2"
    ):
        descent(None, 2).modified_loss()
    loss = Loss.read(HIMMELBLAU, "x y")
    assert descent(loss, 2).is_gradient == (True, True, False)
    with pytest.raises(
        NoModifiedLossError, match=r"at order 2: the term of γ\^2 is not a gradient"
    ):
        descent(loss, 2).modified_loss()


def test_a_quadratic_has_a_loss_at_every_order() -> None:
    loss = Loss.read("x**2 + 3*x*y + 5*y**2", "x y")
    equation = descent(loss, 5)
    assert equation.is_gradient == (True,) * 6
    assert_gradient(equation)


def test_one_dimension_has_a_loss_at_every_order() -> None:
    polynomial = descent(Loss.read("x**4 - x**2"), 3)
    assert polynomial.is_gradient == (True,) * 4
    assert_gradient(polynomial)


def test_a_loss_that_is_no_element_of_the_ring_is_a_line_integral() -> None:
    loss = Loss.read("log(1 + exp(-x)) + x**2/4")
    equation = descent(loss, 2)
    modified = equation.modified_loss()
    assert modified.terms[2] is None and "∫f2" in str(modified)
    theta, gamma, h = np.array([[0.7]]), 0.3, 1e-4
    slope = (modified(theta + h, gamma) - modified(theta - h, gamma)) / (2 * h)
    assert slope == pytest.approx(-equation(theta, gamma)[:, 0], rel=1e-7)


def test_the_split_adds_up_and_its_loss_part_is_a_gradient() -> None:
    loss = Loss.read(HIMMELBLAU, "x y")
    equation = descent(loss, 3)
    split = equation.gradient_part()
    for k, term in enumerate(equation.components):
        slopes = split.loss.terms[k].gradient()
        for i in range(2):
            assert (term[i] + slopes[i] - split.remainder[k][i]).is_zero()
    assert all(c.is_zero() for c in split.remainder[1])
    assert not all(c.is_zero() for c in split.remainder[2])


def test_the_remainder_has_mean_zero_over_the_nodes() -> None:
    split = descent(None, 3).gradient_part()
    chain, cherry = tree([[[]]]), tree([[], []])
    remainder = split.remainder[2]
    assert 2 * remainder[chain] + remainder[cherry] == 0 != remainder[cherry]


def test_trees_and_curl_agree_for_every_method() -> None:
    """What is a gradient for every loss is one on Himmelblau, and the reverse at low orders."""
    loss = Loss.read(HIMMELBLAU, "x y")
    for name in ("gradient-descent", "implicit-euler", "heun", "implicit-midpoint", "rk4"):
        universal = modified_equation(get(name), order=3).is_gradient
        assert universal == modified_equation(get(name), loss, 3).is_gradient


def test_a_field_without_a_loss_is_refused() -> None:
    field = VectorField.read("y, -x", "x y")
    with pytest.raises(BeaError, match="a modified loss belongs to the equation of a loss"):
        modified_equation(get("explicit-euler"), field, 1).modified_loss()


def assert_gradient(equation) -> None:
    """Compare minus the gradient of the modified loss with the field, exactly."""
    for term, potential in zip(equation.components, equation.modified_loss().terms, strict=True):
        for component, slope in zip(term, potential.gradient(), strict=True):
            assert (component + slope).is_zero()


def test_nested_radicals_that_cancel_are_zero() -> None:
    """A method of order 2 whose weight 1/(2 a) is written as another radical."""
    a, weight = "sqrt(2 + sqrt(2))", "sqrt(2 - sqrt(2))/(2*sqrt(2))"
    method = get("runge-kutta", A=f"0, 0; {a}, 0", b=f"1 - {weight}, {weight}")
    equation = modified_equation(method, order=2)
    assert [equation.vanishes(k) for k in range(3)] == [False, True, False]
    assert equation.coefficients[tree([[]])] == 0
    assert (equation.coefficients[tree([[[]]])] + fmpq(1, 6)).is_zero()
    assert equation.is_gradient == (True, True, False)


@pytest.mark.parametrize("weight", ["sqrt(2)/2", "w"])
def test_the_split_with_coefficients_that_are_not_rational(weight: str) -> None:
    loss = Loss.read(HIMMELBLAU, "x y")
    method = get("runge-kutta", A=f"0, 0; 1/(2*{weight}), 0", b=f"1 - {weight}, {weight}")
    equation = modified_equation(method, loss, 2)
    split = equation.gradient_part()
    assert split.loss.terms[1].is_zero()
    for f, slope, rest in zip(
        equation.components[2], split.loss.terms[2].gradient(), split.remainder[2], strict=True
    ):
        assert (f + slope - rest).is_zero() and not rest.is_zero()


def test_low_terms_of_a_high_order_have_their_constants() -> None:
    """L + gamma/4 |grad L|^2 and no other constant, though order 12 has too many trees."""
    loss = Loss.read("x**2 + x", "x")
    assert str(descent(loss, 12).truncate(1).modified_loss()) == str(
        descent(loss, 1).modified_loss()
    )
    first = descent(loss, 12).modified_loss().terms[1]
    assert (first - loss.components[0] ** 2 * fmpq(1, 4)).is_zero()


def test_what_no_tree_expresses_is_split_only_where_it_is_a_gradient() -> None:
    class Overshooting(Method):
        name = "overshooting"

        def step(self, f, theta, state, gamma):
            return theta + gamma * f(theta) + gamma**2 * f(theta), state

    equation = modified_equation(Overshooting(), Loss.read(HIMMELBLAU, "x y"), 2)
    assert equation.truncate(1).gradient_part().remainder[1][0].is_zero()
    with pytest.raises(MethodError, match="overshooting cannot be expressed: truncate"):
        equation.gradient_part()
