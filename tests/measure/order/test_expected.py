"""Which power is the first that an equation leaves out, and how far one derives to find it."""

from __future__ import annotations

import pytest

import bea
from bea.fields import VectorField
from bea.measure.order.expected import derive_for, expected_orders
from bea.methods import get
from bea.modified.memory.character import Character

BENT = VectorField.read("y, -x - x**3")


@pytest.mark.parametrize(
    ("name", "highest", "order", "power"),
    [
        ("explicit-euler", 0, 1, 1),
        ("explicit-euler", 2, 3, 3),
        ("heun", 0, 2, 2),  # order 2 is known of it: what is before vanishes
        ("heun", 2, 3, 3),
        ("rk4", 1, 4, 4),
        ("rk4", 4, 5, 5),
        ("implicit-midpoint", 1, 2, 2),
        ("implicit-midpoint", 2, 4, 4),  # symmetric: the term of gamma^3 vanishes
    ],
)
def test_one_derives_to_the_first_term_that_does_not_vanish(
    name: str, highest: int, order: int, power: int
) -> None:
    equation = derive_for(Character(get(name), BENT), highest)
    assert equation.order == order
    assert expected_orders(equation, [highest]) == [power]


@pytest.mark.parametrize("highest", [0, 2])
def test_where_all_terms_vanish_one_gives_up_after_ten_more(highest: int) -> None:
    """Euler's method is exact on a field that is the same everywhere."""
    equation = derive_for(Character(get("explicit-euler"), VectorField.read("1", "x")), highest)
    assert equation.order == highest + 11
    assert expected_orders(equation, [0, highest]) == [None, None]


def test_an_order_that_was_not_asked_for_counts_as_a_term() -> None:
    """Of the midpoint rule only the even powers remain; the last one has no next."""
    equation = bea.modified_equation(get("implicit-midpoint"), BENT, 4)
    assert expected_orders(equation, range(5)) == [2, 2, 4, 4, None]
    assert expected_orders(equation, [4, 0]) == [None, 2]
