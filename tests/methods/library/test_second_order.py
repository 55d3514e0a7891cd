"""Explicit gradient regularisation and damped Newton: the rules, their equations, their limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq

import bea
from bea.errors import GuessWarning, MethodError
from bea.fields import Loss, VectorField, with_time
from bea.flows import Status, iterate
from bea.measure.order import default_time, gammas_for
from bea.methods import Method, Scheduled, get
from bea.modified.routes import manifold, operator, perturbation, trees

BOWL = "x**2*y**2/2 + x**2 + y**2/2"
MU, DELTA = 0.25, 0.5


def hessian(theta: Any) -> Any:
    """Of x^2/2 + y^2 + x y^2/3, the loss of `assert_follows`."""
    x, y = theta
    return np.array([[1, 2 * y / 3], [2 * y / 3, 2 + 2 * x / 3]])


def penalised(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    while True:
        g = gradient(theta)
        theta = theta - gamma * (g + 2 * MU * hessian(theta) @ g)
        yield theta


def penalised_by_the_step(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    while True:
        g = gradient(theta)
        theta = theta - gamma * (g + 2 * MU * gamma * hessian(theta) @ g)
        yield theta


def newton(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    while True:
        damped = hessian(theta) + DELTA * np.eye(2)
        theta = theta - gamma * np.linalg.inv(damped) @ gradient(theta)
        yield theta


@pytest.mark.parametrize(
    ("method", "reference"),
    [
        (get("gradient-regularised", mu="1/4"), penalised),
        (get("gradient-regularised", mu="1/4", scaling="gamma"), penalised_by_the_step),
        (get("damped-newton", delta="1/2"), newton),
    ],
)
def test_iterates_are_those_of_the_rule(
    method: Method, reference: Any, assert_follows: Callable[..., None]
) -> None:
    assert_follows(method, reference)


# --- exact --------------------------------------------------------------------------------------


def test_routes_agree_on_trees() -> None:
    method = get("gradient-regularised", mu="r", scaling="gamma")
    found = trees.on_trees(method, 4)
    assert found == perturbation.on_trees(method, 4) == operator.on_trees(method, 4)
    assert found == manifold.on_trees(method, 4)


def test_trees_and_the_ring_agree() -> None:
    loss = Loss.read(BOWL)
    method = get("gradient-regularised", mu="3/7", scaling="gamma")
    assert trees.on_field(method, loss, 5) == perturbation.on_field(method, loss, 5)


@pytest.mark.parametrize("text", [BOWL, "exp(x) - x + cos(y)*x/3 + y**2"])
def test_a_fixed_penalty_is_descent_on_the_penalised_loss(text: str) -> None:
    """The equation of gradient descent on L + mu |grad L|^2, with that loss written out."""
    loss = Loss.read(text).with_parameters(["m"])
    square = sum((s * s for s in loss.value.gradient()), start=loss.ring.constant(0))
    regularised = Loss(loss.value + square * loss.ring.symbol("m"))
    found = perturbation.on_field(get("gradient-regularised", mu="m"), loss, 4)
    wanted = operator.on_field(get("gradient-descent"), regularised, 4)
    for a, b in zip(found, wanted, strict=True):
        assert all((x - y).is_zero() for x, y in zip(a, b, strict=True))


def test_the_implicit_term_is_cancelled_by_minus_a_quarter() -> None:
    for mu, cancelled in (("-1/4", True), ("-1/5", False), ("1/4", False)):
        equation = bea.modified_equation(get("gradient-regularised", mu=mu, scaling="gamma"))
        assert equation.vanishes(1) is cancelled
        assert not equation.vanishes(2)
    loss = bea.problems.loss(BOWL)
    study = bea.discretization_drift(
        get("gradient-regularised", mu="-1/4", scaling="gamma"), loss, orders=range(3)
    )
    assert study.expected == (2, 2, 3)
    assert study.observed_orders() == pytest.approx([2, 2, 3], abs=0.1)


@pytest.mark.parametrize("delta", ["0", "1/2", "d"])
def test_newton_on_a_quadratic_exactly(delta: str) -> None:
    """x' = log(1 - gamma c)/gamma x with c = 1/(1 + delta), of one variable and of two."""
    equation = bea.modified_equation(get("damped-newton", delta=delta), Loss.read("x**2/2"), 8)
    ring = equation.components[0][0].ring
    shift = ring.symbol("d") if delta == "d" else ring.constant(fmpq(delta == "1/2", 2))
    rate = (shift + 1) ** -1
    for k, (term,) in enumerate(equation.components):
        assert (term + ring.variable(0) * rate ** (k + 1) * fmpq(1, k + 1)).is_zero()


