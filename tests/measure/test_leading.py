"""The field whose rate decides the step sizes is the one that the method follows."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.measure.leading import leading_field
from bea.measure.sampling import default_gammas, stiffness, typical_stiffness
from bea.methods import Method, get

LOSS = bea.problems.loss("x**2/2 + 5*y**2")


@pytest.mark.parametrize("name", ["gradient-descent", "heun", "sam", "heavy-ball", "adam"])
def test_mostly_it_is_the_problem_itself(name: str) -> None:
    assert leading_field(get(name), LOSS) is LOSS


@pytest.mark.parametrize(
    ("method", "rate"),
    [
        (get("damped-newton"), 1),
        (get("damped-newton", delta=2), 10 / 12),
        (get("gradient-regularised", mu="1/10"), 10 + 2 * 10**2 / 10),
        (get("preconditioned-descent", diagonal="3, 1/10"), 3),
        (bea.methods.from_text("theta = theta - 2*gamma*grad"), 20),
    ],
    ids=str,
)
def test_what_is_followed_has_its_own_rate(method: Method, rate: float) -> None:
    followed = leading_field(method, LOSS)
    assert stiffness(followed, [[0.3, -0.7]]) == pytest.approx(rate)
    gammas = bea.measure.gammas_for(method, LOSS, np.array([[0.3, -0.7]]), 2.0)
    assert 0.1 < gammas[0] * rate <= 0.2 * 1.001


def test_a_method_that_cannot_be_derived_is_measured_by_the_problem() -> None:
    class Rounded(Method):
        def step(self, f, theta, state, gamma):  # type: ignore[no-untyped-def]
            return theta + gamma * np.where(f(theta) > 0, 1, -1), state

    assert leading_field(Rounded(), LOSS) is LOSS


def test_one_start_beside_a_pole_does_not_decide() -> None:
    """Newton's flow on x^3/3 - x is -(x^2 - 1)/(2 x)."""
    loss = bea.problems.loss("x**3/3 - x")
    followed = leading_field(get("damped-newton"), loss)
    starts = np.array([[1e-2], [1.5], [2.0]])
    assert stiffness(followed, starts) > 1e3
    assert typical_stiffness(followed, starts) == pytest.approx((1 + 1 / 1.5**2) / 2)
    sizes = [default_gammas(followed, starts, 1.0, typical=t)[0] for t in (False, True)]
    assert sizes[0] < 1e-3 and sizes[1] == pytest.approx(0.2)
