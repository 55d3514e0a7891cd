"""Times are measured by what moves: in turns of the fastest part, up to where a path ends."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.fields import VectorField
from bea.measure.steps.motion import Motion
from bea.measure.steps.settled import settled_runs, settling_gammas, steps_to_settle
from bea.measure.steps.suiting import default_time, suiting_starts
from bea.methods import get
from bea.modified.memory.character import Character


def motion_of(problem: VectorField, start: list[float], time: float, **options: str) -> Motion:
    method = get("gradient-descent") if isinstance(problem, bea.Loss) else get("heun")
    return Motion.of(Character(method, problem), np.array([start]), time)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_turns_do_not_depend_on_the_unit_of_time(scale: float) -> None:
    bowl = bea.problems.loss(f"{int(scale * 10**6)}*(x**2 + 10*y**2)/1000000")
    motion = motion_of(bowl, [1.0, 1.0], 1 / scale)
    assert motion.time_of(3.0) == pytest.approx(3 / (20 * scale), rel=1e-6)


def test_turns_do_not_depend_on_the_units_of_position_and_momentum() -> None:
    """|f'| of an oscillator of frequency 10 is 100 in these units; it turns by 10 in a second."""
    oscillator = bea.problems.get("harmonic-oscillator", omega=10)
    motion = motion_of(oscillator, [1.0, 0.0], 1.0)
    assert motion.turns[0, -1] == pytest.approx(10.0)


def test_a_path_ends_before_a_blow_up() -> None:
    """y' = y^2 from 1 is 1/(1 - t), of which the pace is 2/(1 - t)."""
    motion = motion_of(bea.problems.get("riccati"), [1.0], 5.0)
    assert motion.time_of(1e9) == pytest.approx(0.7, abs=0.2)
    assert motion.time_of(1.0) == pytest.approx(1 - np.exp(-0.5), rel=0.05)
    assert motion.stiffness == 0.0


def test_a_quarter_of_the_paths_decides_nothing() -> None:
    loss, starts = bea.problems.loss("x**4/12"), np.array([[1.0], [1.0], [1.0], [30.0]])
    motion = Motion.of(Character(get("gradient-descent"), loss), starts, 1.0)
    assert motion.fastest() == pytest.approx(1.0)


def test_starts_are_where_the_equation_is_defined() -> None:
    """Of Adam's field a component of the gradient may not vanish, as it does at beale's start."""
    adam, beale = get("adam", beta1="1/2", beta2="3/4"), bea.problems.get("beale")
    character = Character(adam, beale)
    starts = suiting_starts(character)
    assert len(starts) == 9
    assert (beale(starts) != 0).all()
    assert default_time(adam, beale, starts) > 0


@pytest.mark.parametrize("rate", [0.3, 0.9, 0.99])
def test_a_memory_has_settled_after_so_many_steps(rate: float) -> None:
    steps = steps_to_settle(rate)
    assert steps * rate**steps < 1e-15 < rate ** (steps // 2)


def test_runs_are_compared_from_where_they_have_settled() -> None:
    method, bowl = get("heavy-ball", beta="1/2"), bea.problems.loss("x**2/2")
    gammas = settling_gammas(1.0, 50, 10, 4)
    assert gammas[0] == pytest.approx(1 / 50) and gammas[0] / gammas[-1] == pytest.approx(4)
    run, begins = settled_runs(method, bowl, np.array([[1.0]]), gammas, 1.0, 50)
    assert begins.shape == (4, 1, 1) and run.ok.all()
    whole = bea.iterate(method, bowl, [[1.0]], gammas[:1], steps=100)
    assert begins[0, 0] == whole.values[0, 0, 49] and run.values[0, 0, 0] == whole.values[0, 0, 99]
