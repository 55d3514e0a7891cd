"""Results travel: pickled, deep-copied and in another process they say and do the same."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

import bea
from bea.fields import VectorField
from bea.methods import available, get
from bea.methods.schedules import library as schedules

from .examples import example

PAIR = ("(x - 1)**2/2", "(x + 1)**2/2 + x**4/8")
EXPRESSIVE = "x**2 + sin(x*y)*exp(-y) + sqrt(1 + x**2) + log(2 + y**2)"


@cache
def things() -> dict[str, Any]:
    """Return one thing of each kind that people keep."""
    booth, pair = bea.problems.get("booth"), bea.problems.finite_sum(PAIR)
    descent, ball = get("gradient-descent"), get("heavy-ball", beta="beta")
    cosine = schedules.read("cosine(time=1)")
    return {
        "loss": bea.problems.loss(EXPRESSIVE),
        "field": VectorField.read("p, -sin(q)", "q p"),
        "game": bea.problems.game("x*y", "-x*y"),
        "finite sum": pair,
        "schedule": cosine,
        "scheduled": bea.methods.Scheduled(descent, cosine),
        "rule": bea.methods.from_text("v = b*v + grad; theta = theta - gamma*v", b="9/10"),
        "law of noise": bea.noise.Batches(2),
        "equation on trees": bea.modified_equation(ball, None, 3),
        "equation": bea.modified_equation(get("heavy-ball"), booth, 2),
        "equation of adam": bea.modified_equation(get("adam", beta1="1/2", beta2="1/2"), booth, 1),
        "inverse": bea.modifying_integrator(descent, booth, 2),
        "generator": bea.modified.modified_generator(descent, pair, 1),
        "stochastic equation": bea.modified.stochastic_equation(descent, pair, 2),
        "generated equation": bea.modified.stochastic_equation(descent, pair, 3),
        "epoch": bea.modified.shuffled_epoch(pair, 1, 1),
        "study": bea.discretization_drift(descent, booth, orders=[0, 1]),
        "certificate": bea.verify(descent, booth, order=1),
        "ensemble": bea.ensemble("gradient-descent", pair, [1.0], gamma=0.1, steps=5, runs=8),
        "trajectory": bea.iterate(get("heun"), booth, [[1.0, 2.0]], [0.01], steps=3),
    }


KINDS = (
    "loss", "field", "game", "finite sum", "schedule", "scheduled", "rule", "law of noise",
    "equation on trees", "equation", "equation of adam", "inverse", "generator",
    "stochastic equation", "generated equation", "epoch", "study", "certificate", "ensemble",
    "trajectory",
)  # fmt: skip


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 - written a moment ago


def said(thing: Any) -> str:
    """Return what a thing says of itself, without the addresses of objects."""
    if hasattr(thing, "as_json"):
        return repr(thing.as_json())
    values = getattr(thing, "values", None)
    return repr(values) if isinstance(values, np.ndarray) else str(thing)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", [pickled, copy.deepcopy])
def test_things_say_the_same(kind: str, way: Any) -> None:
    thing = things()[kind]
    arrived = way(thing)
    assert arrived is not thing and type(arrived) is type(thing)
    assert said(arrived) == said(thing)


def test_the_list_is_whole() -> None:
    assert set(KINDS) == set(things())


@pytest.mark.parametrize("name", available())
def test_methods(name: str) -> None:
    method = example(name)
    assert str(pickled(method)) == str(copy.deepcopy(method)) == str(method)


@pytest.mark.parametrize("name", bea.problems.available())
def test_problems(name: str) -> None:
    problem = bea.problems.get(name)
    arrived = pickled(problem)
    assert repr(arrived) == repr(problem)
    if not problem.parameters:
        point = np.full((1, problem.dimension), 0.7)
        assert np.array_equal(arrived(point), problem(point))


def test_what_arrived_is_derived_on_and_compared() -> None:
    equation = pickled(things()["equation"])
    further = equation.at_least(3)
    assert str(further) == str(
        bea.modified_equation(get("heavy-ball"), bea.problems.get("booth"), 3)
    )
    point = [[0.3, -0.2]]
    assert np.array_equal(equation(point, 0.01), things()["equation"](point, 0.01))


def test_parts_of_one_thing_stay_together() -> None:
    """A loss and its equation, sent together, are over one ring."""
    loss, equation = pickled((things()["equation"].problem, things()["equation"]))
    assert equation.problem is loss and equation.components[0][0].ring is loss.ring


def work(task: tuple[Any, Any]) -> tuple[str, Any]:
    """Return what another process makes of a method and a problem, and sends back."""
    method, problem = task
    equation = bea.modified_equation(method, problem, 2)
    run = bea.iterate(method, problem, [[0.5, 0.4]], [0.01], steps=4)
    return str(equation), (equation, run)


def test_a_pool_of_spawned_processes() -> None:
    tasks = [(get("nesterov"), things()["loss"]), (get("heun"), things()["field"])]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(work, tasks))
    for task, (text, (equation, run)) in zip(tasks, found, strict=True):
        here, (_, run_here) = work(task)
        assert text == here == str(equation)
        assert np.array_equal(run.values, run_here.values)
