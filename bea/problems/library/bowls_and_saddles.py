"""Small losses that show one thing each: conditioning, saddles, wells, a valley of minima."""

from __future__ import annotations

from typing import Any

from bea.algebra.ring.exact import as_rational, exact
from bea.errors import DimensionError, ExpressionError
from bea.problems.problem import Problem, combination, coordinates, entries
from bea.problems.registry import register


@register("loss", shaping=("eigenvalues", "tilt"))
def quadratic(eigenvalues: Any = "1, kappa", kappa: Any = 10, tilt: Any = 0) -> Problem:
    """Quadratic bowl of any dimension and conditioning.

    The eigenvalues of the Hessian are a list, by default 1 and the condition number kappa. In two
    dimensions the axes are turned by the angle whose half has the tangent `tilt` (a rational, so
    that the turned bowl is rational too: 1/2 turns by the angle of cosine 3/5).
    """
    values = entries(eigenvalues, "parameter 'eigenvalues'")
    variables = coordinates(len(values), values)
    squares = _turned(variables, tilt) if str(tilt) != "0" else [f"{v}**2" for v in variables]
    terms = [s if v == "1" else f"{_factor(v)}*{s}" for v, s in zip(values, squares, strict=True)]
    return Problem(
        formula=f"({' + '.join(terms)})/2",
        variables=" ".join(variables),
        source="Boyd and Vandenberghe, Convex Optimization (2004), section 9.3.2, 'A quadratic "
        "problem in R2'",
        window=((-1.5, 1.5),) * len(values),
        start=("1",) * len(values),
        time=1.0,
        minima=(("0",) * len(values),),
        least="0",
        positive=tuple(values),
        note="the modified field of gradient descent is (1/γ) log(1 - γH)θ, which converges for "
        "step sizes below 1 over the largest eigenvalue",
    )


@register("loss")
def saddle() -> Problem:
    """Saddle: one direction of descent, one of ascent."""
    return Problem(
        formula="(x**2 - y**2)/2",
        variables="x y",
        source="Lee, Simchowitz, Jordan and Recht, Gradient descent only converges to minimizers, "
        "COLT 2016",
        window=((-2, 2), (-2, 2)),
        start=("3/2", "1/10"),
        time=2.0,
        critical=(("0", "0"),),
        invariants=("x*y",),
        note="not bounded below: the flow leaves every window along y",
    )


@register("loss")
def monkey_saddle() -> Problem:
    """Monkey saddle: a critical point whose Hessian is 0, with three ways down."""
    return Problem(
        formula="x**3 - 3*x*y**2",
        variables="x y",
        source="Hilbert and Cohn-Vossen, Geometry and the Imagination (1952), chapter IV",
        window=((-1.5, 1.5), (-1.5, 1.5)),
        start=("1", "1/2"),
        time=0.3,
        critical=(("0", "0"),),
        invariants=("3*x**2*y - y**3",),
        note="not bounded below: the flow leaves along a valley and blows up in finite time",
    )


@register("loss")
def double_well() -> Problem:
    """Double well: two minima and the saddle between them."""
    return Problem(
        formula="(x**2 - 1)**2/4 + y**2/2",
        variables="x y",
        source="Strogatz, Nonlinear Dynamics and Chaos (1994), example 6.5.2 (the potential)",
        window=((-2, 2), (-1.5, 1.5)),
        start=("1/5", "1"),
        time=2.0,
        minima=(("1", "0"), ("-1", "0")),
        least="0",
        critical=(("0", "0"),),
    )


@register("loss")
def valley() -> Problem:
    """Valley of minima along both axes, flatter towards the origin."""
    return Problem(
        formula="x**2*y**2/2",
        variables="x y",
        source="losses of the form l(x y) as in Ahn, Bubeck, Chewi, Lee, Suarez and Zhang, "
        "Learning threshold neurons via the edge of stability, NeurIPS 2023",
        window=((-2, 2), (-2, 2)),
        start=("2", "1"),
        time=1.0,
        minima=(("0", "0"), ("1", "0"), ("0", "1")),
        least="0",
        invariants=("x**2 - y**2",),
        note="every point of both axes is a minimum, of curvature x**2 or y**2: the gradient flow "
        "keeps x**2 - y**2, gradient descent drifts to where it is flatter",
    )


# --- private helpers ----------------------------------------------------------------------------


def _factor(value: str) -> str:
    return value if value.isidentifier() or value.isdecimal() else f"({value})"


def _turned(variables: list[str], tilt: Any) -> list[str]:
    """Return the squares of the coordinates along the turned axes."""
    if len(variables) != 2:
        raise DimensionError(
            f"a tilt turns two axes, and the eigenvalues are {len(variables)}: leave the tilt out"
        )
    t = as_rational(exact(tilt, "parameter 'tilt'"))
    if t is None:
        raise ExpressionError("parameter 'tilt' is not rational: give a fraction such as 1/2")
    cosine, sine = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    axes = [(cosine, sine), (-sine, cosine)]
    return [f"({combination([str(a), str(b)], variables)})**2" for a, b in axes]
