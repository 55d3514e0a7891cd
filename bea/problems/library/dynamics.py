"""ODEs with growth, damping or attractors: linear, populations, limit cycles, chaos, blow-up."""

from __future__ import annotations

import re
from typing import Any

from bea.errors import DimensionError, ExpressionError
from bea.problems.problem import Problem, combination, coordinates, entries
from bea.problems.registry import register

_STROGATZ = "Strogatz, Nonlinear Dynamics and Chaos (1994), section "
_GEOMETRIC = "Hairer, Lubich and Wanner, Geometric Numerical Integration (2006), section "
_SOLVING = "Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section "


@register("field", shaping=("matrix",))
def linear(matrix: Any = "0, 1; -1, -1/5") -> Problem:
    """Linear system of any dimension, by default a damped rotation.

    The matrix is given by rows, separated by semicolons; symbols in it stay open.
    """
    rows = _rows(matrix)
    variables = coordinates(len(rows), (entry for row in rows for entry in row))
    return Problem(
        formula=", ".join(combination(row, variables) for row in rows),
        variables=" ".join(variables),
        source=_STROGATZ + "5.2",
        window=((-1.5, 1.5),) * len(rows),
        start=("1",) * len(rows),
        time=3.0,
        critical=(("0",) * len(rows),),
        note="the modified field of explicit Euler is (1/γ) log(1 + γA)y",
    )


@register("field")
def lotka_volterra(a: Any = 1, b: Any = 2) -> Problem:
    """Lotka and Volterra's predators p and prey q."""
    return Problem(
        formula="q*(p - a), p*(b - q)",
        variables="q p",
        source=_GEOMETRIC + "I.1.1, and page 340 in section IX.1",
        window=((0, 6), (0, 4)),
        start=("9/4", "3/2"),
        time=3.0,
        critical=(("b", "a"), ("0", "0")),
        invariants=("p - a*log(p) + q - b*log(q)",),
        note="orbits with positive q and p are closed; explicit Euler spirals out",
    )


@register("field")
def logistic(r: Any = 1) -> Problem:
    """Logistic growth to the capacity 1."""
    return Problem(
        formula="r*y*(1 - y)",
        variables="y",
        source=_STROGATZ + "2.3",
        window=((0, 1.5),),
        start=("1/10",),
        time=3.0,
        critical=(("0",), ("1",)),
    )


@register("field")
def riccati() -> Problem:
    """Riccati's equation y' = y**2, which blows up in finite time."""
    return Problem(
        formula="y**2",
        variables="y",
        source=_GEOMETRIC + "IX.1, with the modified equation of explicit Euler to order 5",
        window=((0, 4),),
        start=("1",),
        time=0.5,
        critical=(("0",),),
        note="the solution y0/(1 - y0 t) blows up at t = 1/y0",
    )


@register("field")
def van_der_pol(mu: Any = 1) -> Problem:
    """Van der Pol's oscillator, with a limit cycle."""
    return Problem(
        formula="v, mu*(1 - x**2)*v - x",
        variables="x v",
        source="van der Pol, Phil. Mag. 2 (1926) 978-992; " + _SOLVING + "I.16",
        window=((-3, 3), (-4, 4)),
        start=("2", "0"),
        time=3.0,
        critical=(("0", "0"),),
        note="stiff for large mu: the fast motion decays at a rate of about 3 mu near x = 2",
    )


@register("field")
def lorenz(sigma: Any = 10, rho: Any = 28, beta: Any = "8/3") -> Problem:
    """Lorenz's equations, with a chaotic attractor."""
    arm = "sqrt(beta*(rho - 1))"
    return Problem(
        formula="sigma*(y - x), x*(rho - z) - y, x*y - beta*z",
        variables="x y z",
        source="Lorenz, J. Atmos. Sci. 20 (1963) 130-141, equations (25)-(27); "
        + _SOLVING
        + "I.16",
        window=((-20, 20), (-30, 30), (0, 50)),
        start=("-8", "8", "27"),
        time=0.5,
        critical=(("0", "0", "0"), (arm, arm, "rho - 1"), (f"-{arm}", f"-{arm}", "rho - 1")),
        note="chaotic: errors grow by about e**0.9 per unit of time, so compare over short times",
    )


# --- private helpers ----------------------------------------------------------------------------


def _rows(matrix: Any) -> list[list[str]]:
    what = "parameter 'matrix'"
    # Rows as "0, 1; -1, 0" or, as Python has them, "[[0, 1], [-1, 0]]".
    parts = re.split(r"\]\s*,?\s*\[|;", matrix) if isinstance(matrix, str) else matrix
    if not isinstance(parts, list | tuple) or not parts:
        raise ExpressionError(f"{what} cannot be read: give rows such as '0, 1; -1, 0'")
    rows = [entries(row, what) for row in parts]
    if any(len(row) != len(rows) for row in rows):
        raise DimensionError(
            f"{what} has {len(rows)} rows of {', '.join(str(len(row)) for row in rows)} entries: "
            "give a square matrix such as '0, 1; -1, 0'"
        )
    return rows
