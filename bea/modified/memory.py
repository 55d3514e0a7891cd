"""Memory: whether a method has one, how fast it forgets, and where a run from zero memory starts.

A run that starts from zero memory starts off the slow manifold. It follows the flow of the modified
field not from its own start theta_0 but from theta* = lim phi~_(-n gamma)(theta_n): pulled back by
the flow, the iterates are theta* plus transients lambda^n n^i, with lambda the rates of the memory
and their products, and these are annihilated exactly by (E - lambda)/(1 - lambda). The limit is
a series on trees like any other. (Derived here; for heavy ball it gives
theta_0 - gamma beta/(1 - beta)^2 f + ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement, pairwise
from math import prod
from typing import Any

import numpy as np
from flint import fmpq, fmpq_poly

from bea.bseries import TreeArithmetic, TreeSeries, field_of_map, flow_of_field
from bea.errors import MethodError
from bea.fields import Element, VectorField, as_float
from bea.fields.conversions import to_expression
from bea.methods import Method
from bea.modified.overtaking import overtaken_at
from bea.modified.routes import manifold
from bea.modified.stepping import bind_exactly, rational_if_possible, tree_map

__all__ = [
    "effective_rate",
    "has_memory",
    "is_on_trees",
    "memory_rates",
    "slowest_rate",
    "start_correction",
    "useful_limit",
]


def has_memory(method: Method) -> bool:
    """Tell whether the method carries anything from step to step."""
    return len(method.bind(lambda value: 0).init(_Probe(), 0)) > 0


def memory_rates(method: Method) -> list[Any]:
    """Return the exact factors by which the parts of the memory decay per step, at gamma = 0.

    Raises
    ------
    MethodError
        If the method cannot be expressed on trees, or the factors are no rational numbers (one
        symbolic factor is allowed).

    Examples
    --------
    >>> from bea.methods import heavy_ball
    >>> memory_rates(heavy_ball(beta="9/10"))
    [9/10]
    """
    matrix = _joint_map(bind_exactly(method))
    if len(matrix) == 2:
        return [rational_if_possible(matrix[0][0] + matrix[1][1] - 1)]
    found = _eigenvalues(_rational(matrix, method), method)
    found.remove(fmpq(1))
    return found


def slowest_rate(method: Method, problem: VectorField | None = None) -> float | None:
    """Return the largest modulus of the factors by which the memory decays per step.

    They are found on trees or, where the method cannot be expressed there, on the problem. None
    where hyperparameters are symbolic.

    Raises
    ------
    MethodError
        If it is 1 or more: the memory does not contract.
    """
    try:
        matrix, theta = _joint_map(bind_exactly(method)), True
    except MethodError:
        if problem is None:
            raise
        matrix, theta = manifold.linear_memory(method, problem), False
    floats = np.array([[_number(value) for value in row] for row in matrix])
    if np.isnan(floats).any():
        return None
    found = np.linalg.eigvals(floats)
    if theta:  # theta itself is carried on as it is
        found = np.delete(found, np.argmin(np.abs(found - 1)))
    slowest = float(np.abs(found).max(initial=0.0))
    if slowest >= 1 - _ROUNDING:
        raise MethodError(
            f"the memory of '{method}' does not contract: a part of it changes by the factor "
            f"{slowest:.4g} per step, and no slow manifold attracts the iterates"
        )
    return slowest


def effective_rate(method: Method) -> float:
    """Return the factor by which the memory multiplies the step size: f_0 = rate f.

    1 for a method that cannot be expressed on trees, such as Adam, whose f_0 is no multiple of f.

    >>> from bea.methods import heavy_ball
    >>> effective_rate(heavy_ball(beta="9/10"))
    10.0
    """
    if not has_memory(method):
        return 1.0
    try:
        (leading,) = manifold.on_trees(method, 0)
    except MethodError:
        return 1.0
    rate = _number(leading)
    return 1.0 if np.isnan(rate) else rate


def useful_limit(method: Method, problem: VectorField | None = None) -> float:
    """Return the c for which the modified equation means something while gamma |f'| < c.

    1 without memory, where log(1 - gamma lambda) is real. With memory it is where the memory
    overtakes theta on a linear field (`bea.modified.overtaking`): (1 - sqrt(beta))^2 for heavy
    ball. Where no tree expresses the method, (1 - sqrt(rho))^2/(1 - rho) with rho the slowest rate
    of its memory, in units of |f_0'|.

    >>> from bea.methods import heavy_ball
    >>> round(useful_limit(heavy_ball(beta="81/100")), 12)
    0.01
    """
    if not has_memory(method):
        return 1.0
    slowest = slowest_rate(method, problem)
    if slowest is None:
        raise MethodError(f"the useful range of '{method}' needs numbers for its hyperparameters")
    if is_on_trees(method):
        return overtaken_at(method)
    return (1 - slowest**0.5) ** 2 / (1 - slowest)


def is_on_trees(method: Method) -> bool:
    """Tell whether the method can be derived for every field at once, on trees.

    >>> from bea.methods import get
    >>> is_on_trees(get("heavy-ball")), is_on_trees(get("adam"))
    (True, False)
    """
    try:
        if has_memory(method):
            manifold.on_trees(method, 0)
        else:
            tree_map(method, 1)
    except MethodError:
        return False
    return True


def start_correction(method: Method, nodes: int) -> list[Any]:
    """Return the coefficients of theta* over the trees of at most `nodes` nodes.

    theta* = theta_0 + sum over tau of gamma^|tau| a(tau)/sigma(tau) F(tau)(theta_0) is where the
    flow has to start to meet a run that begins at theta_0 with the memory of `method.init`.

    Examples
    --------
    >>> from bea.methods import heavy_ball
    >>> start_correction(heavy_ball(beta="1/2"), 2)  # -beta/(1-beta)^2, beta (2+beta)/(1-beta)^4
    [-2, 20]
    """
    if nodes == 0:
        return []
    factors = _transients(memory_rates(method), nodes)
    pulled = _pulled_back(method, nodes, len(factors) + 1)
    limit = _annihilated(pulled, factors)
    if _annihilated(pulled[1:], factors) != limit:
        raise MethodError(f"the transients of '{method}' are not those of its rates")
    return [rational_if_possible(value) for value in limit]


# Eigenvalues of a defective matrix are off by about the square root of the rounding errors.
_ROUNDING = 1e-7


# --- private helpers ----------------------------------------------------------------------------


class _Probe:
    """Stands for the field where a method is only asked what memory there is."""

    def __call__(self, theta: Any) -> Any:
        return theta

    def derivative(self, theta: Any, v: Any) -> Any:
        return v


def _number(value: Any) -> float:
    """Return an exact number, rational or in radicals, as a float; nan where symbols are open."""
    value = rational_if_possible(value)
    if not isinstance(value, Element):
        return float(value.p) / float(value.q)
    return float("nan") if value.ring.symbols else as_float(to_expression(value))


def _joint_map(bound: Method) -> list[list[Any]]:
    """Return the linear map of (theta, memory) at gamma = 0, by probing at the single node."""
    f = TreeArithmetic(1)
    shapes = [(s.identity, s.shift) for s in bound.init(f, f.identity)]
    shapes = [(1, 0), *shapes]

    def at(values: list[Any]) -> list[Any]:
        parts = [TreeSeries(e, [v], p) for (e, p), v in zip(shapes, values, strict=True)]
        theta, after = bound.step(f, parts[0], tuple(parts[1:]), f.gamma)
        return [part.coefficients[0] for part in (theta, *after)]

    count = len(shapes)
    rest = at([fmpq(0)] * count)
    units = [[fmpq(i == j) for i in range(count)] for j in range(count)]
    columns = [[x - y for x, y in zip(at(unit), rest, strict=True)] for unit in units]
    return [list(row) for row in zip(*columns, strict=True)]


def _rational(matrix: list[list[Any]], method: Method) -> list[list[fmpq]]:
    values = [[rational_if_possible(value) for value in row] for row in matrix]
    if not all(isinstance(value, fmpq) for row in values for value in row):
        raise MethodError(f"the rates of '{method}' need numbers for its hyperparameters")
    return values


def _eigenvalues(matrix: list[list[fmpq]], method: Method) -> list[Any]:
    _, factors = _characteristic(matrix).factor()
    found: list[Any] = []
    for factor, multiplicity in factors:
        if factor.degree() > 1:
            raise MethodError(f"the rates of the memory of '{method}' are not rational numbers")
        found += [-factor[0] / factor[1]] * multiplicity
    return found


def _characteristic(matrix: list[list[fmpq]]) -> fmpq_poly:
    """Return the characteristic polynomial (Faddeev and LeVerrier's recursion)."""
    size = len(matrix)
    coefficients = [fmpq(1)]
    power = [[fmpq(0)] * size for _ in range(size)]
    for k in range(1, size + 1):
        shifted = [
            [power[i][j] + (coefficients[-1] if i == j else 0) for j in range(size)]
            for i in range(size)
        ]
        power = [
            [sum((matrix[i][m] * shifted[m][j] for m in range(size)), start=fmpq(0))
             for j in range(size)]
            for i in range(size)
        ]  # fmt: skip
        coefficients.append(-sum((power[i][i] for i in range(size)), start=fmpq(0)) / k)
    return fmpq_poly(coefficients[::-1])


def _transients(rates: Sequence[Any], nodes: int) -> list[Any]:
    """Return the factors lambda, with multiplicity, of the transients in trees of so many nodes.

    A product of j rates comes with powers n^i, i <= nodes - j, from the drift along the flow.
    """
    found: list[Any] = []
    for j in range(1, nodes + 1):
        for chosen in combinations_with_replacement(rates, j):
            found += [prod(chosen, start=fmpq(1))] * (nodes - j + 1)
    return found


def _pulled_back(method: Method, nodes: int, steps: int) -> list[list[Any]]:
    """Return the coefficients of phi~_(-n gamma)(theta_n) for n = 0 ... steps."""
    bound = bind_exactly(method)
    f = TreeArithmetic(nodes)
    field = manifold.on_trees(method, nodes - 1)
    theta, state = f.identity, bound.init(f, f.identity)
    found = []
    for n in range(steps + 1):
        backward = TreeSeries(1, flow_of_field([b * -n for b in field]), 0)
        found.append(f.transport(field_of_map(theta.coefficients), backward).coefficients)
        theta, state = bound.step(f, theta, state, f.gamma)
    return found


def _annihilated(sequence: list[list[Any]], factors: Sequence[Any]) -> list[Any]:
    """Apply the product of (E - lambda)/(1 - lambda) to a sequence of lists, at its first term."""
    current = sequence[: len(factors) + 1]
    for rate in factors:
        scale = 1 / (1 - rate)
        current = [
            [(b - a * rate) * scale for a, b in zip(one, following, strict=True)]
            for one, following in pairwise(current)
        ]
    return current[0]
