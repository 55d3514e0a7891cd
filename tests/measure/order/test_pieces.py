"""Schedules that jump are verified from break to break, with memory and without."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, MethodError, StepSizeError
from bea.fields import with_time
from bea.flows import iterate
from bea.measure.order import flow_by_pieces, schedule_drift
from bea.methods import Method, Scheduled, get, heavy_ball

GD = bea.methods.gradient_descent()
JUMP = "step(every=1/2, factor=1/2, time=1)"
FIELD = with_time(bea.problems.loss("x**4/4 + x**2 + x*y/2 + y**2"))


@pytest.mark.parametrize("schedule", [JUMP, "one-cycle(time=1, low=1/5)"])
@pytest.mark.parametrize(
    "method", [GD, heavy_ball(beta="1/2"), get("nesterov", beta="1/2")], ids=str
)
def test_a_certificate_across_a_jump(method: Method, schedule: str) -> None:
    certificate = bea.verify(Scheduled(method, schedule), FIELD)
    assert certificate.verdict == "confirmed", certificate.reason
    assert certificate.study.expected == (1, 2, 3)
    kinds = {control.kind for control in certificate.controls}
    assert kinds == {"dropped", "doubled"} | ({"uncorrected"} if method is not GD else set())
    assert certificate.start == ("own" if method is GD else "corrected")


def test_memory_of_several_vectors_crosses_a_jump() -> None:
    """Three points of memory; between the breaks the formula is of the third order."""
    study = schedule_drift(Scheduled(get("bdf", steps=3), JUMP), FIELD, [0])
    assert study.expected == (3,)
    assert abs(study.observed_orders()[0] - 3) < 0.1


def test_without_a_restart_the_memory_of_the_last_piece_costs_orders() -> None:
    """Correcting the start at 0 is not enough: v = f/(1 - beta) + ... jumps by what has gamma."""
    scheduled = Scheduled(heavy_ball(beta="1/2"), JUMP)
    starts, gammas = [[0.8, -0.6, 0.0]], 1 / np.array([32.0, 64.0, 128.0, 256.0])
    first = bea.modified_equation(
        Scheduled(scheduled.method, scheduled.schedule.piece(0)), FIELD, 2
    )
    second = bea.modified_equation(
        Scheduled(scheduled.method, scheduled.schedule.piece(1)), FIELD, 2
    )
    at = first.corrected_starts(starts, gammas)
    middle = bea.flow(first, at, gammas, [0.5]).values[:, :, -1]
    plain = bea.flow(second, middle, gammas, [0.5]).values[:, 0, -1]
    right = flow_by_pieces(scheduled, FIELD, 2, starts, gammas)[-1].values[:, 0, -1]
    run = iterate(scheduled, FIELD, starts, gammas).values[:, 0, -1]
    for values, order in ((plain, 2), (right, 3)):
        errors = np.linalg.norm(values - run, axis=-1)
        assert abs(np.polyfit(np.log(gammas), np.log(errors), 1)[0] - order) < 0.2


def test_what_cannot_be_verified_by_pieces_is_refused() -> None:
    scheduled = Scheduled(GD, JUMP)
    with pytest.raises(MethodError, match=r"t = 1/2\) takes the memory of 'adam.* linear memory"):
        bea.verify(Scheduled(get("adam", beta1="1/2", beta2="3/4", epsilon="1/2"), JUMP), FIELD)
    with pytest.raises(StepSizeError, match="does not meet the times of the schedule, 1/2"):
        bea.verify(scheduled, FIELD, gammas=[0.3])
    with pytest.raises(BeaError, match="in pieces, each with one of its own"):
        piece = bea.modified_equation(Scheduled(GD, scheduled.schedule.piece(0)), FIELD, 2)
        bea.verify(scheduled, FIELD, equation=piece)


def test_an_order_that_is_too_high_is_told_from_one_that_is_too_low() -> None:
    """RK4 with one cycle: what s' and s'' bring adds up to s' at the ends, where it is 0."""
    scheduled = Scheduled(get("rk4"), "one-cycle(time=1, low=1/5)")
    certificate = bea.verify(scheduled, FIELD, time=1)
    assert certificate.verdict == "undecided" and "another time" in certificate.reason
    assert bea.verify(scheduled, FIELD).verdict == "confirmed"


@pytest.mark.parametrize("name", ["heun", "rk4", "bdf", "adams-bashforth"])
def test_a_method_of_high_order_is_compared_before_a_cosine_is_level(name: str) -> None:
    scheduled = Scheduled(get(name), "cosine(time=1, low=1/10)")
    certificate = bea.verify(scheduled, FIELD)
    assert certificate.verdict == "confirmed", certificate.reason
    assert certificate.study.times.max() <= 0.75
