"""The transfer operator against the exact law and exact moments, to all digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bea.measure.weak import MomentRecursion, law_after
from bea.measure.weak.transfer import expectations_after
from bea.methods import get
from bea.noise import Batches
from bea.problems import finite_sum, from_data

SGD = get("gradient-descent")
LINE = finite_sum(["x**4/4 + x", "x**4/8 + x**2/2", "(x - 1)**2"])
PLANE = finite_sum(["x**4/4 + x*y", "(x - 1)**2/2 + y**4/8", "x**2 - y + y**2"])
CLASSES = from_data("log(1 + exp(-s*w*x))", {"x": [1, 2, -1], "s": [1, -1, 1]}, "w")
SKEW = finite_sum(["x**2/2", "x**2", "(x - 1)**2/2"])


@pytest.mark.parametrize("batches", [Batches(1), Batches(2), Batches(2, True)], ids=str)
@pytest.mark.parametrize(
    ("problem", "start", "observables"),
    [
        (LINE, [1], ["x", "x**3", "exp(x)", "L"]),
        (PLANE, [1, -1], ["x*y", "cos(x - y)", "L"]),
        (CLASSES, [1], ["w**2", "L"]),
    ],
    ids=["line", "plane", "classes"],
)
def test_few_steps_are_those_of_all_sequences(
    problem: Any, start: list[int], observables: list[str], batches: Batches
) -> None:
    values, errors = expectations_after(SGD, problem, "1/8", 4, start, observables, batches)
    law = law_after(SGD, problem, "1/8", 4, start, batches, arithmetic="float")
    exact = np.array([law.expectation(name) for name in observables])
    assert (np.abs(values - exact) < 10 * errors).all() and (errors < 1e-11).all()


def test_many_steps_are_those_of_the_moments() -> None:
    values, errors = expectations_after(get("heun"), SKEW, "1/64", 512, [2], ["x", "x**4"])
    moments = MomentRecursion(get("heun"), SKEW, "1/64", 4).after([2], 512)
    exact = [float(moments.expectation(name)) for name in ("x", "x**4")]
    np.testing.assert_allclose(values, exact, atol=1e-12)
    assert (errors < 1e-11).all()


def test_what_is_not_smooth_has_an_honest_error() -> None:
    # A narrow bump is not resolved by the points that there are.
    _, errors = expectations_after(SGD, LINE, "1/8", 4, [1], ["1/(1 + 10**6*(x - 1/3)**2)"])
    assert errors[0] > 1e-6
