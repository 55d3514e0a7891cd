"""Values of the literature, beside their sources."""

from __future__ import annotations

import numpy as np
import pytest

from bea.algebra.language.expressions import Expression
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.exact import as_float
from bea.algebra.ring.ring import Ring
from bea.fields.sources import substitute
from bea.fields.vector_field import Loss
from bea.problems import get


def loss_at(name: str, point: tuple[str, ...]) -> float:
    loss = get(name)
    assert isinstance(loss, Loss)
    return float(loss.at(np.array([as_float(parse(text)) for text in point])))


@pytest.mark.parametrize(
    ("name", "point", "value", "places"),
    [
        # More, Garbow and Hillstrom (1981), problems (1) and (5), at their starts.
        ("rosenbrock", ("-6/5", "1"), 24.2, 12),
        ("beale", ("1", "1"), 14.203125, 12),
        # Himmelblau's maximum; Styblinski and Tang's minimum as in Jamil and Yang (2013): -78.332.
        ("himmelblau", ("-0.270845", "-0.923039"), 181.617, 3),
        ("styblinski-tang", ("-2.903534", "-2.903534"), -78.332, 3),
        # Booth's 7**2 + 5**2 at the origin; the camel's two minima that are not least.
        ("booth", ("0", "0"), 74, 12),
        ("three-hump-camel", ("1.7475523", "-0.8737762"), 0.29864, 5),
    ],
)
def test_losses(name: str, point: tuple[str, ...], value: float, places: int) -> None:
    assert loss_at(name, point) == pytest.approx(value, abs=10.0**-places)


def kepler_start(eccentricity: str) -> dict[str, Expression]:
    e = parse(eccentricity)
    start = ["1 - e", "0", "0", "sqrt((1 + e)/(1 - e))"]
    names = ["q1", "q2", "p1", "p2"]
    return {n: substitute(parse(t), {"e": e}) for n, t in zip(names, start, strict=True)}


@pytest.mark.parametrize("eccentricity", ["3/5", "1/5", "0"])
def test_kepler_starts_on_the_ellipse_of_half_axis_one(eccentricity: str) -> None:
    """Energy -1/2, angular momentum sqrt(1 - e**2), Laplace-Runge-Lenz vector (e, 0).

    Hairer, Lubich and Wanner, Geometric Numerical Integration, section I.2.
    """
    problem = get("kepler", eccentricity=eccentricity)
    values = kepler_start(eccentricity)
    assert problem.about.start == tuple(as_float(value) for value in values.values())
    expected = ["-1/2", f"sqrt(1 - ({eccentricity})**2)", eccentricity, "0"]
    for invariant, text in zip(problem.about.invariants, expected, strict=True):
        element = read(Ring([]), substitute(parse(invariant), values))
        assert (element - read(element.ring, parse(text))).is_zero()


def test_lorenz_has_two_arms() -> None:
    """The fixed points (±6 sqrt(2), ±6 sqrt(2), 27) of Lorenz (1963), section 7."""
    arm = get("lorenz").about.critical[1]
    assert [as_float(parse(text)) for text in arm] == pytest.approx([72**0.5, 72**0.5, 27])
    assert len(get("lorenz", rho="1/2").about.critical) == 1


def test_riccati_follows_its_closed_solution() -> None:
    """y0/(1 - y0 t) has the slope y**2 (Hairer, Lubich and Wanner, section IX.1)."""
    ring = Ring(["t"])
    solution = parse("3/(1 - 3*t)")
    field = to_expression(get("riccati").components[0])
    slope = read(ring, solution).derivative(0)
    assert (slope - read(ring, substitute(field, {"y": solution}))).is_zero()


@pytest.mark.parametrize(("kappa", "tilt"), [("10", "0"), ("1000", "0"), ("1000", "1/2")])
def test_quadratic_has_its_condition_number(kappa: str, tilt: str) -> None:
    loss = get("quadratic", kappa=kappa, tilt=tilt)
    H = -np.column_stack([loss(e) for e in np.eye(2)])
    assert np.linalg.eigvalsh(H) == pytest.approx([1, float(kappa)], rel=1e-12)
    assert bool(abs(H[0, 1]) > 1) == (tilt != "0")


def test_linear_field_is_its_matrix() -> None:
    A = np.array([[0, 1, 0], [-1, -0.5, 2], [0, 0, -3]])
    field = get("linear", matrix="0, 1, 0; -1, -1/2, 2; 0, 0, -3")
    assert np.column_stack([field(e) for e in np.eye(3)]) == pytest.approx(A)


def test_linear_regression_solves_the_normal_equations() -> None:
    z, t = np.array([-1.0, 0, 1, 2]), np.array([0.0, 1, 1, 3])
    solution, residual, _, _ = np.linalg.lstsq(np.column_stack([z, np.ones(4)]), t, rcond=None)
    about = get("linear-regression").about
    assert [as_float(parse(text)) for text in about.minima[0]] == pytest.approx(solution)
    assert as_float(parse(about.least)) == pytest.approx(residual[0] / 8)


def test_logistic_regression_is_the_mean_over_its_labels() -> None:
    z = np.array([-1, -1, -1, 1, 1, 1, 1, 1])
    labels = np.array([1, -1, -1, 1, 1, 1, 1, -1])
    w, b = 0.7, -0.3
    mean = np.mean(np.log1p(np.exp(-labels * (w * z + b))))
    loss = get("logistic-regression")
    assert isinstance(loss, Loss)
    assert loss.at(np.array([w, b])) == pytest.approx(mean)
