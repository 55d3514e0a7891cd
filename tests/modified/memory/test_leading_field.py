"""The field whose pace decides the step sizes is the one that the method follows."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.fields.jacobians import stiffness
from bea.measure.order import gammas_for
from bea.methods import Method, get
from bea.modified.memory.leading_field import followed_field

from .conftest import paced

LOSS = bea.problems.loss("x**2/2 + 5*y**2")
START = np.array([[0.3, -0.7]])


@pytest.mark.parametrize(
    ("method", "rate"),
    [
        (get("gradient-descent"), 10),
        (get("damped-newton"), 1),
        (get("damped-newton", delta=2), 10 / 12),
        (get("gradient-regularised", mu="1/10"), 10 + 2 * 10**2 / 10),
        (get("preconditioned-descent", diagonal="3, 1/10"), 3),
        (bea.methods.from_text("theta = theta - 2*gamma*grad"), 20),
    ],
    ids=str,
)
def test_what_is_followed_has_its_own_rate(method: Method, rate: float) -> None:
    followed = followed_field(bea.modified_equation(method, LOSS, 0))
    assert stiffness(followed, START) == pytest.approx(rate)
    gammas = gammas_for(method, LOSS, START, 2.0)
    assert 0.05 < gammas[0] * rate <= 0.2 * 1.001


def test_a_method_that_cannot_be_derived_is_measured_by_the_problem() -> None:
    class Rounded(Method):
        def step(self, f, theta, state, gamma):  # type: ignore[no-untyped-def]
            return theta + gamma * np.where(f(theta) > 0, 1, -1), state

    assert paced(Rounded(), LOSS, START) == (10, 1)


def test_one_start_beside_a_pole_does_not_decide() -> None:
    """Newton's flow on x^3/3 - x is -(x^2 - 1)/(2 x)."""
    loss, newton = bea.problems.loss("x**3/3 - x"), get("damped-newton")
    starts = np.array([[1e-2], [1.5], [1.6], [1.8], [2.0]])
    followed = followed_field(bea.modified_equation(newton, loss, 0))
    assert stiffness(followed, starts) > 1e3
    assert paced(newton, loss, starts).rate < 1


def test_a_memory_that_forgets_slowly_takes_no_smaller_steps_than_it_needs() -> None:
    """0.2 times the limit (1 - sqrt(beta))^2 over the curvature 10, however short the time is."""
    method = get("heavy-ball", beta="99/100")
    time = bea.measure.order.default_time(method, LOSS)
    gammas = gammas_for(method, LOSS, START, time)
    assert 0.1 < gammas[0] * 10 / (1 - 0.99**0.5) ** 2 <= 0.2 * 1.001
