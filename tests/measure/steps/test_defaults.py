"""Starts spread around the problem's own, and step sizes that suit how stiff it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import DimensionError, DomainError, StepSizeError
from bea.fields import VectorField
from bea.fields.vector_field import About
from bea.measure.steps.defaults import (
    affordable_time,
    default_gammas,
    default_starts,
    spread_gammas,
)

BOWL = bea.problems.loss("x**2 + 2*y**2")  # of which the largest curvature is 4
PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 23]


@pytest.mark.parametrize("dimension", [1, 2, 8, 10])
def test_starts_are_a_kronecker_sequence_around_the_middle(dimension: int) -> None:
    names = [f"x{i}" for i in range(dimension)]
    loss = bea.problems.loss(" + ".join(f"{name}**2" for name in names), variables=names)
    starts = default_starts(loss)
    assert starts.shape == (9, dimension) and (starts[0] == 0.5).all()
    for k in range(1, 9):  # within 0.05 of the width 2 of a window that is not known
        steps = k * np.sqrt(PRIMES[:dimension])
        np.testing.assert_allclose(starts[k], 0.4 + 0.2 * (steps - np.floor(steps)))
    np.testing.assert_array_equal(default_starts(loss, 3), starts[:3])


def test_starts_are_spread_by_the_size_of_the_window() -> None:
    about = About("x", start=(1.0, -2.0), window=((-10, 30), (0, 1)))
    starts = default_starts(bea.Loss.read("x**2 + y**2", about=about), 200)
    assert starts[0].tolist() == [1.0, -2.0]
    assert np.abs(starts - starts[0]).max(axis=0) == pytest.approx([2.0, 0.05], rel=0.02)


def test_starts_are_where_the_field_is_defined() -> None:
    about = About("x", start=(0.0,), window=((-1, 1),))
    logarithm = bea.Loss.read("x - log(x)", about=about)
    found = default_starts(logarithm, 10)  # of four times as many, about half are
    assert found.shape == (10, 1) and (found > 0).all()
    nowhere = bea.Loss.read("x - log(x)", about=About("x", start=(-5.0,), window=((-6, -4),)))
    with pytest.raises(DomainError, match=r"is not defined near \(?-5.*: give starts"):
        default_starts(nowhere)


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "3"])
def test_counts_are_whole_numbers(count: Any) -> None:
    with pytest.raises(DimensionError, match="count"):
        default_starts(BOWL, count)
    for options in ({"count": count}, {"samples": count}):
        with pytest.raises(DimensionError, match=r"count|samples"):
            spread_gammas(1.0, 1.0, **options)


@pytest.mark.parametrize("time", [0.0, -1.0, np.nan, np.inf])
def test_times_are_positive_and_finite(time: float) -> None:
    for refused in (
        lambda: spread_gammas(1.0, time),
        lambda: default_gammas(BOWL, np.ones((1, 2)), time),
    ):
        with pytest.raises(StepSizeError, match="must be positive and finite"):
            refused()


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize(("leading", "product"), [(1, 0.2), (2, 0.2 * 2**0.8), (4, 0.2 * 4**0.8)])
def test_step_sizes_are_whole_fractions_from_the_largest_that_suits_to_a_24th(
    samples: int, leading: int, product: float
) -> None:
    gammas = spread_gammas(50.0, 6.0, 7, samples, leading)
    numbers = 6.0 / samples / gammas
    fewest = np.ceil(6.0 / samples * 50 / product)
    np.testing.assert_allclose(numbers, np.rint(numbers))
    assert numbers[0] == pytest.approx(fewest) and numbers[-1] == pytest.approx(24 * fewest)
    assert len(gammas) == 7 and np.ptp(np.diff(np.log(gammas))) < 0.05


def test_step_sizes_go_on_where_rounding_makes_some_equal() -> None:
    """Evenly on the logarithmic axis as far as there are whole numbers, and then one by one."""
    wanted = np.unique(np.rint(np.geomspace(1, 24, 40)))
    assert len(wanted) < 24
    wanted = np.append(wanted, np.arange(25, 25 + 40 - len(wanted)))
    np.testing.assert_allclose(1 / spread_gammas(1e-3, 1.0, 40), wanted)
    assert list(spread_gammas(1e-3, 2.0, 1)) == [2.0]


def test_step_sizes_that_would_take_too_long_are_refused() -> None:
    """24 times as many steps as the first has must stay below ten million."""
    fewest = 416_666  # 24 of it are 9,999,984
    assert len(spread_gammas(0.2 * (fewest - 0.5), 1.0)) == 12
    with pytest.raises(StepSizeError, match=r"time 1 would take more than 1e\+07 steps: choose a"):
        spread_gammas(0.2 * (fewest + 0.5), 1.0)
    with pytest.raises(StepSizeError, match="would take more than"):
        spread_gammas(np.inf, 1.0)


def test_affordable_times_take_twenty_thousand_steps() -> None:
    for rate in (0.5, 40.0):
        gammas = spread_gammas(rate, affordable_time(rate))
        assert affordable_time(rate) / gammas[-1] == pytest.approx(20_000, rel=2e-3)


def test_default_step_sizes_suit_the_curvature() -> None:
    start, time = np.ones((1, 2)), 3.0
    np.testing.assert_array_equal(default_gammas(BOWL, start, time), spread_gammas(4.0, time))
    np.testing.assert_array_equal(
        default_gammas(BOWL, start, time, 5, samples=3, leading=2, limit=2.0),
        spread_gammas(2.0, time, 5, samples=3, leading=2),
    )
    still = VectorField.read("1", variables="x")  # of which nothing is fast
    np.testing.assert_array_equal(
        default_gammas(still, np.ones((1, 1)), time), spread_gammas(1 / 3, time)
    )


def test_default_step_sizes_suit_the_way_and_not_its_start_alone() -> None:
    """x' = x^2 from 1 to 10, where f' is 20; the start that blows up before is left out."""
    field, starts = VectorField.read("x**2"), np.array([[1.0], [3.0]])
    np.testing.assert_allclose(
        default_gammas(field, starts[:1], 0.9), spread_gammas(20.0, 0.9), rtol=1e-12
    )
    assert np.isfinite(default_gammas(field, starts, 0.9)).all()
