"""Schedules on trees: the equations of concrete problems, and where runs with memory meet."""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq

import bea
from bea.fields import VectorField, with_time
from bea.methods import Scheduled, get
from bea.methods.schedules import library as schedules
from bea.modified.memory.character import Character
from bea.modified.schedule.on_trees import start_correction, start_terms
from bea.modified.schedule.slopes import ScheduledTree
from bea.series import PowerSeries
from bea.trees import leaf, tree

Q = fmpq
SCHEDULES = [
    schedules.exponential(rate=2),
    schedules.inverse_time(rate=3),
    schedules.cosine(time=1, low="1/10"),
]
LOSSES = ["x**2*y**2/2 + x**2 + y**2/2", "x**4/4 + x*y/2 + sin(y)"]
GD, RK4 = get("gradient-descent"), get("rk4")
PENALISED = get("gradient-regularised", mu="1/3", scaling="gamma")
HEAVY_BALL = get("heavy-ball", beta="1/2")
MEMORY = [HEAVY_BALL, get("nesterov", beta="1/3"), get("bdf", steps=3)]
COLORED = [
    get("alternating"),
    get("gradient-descent-decay", weight_decay="1/4"),
    get("heavy-ball-decay", beta="1/2", weight_decay="1/4"),
]
SYMBOLIC = get("heavy-ball", beta="s")  # whose hyperparameter is named as the schedule is
STARTS = [[1, 0.5, 0], [0.8, -0.7, 0], [0.4, 0.9, 0], [-1, 0.4, 0]]


@pytest.mark.parametrize("method", [GD, RK4, PENALISED, *MEMORY, *COLORED, SYMBOLIC], ids=str)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
@pytest.mark.parametrize("text", LOSSES)
def test_trees_and_concrete_problems_agree_exactly(method: Any, schedule: Any, text: str) -> None:
    scheduled, order = Scheduled(method, schedule), 3
    concrete = bea.modified_equation(scheduled, with_time(bea.problems.loss(text)), order)
    assert concrete.problem is not None
    on_trees = bea.modified_equation(scheduled, order=order).coefficients
    terms = start_terms(scheduled, concrete.problem, on_trees, order + 1)[1:]
    for found, wanted in zip(terms, concrete.components, strict=True):
        assert all((a - b).is_zero() for a, b in zip(found[:-1], wanted[:-1], strict=True))


def test_gradient_descent_with_every_schedule() -> None:
    equation = bea.modified_equation(Scheduled(GD), order=2)
    chain, cherry = tree([[[]]]), tree([[], []])
    assert dict(equation.coefficients) == {
        (leaf, (1,)): 1,
        (tree([[]]), (2,)): -Q(1, 2),
        (leaf, (0, 1)): -Q(1, 2),
        (chain, (3,)): Q(1, 3),
        (cherry, (3,)): Q(1, 6),
        (tree([[]]), (1, 1)): Q(1, 2),
        (leaf, (0, 0, 1)): Q(1, 12),
    }
    assert str(equation.truncate(1)) == "−s ∇L + γ(−1/2 s² ∇²L∇L + 1/2 s' ∇L) + O(γ²)"
    assert r"\frac{1}{2}\,s'\,\nabla L" in equation.latex()
    assert equation.is_gradient == (True, True, False)
    assert not equation.vanishes(2)
    loss = "s L + γ(1/4 s² ‖∇L‖² − 1/2 s' L) + O(γ²)"
    assert str(equation.truncate(1).modified_loss()) == loss


def test_a_game_with_every_schedule() -> None:
    text = "s f₁ + s f₂ − γ/2 (s² f₁'f₁ + s² f₁'f₂ − s² f₂'f₁ + s² f₂'f₂ + s' f₁ + s' f₂) + O(γ²)"
    assert str(bea.modified_equation(Scheduled(COLORED[0]), order=1)) == text


@pytest.mark.parametrize("method", [HEAVY_BALL, *COLORED], ids=str)
def test_a_constant_schedule_leaves_the_terms_without_primes(method: Any) -> None:
    plain = bea.modified_equation(method, order=3).coefficients
    every = bea.modified_equation(Scheduled(method), order=3).coefficients
    without = {t.tree: b for t, b in every.items() if not t.primes}
    assert without == dict(plain)
    assert all(t.slopes == (t.tree.order,) for t in every if not t.primes)


