"""Times and step sizes for a method: some turns of what is fastest, and not too many steps."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.errors import StepSizeError
from bea.fields import with_time
from bea.measure.steps.defaults import affordable_time, spread_gammas
from bea.measure.steps.motion import Motion
from bea.measure.steps.suiting import (
    check_time,
    comparing_time,
    default_time,
    end_across_breaks,
    gammas_for,
    schedule_end,
    suiting_starts,
)
from bea.methods import Schedule, Scheduled, get
from bea.methods.schedules import read as schedule
from bea.modified.memory.character import Character

DESCENT = get("gradient-descent")


def bowl(curvature: str) -> bea.Loss:
    """Return a loss with the same curvature everywhere, whose own time is 1."""
    return bea.problems.loss(f"({curvature})*x**2/2")


def test_starts_are_where_the_equation_is_defined() -> None:
    """Of Adam's field a component of the gradient may not vanish, as it does at beale's start."""
    adam, beale = get("adam", beta1="1/2", beta2="3/4"), bea.problems.get("beale")
    character = Character(adam, beale)
    starts = suiting_starts(character)
    assert len(starts) == 9
    assert (beale(starts) != 0).all()
    assert default_time(adam, beale, starts) > 0


@pytest.mark.parametrize(
    ("curvature", "time"),
    [("1", 1.0), ("1/2", 1.0), ("3", 1.0), ("1/10", 5.0), ("1/1000", 500.0), ("10", 0.3)],
)
def test_between_half_a_turn_and_three_happen(curvature: str, time: float) -> None:
    assert default_time(DESCENT, bowl(curvature)) == pytest.approx(time, rel=1e-3)
    assert comparing_time(Character(DESCENT, bowl(curvature))) == pytest.approx(time, rel=1e-3)


def test_momentum_has_its_own_time_and_affordable_ones() -> None:
    """Its steps are ten times as long, and its pace, too: three turns are 0.3."""
    momentum = get("heavy-ball", beta="9/10")
    assert default_time(momentum, bowl("1")) == pytest.approx(0.1)
    found = default_time(get("heavy-ball", beta="999/1000"), bowl("1"))
    assert 0 < found < 0.01
    assert found <= affordable_time(1.0)


def test_off_the_trees_half_a_turn_is_enough() -> None:
    adam = get("adam", beta1="1/2", beta2="3/4", epsilon="1")
    character = Character(adam, bowl("10"))
    time = default_time(adam, bowl("10"))
    motion = Motion.of(character, suiting_starts(character), 2 * time)
    assert motion.time_of(0.5) == pytest.approx(time, rel=0.02)


@pytest.mark.parametrize(("turns", "fine"), [(51_000, True), (55_000, False)])
def test_what_is_too_stiff_is_told_with_a_time_that_is_not(turns: int, fine: bool) -> None:
    """50,000 turns are left after what 400 steps go through."""
    character = Character(get("implicit-euler"), bea.problems.loss(f"{turns}*x**2/2 + y**2/2"))
    start = np.array([[1.0, 1.0]])
    if fine:
        check_time(character, start, 1.0)
        return
    words = (
        r"goes through 5\.\de\+04 turns in the time 1, and .* 50,000: shorten the time to (0\.4\d),"
    )
    with pytest.raises(StepSizeError, match=words) as told:
        check_time(character, start, 1.0)
    shorter = re.search(words, str(told.value))
    assert shorter is not None
    check_time(character, start, float(shorter[1]))


def test_step_sizes_suit_the_order_and_the_limit_of_the_method() -> None:
    start = np.array([[1.0]])

    def found(name: str, **hyperparameters: Any) -> Any:
        return gammas_for(get(name, **hyperparameters), bowl("4"), start, 1.0, count=5)

    np.testing.assert_allclose(found("gradient-descent"), spread_gammas(4.0, 1.0, 5))
    np.testing.assert_allclose(found("rk4"), spread_gammas(4.0, 1.0, 5, leading=4))
    # A multistep method may go less near to its limit: as far as one of about half its order.
    for steps, leading in ((2, 1), (3, 2), (4, 2)):
        equation = bea.modified_equation(get("adams-bashforth", steps=steps), bowl("4"), order=1)
        limit = 4 * equation.useful_gamma(start)
        np.testing.assert_allclose(
            found("adams-bashforth", steps=steps), spread_gammas(4 / limit, 1.0, 5, leading=leading)
        )
    with pytest.raises(StepSizeError, match="stiff"):
        gammas_for(DESCENT, bowl("1000000"), start, 1.0)


# --- schedules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("cosine(time=2)", fmpq(3, 2)),  # level at the end
        ("exponential(rate=2, time=2)", fmpq(2)),
        ("step(every=1, time=3)", fmpq(3)),  # level everywhere
        ("one-cycle(time=1, peak=1/5)", fmpq(4, 5)),  # three quarters of the last piece
        ("warm-up(until=1, time=4)", fmpq(4)),
    ],
)
def test_a_schedule_is_followed_to_where_its_slope_shows(text: str, end: fmpq) -> None:
    assert schedule_end(schedule(text)) == end


def test_a_break_at_the_end_is_none() -> None:
    """s is level at the end of the first piece, but not on the way."""
    level = Schedule(("(1 - t)**2 + 1/2", "1/2"), breaks=(1,), time=1)
    assert schedule_end(level) == fmpq(3, 4)


def test_where_nothing_moves_the_time_is_the_problems_own() -> None:
    slope = bea.problems.loss("x")
    assert default_time(DESCENT, slope) == 1.0
    assert default_time(get("heavy-ball", beta="9/10"), slope) == pytest.approx(0.1)


def test_a_schedule_is_compared_no_later_than_it_ends_and_no_longer_than_things_move() -> None:
    def time(text: str, curvature: str) -> float:
        method = Scheduled(DESCENT, text)
        character = Character(method, with_time(bowl(curvature)))
        assert default_time(method, with_time(bowl(curvature))) == 1.0
        return comparing_time(character)

    assert time("cosine(time=1/10)", "1") == pytest.approx(0.075)
    assert time("exponential(rate=1/1000, time=4)", "1") == pytest.approx(1.0)
    assert time("exponential(rate=1/1000, time=4)", "30") == pytest.approx(0.1, rel=0.01)


def test_starts_with_a_schedule_are_at_the_time_zero() -> None:
    starts = suiting_starts(Character(Scheduled(DESCENT, "cosine(time=1)"), with_time(bowl("1"))))
    assert starts.shape == (9, 2) and (starts[:, -1] == 0).all()
    np.testing.assert_array_equal(
        suiting_starts(Character(Scheduled(DESCENT, "cosine(time=1)"), with_time(bowl("1"))), 3),
        starts[:3],
    )


@pytest.mark.parametrize(
    ("text", "curvature", "end"),
    [
        # Three turns after the break, at half the pace, where that is a whole multiple of it.
        ("step(every=1/10, factor=1/2, time=10)", "10", fmpq(7, 10)),
        ("step(every=1/10, factor=1/2, time=10)", "9", fmpq(7, 10)),
        ("step(every=1/10, factor=1/2, time=10)", "11", fmpq(6, 10)),
        ("step(every=1, factor=1/2, time=10)", "10", fmpq(3, 2)),
        ("step(every=1, factor=1/2, time=10)", "1", fmpq(7)),
        ("step(every=1/10**9, factor=1/2, time=2/10**8)", "10**9", fmpq(7, 10**9)),
        ("step(every=1/10, factor=1/2, time=2/5)", "10", fmpq(2, 5)),
        # No later than the end, and as many whole multiples as there are.
        ("step(every=1, factor=1/2, time=5/2)", "1/10", fmpq(2)),
        # ... and of runs that have come to rest before it only the first piece is seen.
        ("step(every=2, factor=1/2, time=10)", "10", fmpq(2, 7)),
    ],
)
def test_breaks_are_seen_where_something_moves(text: str, curvature: str, end: fmpq) -> None:
    found = end_across_breaks(Scheduled(DESCENT, text), with_time(bowl(curvature)))
    assert found == end


def test_a_break_after_the_end_is_not_looked_at() -> None:
    method = Scheduled(DESCENT, "one-cycle(time=1, peak=9/10)")
    assert end_across_breaks(method, with_time(bowl("1"))) == schedule_end(method.schedule)


def test_where_nothing_moves_all_breaks_are_seen() -> None:
    method = Scheduled(DESCENT, "step(every=1, factor=1/2, time=4)")
    assert end_across_breaks(method, with_time(bea.problems.loss("x"))) == fmpq(4)
