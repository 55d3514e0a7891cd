"""Terms at points without symbols, beside the same in the ring: routes that share no formula."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

import bea
from bea.algebra.ring.conversions import to_program
from bea.errors import BeaError, UnknownNameError
from bea.fields import Loss
from bea.measure.steps.defaults import default_starts

DESCENT = bea.methods.gradient_descent()
LOSSES = [name for name, record in bea.problems.available().items() if record.kind == "loss"]
POINTS = np.array([[1.1, 2.3], [0.3, -0.7], [2.0, 1.0]])


def balls_at(program: Any, point: np.ndarray) -> list[float]:
    return [float(x.mid()) for x in program.run([arb(float(x)) for x in point], arb)]


def exact_terms(equation: Any, points: np.ndarray) -> np.ndarray:
    """Return the terms in the ring at points (K + 1, points, d), by balls of 300 bits."""
    before, ctx.prec = ctx.prec, 300
    try:
        programs = [to_program(term) for term in equation.components]
        return np.array([[balls_at(program, p) for p in points] for program in programs])
    finally:
        ctx.prec = before


def assert_agree(found: np.ndarray, exact: np.ndarray, tolerance: float = 1e-10) -> None:
    sizes = np.abs(exact).max(axis=(1, 2))
    assert (sizes > 0).any()
    scale = np.where(sizes > 0, sizes, sizes.max())
    assert (np.abs(found - exact).max(axis=(1, 2)) <= tolerance * scale).all()


@pytest.mark.parametrize("name", LOSSES)
def test_symbols_and_points_agree_on_every_loss(name: str) -> None:
    loss = bea.problems.get(name)
    assert isinstance(loss, Loss)
    points = default_starts(loss, 3)
    exact = exact_terms(bea.modified_equation(DESCENT, loss, order=3), points)
    for route in ("trees", "step"):
        found = bea.modified_equation(DESCENT, loss, order=3, route=route, at=points)
        assert_agree(found.values, exact)


@pytest.mark.parametrize("name", ["himmelblau", "sigmoid-sine", "logistic-regression"])
def test_a_function_of_numpy_gives_what_its_formula_gives(name: str) -> None:
    loss = bea.problems.get(name)
    value, slope = to_program([loss.value]), loss.program
    number = lambda c: int(c.p) / int(c.q)  # noqa: E731

    def f(theta: Any) -> Any:
        return value.run(list(theta), number)[0]

    def gradient(theta: Any) -> Any:
        return [-part for part in slope.run(list(theta), number)]

    points = default_starts(loss, 2)
    exact = exact_terms(bea.modified_equation(DESCENT, loss, order=3), points)
    for given in ({}, {"gradient": gradient}):
        problem = bea.problems.from_function(f, loss.dimension, start=points, **given)
        assert_agree(bea.modified_equation(DESCENT, problem, order=3, at=points).values, exact)


@pytest.mark.parametrize(
    ("method", "options", "order"),
    [
        ("rk4", {}, 4), ("implicit-midpoint", {}, 3), ("sam", {}, 2), ("damped-newton", {}, 2),
        ("heavy-ball", {}, 3), ("nesterov", {}, 3), ("bdf", {}, 2), ("adams-bashforth", {}, 3),
        ("adam", {}, 2), ("adamw", {}, 2), ("rmsprop", {}, 2), ("nadam", {}, 1),
    ],
)  # fmt: skip
def test_the_step_alone_gives_the_terms_of_any_method(
    method: str, options: dict[str, Any], order: int
) -> None:
    chosen, loss = bea.methods.get(method, **options), bea.problems.himmelblau()
    exact = exact_terms(bea.modified_equation(chosen, loss, order), POINTS)
    assert_agree(bea.modified_equation(chosen, loss, order, route="step", at=POINTS).values, exact)


def test_the_cut_series_agrees_to_order_one_and_not_beyond() -> None:
    loss = bea.problems.himmelblau()
    right = bea.modified_equation(DESCENT, loss, 2, at=POINTS).values
    cut = bea.modified.cut_series(DESCENT, bea.problems.without_symbols(loss), 2).at(POINTS).values
    assert_agree(cut[:2], right[:2])
    assert np.abs(cut[2] - right[2]).max() > 0.1 * np.abs(right[2]).max()


def test_an_equation_at_points_is_a_field_with_the_right_drift() -> None:
    problem = bea.problems.without_symbols(bea.problems.himmelblau())
    method = bea.methods.heavy_ball(beta="1/2")
    gammas = 0.02 / np.array([16.0, 32, 64, 128])
    study = bea.discretization_drift(method, problem, range(3), gammas, POINTS, time=0.02)
    assert study.expected == (1, 2, 3)
    assert np.abs(study.observed_orders() - study.expected).max() < 0.05


def test_memory_begins_on_the_manifold_that_symbols_give() -> None:
    loss = bea.problems.himmelblau()
    rule = bea.methods.get("adam", beta1="1/2", beta2="3/4")
    exact = bea.modified_equation(rule, loss, 1).memory
    equation = bea.modified_equation(rule, bea.problems.without_symbols(loss), 1)
    found = equation.orbit(POINTS.T.copy()).memory
    for by_symbols, parts in zip(exact, found, strict=False):
        program = to_program(by_symbols)
        rows = np.array([balls_at(program, p) for p in POINTS])
        assert np.allclose(np.concatenate(parts).T, rows, rtol=1e-11)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda e, p: e.terms, "equation.at"),
        (lambda e, p: e.numeric_derivative(), "not known"),
        (lambda e, p: p.components, "has no formula"),
        (lambda e, p: bea.modified_equation(bea.methods.heavy_ball(beta="b"), p, 1), "'b'"),
        (lambda e, p: bea.modified_equation(DESCENT, None, 1, at=POINTS), "no problem"),
    ],
)
def test_what_needs_symbols_is_refused(ask: Any, words: str) -> None:
    problem = bea.problems.without_symbols(bea.problems.booth())
    with pytest.raises(BeaError, match=words):
        ask(bea.modified_equation(DESCENT, problem, 1), problem)


def test_a_route_with_symbols_is_refused_by_name() -> None:
    with pytest.raises(UnknownNameError, match="trees, step"):
        bea.modified_equation(DESCENT, bea.problems.booth(), 1, route="operator", at=POINTS)


def test_a_chain_of_many_variables_iterates_and_flows() -> None:
    d = 150
    names = [f"x{i}" for i in range(d)]
    text = " + ".join(f"({b} - {a}**2)**2/2 + {a}**2/20" for a, b in pairwise(names))
    loss = bea.problems.loss(text, names)
    start = np.linspace(0.5, 1.0, d)[None]
    equation = bea.modified_equation(DESCENT, loss, 2)
    gammas = 0.5 / np.array([8.0, 16, 32])
    run = bea.iterate(DESCENT, loss, start, gammas, time=0.5)
    ends = bea.flow(equation, start, gammas, [0.5], estimate_error=False)
    gap = np.linalg.norm(run.values - ends.values, axis=-1).ravel()
    assert np.allclose(np.log2(gap[:-1] / gap[1:]), 3, atol=0.1)
