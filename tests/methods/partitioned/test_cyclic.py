"""Cyclic updates: the rule in floats, and what it is by other names."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.fields import VectorField
from bea.methods import get
from bea.modified import modified_equation

FIELD = VectorField.read("x' = y*z - x, y' = x*z, z' = x*y - z**2")


def test_one_method_by_two_names() -> None:
    one, other = get("cyclic", split="x; y; z"), get("alternating", first="x; y; z")
    found = [modified_equation(m, order=2).coefficients for m in (one, other)]
    assert found[0] == found[1]
    back = get("adjoint", base=get("cyclic", own="implicit"))  # the last block first, explicitly
    assert modified_equation(back, order=2).coefficients == (
        modified_equation(get("symplectic-euler", first=2), order=2).coefficients
    )


def test_there_and_back_in_floats() -> None:
    x, y, z, h = 0.3, 0.4, 0.5, 0.05
    for _ in range(5):
        x += h * (y * z - x)
        y += h * x * z
        z += h * (x * y - z**2)
        z += h * (x * y - z**2)
        y += h * x * z
        x += h * (y * z - x)
    method = get("cyclic", split="x; y; z", sweep="both")
    run = bea.iterate(method, FIELD, [[0.3, 0.4, 0.5]], [2 * h], steps=5)
    np.testing.assert_allclose(run.values[0, 0, -1], [x, y, z], rtol=1e-13)


def test_proximal_updates_in_floats() -> None:
    """Each block solves for its own new value: x+ = x + h (y z - x+), and so on."""
    x, y, z, h = 0.3, 0.4, 0.5, 0.05
    for _ in range(5):
        x = (x + h * y * z) / (1 + h)
        y += h * x * z
        z = (np.sqrt(1 + 4 * h * (z + h * x * y)) - 1) / (2 * h)
    method = get("cyclic", split="x; y; z", own="implicit")
    run = bea.iterate(method, FIELD, [[0.3, 0.4, 0.5]], [h], steps=5)
    np.testing.assert_allclose(run.values[0, 0, -1], [x, y, z], rtol=1e-12)


@pytest.mark.parametrize("parameters", [{}, {"sweep": "both"}, {"own": "implicit"}])
def test_iterates_confirm_it(parameters: dict[str, str]) -> None:
    certificate = bea.verify(get("cyclic", split="x; y", **parameters), bea.problems.booth(), 2)
    assert certificate.verdict == "confirmed", certificate
