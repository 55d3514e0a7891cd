"""The law of few steps: exact and in floats, against the mean of single runs."""

from __future__ import annotations

from itertools import product

import pytest
from flint import fmpq

from bea.errors import BeaError, DomainError
from bea.measure.weak.enumeration import law_after
from bea.methods import get
from bea.noise import Batches
from bea.problems import finite_sum

Q = fmpq
SGD = get("gradient-descent")
QUARTIC = finite_sum(["x**4/4 - x", "x**4/4 + 2*x", "x**2"])


def test_against_a_loop_over_all_orders() -> None:
    slopes = [lambda x: x**3 - 1, lambda x: x**3 + 2, lambda x: 2 * x]
    total = Q(0)
    for chosen in product(range(3), repeat=4):
        x = Q(1, 2)
        for i in chosen:
            x = x - slopes[i](x) / 10
        total = total + x**2
    law = law_after(SGD, QUARTIC, "1/10", 4, ["1/2"])
    assert law.expectation("x**2") == total / 81
    assert sum(law.weights, start=Q(0)) == 1


@pytest.mark.parametrize("name", ["gradient-descent", "heavy-ball", "rk4"])
@pytest.mark.parametrize("batches", [Batches(2), Batches(2, replacement=True)])
def test_floats_agree_with_rationals(name: str, batches: Batches) -> None:
    runs = [law_after(get(name), QUARTIC, "1/10", 2, [1], batches, a) for a in ("exact", "float")]
    exact, floats = (run.expectation("x**2 - x") for run in runs)
    assert abs(float(exact) - floats) < 1e-14


def test_equal_states_are_put_together() -> None:
    same = finite_sum(["x**2/2", "x**2/2", "x**2/2 + x"])
    law = law_after(SGD, same, "1/2", 10, [1])
    assert len(law) == 2**10
    assert sum(law.weights, start=Q(0)) == 1


def test_what_is_refused() -> None:
    with pytest.raises(BeaError, match="3,486,784,401 sequences, more than 100,000"):
        law_after(SGD, QUARTIC, "1/10", 20, [1])
    with pytest.raises(BeaError, match="more than 4,000,000"):
        law_after(SGD, QUARTIC, "1/10", 20, [1], arithmetic="float")
    with pytest.raises(BeaError, match="'exact' or 'float'"):
        law_after(SGD, QUARTIC, "1/10", 2, [1], arithmetic="mpmath")
    with pytest.raises(DomainError, match="floats or balls"):
        law_after(SGD, finite_sum(["sin(x)", "x**2"]), "1/10", 2, [1])
    with pytest.raises(BeaError, match=r"1\.5 steps are not possible"):
        law_after(SGD, QUARTIC, "1/10", 1.5, [1])  # type: ignore[arg-type]
    with pytest.raises(BeaError, match="z"):
        law_after(SGD, QUARTIC, "1/10", 1, [1]).expectation("z")
