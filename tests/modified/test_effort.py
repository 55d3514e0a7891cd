"""Orders that would not end in minutes are refused before the work begins, and no others."""

from __future__ import annotations

import pytest

import bea
from bea.errors import OrderError
from bea.modified.effort import LOW, _predicted

DESCENT = bea.methods.gradient_descent()


def test_an_order_far_too_high_is_refused_with_one_that_is_not() -> None:
    with pytest.raises(OrderError, match=r"order 100 on 'himmelblau' .*: give at most 38"):
        bea.modified_equation(DESCENT, bea.problems.himmelblau(), 100)


@pytest.mark.parametrize("loss", ["himmelblau", "rosenbrock"])
def test_the_sizes_of_high_orders_are_near_the_predicted_ones(loss: str) -> None:
    equation = bea.modified_equation(DESCENT, bea.problems.get(loss), 12)
    sizes = [sum(len(c.terms()) for c in term) for term in equation.components]
    predicted = _predicted(sizes[: LOW + 1], 12)
    assert predicted[12] == pytest.approx(sizes[12], rel=0.25)


def test_terms_that_vanish_or_do_not_grow_are_no_work() -> None:
    assert _predicted([2, 0, 2, 0, 2, 0, 2], 8)[7:] == [2.0, 2.0]
    assert _predicted([2, 0, 0, 0, 0, 0, 0], 8)[7:] == [0.0, 0.0]
    euler = bea.methods.explicit_euler()
    assert bea.modified_equation(euler, bea.problems.field("y**2"), 40).order == 40
