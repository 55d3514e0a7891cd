"""Moments about the drift's path: exact where moments close, convergent in the degree elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.measure.weak import MomentFlow
from bea.measure.weak.central_moments import CentralMoments
from bea.methods import get
from bea.modified import modified_generator, stochastic_equation
from bea.problems import finite_sum

SGD = get("gradient-descent")
SKEW = finite_sum(["x**2/2 + x*y", "x**2 + y**2", "(x - 1)**2/2 - y"])
QUARTIC = finite_sum(["x**4/4 + x", "x**4/8 + x**2/2", "(x - 1)**2"])
OBSERVABLES = ["x", "x**2", "x*y", "y**3"]


@pytest.mark.parametrize(
    "source",
    [modified_generator(SGD, SKEW, 2), stochastic_equation(SGD, SKEW, 2)],
    ids=["generator", "equation"],
)
def test_it_is_exact_where_moments_close(source: Any) -> None:
    found = CentralMoments(source, 4).after([1, -1], 1, [1 / 8, 1 / 16], OBSERVABLES)
    for column, gamma in enumerate(["1/8", "1/16"]):
        moments = MomentFlow(source, gamma, 3).after([1, -1], 1)
        exact = [float(moments.expectation(name).mid()) for name in OBSERVABLES]
        np.testing.assert_allclose(found[:, column], exact, atol=1e-12)


def test_each_two_degrees_gain_a_power_of_gamma() -> None:
    gammas = np.array([1 / 64, 1 / 128, 1 / 256])
    generator = modified_generator(SGD, QUARTIC, 2)
    values = [CentralMoments(generator, m).after([1], 1, gammas, ["x**2"])[0] for m in (4, 6, 12)]
    for power, value in zip((3, 4), values, strict=False):
        slopes = np.diff(np.log2(np.abs(value - values[-1])))
        assert (np.abs(slopes + power) < 0.2).all(), slopes


def test_it_agrees_with_sampled_paths() -> None:
    equation = stochastic_equation(SGD, QUARTIC, 2)
    found = CentralMoments(equation).after([1], 1, [1 / 8], ["x", "exp(x)"])
    sampled = bea.sde_ensemble(equation, None, [1], gamma="1/8", time=1, steps=32, runs=40_000,
                               observables="x, exp(x)")  # fmt: skip
    away = np.abs(found[:, 0] - sampled.mean[0])
    assert (away < 4 * sampled.error[0]).all() and (sampled.error[0] < 0.01).all()


def test_symbols_and_escapes_are_refused() -> None:
    symbolic = modified_generator(SGD, finite_sum(["a*x**2", "x"], "x", "a"), 1)
    with pytest.raises(BeaError, match="'a' has no value"):
        CentralMoments(symbolic)
    generator = modified_generator(SGD, finite_sum(["-x**4", "x - x**4"]), 0)
    with pytest.raises(BeaError, match="cannot be followed to the time 5"):
        CentralMoments(generator, 4).after([2], 5, [0.01], ["x"])
