"""The loss on which plain descent takes the steps of a method: independent derivations of it."""

from typing import Any

import pytest
from flint import fmpq

import bea
from bea.algebra import Element
from bea.algebra.ring.conversions import to_program
from bea.bseries import TreeArithmetic, field_of_map
from bea.errors import BeaError, NoModifiedLossError
from bea.modified import ModifiedEquation
from bea.modified.routes.trees import evaluate
from bea.modified.symbolic_step import tree_map
from bea.series import PowerSeries
from bea.trees import free_tree, tree, trees_up_to


def step_of(method: str, order: int, **parameters: Any) -> ModifiedEquation:
    return bea.modified_equation(bea.methods.get(method, **parameters), order=order).step_equation()


@pytest.mark.parametrize("method", ["rk4", "implicit-midpoint", "extragradient", "usam"])
def test_of_one_step_it_is_the_map_itself(method: str) -> None:
    found = list(step_of(method, 5).coefficients.values())
    assert found == tree_map(bea.methods.get(method), 6)


def test_heavy_ball_solves_its_functional_equation_on_trees() -> None:
    """The memory of the next step is g(theta_1) = f(theta_1) + beta g(theta), to gamma^6."""
    beta = fmpq(2, 7)
    step = step_of("heavy-ball", 6, beta="2/7")
    f = TreeArithmetic(7)
    g = f.series(0, list(step.coefficients.values()), -1)
    after = f.identity + f.gamma * g
    next_g = f.transport(field_of_map(after.coefficients), g)
    assert (next_g - f(after) - g * beta).vanishes()
    wrong = g * fmpq(1, 2)
    assert not (f.transport(field_of_map(after.coefficients), wrong) - f(after)).vanishes()


@pytest.mark.parametrize(
    ("text", "order"), [("x**2/2 + x**3 - x**4", 6), ("x**2*y + x**2/2 + y**2 - y**3*x", 3)]
)
def test_heavy_ball_solves_the_equation_of_its_loss(text: str, order: int) -> None:
    """L^(y) = L(y) + beta (L^(x) - gamma/2 |grad L^(x)|^2) at y = x - gamma grad L^(x).

    No flow, no tree and no logarithm is in this, and no constant is left free: L^(0) = L(0) = 0.
    """
    beta = fmpq(2, 7)
    loss = bea.problems.loss(text)
    equation = bea.modified_equation(bea.methods.heavy_ball(beta="2/7"), loss, order)
    terms = list(equation.discrete_loss().terms)
    x = [loss.ring.variable(i) for i in range(loss.dimension)]
    slopes = [series([t.derivative(i) for t in terms], order) for i in range(loss.dimension)]
    y = [
        PowerSeries([v, *(-c for c in s.coefficients[:order])])
        for v, s in zip(x, slopes, strict=True)
    ]
    squares = [s * s for s in slopes]
    total = sum(squares[1:], start=squares[0])
    right = at(loss.value, y) + (series(terms, order) - raised(total) * fmpq(1, 2)) * beta
    left = sum(
        (raised(at(t, y), k) for k, t in enumerate(terms[1:], start=1)), start=at(terms[0], y)
    )
    assert all(
        (a - b).is_zero() for a, b in zip(left.coefficients, right.coefficients, strict=True)
    )


def series(terms: list[Element | None], order: int) -> PowerSeries:
    return PowerSeries(list(terms[: order + 1]))


def raised(value: PowerSeries, by: int = 1) -> PowerSeries:
    """Multiply by a power of gamma."""
    kept = value.coefficients
    return PowerSeries([kept[0] * 0] * by + list(kept[: len(kept) - by]))


def at(element: Element, point: list[PowerSeries]) -> PowerSeries:
    zero = point[0] * 0
    (value,) = to_program([element]).run(point, lambda c: zero + c)
    return value


