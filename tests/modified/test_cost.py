"""Orders that would not end in minutes are refused before the work begins, and no others."""

from __future__ import annotations

import pytest

import bea
from bea.errors import OrderError
from bea.fields import with_time
from bea.modified.cost import LOW, _predicted
from bea.problems import FiniteSum

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


def logistic(samples: int, distinct: int) -> FiniteSum:
    data = {"x": [k % distinct + 1 for k in range(samples)], "s": [1] * samples}
    return bea.problems.from_data("log(1 + exp(-s*w*x))", data, "w")


def test_samples_with_functions_of_their_own_are_refused_before_they_are_read() -> None:
    total = logistic(3000, 3000)
    for refused in (
        lambda: bea.modified_generator(DESCENT, total, 1),
        lambda: bea.stochastic_equation(DESCENT, total, 3),
        lambda: bea.modified_generator(DESCENT, with_time(total), 2),
        lambda: bea.shuffled_epoch(total, order=1),
    ):
        with pytest.raises(OrderError, match="3000 samples with 3000 functions would take about"):
            refused()
    assert "_model" in vars(total) and "losses" not in vars(total)


def test_many_samples_with_few_functions_are_not_refused() -> None:
    total = logistic(100, 2)
    assert total.functions == 2
    assert bea.modified_generator(DESCENT, total, 2).order == 2


def test_an_epoch_of_many_samples_is_refused_where_sums_stand_in_one_another() -> None:
    total = bea.problems.finite_sum([f"x**4/4 + {k}*x" for k in range(400)])
    with pytest.raises(OrderError, match=r"order 3 on 400 samples.*give at most 2"):
        bea.shuffled_epoch(total, order=3)
    assert len(bea.shuffled_epoch(total, order=2).components) == 3
