"""Arrays of power series beside the same functions of one series for each entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.errors import NotSmoothError, OrderError
from bea.series import PowerSeries, SeriesArray

RNG = np.random.default_rng(1)
A, B = ([RNG.uniform(0.5, 1.5, (2, 3)) for _ in range(4)] for _ in range(2))
M = RNG.standard_normal((3, 3))


def entrywise(function: Callable[..., Any], *arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Return the coefficients of a function of series, entry by entry."""
    found = np.zeros((4, 2, 3))
    for place in np.ndindex(2, 3):
        series = [PowerSeries([float(c[place]) for c in array]) for array in arrays]
        found[(slice(None), *place)] = function(*series).coefficients
    return list(found)


@pytest.mark.parametrize(
    ("of_arrays", "of_series"),
    [
        (lambda a, b: a * b - 2 * a + 1, lambda a, b: a * b - a * 2 + 1.0),
        (lambda a, b: a / b, lambda a, b: a / b),
        (lambda a, b: 1 / (1 + a**3), lambda a, b: (a * a * a + 1.0).reciprocal()),
        (lambda a, b: np.exp(np.sin(a)) * np.log(b), lambda a, b: a.sin().exp() * b.log()),
        (lambda a, b: np.sqrt(a) + np.tanh(b), lambda a, b: a.sqrt() + b.tanh()),
        (lambda a, b: np.log1p(a) + np.expm1(b), lambda a, b: (a + 1.0).log() + b.exp() + -1.0),
        (lambda a, b: np.arctan(a) * np.cosh(b), lambda a, b: a.atan() * b.cosh()),
        (lambda a, b: np.logaddexp(a, b), lambda a, b: (a.exp() + b.exp()).log()),
    ],
)
def test_functions_are_those_of_each_entry(of_arrays: Any, of_series: Any) -> None:
    found = of_arrays(SeriesArray(A), SeriesArray(B)).coefficients
    assert np.allclose(found, entrywise(of_series, A, B), rtol=1e-12, atol=1e-13)


@settings(max_examples=20, deadline=None)
@given(t=st.floats(-1e-3, 1e-3))
def test_matrices_and_sums_have_the_values_along_the_curve(t: float) -> None:
    def function(x: Any) -> Any:
        y = M @ np.transpose(x)
        return np.einsum("ij,ij->j", y, np.stack([x[0], x[1]], axis=1)) + np.sum(x, axis=1)

    def at(coefficients: Any) -> Any:
        return sum(c * t**k for k, c in enumerate(coefficients))

    series = function(SeriesArray(A))
    assert np.allclose(at(series.coefficients), function(at(A)), rtol=0, atol=1e-9)


def test_a_factor_gamma_loses_no_power() -> None:
    gamma = SeriesArray([np.zeros(1), np.ones(1)], 5)
    assert (gamma * SeriesArray(A)).order == 4
    assert np.allclose(((gamma * SeriesArray(A)) / gamma).coefficients, A)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda s: bool(s), NotSmoothError),
        (lambda s: s < 1, NotSmoothError),
        (lambda s: np.maximum(s, 0), NotSmoothError),
        (lambda s: np.where(s, s, 0), NotSmoothError),
        (lambda s: s.coefficient(4), OrderError),
        (lambda s: SeriesArray([]), OrderError),
    ],
)
def test_what_is_not_smooth_is_refused(wrong: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        wrong(SeriesArray(A))