@pytest.mark.parametrize("text", ["x**2 + x*y + 3*y**2 - x + 2", "x**4/4 + y**4/8"])
def test_newton_makes_every_scale_the_same(text: str) -> None:
    """Of a quadratic n = -(theta - minimum), of a quartic -theta/3, whatever the Hessian is."""
    components = bea.modified_equation(get("damped-newton"), Loss.read(text), 4).components
    first = components[0]
    c = fmpq(1, 3) if "**4" in text else fmpq(1)
    for k, term in enumerate(components):
        scale = c**k / (k + 1)
        assert all((a - b * scale).is_zero() for a, b in zip(term, first, strict=True))


@pytest.mark.parametrize("delta", ["0", "1/3"])
def test_newton_is_eulers_method_on_newtons_flow(delta: str) -> None:
    loss = Loss.read(BOWL)
    method = get("damped-newton", delta=delta)
    found = perturbation.on_field(method, loss, 4)
    flow = found[0]
    shift = fmpq(1, 3) if delta == "1/3" else fmpq(0)
    rows = [slope.gradient() for slope in loss.value.gradient()]
    for i, row in enumerate(rows):  # (hess L + delta) n = -grad L
        left = sum((h * n for h, n in zip(row, flow, strict=True)), start=flow[i] * shift)
        assert (left - loss.components[i]).is_zero()
    wanted = operator.on_field(get("explicit-euler"), VectorField(flow), 4)
    assert_same(found, wanted)  # order 4
    assert_same(found[:4], operator.on_field(method, loss, 3))


def assert_same(a: Any, b: Any) -> None:
    for one, other in zip(a, b, strict=True):
        assert all((x - y).is_zero() for x, y in zip(one, other, strict=True))


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [BOWL, "(x + 2*y - 7)**2 + (2*x + y - 5)**2 + x**4/20"])
@pytest.mark.parametrize(
    "method",
    [
        get("gradient-regularised"),
        get("gradient-regularised", mu="1/3", scaling="gamma"),
        get("damped-newton"),
        get("damped-newton", delta="1/2"),
    ],
    ids=str,
)
def test_equations_are_confirmed_with_their_controls(method: Method, problem: str) -> None:
    certificate = bea.verify(method, bea.problems.loss(problem))
    assert certificate.verdict == "confirmed", certificate
    assert not certificate.failures and not certificate.warnings
    assert [f.expected for f in certificate.findings] == [1, 2, 3, 1, 2, 1, 2]
    orders = [f.fit.order for f in certificate.findings]
    assert orders == pytest.approx([1, 2, 3, 1, 2, 1, 2], abs=0.1)


def test_step_sizes_are_those_of_the_flow_that_is_followed() -> None:
    """Rosenbrock's f is stiff where Newton's flow is not, and its penalised loss is stiffer."""
    problem = bea.problems.rosenbrock()
    starts = np.array([problem.about.start])
    newton, plain = get("damped-newton"), get("gradient-descent")
    assert gammas_for(newton, problem, starts, 0.2)[0] > 0.01
    assert gammas_for(plain, problem, starts, 0.2)[0] < 1e-3
    times = [default_time(m, problem) for m in (newton, plain, get("gradient-regularised"))]
    assert times[0] == problem.about.time > 10 * times[1] > 10 * times[2]
    run = bea.discretization_drift(newton, problem, [0, 1], gammas=[0.04, 0.02])
    assert run.warnings == ()
    (warning,) = bea.discretization_drift(newton, problem, [0], gammas=[0.5, 0.25], time=1).warnings
    assert "beyond the useful range" in warning


