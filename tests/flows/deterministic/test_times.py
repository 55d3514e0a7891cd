"""The times nγ at which iterates and flows meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.errors import BeaError, DimensionError, StepSizeError
from bea.flows import sample_steps, sample_times
from bea.flows.deterministic.times import check_count, check_gammas, check_progress, check_samples


@given(
    gamma=st.floats(1e-4, 1.0),
    time=st.floats(1.0, 50.0),
    samples=st.integers(1, 20),
)
def test_sample_is_the_nearest_multiple(gamma: float, time: float, samples: int) -> None:
    counts = sample_steps([gamma], time, samples)
    wished = time * np.arange(1, samples + 1) / samples
    assert counts.shape == (1, samples)
    assert (np.abs(sample_times([gamma], counts) - wished) <= gamma / 2 * (1 + 1e-9)).all()
    assert (np.diff(counts) >= 0).all()


def test_start_is_included_on_demand() -> None:
    assert sample_steps(0.25, 1.0, 2, include_start=True).tolist() == [[0, 2, 4]]


@pytest.mark.parametrize("gamma", [0.0, -0.1, np.nan, np.inf])
def test_bad_step_size_is_refused(gamma: float) -> None:
    with pytest.raises(StepSizeError, match=rf"gamma={gamma:g} must be positive and finite"):
        check_gammas([0.1, gamma])


@pytest.mark.parametrize("time", [0.0, -1.0, np.nan, np.inf])
def test_bad_time_is_refused(time: float) -> None:
    with pytest.raises(StepSizeError, match=f"time {time:g} must be positive and finite"):
        sample_steps([0.1], time)


def test_step_longer_than_the_time_is_refused() -> None:
    with pytest.raises(StepSizeError, match="gamma=3 is more than twice the time 1; lengthen"):
        sample_steps([0.1, 3.0], 1.0)


def test_step_too_short_to_count_is_refused() -> None:
    assert sample_steps([1.0], 2.0**62) == [[2**62]]
    with pytest.raises(StepSizeError, match="gamma=1e-300 is too small for the time 1"):
        sample_steps([1e-300], 1.0)


@pytest.mark.parametrize("samples", [0, -1, 1.5, True])
def test_bad_number_of_samples_is_refused(samples: int) -> None:
    with pytest.raises(DimensionError, match=f"samples={samples} must be a whole number"):
        sample_steps([0.1], 1.0, samples)


def test_shape_of_step_sizes_is_checked() -> None:
    with pytest.raises(DimensionError, match=r"step sizes have shape \(1, 2\)"):
        check_gammas([[0.1, 0.2]])
    with pytest.raises(StepSizeError, match="there is no step size"):
        check_gammas([])


def test_more_samples_than_memory_holds_are_refused_before_they_are_made() -> None:
    with pytest.raises(StepSizeError, match=r"1e\+12 samples for each of 2 step sizes"):
        sample_steps([0.1, 0.2], time=1.0, samples=10**12)


def test_as_many_samples_as_memory_holds_are_allowed() -> None:
    check_samples(2, 5_000_000)
    with pytest.raises(StepSizeError, match="more than the limit of 10,000,000 in all"):
        check_samples(2, 5_000_001)


@pytest.mark.parametrize("count", [1, 2, np.int64(7)])
def test_whole_numbers_from_one_on_are_counts(count: int) -> None:
    check_count(count, "samples")


def test_half_a_step_still_fits() -> None:
    """The nearest multiple: half a step is rounded to an even number, which is none."""
    assert sample_steps([0.3], 0.1501).tolist() == [[1]]
    with pytest.raises(StepSizeError, match=r"gamma=0.3 is more than twice the time 0.1499"):
        sample_steps([0.1, 0.3], 0.1499)


@pytest.mark.parametrize("progress", [3, "bar"])
def test_progress_is_a_function_or_nothing(progress: object) -> None:
    check_progress(None)
    check_progress(print)
    with pytest.raises(BeaError, match="give a function that is told how far the work is"):
        check_progress(progress)
