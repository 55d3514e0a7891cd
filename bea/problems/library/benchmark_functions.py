"""Test functions of optimisation in two variables.

Jamil and Yang, "A literature survey of benchmark functions for global optimisation problems", Int.
J. Mathematical Modelling and Numerical Optimisation 4 (2013) 150-194, lists all of them; More,
Garbow and Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7 (1981) 17-41, gives
the starts of Rosenbrock's and Beale's.
"""

from __future__ import annotations

from typing import Any

from bea.problems.problem import Problem
from bea.problems.registry import register

_SURVEY = "Jamil and Yang, Int. J. Math. Model. Numer. Optim. 4 (2013) 150-194"


@register("loss")
def rosenbrock(a: Any = 1, b: Any = 100) -> Problem:
    """Rosenbrock's curved valley.

    b is the steepness of the walls, (a, a**2) the minimum.
    """
    return Problem(
        formula="(a - x)**2 + b*(y - x**2)**2",
        variables="x y",
        source="Rosenbrock, Computer Journal 3 (1960) 175-184; start of More, Garbow and "
        "Hillstrom, ACM TOMS 7 (1981) 17-41, problem (1)",
        window=((-2, 2), (-1, 3)),
        start=("-6/5", "1"),
        time=0.2,
        minima=(("a", "a**2"),),
        least="0",
        positive=("b",),
        note="stiff: with b = 100 the curvature is 1002 across the valley and 2/5 along it at the "
        "minimum, and 1500 across it at the start; step sizes below 1/2000",
    )


@register("loss")
def himmelblau() -> Problem:
    """Himmelblau's function: four minima of the same value.

    Three of the minima have coordinates that are roots of irreducible cubics; they are rounded.
    """
    return Problem(
        formula="(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        variables="x y",
        source="Himmelblau, Applied Nonlinear Programming (McGraw-Hill 1972); " + _SURVEY,
        window=((-5, 5), (-5, 5)),
        start=("0", "1"),
        time=0.1,
        minima=(
            ("3", "2"),
            ("-2.8051180869527448531", "3.1313125182505729658"),
            ("-3.7793102533777468919", "-3.2831859912861694123"),
            ("3.5844283403304917450", "-1.8481265269644035535"),
        ),
        least="0",
        critical=(
            ("-0.27084459066734761304", "-0.92303855647998146313"),
            ("-3.0730257507643896105", "-0.081353044287967511553"),
            ("-0.12796134673068006631", "-1.9537149802445764261"),
            ("0.086677504555396351823", "2.8842547011747761131"),
            ("3.3851541836070209380", "0.073851879837749287719"),
        ),
        note="the first critical point is a maximum of value 181.6, the others are saddles; "
        "curvatures reach 134 at the minima",
    )


@register("loss")
def beale() -> Problem:
    """Beale's function: a flat curved valley between steep walls."""
    return Problem(
        formula="(3/2 - x + x*y)**2 + (9/4 - x + x*y**2)**2 + (21/8 - x + x*y**3)**2",
        variables="x y",
        source="Beale, Princeton Stat. Tech. Res. Group report 25 (1958); start of More, Garbow "
        "and Hillstrom, ACM TOMS 7 (1981) 17-41, problem (5); " + _SURVEY,
        window=((-4.5, 4.5), (-4.5, 4.5)),
        start=("1", "1"),
        time=1.0,
        minima=(("3", "1/2"),),
        least="0",
        critical=(("0", "1"), ("0.10053793732415835927", "-2.6445135850231249689")),
        note="grows like x**2*y**6: stiff in the corners of the window, where small step sizes are "
        "needed; both further critical points are saddles",
    )


@register("loss")
def booth() -> Problem:
    """Booth's function: a tilted quadratic bowl, of condition number 9."""
    return Problem(
        formula="(x + 2*y - 7)**2 + (2*x + y - 5)**2",
        variables="x y",
        source=_SURVEY,
        window=((-10, 10), (-10, 10)),
        start=("-5", "5"),
        time=0.2,
        minima=(("1", "3"),),
        least="0",
        note="quadratic with curvatures 2 and 18: the modified field is (1/γ) log(1 - γH)(θ - θ*)",
    )


@register("loss")
def styblinski_tang() -> Problem:
    """Styblinski and Tang's function in two variables: four minima of which one is least.

    Each coordinate of a critical point is a root of 4 t**3 - 32 t + 5, which is irreducible.
    """
    low, middle, high = "-2.9035340277711770951", "0.15673125678034010267", "2.7468027709908369925"
    return Problem(
        formula="(x**4 - 16*x**2 + 5*x + y**4 - 16*y**2 + 5*y)/2",
        variables="x y",
        source="Styblinski and Tang, Neural Networks 3 (1990) 467-483; " + _SURVEY,
        window=((-5, 5), (-5, 5)),
        start=("-1/2", "-1/4"),
        time=0.2,
        minima=((low, low),),
        least="-78.332331407542830928",
        critical=(
            *((low, high), (high, low), (high, high)),
            *((low, middle), (middle, low), (middle, high), (high, middle), (middle, middle)),
        ),
        note="of the further critical points the first three are minima, the next four saddles, "
        "the last a maximum",
    )


@register("loss")
def three_hump_camel() -> Problem:
    """Three-hump camel function: three minima of which one is least."""
    minimum, saddle = "sqrt(21/10 + sqrt(91)/10)", "sqrt(21/10 - sqrt(91)/10)"
    return Problem(
        formula="2*x**2 - 21*x**4/20 + x**6/6 + x*y + y**2",
        variables="x y",
        source=_SURVEY,
        window=((-2.5, 2.5), (-2.5, 2.5)),
        start=("-2", "2"),
        time=1.0,
        minima=(("0", "0"),),
        least="0",
        critical=(
            *((minimum, f"-{minimum}/2"), (f"-{minimum}", f"{minimum}/2")),
            *((saddle, f"-{saddle}/2"), (f"-{saddle}", f"{saddle}/2")),
        ),
        note="of the further critical points the first two are minima of value 0.2986, the others "
        "saddles; usually plotted on [-5, 5], where x**6 hides the humps",
    )