def test_a_singular_hessian_stops_the_run_and_no_other() -> None:
    loss = Loss.read("x**3/3 - x")
    run = iterate(get("damped-newton"), loss, [[0.0], [2.0]], [0.1], steps=3)
    assert run.status.tolist() == [[Status.UNSOLVED, Status.OK]]
    assert np.isnan(run.values[0, 0]).all() and np.isfinite(run.values[0, 1]).all()
    assert "an equation of the step, implicit or linear, was not solved" in run.failures()[0]


def test_both_are_scheduled_too() -> None:
    loss = Loss.read(BOWL)
    for method in (get("damped-newton", delta="1/2"), get("gradient-regularised")):
        scheduled = Scheduled(method, "constant(value=1/2)")
        run = iterate(scheduled, with_time(loss), [[1.0, 0.5, 0.0]], [0.1], steps=4)
        plain = iterate(method, loss, [[1.0, 0.5]], [0.05], steps=4)
        np.testing.assert_allclose(run.values[..., :2], plain.values, rtol=1e-14)
        found = bea.modified_equation(scheduled, with_time(loss), 1).components[1]
        wanted = bea.modified_equation(method, loss, 1).components[1]
        texts = [str(c * fmpq(1, 4)) for c in wanted]
        assert [str(c) for c in found[:2]] == texts


def test_a_fixed_penalty_has_an_equation_for_every_loss() -> None:
    """In r = mu/gamma; with r put back it is that on a concrete loss, by powers of both."""
    method = get("gradient-regularised", mu="m")
    with pytest.warns(GuessWarning, match=r"the fixed μ = m is a second small number: .* r = μ/γ"):
        every = bea.modified_equation(method, order=3)
    assert every.method.parameters == {"mu": "r", "scaling": "gamma"}
    loss = Loss.read("x**2/2 + x**3/3 + x**4/5", "x")
    counted = bea.modified_equation(every.method, loss, order=3)
    fixed = bea.modified_equation(method, loss, order=3)
    t, m, gamma, r = sympy.symbols("t m gamma r")
    # Both small numbers times t: equal up to t^3.
    one = sum(c[0] * gamma**k for k, c in enumerate(counted.terms)).subs(r, m / gamma)
    two = sum(c[0] * gamma**k for k, c in enumerate(fixed.terms))
    difference = sympy.expand((one - two).subs({gamma: t * gamma, m: t * m}, simultaneous=True))
    assert all(sympy.expand(difference.coeff(t, k)) == 0 for k in range(4))
    assert difference.coeff(t, 4) != 0  # the control: beyond, they are cut differently


# --- what is refused ----------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "newton on trees": (
        lambda: bea.modified_equation(get("damped-newton")),
        "the matrix f' and its inverse have no place on trees: derive .* on a concrete loss",
    ),
    "singular everywhere": (
        lambda: bea.modified_equation(get("damped-newton"), Loss.read("(x + y)**2")),
        "singular everywhere on this field: add a damping",
    ),
    "negative damping": (lambda: get("damped-newton", delta=-1), r"delta=-1 is out of range.*\[0"),
    "no such scaling": (
        lambda: get("gradient-regularised", scaling="step"),
        "option scaling=step is unknown: choose one of fixed, gamma",
    ),
    "a modified loss of newton": (
        lambda: bea.modified_equation(get("damped-newton"), Loss.read(BOWL)).gradient_part(),
        "follows as gamma tends to 0 is no gradient on this loss: it has no modified loss",
    ),
    "the inverse question": (
        lambda: bea.modifying_integrator(get("damped-newton"), Loss.read(BOWL)),
        "does not begin with theta",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_with_the_reason(case: str) -> None:
    attempt, message = REFUSED[case]
    with pytest.raises(MethodError, match=message) as refused:
        attempt()
    assert "\n" not in str(refused.value)
