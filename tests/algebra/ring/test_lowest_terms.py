"""Rational functions in lowest terms."""

from __future__ import annotations

from bea.algebra import Ring
from bea.algebra.ring.lowest_terms import lowest_terms


def test_what_divides_is_cancelled_and_nothing_else_changes() -> None:
    ring = Ring([], ["a", "b"])
    a, b = ring.symbol("a"), ring.symbol("b")
    value = (a**2 - b**2) / (a + b) ** 3 / (1 - b)
    simple = lowest_terms(value)
    assert simple == (a - b) / (a + b) ** 2 / (1 - b)
    assert (simple - value).is_zero()
    assert lowest_terms(a * b + 2) == a * b + 2


def test_other_functions_are_left_alone() -> None:
    ring = Ring([], ["b"])
    b = ring.symbol("b")
    for value in (b / (1 + b).sqrt(), b.exp() / (1 + b), 1 / (1 + b.exp())):
        assert lowest_terms(value) is value
