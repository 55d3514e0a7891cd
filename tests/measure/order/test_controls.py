"""Equations that are wrong on purpose: in one term, by what is said, and in nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import bea
from bea.measure.order.controls import as_control, changed, doubled, lowered_orders
from bea.modified import ModifiedEquation
from bea.modified.memory.character import Character
from bea.patience import SHOWN, working

LOSS = bea.problems.loss("x**2*y/2 + x**2 + y**2")
ON_TREES = bea.modified_equation(bea.methods.gradient_descent(), order=3)
ON_LOSS = bea.modified_equation(bea.methods.gradient_descent(), LOSS, order=3)


@pytest.mark.parametrize("factor", [0, 2, -3])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_last_term_is_multiplied_and_no_other(order: int, factor: int) -> None:
    wrong = changed(ON_TREES, order, factor=factor)
    assert wrong.order == order
    for tree, b in ON_TREES.truncate(order).coefficients.items():
        assert wrong.coefficients[tree] == (b * factor if tree.order == order + 1 else b)
    wrong = changed(ON_LOSS, order, factor=factor)
    assert len(wrong.components) == order + 1
    for k, (found, right) in enumerate(zip(wrong.components, ON_LOSS.components, strict=False)):
        assert list(found) == [c * (factor if k == order else 1) for c in right]


@pytest.mark.parametrize("order", [0, 1, 2])
def test_below_its_last_term_a_wrong_equation_is_right(order: int) -> None:
    for wrong, right in (
        (changed(ON_LOSS, 3, factor=5), ON_LOSS),
        (changed(ON_TREES, 3), ON_TREES),
    ):
        lower = wrong.truncate(order)
        assert dict(lower.coefficients) == dict(right.truncate(order).coefficients)
    lower = changed(ON_LOSS, 3, factor=5).truncate(order)
    assert [list(t) for t in lower.components] == [list(t) for t in ON_LOSS.components[: order + 1]]


def test_what_was_changed_is_left_as_it_was() -> None:
    before = [list(map(str, term)) for term in ON_LOSS.components]
    wrong = changed(ON_LOSS, 2, factor=2)
    assert str(wrong.components[2]) != str(ON_LOSS.components[2])
    assert [list(map(str, term)) for term in ON_LOSS.components] == before


def test_the_equation_may_be_put_upon_another_method() -> None:
    other = Character(bea.methods.heun(), ON_LOSS.problem)
    assert changed(ON_LOSS, 1, character=other).method is other.method
    assert changed(ON_LOSS, 1).method is ON_LOSS.method
    same = changed(ON_LOSS, 1, character=other)
    assert [list(term) for term in same.components] == [list(t) for t in ON_LOSS.components[:2]]


def test_each_order_is_measured_with_its_last_term_doubled() -> None:
    study = bea.discretization_drift(bea.methods.gradient_descent(), LOSS, range(3), time=0.3)
    asked: list[tuple[int, str]] = []

    def measure(wrong: Sequence[ModifiedEquation], order: int) -> Any:
        (equation,) = wrong
        asked.append((order, str(equation.components[order][0])))
        return study

    found = doubled([ON_LOSS], [0, 1, 2], measure)
    assert asked == [(k, str(ON_LOSS.components[k][0] * 2)) for k in (1, 2)]  # order 0 has none
    assert found is not None
    # The orders of both, one after the other, each to be found where its wrong term stands.
    assert list(found.orders) == [0, 1, 2] * 2
    assert found.expected == (1, 2)
    assert found.distances.shape[0] == 2 * study.distances.shape[0]
    np.testing.assert_array_equal(found.distances[:3], study.distances)
    np.testing.assert_array_equal(found.distances[3:], study.distances)
    np.testing.assert_array_equal(found.floors[3:], study.floors)


def test_a_term_that_vanishes_makes_no_control() -> None:
    """Heun's first term is 0; twice that is the right equation."""
    equation = bea.modified_equation(bea.methods.heun(), LOSS, order=2)
    study = bea.discretization_drift(bea.methods.heun(), LOSS, range(1), time=0.3)
    asked: list[int] = []

    def measure(wrong: Sequence[ModifiedEquation], order: int) -> Any:
        asked.append(order)
        return study

    assert doubled([equation], [0, 1], measure) is None
    assert doubled([equation], [1, 2], measure) is not None
    # Where one of two pieces has the term, it is doubled on both.
    assert doubled([equation, ON_LOSS], [1], measure) is not None
    assert asked == [2, 1]


def test_progress_says_that_it_is_a_control() -> None:
    told: list[tuple[str, int, int]] = []
    report = as_control(lambda what, done, total: told.append((what, done, total)))
    report("iterates", 3, 7)
    assert told == [("control: iterates", 3, 7)]
    with working("verifying"):
        as_control(None)("iterates", 3, 7)
        assert str(SHOWN).startswith("verifying: control: iterates, 43 %")


def test_orders_above_the_power_of_a_wrong_start_fall() -> None:
    expected = {0: 1, 1: 2, 2: 3, 3: None, 4: 5}
    assert lowered_orders(expected, 1) == [1, 2, 3, 4]
    assert lowered_orders(expected, 2) == [2, 3, 4]  # at the same power nothing falls
    assert lowered_orders(expected, 5) == [3]
    assert lowered_orders(expected, None) == []
