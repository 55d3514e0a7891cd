"""The one way from what users write into float64 arrays."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from sympy import Rational

from bea.algebra.language.reals import real_number, real_numbers
from bea.errors import BeaError
from bea.fields import Loss, VectorField


@pytest.mark.parametrize(
    "value", [[1, 0.5], (1, Fraction(1, 2)), np.array([1.0, 0.5], np.float32), [1, Rational(1, 2)],
              [fmpq(1), fmpq(1, 2)]]
)  # fmt: skip
def test_real_numbers_of_every_kind(value: object) -> None:
    found = real_numbers(value, "the numbers")
    assert found.dtype == np.float64 and found.tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    "value", ["1", ["1", "2"], None, [1, None], 1j, [[1, 2], [3]], [1, "a"], {1}, 10**400, len]
)
def test_anything_else_is_refused_in_one_line(value: object) -> None:
    with pytest.raises(BeaError, match=r"the start cannot be read from .*: give real") as caught:
        real_numbers(value, "the start")
    assert "\n" not in str(caught.value)


def test_a_long_value_is_shown_in_short() -> None:
    with pytest.raises(BeaError) as caught:
        real_numbers(["a" * 1000] * 1000, "the starts")
    assert len(str(caught.value)) < 400


def test_one_number() -> None:
    assert real_number(np.float32(0.5), "the time") == 0.5
    with pytest.raises(BeaError, match=r"the time is an array of shape \(1,\): give one number"):
        real_number([1.0], "the time")


def test_values_outside_the_domain_are_marked() -> None:
    """-1 + 1/x is finite at x < 0, where x - log(x) is not defined."""
    loss = Loss.read("x - log(x)")
    assert np.isnan(loss([[-1.0]])).all() and np.isnan(loss.at([[-1.0]])).all()
    assert loss([[0.5]]) == pytest.approx(1.0)
    field = VectorField.read("1/x, sqrt(y)", "x y")
    values = field([[1.0, 4.0], [0.0, 4.0], [1.0, -4.0]])
    assert values[0].tolist() == [1.0, 2.0] and np.isnan(values[1:]).all()
