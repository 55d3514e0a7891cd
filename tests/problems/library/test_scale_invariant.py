"""Scale-invariant losses: Euler's relations, the noise on the sphere, and what is refused."""

from __future__ import annotations

import pytest
from flint import fmpq

from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError, DimensionError, ExpressionError
from bea.fields.sources import substitute
from bea.fields.vector_field import Loss
from bea.problems import finite_sum, get, is_scale_invariant, require_scale_invariant
from bea.problems.library.scale_invariant import with_spherical_noise
from bea.problems.sums.finite_sum import FiniteSum

NAMES = ["rayleigh-quotient", "scale-invariant-wells"]


def sum_of(name: str, **parameters: str) -> FiniteSum:
    found = get(name, **parameters)
    assert isinstance(found, FiniteSum)
    return found


def along_w(loss: Loss, value: Element) -> Element:
    """Return w·∇ of an element."""
    ring = loss.ring
    return ring.lie_derivative([ring.variable(i) for i in range(loss.dimension)], value)


@pytest.mark.parametrize("name", NAMES)
def test_every_loss_of_the_sum_is_constant_along_rays(name: str) -> None:
    for loss in sum_of(name).losses:
        assert along_w(loss, loss.value).is_zero()
        # Euler: homogeneous of degree -1.
        assert all((along_w(loss, c) + c).is_zero() for c in loss.components)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("noise", ["0", "1", "3/2"])
def test_the_noise_is_isotropic_on_the_sphere(name: str, noise: str) -> None:
    total = sum_of(name, noise=noise)
    d, ring = total.dimension, total.ring
    square = sum((ring.variable(i) ** 2 for i in range(1, d)), start=ring.variable(0) ** 2)
    scale = 2 * (read(Ring([]), parse(noise)).as_rational() or fmpq(0)) ** 2 / d**2
    for i in range(d):
        for j in range(d):
            tangent = (square * int(i == j) - ring.variable(i) * ring.variable(j)) / square**2
            assert (total.covariance()[i][j] - tangent * scale).is_zero()


def test_the_minimisers_of_the_quotient_form_a_circle() -> None:
    total = sum_of("rayleigh-quotient")
    # At cos t, sin t, 0 with tan(t/2) = u; u has no value, so this is every point but one.
    texts = {"x": "(1 - u**2)/(1 + u**2)", "y": "2*u/(1 + u**2)", "z": "0"}
    expressions = {name: parse(text) for name, text in texts.items()}
    for component in (*total.components, total.value):
        moved = read(Ring(["u"]), substitute(to_expression(component), expressions))
        assert moved.is_zero()


def test_the_wells_are_unequal_with_a_barrier_between() -> None:
    total = sum_of("scale-invariant-wells", barrier="1/4", tilt="1/4")
    # s = y**2/(x**2 + y**2); the top is at s = 1/2 + c/(8 b) = 5/8, of height 25/64.
    for point, value in [([1, 0], 0.0), ([0, 1], 0.25), ([3**0.5, 5**0.5], 25 / 64)]:
        assert total.at(point) == pytest.approx(value, abs=1e-15)
        assert abs(total(point)).max() < 1e-15


def test_what_is_not_scale_invariant_is_refused_by_name() -> None:
    assert not is_scale_invariant(Loss.read("x**2/(1 + x**2 + y**2)"))
    mixed = finite_sum(["x*y/(x**2 + y**2) + x", "x*y/(x**2 + y**2) - x"])
    assert is_scale_invariant(Loss(mixed.value)) and not is_scale_invariant(mixed)
    with pytest.raises(BeaError, match=r"is not scale-invariant: w·∇L is not 0\. Divide by"):
        require_scale_invariant(mixed)
    with pytest.raises(BeaError, match="is not scale-invariant"):
        with_spherical_noise(Loss.read("x*y"))
    with pytest.raises(DimensionError, match="of one variable"):
        get("rayleigh-quotient", eigenvalues="1")
    with pytest.raises(ExpressionError, match="two unequal wells: give 0 < tilt < 4"):
        get("scale-invariant-wells", barrier="1", tilt="4")
    with pytest.raises(ExpressionError, match=r"amplitude .* give a rational number"):
        get("rayleigh-quotient", noise="sqrt(2)")
