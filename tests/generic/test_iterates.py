"""The same `step` in floats, in Arb balls and in mpmath numbers: the same iterates."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq

from bea.errors import MethodError
from bea.fields import ScalarField, VectorField
from bea.methods import available, get

from ..examples import IMPLICIT, example
from .places import NUMBERS, PENDULUM, START, Place

EXPLICIT = [name for name in available() if name not in IMPLICIT]
STEPS = 50


def iterated(name: str, place: Place) -> np.ndarray:
    """Return the point after many steps, in the arithmetic's own numbers."""
    method = example(name).bind(place.f.constant)
    theta, state = place.theta, method.init(place.f, place.theta)
    for _ in range(STEPS):
        theta, state = method.step(place.f, theta, state, place.gamma)
    return np.ravel(theta)


@pytest.mark.parametrize("name", EXPLICIT)
def test_iterates_agree(name: str) -> None:
    """mpmath's numbers of 60 digits lie in the balls, or next to them; the floats are close by."""
    ends = {kind: iterated(name, at(PENDULUM, START)) for kind, at in NUMBERS.items()}
    for number, ball, floating in zip(ends["mpmath"], ends["balls"], ends["floats"], strict=True):
        assert float(ball.rad()) < 1e-60
        assert abs(number - mpmath.mpf(ball.mid().str(65, radius=False))) < mpmath.mpf(10) ** -50
        assert floating == pytest.approx(float(ball.mid()), rel=1e-14, abs=1e-14)


def test_rationals_stay_exact() -> None:
    logistic = VectorField.read("y*(1 - y)")
    f = ScalarField(logistic, fmpq)
    theta, _ = get("heun").bind(f.constant).step(f, f.vector([fmpq(1, 2)]), (), fmpq(1, 3))
    inside = fmpq(1, 2) + fmpq(1, 12)
    assert theta[0] == fmpq(1, 2) + fmpq(1, 6) * (fmpq(1, 4) + inside * (1 - inside))


@pytest.mark.parametrize("name", sorted(IMPLICIT))
def test_implicit_steps_are_refused_in_single_numbers(name: str) -> None:
    f = ScalarField(PENDULUM, arb)
    method = example(name).bind(f.constant)
    theta = f.vector(START)
    with pytest.raises(MethodError, match=r"choose (an explicit|another) method"):
        method.step(f, theta, method.init(f, theta), arb(fmpq(1, 10)))