def test_heavy_ball_has_the_published_first_terms() -> None:
    """Cattaneo and Shigida, arXiv:2509.08483; the factor 1/(1 - beta) stands before all."""
    heavy_ball = bea.methods.heavy_ball(beta="beta")
    loss = bea.modified_equation(heavy_ball, order=6).discrete_loss()
    assert repr(loss).startswith(
        "1/(1−β) · (L + γβ/(2(1−β)²) ‖∇L‖² + γ²β(1+β)/(2(1−β)⁴) ∇²L[∇L,∇L] + γ³("
    )
    assert loss.latex().startswith(
        r"\frac{1}{1-\beta}\,\left(L + \frac{\gamma \beta}{2 \left(1-\beta\right)^{2}}\,"
    )
    entry = loss.as_json()[2]
    assert free_tree(tree(entry["tree"])) is free_tree(tree([[], []]))
    assert (entry["power"], entry["coefficient"]) == (2, "beta*(1 + beta)/(2*(1 - beta)**5)")
    chain = [row for row in loss.as_json() if row["power"] == 6]
    assert len(chain) == 11  # the free trees of seven nodes


def test_where_no_flow_has_a_loss_the_step_may_have_one_and_the_reverse() -> None:
    flow = bea.modified_equation(bea.methods.implicit_euler(), order=4)
    assert flow.is_gradient == (True, True, False, False, False)
    assert all(flow.step_equation().is_gradient)
    flow = bea.modified_equation(bea.methods.rk4(), order=3)
    assert all(flow.is_gradient)
    assert flow.step_equation().is_gradient == (True, True, False, False)


def test_the_proximal_point_descends_the_envelope_of_moreau() -> None:
    """min over y of L(y) + |y - x|^2/(2 gamma) of L = a x^2/2 is a x^2/(2 (1 + gamma a))."""
    loss = bea.problems.loss("3*x**2/2")
    equation = bea.modified_equation(bea.methods.gradient_descent(), loss, 4)
    assert [str(term) for term in equation.discrete_loss().terms[1:]] == ["0"] * 4
    step = bea.modified_equation(bea.methods.implicit_euler(), loss, 4).step_equation()
    envelope = [fmpq(3, 2) * (-3) ** k for k in range(5)]
    assert [t for (t,) in step.components] == [loss.ring.variable(0) * (-2 * c) for c in envelope]


def test_on_a_concrete_loss_composition_and_trees_agree() -> None:
    loss = bea.problems.himmelblau()
    step = bea.modified_equation(bea.methods.nesterov(beta="1/3"), loss, 3).step_equation()
    by_trees = evaluate(list(step.coefficients.values()), loss, 3)
    assert all(
        (a - b).is_zero()
        for one, other in zip(step.components, by_trees, strict=True)
        for a, b in zip(one, other, strict=True)
    )
    assert step.is_gradient == (True, True, False, False)
    with pytest.raises(NoModifiedLossError, match="order 2"):
        step.modified_loss()
    split = step.gradient_part()
    assert any(not c.is_zero() for c in split.remainder[2])


def test_a_rule_without_trees_has_its_step_on_a_concrete_loss() -> None:
    loss = bea.problems.booth()
    step = bea.modified_equation(bea.methods.get("sam", ratio="1/2"), loss, 2).step_equation()
    assert step.is_gradient[:2] == (True, True)
    own = loss.components  # theta_1 = theta - gamma grad L(theta + gamma/2 g/|g|) begins with f
    assert step.components[0] == own


def test_schedules_epochs_and_decay_have_their_steps() -> None:
    schedule = bea.methods.Scheduled(bea.methods.gradient_descent())
    step = bea.modified_equation(schedule, order=3).step_equation()
    assert [str(t) for t, a in step.coefficients.items() if a != 0] == ["s []"]
    decay = step_of("heavy-ball-decay", 3, beta="1/2", weight_decay="1/5")
    assert all(decay.is_gradient)


def test_a_step_has_no_step() -> None:
    step = step_of("rk4", 2)
    with pytest.raises(BeaError, match="modified equation"):
        step.step_equation()
    assert step.truncate(1).is_gradient == (True, True)
    assert len(step.at_least(3).coefficients) == len(trees_up_to(4))
