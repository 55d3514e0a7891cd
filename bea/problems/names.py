"""The names that people type for problems: other names of some, and formulas of those missing."""

from __future__ import annotations

from collections.abc import Iterable

from bea.algebra.language.letters import hyphened
from bea.errors import UnknownNameError, nearest

ALIASES = {
    **dict.fromkeys(("vdp", "vanderpol", "van-der-pol-oscillator"), "van-der-pol"),
    **dict.fromkeys(("sho", "harmonic", "oscillator", "spring"), "harmonic-oscillator"),
    **dict.fromkeys(("lotka", "predator-prey", "volterra"), "lotka-volterra"),
    **dict.fromkeys(("lorenz63", "lorenz-63", "lorenz-system"), "lorenz"),
    **dict.fromkeys(("two-body", "kepler-problem", "orbit"), "kepler"),
    **dict.fromkeys(("rosen", "banana"), "rosenbrock"),
    **dict.fromkeys(("simple-pendulum", "mathematical-pendulum"), "pendulum"),
    **dict.fromkeys(("bowl", "quadratic-bowl"), "quadratic"),
}
"""Other names of problems of the library."""

_TOGETHER = "x y z"
FORMULAS = {
    **dict.fromkeys(("henon-heiles", "henon"), (
        "hamiltonian", "(p1**2 + p2**2 + q1**2 + q2**2)/2 + q1**2*q2 - q2**3/3", "q1 q2 p1 p2")),
    "toda": ("hamiltonian",
             "(p1**2 + p2**2 + p3**2)/2 + exp(q1 - q2) + exp(q2 - q3) + exp(q3 - q1)",
             "q1 q2 q3 p1 p2 p3"),
    "duffing": ("hamiltonian", "p**2/2 - q**2/2 + q**4/4", "q p"),
    "brusselator": ("field", "1 + u**2*v - 4*u, 3*u - u**2*v", "u v"),
    "robertson": ("field", "-x/25 + 10**4*y*z, x/25 - 10**4*y*z - 3*10**7*y**2, 3*10**7*y**2",
                  _TOGETHER),
    **dict.fromkeys(("fitzhugh-nagumo", "fitzhugh"),
                    ("field", "v - v**3/3 - w + 1/2, 2*(v + 7/10 - 4*w/5)/25", "v w")),
    **dict.fromkeys(("rossler", "roessler"), ("field", "-y - z, x + y/5, 1/5 + z*(x - 57/10)",
                                              _TOGETHER)),
    "sir": ("field", "-s*i/2, s*i/2 - i/5, i/5", "s i r"),
    "rigid-body": ("field", "y*z, -x*z/2, -x*y/2", _TOGETHER),
    "rastrigin": ("loss", "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)", "x y"),
    "ackley": ("loss", "-20*exp(-sqrt((x**2 + y**2)/2)/5) - exp((cos(2*pi*x) + cos(2*pi*y))/2)",
               "x y"),
    "sphere": ("loss", "x**2 + y**2", "x y"),
    **dict.fromkeys(("six-hump-camel", "camel-back", "six-hump-camel-back"), (
        "loss", "(4 - 21*x**2/10 + x**4/3)*x**2 + x*y + (4*y**2 - 4)*y**2", "x y")),
    "matyas": ("loss", "13*(x**2 + y**2)/50 - 12*x*y/25", "x y"),
    "mccormick": ("loss", "sin(x + y) + (x - y)**2 - 3*x/2 + 5*y/2 + 1", "x y"),
}  # fmt: skip
"""Problems that people know and that the library does not have: kind, formula and variables."""


def how_to_make(name: str) -> str:
    """Return how a problem that the library does not have is made in Python.

    >>> how_to_make("duffing")
    "It is made by bea.problems.hamiltonian('p**2/2 - q**2/2 + q**4/4', 'q p')"
    """
    kind, formula, variables = FORMULAS.get(hyphened(name), ("", "", ""))
    if not kind:
        return "Your own: bea.problems.loss('x**2 + y**4') or field('p, -sin(q)', 'q p')"
    return f"It is made by bea.problems.{kind}('{formula}', '{variables}')"


def no_problem(name: str, what: str, known: Iterable[str]) -> UnknownNameError:
    """Return the error for a name that no problem has, with its formula or where to give one.

    >>> print(no_problem("toda", "problem", []))
    there is no problem 'toda': give its hamiltonian, '(p1**2 + p2**2 + p3**2)/2 + exp(q1 ...
    """
    kind, formula, variables = FORMULAS.get(hyphened(name), ("", "", ""))
    if not kind:
        return UnknownNameError(
            f"unknown {what} '{name}'.{nearest(name, [*known, *ALIASES])} 'bea list problems' "
            "shows them all; any other is given by its formula (--loss, --field, --hamiltonian), "
            "and a variable of that name must be declared with --variables"
        )
    return UnknownNameError(
        f"there is no problem '{name}': give its {kind}, '{formula}', of the variables "
        f"'{variables}' (--{kind}, --variables)"
    )
