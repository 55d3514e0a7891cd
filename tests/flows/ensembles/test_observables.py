"""Observables: texts and functions, evaluated as they say, and names that are known."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import BeaError, DimensionError, ExpressionError, UnknownNameError
from bea.flows.ensembles.observables import read_observables

THETA = np.array([[1.0, 2.0, 3.0], [0.5, 0.0, -1.0]])


def loss(theta: np.ndarray) -> np.ndarray:
    return theta[0] ** 2


def test_by_default_the_variables_are_observed() -> None:
    observables = read_observables(None, ["x", "y"])
    assert observables.names == ("x", "y")
    np.testing.assert_array_equal(observables(THETA), THETA)


def test_texts_may_hold_the_loss() -> None:
    observables = read_observables("L, exp(y)*L + 1", ["x", "y"], loss)
    expected = [loss(THETA), np.exp(THETA[1]) * loss(THETA) + 1]
    np.testing.assert_allclose(observables(THETA), expected, rtol=1e-15)


def test_a_variable_named_like_the_loss_is_the_variable() -> None:
    observables = read_observables("L", ["x", "L"], loss)
    np.testing.assert_array_equal(observables(THETA)[0], THETA[1])


def test_names_are_those_that_were_given() -> None:
    def size(theta: np.ndarray) -> np.ndarray:
        return np.abs(theta).max(axis=0)

    assert read_observables(["x + y", size], ["x", "y"]).names == ("x + y", "size")
    named = read_observables({"first": "x", "size": size, "one": lambda theta: 1.0}, ["x", "y"])
    np.testing.assert_array_equal(named(THETA), [THETA[0], [1, 2, 3], [1, 1, 1]])


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("L", UnknownNameError, "unknown observable 'L': 'L' is none of x, y"),
        ("x +", ExpressionError, "."),
        (3, BeaError, "the observables are 3: give texts or functions"),
        ([3], BeaError, "an observable is 3"),
        ({"a": "x, y"}, BeaError, "the observable 'x, y' is 2 expressions"),
        ("x, x", BeaError, "the observable 'x' is given twice"),
        ("", ExpressionError, "."),
    ],
)
def test_what_is_no_observable_is_refused(given: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        read_observables(given, ["x", "y"])


def test_a_function_of_another_shape_is_refused() -> None:
    observables = read_observables(lambda theta: theta.T, ["x", "y"])
    with pytest.raises(DimensionError, match=r"turned points \(2, 3\) into \(3, 2\)"):
        observables(THETA)
