"""Rationals of more than the 4,300 digits that Python writes print in every format."""

from __future__ import annotations

import json
import sys

import pytest

import bea

LIMIT = sys.get_int_max_str_digits()


@pytest.mark.parametrize("order", [1, 3])
def test_numbers_of_any_length_print(order: int) -> None:
    loss = bea.problems.loss("x**2/(1 + 10**2900)")
    equation = bea.modified_equation(bea.methods.gradient_descent(), loss, order=order)
    texts = [equation.text(full=True), equation.latex(full=True), json.dumps(equation.as_json()),
             repr(equation), repr(equation.modified_loss())]  # fmt: skip
    assert all(len(text) > 2900 for text in texts[:3])
    assert max(map(len, texts[:3])) > LIMIT
    assert texts[3]
    assert sys.get_int_max_str_digits() == LIMIT


def test_hyperparameters_smaller_than_all_floats() -> None:
    tiny = bea.methods.heavy_ball(beta="1e-1600")
    loss = bea.problems.loss("x**2")
    found = bea.modified_equation(tiny, loss, order=2)
    plain = bea.modified_equation(bea.methods.gradient_descent(), loss, order=2)
    assert float(found.terms[2][0].subs("x", 1)) == float(plain.terms[2][0].subs("x", 1))
    assert found.text(full=True) and found.latex(full=True)
