"""Potentials by quadrature: against antiderivatives, and no number where a line meets a pole."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import BeaError, DomainError
from bea.fields import Loss
from bea.methods import get
from bea.modified import modified_equation
from bea.modified.structure.line_integral import line_integral


def test_against_an_antiderivative_in_two_dimensions() -> None:
    points = np.random.default_rng(3).uniform(-2, 2, (2, 50))
    found = line_integral(
        lambda x: np.array([np.cos(x[0]) * x[1], np.sin(x[0])]), points, np.array([0.3, -1.0])
    )
    assert found == pytest.approx(np.sin(points[0]) * points[1] + np.sin(0.3), abs=1e-12)


def test_near_a_singularity_panels_are_added() -> None:
    found = line_integral(lambda x: -1 / x**2, np.array([[1e-2, 5.0]]), np.array([1.0]))
    assert found == pytest.approx([99.0, -0.8], rel=1e-8)


@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_line_over_a_pole_has_no_value(power: int) -> None:
    """The odd powers vanish in every rule that is symmetric about the pole."""
    found = line_integral(lambda x: x**-power, np.array([[-1.0, -0.4, 2.0]]), np.array([1.0]))
    assert np.isnan(found[:2]).all() and np.isfinite(found[2])
    with pytest.raises(BeaError, match=r"from \(1\) to any of the points: choose points nearer"):
        line_integral(lambda x: x**-power, np.array([[-1.0]]), np.array([1.0]))


def test_a_loss_that_is_not_defined_at_the_origin() -> None:
    """x - log(x): the base is where the loss is defined, and points outside of it are nan."""
    equation = modified_equation(get("gradient-descent"), Loss.read("x - log(x)"), 3)
    modified = equation.modified_loss()
    assert modified.terms[2] is None
    theta, gamma, h = np.array([[0.3], [2.0]]), 0.01, 1e-5
    slope = (modified(theta + h, gamma) - modified(theta - h, gamma)) / (2 * h)
    assert slope == pytest.approx(-equation(theta, gamma)[:, 0], rel=1e-6)
    assert np.isnan(modified([[-1.0], [0.0], [1.0]], gamma)).tolist() == [True, True, False]
    shifted = modified_equation(get("gradient-descent"), Loss.read("x - log(x - 9)"), 2)
    with pytest.raises(DomainError, match=r"is not defined at 0, 1/2, 1 or 2, .*: shift"):
        shifted.modified_loss()([[10.0]], gamma)


def test_step_sizes_broadcast() -> None:
    modified = modified_equation(get("gradient-descent"), Loss.read("exp(x) + x**2"), 2)
    modified_loss, points = modified.modified_loss(), [[0.5], [1.0]]
    assert modified_loss.terms[2] is None
    both = modified_loss(points, [0.1, 0.2])
    assert both.tolist() == [modified_loss(points, 0.1)[0], modified_loss(points, 0.2)[1]]
    with pytest.raises(BeaError, match=r"step sizes of shape \(3,\) do not broadcast"):
        modified_loss(points, [0.1, 0.2, 0.3])
    with pytest.raises(BeaError, match="the step size cannot be read from 'a'"):
        modified_loss(points, "a")


def test_a_loss_of_integrals_alone_is_written() -> None:
    loss = Loss.read("x**2 + y**2")
    equation = modified_equation(get("adam", epsilon="1/2"), loss, order=1)
    assert str(equation.modified_loss()) == "∫f0 + γ ∫f1 + O(γ²)"
    assert equation.modified_loss().latex().startswith(r"\int f_{0} + \gamma\,\int f_{1}")
