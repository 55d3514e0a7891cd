"""Sizes of low orders, estimated from f alone: what would fill the memory is refused at once."""

from __future__ import annotations

import pytest

import bea
from bea.errors import OrderError
from bea.modified.cost import FREE, check_sizes
from bea.problems.registry import available


def product(count: int) -> str:
    return "*".join(f"(x{i} + {i + 1})" for i in range(count))


@pytest.mark.parametrize(
    ("text", "order", "reached"),
    [
        (product(8), 4, 2),
        ("(x + y + z + w)**40", 2, 0),
        ("(x + y + z)**40", 12, 3),
        ("exp(x*y) * (x + y + z + w + 1)**30", 2, 0),
    ],
)
def test_what_would_not_end_is_refused_with_the_order_that_does(
    text: str, order: int, reached: int
) -> None:
    loss = bea.problems.loss(text)
    with pytest.raises(OrderError, match=f"give at most order {reached}, or a problem"):
        bea.modified_equation(bea.methods.gradient_descent(), loss, order)
    check_sizes(loss.components, reached, "it")


def test_with_many_variables_it_is_one_of_numbers_at_points() -> None:
    loss = bea.problems.loss(product(12))
    with pytest.raises(OrderError):
        check_sizes(loss.components, 1, "it")
    found = bea.modified_equation(bea.methods.gradient_descent(), loss, 1)
    assert "at points" in repr(found)


def test_no_problem_of_the_library_is_refused() -> None:
    for name in available():
        check_sizes(bea.problems.get(name).components, FREE, name)


@pytest.mark.parametrize("text", [product(6), "(x + y + z)**9", "sin(x)*y**3 + exp(x*y)"])
def test_the_estimate_is_no_less_than_half_of_what_there_is(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = bea.problems.loss(text)
    found = bea.modified_equation(bea.methods.gradient_descent(), loss, 2).components[2]
    terms = sum(len(component.terms()) for component in found)
    monkeypatch.setattr("bea.modified.cost._MOST_TERMS", terms // 2)
    with pytest.raises(OrderError, match=r"order [12] on"):
        check_sizes(loss.components, 2, "it")


def test_the_terms_of_a_schedule_count() -> None:
    sines = " + ".join(f"sin({k}*t)/{k * 40}" for k in range(1, 30))
    method = bea.methods.Scheduled(bea.methods.gradient_descent(), f"1 + {sines}")
    problem = bea.fields.with_time(bea.problems.himmelblau())
    with pytest.raises(OrderError, match=r"give at most order 2, .*or a schedule of fewer terms"):
        bea.modified_equation(method, problem, 3)
    found = bea.modified_equation(method, problem, 1).components[1]
    terms = sum(len(component.terms()) for component in found)
    assert terms > 3_000  # of 11,000 that are expected
