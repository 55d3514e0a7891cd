"""Memory: whether a method has one, how fast it forgets, and where a run from zero memory starts.

A run that starts from zero memory starts off the slow manifold. It follows the flow of the modified
field not from its own start theta_0 but from theta* = lim phi~_(-n gamma)(theta_n): pulled back by
the flow, the iterates are theta* plus transients lambda^n n^i, with lambda the rates of the memory
and their products, and these are annihilated exactly by P(E)/P(1), with P the polynomial that has
them as roots (`bea.modified.memory.transients`). The limit is a series on trees like any other.
(Derived here; for heavy ball it gives theta_0 - gamma beta/(1 - beta)^2 f + ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element, as_float
from bea.algebra.ring.conversions import to_expression
from bea.algebra.ring.lowest_terms import lowest_terms
from bea.bseries import TreeArithmetic, field_of_map, flow_of_field
from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods import Method, Scheduled
from bea.modified.memory.transients import annihilator, characteristic_polynomial, without_root
from bea.modified.memory.useful_range import overtaken_at
from bea.modified.routes import manifold
from bea.modified.symbolic_step import bind_exactly, rational_if_possible, tree_map

__all__ = [
    "annihilated",
    "effective_rate",
    "has_memory",
    "is_on_trees",
    "joint_map",
    "memory_polynomial",
    "simplest",
    "slowest_rate",
    "start_correction",
    "transient_weights",
    "useful_limit",
]


def has_memory(method: Method) -> bool:
    """Tell whether the method carries anything from step to step."""
    memory = method.bind(lambda value: 0).init(_Probe(), 0)
    if not isinstance(memory, tuple):
        raise MethodError(
            f"init of '{method}' returns no tuple: return (velocity,), say, or () for no memory"
        )
    return len(memory) > 0


def memory_polynomial(method: Method) -> list[Any]:
    """Return the monic polynomial whose roots are the factors by which the memory decays per step.

    They are those at gamma = 0; its coefficients, lowest power first, are exact, and elements of a
    ring where hyperparameters are symbolic or irrational.

    Raises
    ------
    MethodError
        If the method cannot be expressed on trees.

    Examples
    --------
    >>> from bea.methods import get, heavy_ball
    >>> memory_polynomial(heavy_ball(beta="9/10"))
    [-9/10, 1]
    >>> memory_polynomial(get("bdf", steps=3))  # (7 +- sqrt(39) i)/22
    [2/11, -7/11, 1]
    """
    found = joint_map(bind_exactly(_unscheduled(method)))
    matrix = [[rational_if_possible(value) for value in row] for row in found]
    return without_root(characteristic_polynomial(matrix), 1)  # theta itself is carried on as it is


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
        matrix, theta = joint_map(bind_exactly(_unscheduled(method))), True
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
    """Return the factor by which a method, by its memory mostly, multiplies f: f_0 = rate f.

    With a schedule f_0 = rate s(t) f; a weight decay is left out of account. 1 for a method that
    cannot be expressed on trees, such as Adam, whose f_0 is no multiple of f.

    >>> from bea.methods import heavy_ball
    >>> effective_rate(heavy_ball(beta="9/10"))
    10.0
    """
    inner = _unscheduled(method)
    try:
        leading, *_ = manifold.on_trees(inner, 0) if has_memory(inner) else tree_map(inner, 1)
    except MethodError:
        return 1.0
    rate = _number(leading)
    return 1.0 if np.isnan(rate) or rate == 0 else rate


def useful_limit(method: Method, problem: VectorField | None = None) -> float:
    """Return the c for which the modified equation means something while gamma |f'| < c.

    1/|rate| without memory, where log(1 - gamma rate lambda) is real. With memory it is where the
    memory overtakes theta on a linear field (`bea.modified.memory.useful_range`): (1 -
    sqrt(beta))^2 for heavy ball. Where no tree expresses the method, (1 - sqrt(rho))^2/(1 - rho)
    with rho the slowest rate of its memory, in units of |f_0'|.

    >>> from bea.methods import heavy_ball
    >>> round(useful_limit(heavy_ball(beta="81/100")), 12)
    0.01
    """
    if not has_memory(method):
        return 1.0 / abs(effective_rate(method))
    slowest = slowest_rate(method, problem)
    if slowest is None:
        raise MethodError(f"the useful range of '{method}' needs numbers for its hyperparameters")
    if is_on_trees(method):
        return overtaken_at(_unscheduled(method))
    return (1 - slowest**0.5) ** 2 / (1 - slowest)


def is_on_trees(method: Method) -> bool:
    """Tell whether the method can be derived for every field at once, on trees.

    >>> from bea.methods import get
    >>> is_on_trees(get("heavy-ball")), is_on_trees(get("adam"))
    (True, False)
    """
    try:
        if has_memory(method):
            manifold.on_trees(_unscheduled(method), 0)
        else:
            tree_map(_unscheduled(method), 1)
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
    rates = [rational_if_possible(c) for c in memory_polynomial(method)]
    weights, scale = annihilator(rates, nodes)
    pulled = _pulled_back(method, nodes, len(weights))
    return [simplest(value * scale) for value in annihilated(method, weights, pulled)]


def transient_weights(method: Method, nodes: int) -> list[float]:
    """Return weights w, of sum 1, with sum over n of w_n theta_n free of all transients.

    They hold to gamma^nodes, for theta_n pulled back to one time; see `start_correction`, which
    takes them exactly.

    >>> from bea.methods import heavy_ball
    >>> transient_weights(heavy_ball(beta="1/2"), 1)
    [-1.0, 2.0]
    """
    weights, scale = annihilator(
        [rational_if_possible(c) for c in memory_polynomial(method)], nodes
    )
    return [_number(weight * scale) for weight in weights]


def joint_map(bound: Method, f: TreeArithmetic | None = None) -> list[list[Any]]:
    """Return the linear map of (theta, memory) at gamma = 0, by probing at the single node.

    `bound` is a method with exact hyperparameters, `f` an arithmetic with that node alone.
    """
    f = TreeArithmetic(1, colors=bound.colors) if f is None else f
    shapes = [(s.identity, s.shift) for s in bound.init(f, f.identity)]
    shapes = [(1, 0), *shapes]

    def at(values: list[Any]) -> list[Any]:
        leaves = [[v] * len(bound.colors) for v in values]
        parts = [f.series(e, c, p) for (e, p), c in zip(shapes, leaves, strict=True)]
        theta, after = bound.step(f, parts[0], tuple(parts[1:]), f.gamma)
        return [part.coefficients[0] for part in (theta, *after)]

    count = len(shapes)
    rest = at([fmpq(0)] * count)
    units = [[fmpq(i == j) for i in range(count)] for j in range(count)]
    columns = [[x - y for x, y in zip(at(unit), rest, strict=True)] for unit in units]
    return [list(row) for row in zip(*columns, strict=True)]


def annihilated(method: Method, weights: Sequence[Any], pulled: Sequence[list[Any]]) -> list[Any]:
    """Return P(E) of the sequence of lists, which is the same at its first and second term."""
    found, again = (
        [
            sum((x * w for w, x in zip(weights, column, strict=True)), start=fmpq(0))
            for column in zip(*terms, strict=True)
        ]
        for terms in (pulled[:-1], pulled[1:])
    )
    if any(rational_if_possible(x - y) != 0 for x, y in zip(found, again, strict=True)):
        raise MethodError(f"the transients of '{method}' are not those of its rates")
    return found


def simplest(value: Any) -> Any:
    """Return a coefficient as a rational number if it is one, or else in lowest terms."""
    value = rational_if_possible(value)
    return rational_if_possible(lowest_terms(value)) if isinstance(value, Element) else value


# Eigenvalues of a defective matrix are off by about the square root of the rounding errors.
_ROUNDING = 1e-7


# --- private helpers ----------------------------------------------------------------------------


class _Probe:
    """Stands for the field where a method is only asked what memory there is."""

    def __call__(self, theta: Any) -> Any:
        return theta

    def derivative(self, theta: Any, v: Any) -> Any:
        return v


def _unscheduled(method: Method) -> Method:
    """Return the method within a schedule, which changes no rate of its memory."""
    return method.method if isinstance(method, Scheduled) else method


def _number(value: Any) -> float:
    """Return an exact number, rational or in radicals, as a float; nan where symbols are open."""
    value = rational_if_possible(value)
    if not isinstance(value, Element):
        return float(value.p) / float(value.q)
    return float("nan") if value.ring.symbols else as_float(to_expression(value))


def _pulled_back(method: Method, nodes: int, steps: int) -> list[list[Any]]:
    """Return the coefficients of phi~_(-n gamma)(theta_n) for n = 0 ... steps."""
    bound = bind_exactly(method)
    f = TreeArithmetic(nodes, colors=method.colors)
    field = manifold.on_trees(method, nodes - 1)
    theta, state = f.identity, bound.init(f, f.identity)
    found = []
    for n in range(steps + 1):
        backward = f.series(1, flow_of_field([b * -n for b in field], f.colors), 0)
        ahead = field_of_map(theta.coefficients, f.colors)
        found.append(f.transport(ahead, backward).coefficients)
        theta, state = bound.step(f, theta, state, f.gamma)
    return found
