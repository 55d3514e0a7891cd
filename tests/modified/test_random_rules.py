"""A small run of the random rules; the script beside it does thousands."""

from __future__ import annotations

import pytest

import bea
from bea.methods import from_text

from .random_rules import CAUSES, POINTS, observed_order, tried


def test_random_rules_are_confirmed_or_refused_with_the_cause() -> None:
    found = list(tried(20, seed=11))
    for rule, loss, what in found:
        refused = what.startswith("refused: ") and any(cause in what for cause in CAUSES)
        assert what == "confirmed" or refused, (rule, loss, what)
    assert sum(what == "confirmed" for _, _, what in found) > 12


@pytest.mark.parametrize(
    "update",
    [
        "v = v/2 + grad**2/2; b = b/2 + grad/(sqrt(v) + 1/2); theta = theta - gamma*b",
        "v = tanh(v)/2 + grad; theta = theta - gamma*v",
        "m = m + (grad - m)/n; theta = theta - gamma*m",
    ],
)
def test_a_wrong_last_term_is_not_confirmed(update: str) -> None:
    for order in (1, 2):
        loss = bea.problems.loss("x**2/2 + x**4/4")
        equation = bea.modified_equation(from_text(update), loss, order)
        right = observed_order(equation, point=POINTS[2])
        wrong = observed_order(equation, factor=2, point=POINTS[2])
        assert right is not None and abs(right - (order + 2)) < 0.01
        assert wrong is not None and abs(wrong - (order + 1)) < 0.01
