"""Route 1, operator series: f~ = (1/gamma) log(S) theta with S the operator of one step.

For a method that is linear in shifts, rho(E) theta = gamma sigma(E) f(theta) with E = e^(gamma D~),
the logarithm is taken in advance: f~ = m(gamma D~) f with the symbol m(z) = z sigma(e^z)/rho(e^z).
The unknown D~ on the right makes this a fixed point, resolved one power of gamma at a time. For
any other one-step map, log S = sum over k of (-1)^(k+1)/k (S - 1)^k, with the powers of S found by
composing steps. Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.1;
Moan, "On modified differential equations for numerical methods", J. Phys. A 39 (2006) 5545.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb, fmpq

from bea.algebra import Element, as_rational, exact
from bea.arrays import object_vector
from bea.bseries.combination import Combination
from bea.errors import DomainError
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.checks import checked_order, require_method, require_problem
from bea.modified.symbolic_step import (
    bind_exactly,
    rational_if_possible,
    series_iterates,
    tree_iterates,
)
from bea.patience import counted, told
from bea.series import PowerSeries, logarithm_symbol, multistep_symbol
from bea.trees import Colors, Tree, single_edge_cuts, trees

Lie = Callable[[Any, Any], Any]


def symbol(method: Method, order: int) -> PowerSeries | None:
    """Return the operator symbol m(z) of a method that is linear in shifts, else None.

    >>> from bea.methods import gradient_descent
    >>> symbol(gradient_descent(), 2)
    1 - 1/2 t + 1/12 t^2 + O(t^3)
    """
    polynomials = bind_exactly(method).shift_polynomials()
    return None if polynomials is None else multistep_symbol(*polynomials, order)


def on_field(method: Method, field: VectorField, order: int) -> list[tuple[Element, ...]]:
    """Return the terms f_0 ... f_order of the modified field of a concrete field."""
    m = symbol(method, order)
    if m is None:
        total = _logarithm(series_iterates(method, field, order + 1, steps=order + 1))
        return [tuple(series[k + 1] for series in total) for k in range(order + 1)]
    terms = _resolve(m, object_vector(field.components), field.ring.vector_along)
    return [tuple(term) for term in terms]


def on_trees(method: Method, order: int) -> list[Any]:
    """Return the coefficients b(tau) of the modified field, over the trees of order + 1 nodes."""
    nodes = order + 1
    m = symbol(method, order)
    if m is None:
        total = _logarithm(tree_iterates(method, nodes, steps=nodes))
        return [rational_if_possible(c) for c in total.coefficients]
    field = {tree: fmpq(1) for tree in trees(1, method.colors) if not tree.color.unit}
    terms = _resolve(m, Combination(field), _by_cuts(method.colors))
    return [term.parts.get(tree, fmpq(0))
            for k, term in enumerate(terms) for tree in trees(k + 1, method.colors)]  # fmt: skip


@told("deriving")
def at_point(
    method: Method, field: VectorField, point: Sequence[Any], order: int
) -> list[tuple[fmpq, ...]]:
    """Return f_0 ... f_order at one rational point, without any symbols: exact to high order.

    Parameters
    ----------
    point
        Exact coordinates: integers, fractions, texts such as "1/2", or `flint.arb` balls (then the
        values are balls).

    Raises
    ------
    BeaError
        If a coordinate is a float, the field is not defined at the point, or the field or the
        method is not rational there (give balls then).

    Examples
    --------
    >>> from bea.methods import explicit_euler
    >>> at_point(explicit_euler(), VectorField.read("y**2"), [1], 5)
    [(1,), (-1,), (3/2,), (-8/3,), (31/6,), (-157/15,)]
    """
    order = checked_order(order)
    require_method(method)
    require_problem(field)
    coordinates = _coordinates(field, point)
    total = _logarithm(series_iterates(method, field, order + 1, order + 1, point=coordinates))
    return [tuple(series[k + 1] for series in total) for k in range(order + 1)]


# --- private helpers ----------------------------------------------------------------------------


def _coordinates(field: VectorField, point: Sequence[Any]) -> list[Any]:
    """Return the coordinates of a point as rationals, or all as balls if one of them is one."""
    balls = any(isinstance(x, arb) for x in point)
    found = [x if isinstance(x, arb) else _rational(x) for x in point]
    numbers = [[float(x if isinstance(x, arb) else arb(x))] for x in found]
    inside = None if field.parameters else field.domain()
    if len(found) == field.dimension and inside is not None and not inside(np.array(numbers))[0]:
        at = ", ".join(map(str, point))
        raise DomainError(f"the field is not defined at the point ({at}): choose another")
    return [arb(x) for x in found] if balls else found


def _rational(coordinate: Any) -> fmpq:
    number = exact(coordinate, "a coordinate of the point")
    value = as_rational(number)
    if value is None:
        raise DomainError(f"the coordinate {number} is not rational: give the point as flint.arb")
    return value


def _resolve(m: PowerSeries, f: Any, lie: Lie) -> list[Any]:
    """Solve f~ = sum over n of m[n] (gamma D~)^n f, one power of gamma at a time.

    powers[n][j] is the coefficient of gamma^j in D~^n f. At gamma^k only f_0 ... f_(k-1) are asked
    for, since each D~ beyond the zeroth comes with a gamma.
    """
    nothing = f * 0
    terms = [f * m[0]]
    powers: list[list[Any]] = [[f]]
    for k in counted(range(1, m.order + 1), "order", rounds=True):
        powers.append([])
        powers[0].append(nothing)
        for n in range(1, k + 1):
            j = k - n
            parts = [lie(terms[i], powers[n - 1][j - i]) for i in range(j + 1)]
            powers[n].append(sum(parts[1:], start=parts[0]))
        terms.append(sum((powers[n][k - n] * m[n] for n in range(1, k + 1)), start=nothing))
    return terms


def _by_cuts(colors: Colors) -> Lie:
    """Return the derivative of parts of B-series: (D_b c)(tau) is the sum over the cuts of tau.

    Each cut gives b(branch) c(trunk), with coefficients normalised by the symmetry.
    """

    def lie(along: Combination, series: Combination) -> Combination:
        size = sum(next((tree.order for tree in c.parts), 0) for c in (along, series))
        total: dict[Tree, Any] = {}
        for tree in trees(size, colors):
            for branch, trunk, count in single_edge_cuts(tree):
                if branch in along.parts and trunk in series.parts:
                    value = along.parts[branch] * series.parts[trunk] * count
                    total[tree] = total[tree] + value if tree in total else value
        return Combination(total)

    return lie


def _logarithm(iterates: Sequence[Any]) -> Any:
    """Return the sum over k of (-1)^(k+1)/k (S - 1)^k theta from theta, S theta, S^2 theta, ..."""
    weights = logarithm_symbol(len(iterates) - 1)
    differences, total = list(iterates), None
    for k in range(1, len(iterates)):
        differences = [b - a for a, b in pairwise(differences)]
        part = differences[0] * weights[k]
        total = part if total is None else total + part
    return total
