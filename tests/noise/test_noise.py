"""A law of one's own is followed everywhere: by generators, covariances, enumeration and runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.errors import BeaError
from bea.measure.weak import law_after, weak_defect
from bea.modified import modified_generator, stochastic_equation
from bea.noise import Batches, Noise, ShuffledEpochs
from bea.problems import finite_sum

TWO = Batches(2)
FOUR = finite_sum(["(x - 1)**2/2", "(x + 2)**2", "x**4/8 - x", "x**2*(3 - x)/6"])
SQUARES = finite_sum(["(x - 1)**2/2", "(x + 2)**2", "(x - 3)**2/4", "(x + 1)**2/3"])


@dataclass(frozen=True)
class Neighbours(Noise):
    """Two losses beside each other in a ring."""

    size: int = 2

    def choices(self, total: int) -> Iterator[tuple[tuple[int, ...], fmpq]]:
        return (((i, (i + 1) % total), fmpq(1, total)) for i in range(total))

    def draw_steps(self, rng: np.random.Generator, total: int, lanes: int, steps: int) -> Any:
        first = rng.integers(total, size=(steps, 1, lanes))
        return np.concatenate([first, (first + 1) % total], axis=1)


@dataclass(frozen=True)
class Listed(Noise):
    """The batches of another law, of which nothing but the list is known."""

    law: Batches = TWO

    def choices(self, total: int) -> Any:
        return self.law.choices(total)


@pytest.mark.parametrize("law", [Batches(1), Batches(3), Batches(2, replacement=True)])
def test_what_follows_from_the_list_is_what_is_known_of_batches(law: Batches) -> None:
    listed = Listed(law=law)
    assert listed.factor(4) == law.factor(4) == law.covariance_factor(4)
    assert listed.count(4) == law.count(4)
    for degree in (1, 2, 3):
        assert listed.moments(FOUR.losses, degree) == law.moments(FOUR.losses, degree)
    slopes = [loss.components for loss in FOUR.losses]
    assert law.covariance(slopes) == [list(row) for row in FOUR.covariance(law)]


def test_neighbours_have_a_covariance_of_their_own() -> None:
    """f_B - f is the mean of two deviations, each 1/4 of the time; checked by hand at x = 0."""
    law = Neighbours()
    assert law.factor(4) is None
    with pytest.raises(BeaError, match="no multiple of that of one loss: take the modified gen"):
        law.covariance_factor(4)
    ((found,),) = FOUR.covariance(law)
    slopes = np.array([-1.0, 4.0, -1.0, 0.0])
    means = (slopes + np.roll(slopes, -1)) / 2
    constant = next(c for exponents, c in found.terms().items() if not any(exponents))
    assert as_float(constant) == pytest.approx(means.var())


@pytest.mark.parametrize("name", ["gradient-descent", "extragradient", "heun"])
@pytest.mark.parametrize("order", [1, 2])
def test_generators_follow_it(name: str, order: int) -> None:
    """The iterates on every batch, against the generator: 0 to gamma^(K+1), and not beyond."""
    method = bea.methods.get(name)
    defect = weak_defect(method, FOUR, "x**2", order, batches=Neighbours(), point=["1/3"])
    assert all(c == 0 for c in defect[: order + 2])
    assert defect[order + 2] != 0
    own, usual = (modified_generator(method, FOUR, order, law) for law in (Neighbours(), 2))
    assert own("x**2") != usual("x**2")
    assert own.as_json()["batches"] == "batches of 2 by Neighbours(size=2)"


def test_an_equation_takes_its_covariance() -> None:
    equation = stochastic_equation(bea.methods.gradient_descent(), FOUR, 1, Neighbours())
    ((found,),) = equation.covariance[0]
    assert found == FOUR.covariance(Neighbours())[0][0]


def test_runs_draw_from_it() -> None:
    """The second moment after six steps, exactly and as an ensemble; without it, far off."""
    method = bea.methods.gradient_descent()
    exact, usual = (
        float(as_float(law_after(method, SQUARES, "1/4", 6, [1], law).expectation("x**2")))
        for law in (Neighbours(), Batches(2))
    )
    run = bea.ensemble(method, SQUARES, [1.0], gamma="1/4", steps=6, batches=Neighbours(),
                       runs=40_000, observables="x**2")  # fmt: skip
    mean, error = float(run.mean.ravel()[-1]), float(run.error.ravel()[-1])
    assert abs(mean - exact) < 4 * error
    assert abs(mean - usual) > 10 * error


def as_float(value: Any) -> float:
    return float(value.p) / float(value.q)


def test_laws_that_are_no_bases_say_so() -> None:
    for law in (Batches, ShuffledEpochs):
        with pytest.raises(TypeError, match=r"is one law, not a base: subclass bea\.noise\.Noise"):
            type("Mine", (law,), {})


def test_a_law_without_batches_says_what_it_lacks() -> None:
    with pytest.raises(BeaError, match=r"lists no batches: give it choices\(total\)"):
        modified_generator(bea.methods.gradient_descent(), FOUR, 1, Noise())
    with pytest.raises(BeaError, match=r"draws no batches: give it draw_steps"):
        bea.ensemble("gradient-descent", FOUR, [1.0], gamma=0.1, steps=2, batches=Noise(), runs=4)
