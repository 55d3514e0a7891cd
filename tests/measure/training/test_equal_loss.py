"""Runs to an equal loss, and how flat it is there, on losses whose answers are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.errors import BeaError
from bea.measure.training import FlatnessMeasure, at_equal_loss, flatness

DESCENT = bea.methods.gradient_descent()
BOWL = bea.problems.loss("x**2/2 + 2*y**2")


@given(st.floats(0.02, 0.4), st.floats(0.01, 0.9))
def test_every_run_is_at_the_level_on_the_chord_of_its_last_step(gamma: float, part: float) -> None:
    start = np.array([1.0, 1.0])
    level = part * float(BOWL.at(start))
    found = at_equal_loss(DESCENT, BOWL, gamma, level, start)
    assert BOWL.at(found.points) == pytest.approx(level, rel=1e-12)
    steps = int(found.steps[0, 0])
    run = bea.iterate(DESCENT, BOWL, start, gamma, steps=steps, include_start=True).values[0, 0]
    assert BOWL.at(run[-1]) <= level < BOWL.at(run[-2])
    fraction = found.times[0, 0] / gamma - (steps - 1)
    assert found.points[0, 0] == pytest.approx(run[-2] + fraction * (run[-1] - run[-2]), abs=1e-12)


def test_a_method_with_memory_keeps_it() -> None:
    ball = bea.methods.heavy_ball(beta="1/2")
    found = at_equal_loss(ball, BOWL, [0.1], 0.01, [1.0, 1.0])
    steps = int(found.steps[0, 0])
    run = bea.iterate(ball, BOWL, [1.0, 1.0], [0.1], steps=steps).values[0, 0]
    ends = run[-2:]
    assert np.linalg.norm(found.points[0, 0] - ends, axis=1).sum() == pytest.approx(
        np.linalg.norm(ends[1] - ends[0])
    )


def test_another_loss_may_be_at_the_level() -> None:
    part = bea.problems.loss("x**2/2 + y**4/100")
    found = at_equal_loss(DESCENT, BOWL, [0.1, 0.2], 0.1, [1.0, 1.0], loss=part)
    assert part.at(found.points) == pytest.approx(0.1)


def test_a_run_that_never_crosses_has_no_point() -> None:
    found = at_equal_loss(DESCENT, BOWL, [0.1, 0.6], 0.1, [1.0, 1.0], max_steps=50)
    assert found.steps[0, 0] > 0 == found.steps[1, 0]
    assert np.isnan(found.points[1]).all() and np.isnan(found.times[1, 0])


def test_large_steps_end_flatter_where_two_valleys_are_one_loss() -> None:
    """On ½(ab − 3/5)² the flow keeps a² − b² and descent shrinks it."""
    product = bea.problems.loss("(a*b - 3/5)**2/2")
    found = at_equal_loss(DESCENT, product, [0.1, 0.001], 1e-12, [2.8, 3.5])
    sharp = flatness(product, found.points).sharpness.ravel()
    assert sharp == pytest.approx([1.358, 4.5563], abs=5e-4)


def test_flatness_of_a_quadratic_is_known() -> None:
    found = flatness(BOWL, [[1.0, 1.0], [3.0, 0.0]], noise=0.3, probes=400)
    assert found.gradient == pytest.approx([17, 9]) and found.loss == pytest.approx([2.5, 4.5])
    assert found.sharpness == pytest.approx(4) and found.trace == pytest.approx(5)
    assert found.rise[0] == pytest.approx(found.rise[1], rel=1e-12)  # the same noise
    assert found.rise[0] == pytest.approx(0.09 * 5 / 2, rel=0.25)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: at_equal_loss(DESCENT, BOWL, 0.1, 3.0, [1.0, 1.0]), "is 2.5, not above.* lower"),
        (lambda: flatness(BOWL, [1.0, 1.0], noise=0), "positive standard deviation"),
        (lambda: flatness(BOWL, [1.0, 1.0], probes=1), "at least 2"),
        (lambda: flatness(BOWL, [1.0]), r"shape \(\.\.\., 2\)"),
    ],
)
def test_wrong_input_is_refused(make: Any, words: str) -> None:
    with pytest.raises(BeaError, match=words):
        make()


SUM = bea.problems.noisy_quadratic("1, 1/4", size=16)


@pytest.mark.parametrize("method", [DESCENT, bea.methods.heavy_ball(beta="1/2")])
def test_batches_are_those_of_training_and_seldom_looks_find_the_same(method: Any) -> None:
    starts = np.full((3, 2), 3.0)
    found = at_equal_loss(method, SUM, 0.05, 2.0, starts, batches=4, seeds=[4, 5, 6])
    seldom = at_equal_loss(method, SUM, 0.05, 2.0, starts, batches=4, seeds=[4, 5, 6], every=7)
    assert np.array_equal(found.points, seldom.points)
    assert len(np.unique(found.points[0, :, 0])) == 3  # each has batches of its own
    assert SUM.at(found.points) == pytest.approx(2.0)
    for run, steps in enumerate(found.steps[0]):
        ends = bea.train(
            method, SUM, starts, gamma=0.05, steps=int(steps), batches=4, seeds=[4, 5, 6]
        )
        assert ends.of("loss")[-1, run] <= 2.0


def test_without_batches_a_sum_is_seen_whole() -> None:
    whole = bea.Loss.read(str(SUM.value), SUM.variables)
    ours, theirs = (at_equal_loss(DESCENT, p, [0.1, 0.2], 1.0, [3.0, 3.0]) for p in (SUM, whole))
    assert np.allclose(ours.points, theirs.points) and np.array_equal(ours.steps, theirs.steps)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batches": 17}, "larger than N=16"),
        ({"batches": 4, "seeds": [1, 2]}, "2 seeds for 1 runs"),
        ({"every": 0}, "at least 1"),
    ],
)
def test_wrong_batches_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BeaError, match=words):
        at_equal_loss(DESCENT, SUM, 0.1, 1.0, [3.0, 3.0], **options)


def test_measures_of_flatness_are_observed_along_runs() -> None:
    names = ("gradient", "sharpness", "trace", "rise")
    watched = {name: FlatnessMeasure(SUM, name) for name in names}
    runs = bea.train("heun", SUM, [[3.0, 3.0], [1.0, 2.0]], gamma=0.1, steps=5, observables=watched)
    found = flatness(SUM, runs.ends)
    for name in names:
        assert np.allclose(runs.of(name)[-1], getattr(found, name))
    for wrong in ({"measure": "sharp"}, {"measure": "trace", "noise": 0.0}):
        with pytest.raises(BeaError, match=r"no measure 'sharp'.*sharpness|positive standard"):
            FlatnessMeasure(SUM, **wrong)  # type: ignore[arg-type]
