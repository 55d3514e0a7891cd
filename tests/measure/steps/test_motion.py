"""Times are measured by what moves: in turns of the fastest part, up to where a path ends."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.adapters.black_box import BlackBox
from bea.errors import BeaError
from bea.fields import VectorField
from bea.measure.steps.motion import Motion, leading_field, paces_at
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


def test_a_quarter_of_the_paths_is_left_out_and_what_is_after_their_end() -> None:
    """Four paths at the times 0, 1, 3, of which one ends after the first."""
    nan, inf = np.nan, np.inf
    paces = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [9.0, nan, nan], [7.0, 1.0, 8.0]])
    turns = np.array([[0, 2, 8.0], [0, 4, 10.0], [0, inf, inf], [0, 1, 3.0]])
    never = np.full(4, inf)
    motion = Motion(np.zeros((4, 3, 1)), np.array([0.0, 1.0, 3.0]), paces, turns, never)
    assert motion.fastest() == 8.0 and motion.fastest(until=1.0) == 7.0
    assert motion.fastest(until=0.5) == 7.0
    # They go on for 3 turns at the times 1.33, 0.75, 0 (where one ends) and never.
    assert motion.time_of(3.0) == 0.75
    assert motion.time_of(2.0) == pytest.approx(0.5)
    assert motion.time_of(6.0) == pytest.approx(1 + 2 * 2 / 6)
    assert motion.time_of(9.0) == pytest.approx(1 + 2 * 5 / 6)
    assert motion.time_of(10.0) == inf
    first = Motion(*(part[:3] if part.ndim > 1 else part for part in
                     (motion.points, motion.times, paces, turns)), never[:3])  # fmt: skip
    assert first.fastest() == 9.0 and first.time_of(3.0) == 0.0
    assert motion.stiffness == 0.0


def test_stiffness_is_what_most_paths_have_left_at_their_last_pace() -> None:
    nan = np.nan
    paces = np.array([[1.0, 50.0, nan], [1.0, 2.0, 8.0], [40.0, nan, nan], [nan, nan, nan]])
    stiff_from = np.array([1.5, np.inf, 1.0, 0.0])
    motion = Motion(
        np.zeros((4, 3, 1)), np.array([0.0, 1.0, 3.0]), paces, np.zeros((4, 3)), stiff_from
    )
    # 50 * 1.5 and 40 * 2 turns, 0 of the path that was not given up and of one without a pace
    assert motion.stiffness == pytest.approx((0 + 75) / 2)


def test_turns_are_the_integral_of_the_pace() -> None:
    """y' = -y^3 from 1 is (1 + 2 t)^(-1/2), of which the pace is 3/(1 + 2 t)."""
    motion = motion_of(VectorField.read("-y**3"), [1.0], 4.0)
    assert motion.times[0] == 0 and motion.times[-1] == 4
    np.testing.assert_allclose(motion.paces[0], 3 / (1 + 2 * motion.times), rtol=1e-5)
    np.testing.assert_allclose(motion.turns[0], 1.5 * np.log1p(2 * motion.times), rtol=1e-2)
    assert np.isinf(motion.stiff_from).all()


def test_a_path_that_is_too_stiff_is_given_up() -> None:
    steep = bea.problems.loss("500000*x**2 + y**2")
    motion = motion_of(steep, [1.0, 1.0], 2.0)
    assert motion.stiff_from[0] < 0.01
    assert np.isfinite(motion.turns[0][motion.times < 0.6 * motion.stiff_from[0]]).all()
    assert np.isinf(motion.turns[0, -1])


def test_what_has_no_value_is_not_followed() -> None:
    loss = bea.problems.loss("a*x**2", parameters=["a"])
    with pytest.raises(BeaError, match=r"a run of .* needs numbers: a has no value"):
        motion_of(loss, [1.0], 1.0)


def test_paces_are_those_of_the_field_that_is_followed() -> None:
    """Of Adam's -g/(|g| + 1) at g = 10 it is some 10/11^2, and of the loss it is 10."""
    adam = get("adam", beta1="1/2", beta2="3/4", epsilon="1")
    bowl = bea.problems.loss("5*x**2")
    (pace,) = paces_at(Character(adam, bowl), np.array([[1.0]]))
    assert 10 / 11**2 <= pace < 1


def test_what_cannot_be_derived_is_taken_to_follow_the_problem() -> None:
    bowl = bea.problems.loss("5*x**2")
    theirs = BlackBox(lambda gamma: lambda theta: theta - 10 * gamma * theta)
    character = Character(theirs, bowl)
    assert leading_field(character) is bowl
    np.testing.assert_allclose(paces_at(character, np.array([[1.0], [2.0]])), 10.0)
