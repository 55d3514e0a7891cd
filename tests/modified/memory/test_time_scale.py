"""The pace of a method: what times and step sizes are chosen by where f_0 is no multiple of f."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import MethodError
from bea.fields.jacobians import stiffness
from bea.measure.order import default_starts, default_time, gammas_for
from bea.methods import get

from .conftest import paced

BOOTH = bea.problems.booth()
STARTS = default_starts(BOOTH)


@pytest.mark.parametrize("beta", ["1/2", "9/10"])
def test_decay_of_nothing_changes_nothing(beta: str) -> None:
    """On trees and off them, heavy ball has about the same range of step sizes."""
    plain, decayed = (
        paced(get(name, beta=beta, **more), BOOTH, STARTS)
        for name, more in (("heavy-ball", {}), ("heavy-ball-l2", {"weight_decay": 0}))
    )
    assert decayed.rate == pytest.approx(plain.rate, rel=1e-6)
    assert decayed.limit == pytest.approx(plain.limit, rel=1e-6)


def test_preconditioning_scales_the_pace() -> None:
    rate = stiffness(BOOTH, STARTS)
    for factor in ("1/4", "4"):
        method = get("preconditioned-descent", diagonal=(factor, factor))
        scaled = rate * (0.25 if factor == "1/4" else 4)
        assert paced(method, BOOTH, STARTS).rate == pytest.approx(scaled)


def test_adam_forgets_in_steps_and_not_in_time() -> None:
    """gamma/(1 - beta2) << 1: with beta2 ten times nearer to 1 steps are ten times smaller."""
    largest = []
    for beta2 in ("99/100", "999/1000"):
        method = get("adam", beta2=beta2)
        time = default_time(method, BOOTH)
        gammas = gammas_for(method, BOOTH, STARTS, time)
        assert time / gammas.min() < 30_000
        largest.append(float(gammas.max()))
    assert 5 < largest[0] / largest[1] < 20


def test_large_steps_of_adam_are_warned_about() -> None:
    method, gammas = get("adam"), np.array([0.1, 0.05, 0.025, 0.0125, 0.01])
    certificate = bea.verify(method, BOOTH, 1, gammas, time=0.1)
    assert certificate.verdict == "undecided"
    (warning,) = certificate.warnings
    assert "beyond the useful range: gamma times the pace at which the field changes" in warning


def test_an_equation_knows_its_rate_and_its_range() -> None:
    """Heavy ball on a curvature of 10: rate 1/(1 - beta), and gamma 10 < (1 - sqrt(beta))^2."""
    bowl = bea.problems.loss("x**2/2 + 5*y**2")
    equation = bea.modified_equation(get("heavy-ball", beta="81/100"), bowl, order=1)
    assert equation.effective_rate == pytest.approx(1 / 0.19)
    assert equation.useful_gamma([1, 1]) == pytest.approx(0.001)
    assert equation.truncate(0).useful_gamma([[1, 1], [3, 2]]) == pytest.approx(0.001)
    descent = bea.modified_equation(get("gradient-descent"), bowl, order=0)
    assert (descent.effective_rate, descent.useful_gamma([1, 1])) == (1, pytest.approx(0.1))


def test_adam_has_a_range_although_its_field_is_no_multiple_of_f() -> None:
    equation = bea.modified_equation(get("adam"), bea.problems.booth(), order=0)
    assert 0 < equation.useful_gamma([-5, 5]) < 0.001


def test_symbols_without_a_value_are_named() -> None:
    kappa = bea.problems.get("quadratic", kappa=None)
    for method, problem, names in (
        (get("heavy-ball", beta="beta"), BOOTH, "beta has no value; give it one, such as beta=1/2"),
        (get("heavy-ball", beta="beta"), kappa, "beta, kappa have no value; give each one"),
        (get("gradient-descent"), kappa, "kappa has no value; give it one"),
    ):
        equation = bea.modified_equation(method, problem, order=1)
        with pytest.raises(MethodError, match=names):
            equation.useful_gamma([1, 1])
        with pytest.raises(MethodError, match=names):
            bea.verify(method, problem, 1)
