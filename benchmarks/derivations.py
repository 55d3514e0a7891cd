"""The derivations that are measured: cases, jobs for a fresh process, and digests of their results.

A job is prepared outside the time that is measured; a digest is what is left of its result to be
sent back and compared: exact coefficients by tree, or the values of the terms at a point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import flint
import lark  # noqa: F401 - bea imports it on first use, and what is measured comes after imports
import mpmath
import sympy
from peers import Nested, elementary_weights, sympy_terms

import bea.measure
import bea.methods
import bea.modified
import bea.problems
from bea.algebra.language.expressions import Expression
from bea.algebra.language.grammar import parse_components
from bea.algebra.language.sympy_bridge import to_sympy
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import atom_nodes
from bea.modified import routes
from bea.trees import trees_up_to

__all__ = [
    "METHODS",
    "POINT",
    "PROBLEMS",
    "ROUTES",
    "OnField",
    "OnTrees",
    "derive_on_field",
    "derive_on_trees",
    "disagreement",
    "field_digest",
    "peer_on_field",
    "peer_on_trees",
    "same",
    "sympy_digest",
    "tree_digest",
]

ROUTES = routes.available()
for _name in ROUTES:
    routes.get(_name)  # imports it
POINT = ("7/10", "3/10")  # where results are compared


@dataclass(frozen=True)
class OnTrees:
    """A method on trees: its tableau for the peers, orders, and the last orders for the slow."""

    title: str
    method: str
    A: tuple[tuple[Fraction, ...], ...]
    b: tuple[Fraction, ...]
    orders: tuple[int, ...] = (4, 6, 8, 10, 11)
    last: tuple[tuple[str, int], ...] = (
        ("operator", 8), ("partitions in Fraction", 6), ("cuts in Fraction", 10)
    )  # fmt: skip


@dataclass(frozen=True)
class OnField:
    """A concrete problem in two variables: formula, orders, and the last orders for the slow."""

    title: str
    text: str
    orders: tuple[int, ...]
    last: tuple[tuple[str, int], ...]
    loss: bool = True


_HALF, _SIXTH, _THIRD = Fraction(1, 2), Fraction(1, 6), Fraction(1, 3)
_0, _1 = Fraction(0), Fraction(1)

METHODS = (
    OnTrees("Euler's method", "explicit-euler", ((_0,),), (_1,)),
    OnTrees(
        "RK4",
        "rk4",
        ((_0,) * 4, (_HALF, _0, _0, _0), (_0, _HALF, _0, _0), (_0, _0, _1, _0)),
        (_SIXTH, _THIRD, _THIRD, _SIXTH),
    ),
)
PROBLEMS = (
    OnField(
        "Lotka–Volterra, explicit Euler", "x*(y - 1), y*(2 - x)", (2, 3, 4, 5, 7, 9),
        (("SymPy expand", 7), ("SymPy as it comes", 4)), loss=False,
    ),
    OnField(
        "Himmelblau, gradient descent", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        (2, 3, 4, 6, 8, 10), (("SymPy expand", 4), ("SymPy as it comes", 3)),
    ),
    OnField(
        "nonlinear oscillator, explicit Euler", "-y/(x**2 + y**2), x/(x**2 + y**2)",
        (2, 3, 4, 5, 7, 9), (("SymPy expand", 4), ("SymPy as it comes", 3)), loss=False,
    ),
    OnField(
        "a sigmoid and a sine, gradient descent", "sigmoid(x*y) + sin(x - y)", (2, 3, 4, 6, 8),
        (("SymPy expand", 3), ("SymPy as it comes", 3), ("trees", 6)),
    ),
)  # fmt: skip


def derive_on_trees(method: str, order: int, route: str) -> Callable[[], Any]:
    return lambda: bea.modified.modified_equation(bea.methods.get(method), None, order, route)


def tree_digest(equation: Any) -> dict[Nested, Fraction]:
    coefficients = zip(trees_up_to(equation.order + 1), equation.coefficients.values(), strict=True)
    return {_nested(t.nested): Fraction(int(b.p), int(b.q)) for t, b in coefficients}


def peer_on_trees(
    case: OnTrees, order: int, solve: Callable[[Mapping[Nested, Fraction]], Any]
) -> Callable[[], Any]:
    return lambda: solve(elementary_weights(case.A, case.b, order + 1))


def derive_on_field(case: OnField, order: int, route: str) -> Callable[[], Any]:
    make = bea.problems.loss if case.loss else bea.problems.field
    method = bea.methods.get("gradient-descent" if case.loss else "explicit-euler")
    problem = make(case.text, "x y")
    return lambda: bea.modified.modified_equation(method, problem, order, route)


def field_digest(equation: Any) -> dict[int, float]:
    """Return the terms at a point, summed as they stand: no other code of bea's comes in."""
    program = Program(equation.variables)
    for node in atom_nodes(program, equation.problem.ring):
        program.output(node)
    with flint.ctx.workprec(256):
        point = [flint.arb(flint.fmpq(*map(int, x.split("/")))) for x in POINT]
        generators = program.run(point, flint.arb)
        flat = [c for term in equation.components for c in term]
        return {i: float(_summed(c.terms(), generators)) for i, c in enumerate(flat)}


def peer_on_field(case: OnField, order: int, tidy: Callable[[Any], Any]) -> Callable[[], Any]:
    variables = sympy.symbols("x y")
    formulas: Sequence[Expression] = parse_components(case.text)
    field = [to_sympy(f) for f in formulas]
    if case.loss:
        field = [-field[0].diff(v) for v in variables]
    return lambda: sympy_terms(field, variables, order, tidy)


def sympy_digest(terms: list[list[Any]]) -> dict[int, float]:
    flat = [f for term in terms for f in term]
    function = sympy.lambdify(sympy.symbols("x y"), flat, "mpmath", cse=True)
    with mpmath.workdps(60):
        point = [mpmath.mpf(p) / int(q) for p, q in (x.split("/") for x in POINT)]
        return dict(enumerate(map(float, function(*point))))


def same(expression: Any) -> Any:
    return expression


def disagreement(results: Sequence[Mapping[Any, Any]]) -> float:
    """Return the largest relative difference to the first result; infinite if one is missing."""
    first, *others = results
    if any(other.keys() != first.keys() for other in others):
        return float("inf")
    return max(
        (float(abs(other[k] - v) / abs(v)) if v else float(abs(other[k]))
         for other in others for k, v in first.items()),
        default=0.0,
    )  # fmt: skip


# --- private helpers ----------------------------------------------------------------------------


def _summed(terms: Mapping[tuple[int, ...], Any], generators: Sequence[Any]) -> Any:
    total = flint.arb(0)
    for exponents, coefficient in terms.items():
        powers = (g**e for g, e in zip(generators, exponents, strict=False) if e)
        total += prod(powers, start=flint.arb(coefficient))
    return total


def _nested(tree: list[Any]) -> Nested:
    return tuple(sorted(_nested(child) for child in tree))
