"""Schedules by an expression in t, under the names that people type; kinks and jumps."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, MethodError
from bea.methods import Scheduled, schedules


@pytest.mark.parametrize(
    ("text", "value"),
    [("exp(-t)", np.exp(-0.3)), ("1 - t/2", 0.85), ("1/(1+t)", 1 / 1.3), ("t", 0.3),
     ("e**(-2*t)", np.exp(-0.6)), ("0.5", 0.5),
     ("(1 + cos(pi*t))/2", (1 + np.cos(0.3 * np.pi)) / 2),
     ("np.exp(-t)", np.exp(-0.3)), ("sigmoid(4 - 8*t)", 1 / (1 + np.exp(-1.6)))],
)  # fmt: skip
def test_an_expression_is_a_schedule(text: str, value: float) -> None:
    found = schedules.read(text)
    assert found(0.3) == pytest.approx(value, rel=1e-14)
    assert schedules.read(str(found))(0.3) == found(0.3)
    assert found.is_smooth


def test_an_expression_has_the_equation_of_its_name() -> None:
    from bea.fields import with_time

    loss = with_time(bea.problems.loss("x**2 + x**4"))
    terms = [
        bea.modified_equation(Scheduled(bea.methods.gradient_descent(), s), loss, order=2).terms
        for s in ("exp(-2*t)", "exponential(rate=2)", "exp(-3*t)")
    ]
    assert terms[0] == terms[1] != terms[2]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("warmup", "warm-up"), ("cosine_annealing(time=2)", "cosine"), ("SGDR", "warm-restarts"),
     ("exp(rate=2)", "exponential"), ("one_cycle", "one-cycle"), ("step_lr(every=1)", "step")],
)  # fmt: skip
def test_names_that_people_type(typed: str, name: str) -> None:
    assert schedules.read(typed).name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min(t, 1)", r"'min' in the schedule .* makes pieces: .* piecewise\(pieces=2\*t; 1"),
        ("abs(1 - t)", "'abs' in the schedule"),
        ("t; 1", "has pieces: write them with the times between"),
        ("exp(-a*t)", "holds 'a': it may hold the time t only"),
        ("exp(-e*t)", "'e' may be Euler's number or a name"),
        ("cosin(time=2)", "Did you mean 'cosine'.*or write an expression in t, such as '1 - t/2'"),
        ("linear", "write an expression in t"),
        ("1 - 2*t", "the schedule is negative: s = -0.002 at t = 0.501"),
        ("x", "unknown schedule 'x'"),
        ("exp(-t", "cannot be read: .* opens a bracket that is never closed"),
    ],
)
def test_what_is_no_schedule(text: str, message: str) -> None:
    with pytest.raises(BeaError, match=message):
        schedules.read(text)


@pytest.mark.parametrize(
    ("schedule", "jumps", "words"),
    [
        ("warm-up(until=1/2)", 0, "has a kink at t = 1/2"),
        ("cyclical(period=1, time=2)", 0, "has kinks at t = 1/2, 1, 3/2"),
        ("step(every=1, time=3)", 2, "jumps at t = 1, 2"),
        ("warm-restarts(period=1, time=2)", 1, "jumps at t = 1"),
        ("piecewise(pieces=t; 1; 1/2, breaks=1; 2)", 1, "jumps at t = 2 and has a kink at t = 1"),
        ("piecewise(pieces=sqrt(2)*t; sqrt(8)/2, breaks=1)", 0, "has a kink at t = 1"),
    ],
)
def test_a_kink_is_not_called_a_jump(schedule: str, jumps: int, words: str) -> None:
    found = schedules.read(schedule)
    assert len(found.jumps) == jumps
    assert found.breaks_text == words
    with pytest.raises(MethodError, match=f"the schedule {found.name} {words}: derive one smooth"):
        found.at(1)
