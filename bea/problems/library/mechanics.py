"""Conservative systems: oscillators, the pendulum, Kepler's problem.

Hairer, Lubich and Wanner, "Geometric Numerical Integration" (2nd ed. 2006), chapter I.
"""

from __future__ import annotations

from typing import Any

from bea.problems.problem import Problem
from bea.problems.registry import register

_GEOMETRIC = "Hairer, Lubich and Wanner, Geometric Numerical Integration (2006), section "


@register("field")
def harmonic_oscillator(omega: Any = 1) -> Problem:
    """Harmonic oscillator of frequency omega."""
    return Problem(
        formula="p, -omega**2*q",
        variables="q p",
        source="Strogatz, Nonlinear Dynamics and Chaos (1994), section 5.1",
        window=((-2, 2), (-2, 2)),
        start=("1", "0"),
        time=3.0,
        critical=(("0", "0"),),
        invariants=("(p**2 + omega**2*q**2)/2",),
    )


@register("field")
def pendulum() -> Problem:
    """Mathematical pendulum."""
    return Problem(
        formula="p, -sin(q)",
        variables="q p",
        source=_GEOMETRIC + "I.1.2",
        window=((-5, 5), (-3, 3)),
        start=("1", "0"),
        time=3.0,
        critical=(("0", "0"), ("pi", "0"), ("-pi", "0")),
        invariants=("p**2/2 - cos(q)",),
    )


@register("field")
def nonlinear_oscillator() -> Problem:
    """Rotation that is slower further out, x**2 + y**2 conserved."""
    return Problem(
        formula="-y/(x**2 + y**2), x/(x**2 + y**2)",
        variables="x y",
        source="Ranocha and Ketcheson, Energy stability of explicit Runge-Kutta methods for "
        "nonlinear or nonautonomous problems, SIAM J. Numer. Anal. 58 (2020) 3382-3405",
        window=((-2, 2), (-2, 2)),
        start=("1", "0"),
        time=3.0,
        invariants=("x**2 + y**2",),
        note="not defined at the origin; explicit midpoint conserves x**2 + y**2 exactly",
    )


@register("field")
def kepler(eccentricity: Any = "3/5") -> Problem:
    """Kepler's problem: a planet on an ellipse, started where it is nearest to the sun.

    The eccentricity is that of the start. The invariants are the energy, the angular momentum and
    the two components of the Laplace-Runge-Lenz vector.
    """
    return Problem(
        formula="p1, p2, -q1/(q1**2 + q2**2)**(3/2), -q2/(q1**2 + q2**2)**(3/2)",
        variables="q1 q2 p1 p2",
        source=_GEOMETRIC + "I.2",
        window=((-2, 1), (-1.5, 1.5), (-2.5, 2.5), (-2.5, 2.5)),
        start=("1 - eccentricity", "0", "0", "sqrt((1 + eccentricity)/(1 - eccentricity))"),
        time=3.0,
        invariants=(
            "(p1**2 + p2**2)/2 - 1/sqrt(q1**2 + q2**2)",
            "q1*p2 - q2*p1",
            "(q1*p2 - q2*p1)*p2 - q1/sqrt(q1**2 + q2**2)",
            "-(q1*p2 - q2*p1)*p1 - q2/sqrt(q1**2 + q2**2)",
        ),
        positive=("1 - eccentricity", "1 + eccentricity"),
        note="not defined at the sun, q1 = q2 = 0, and fast near it: high eccentricity needs small "
        "step sizes; one revolution takes 2π",
    )