def test_records_have_the_power_of_gamma_and_of_s() -> None:
    records = bea.modified_equation(Scheduled(GD), order=2).as_json()["terms"]
    for record in records:
        slopes = record["schedule"]
        primes = sum(k * exponent for k, exponent in enumerate(slopes))
        nodes = str(record["tree"]).count("[")
        assert record["power"] == nodes - 1 + primes and sum(slopes) == nodes
    assert records[2] == {
        "schedule": [0, 1],
        "tree": [],
        "power": 1,
        "coefficient": "-1/2",
        "symmetry": 1,
        "density": 1,
        "elementary_differential": "f",
    }


def test_names_of_terms() -> None:
    assert repr(ScheduledTree(tree([[]]), (2, 0, 1))) == "s² s'' [[]]"
    assert ScheduledTree(tree([[]]), (2, 0, 1)).order == 4
    equation = bea.modified_equation(Scheduled(get("explicit-euler")), order=4)
    assert "− 1/720 s⁽⁴⁾ f" in str(equation)


# --- memory: where a run from zero memory meets the flow ------------------------------------------


def test_the_corrected_start_on_a_line() -> None:
    """For f = 1 and s = e^(-t) heavy ball adds up gamma q^n (1 - beta^(n+1))/(1 - beta).

    With q = e^(-gamma) the start has to make good -gamma beta/(1 - beta)/(1 - beta q).
    """
    beta, order = Q(1, 3), 5
    exact = -beta / (1 - beta) / (1 - (-PowerSeries.variable(order)).exp() * beta)
    found = start_correction(Scheduled(get("heavy-ball", beta=beta)), order)
    for k in range(order):
        slopes = (*[0] * k, 1)  # of s^(k) alone, which is (-1)^k
        assert found[leaf, slopes] * (-1) ** k == exact[k]


@pytest.mark.parametrize("method", [HEAVY_BALL, get("nesterov", beta="1/2"), COLORED[2]], ids=str)
@pytest.mark.parametrize("schedule", [SCHEDULES[0], SCHEDULES[2]], ids=lambda s: s.name)
@pytest.mark.parametrize("text", [LOSSES[0], "x**4/4 + x*y/2 + y**2"])
def test_runs_from_zero_memory_are_verified(method: Any, schedule: Any, text: str) -> None:
    problem = with_time(bea.problems.loss(text))
    certificate = bea.verify(Scheduled(method, schedule), problem, starts=STARTS, time=1.0)
    assert (certificate.verdict, certificate.start) == ("confirmed", "corrected")
    found = {(f.kind, f.order): f.fit.order for f in certificate.findings}
    assert [found["equation", k] for k in range(3)] == pytest.approx([1, 2, 3], abs=0.1)
    assert [found["uncorrected", k] for k in (1, 2)] == pytest.approx([1, 1], abs=0.1)


def test_a_warm_up_from_zero_needs_no_correction_of_the_first_power() -> None:
    scheduled = Scheduled(HEAVY_BALL, schedules.piecewise("t"))
    problem = with_time(bea.problems.loss(LOSSES[0]))
    certificate = bea.verify(scheduled, problem, starts=STARTS, time=1.0)
    assert certificate.verdict == "confirmed"
    lowered = [(f.order, f.expected) for f in certificate.controls if f.kind == "uncorrected"]
    assert lowered == [(2, 2)]


def test_a_field_that_depends_on_the_time_itself_is_begun_on_the_manifold() -> None:
    problem = VectorField.read("-x*(1 + t), 1", "x t")
    scheduled = Scheduled(HEAVY_BALL, schedules.exponential(rate=1))
    equation = bea.modified_equation(scheduled, problem, 1)
    assert not equation.has_start_correction
    starts = [[1, 0], [0.5, 0], [2, 0], [1.5, 0]]
    study = bea.discretization_drift(scheduled, problem, [0, 1], starts=starts, time=1.0)
    assert study.agrees()


def test_rates_are_those_without_the_schedule() -> None:
    scheduled = Scheduled(get("heavy-ball", beta="9/10"), SCHEDULES[0])
    assert Character(scheduled).effective_rate == 10
    assert Character(scheduled).slowest_rate == pytest.approx(0.9)
    assert Character(scheduled).useful_limit == pytest.approx(
        Character(scheduled.method).useful_limit
    )
    assert Character(Scheduled(get("adam"), SCHEDULES[0])).effective_rate == 1
