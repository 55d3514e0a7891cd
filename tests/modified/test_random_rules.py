"""A small run of the random rules; the script beside it does thousands."""

from __future__ import annotations

import bea
from bea.methods import from_text

from .random_rules import observed_order, tried


def test_random_rules_are_confirmed_or_refused_with_the_cause() -> None:
    found = list(tried(40, seed=11))
    for rule, loss, what in found:
        assert what == "confirmed" or what.startswith("refused: the memory of"), (rule, loss, what)
    assert sum(what == "confirmed" for _, _, what in found) > 25


def test_a_wrong_last_term_is_not_confirmed() -> None:
    rule = from_text("v = v/2 + grad**2/2; b = b/2 + grad/(sqrt(v) + 1/2); theta = theta - gamma*b")
    for order in (1, 2):
        equation = bea.modified_equation(rule, bea.problems.loss("x**2/2 + x**4/4"), order)
        assert abs(observed_order(equation) - (order + 2)) < 0.01
        assert abs(observed_order(equation, factor=2) - (order + 1)) < 0.01
