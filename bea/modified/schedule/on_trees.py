"""Scheduled methods on trees: the modified field for every field f and every schedule s at once.

With the step size gamma s(t) the operator of one step is exp(gamma D~), D~ = d/dt + f~ . grad, and
the modified field and the slaved memory are found together, as without a schedule (see
`bea.modified.routes.manifold`), from

    exp(gamma D~) theta = Phi^theta(theta, S),      exp(gamma D~) S = Phi^s(theta, S)

with s where the step begins on the right. Coefficients are polynomials in s, s', s'', .... A run
from zero memory at the time 0 has s(n gamma) = sum over k of (n gamma)^k/k! s^(k)(0) in its step n,
and meets the flow from a corrected start as one without a schedule does: its transients have the
same rates. (Derived here; for gradient descent s f - gamma/2 (s^2 f'f + s' f) + ....)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.algebra import Element, Expression, Ring, as_rational
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import read, to_expression, to_program
from bea.algebra.ring.exact import in_ring
from bea.bseries import field_of_map
from bea.bseries.timed import TimedTreeArithmetic
from bea.errors import BeaError, MethodError
from bea.fields import VectorField
from bea.methods import Method, Scheduled
from bea.modified.elementary import differentials_in_ring
from bea.modified.linear import dot, inverse
from bea.modified.memory.character import joint_map
from bea.modified.memory.corrected_start import annihilated, simplest
from bea.modified.memory.transients import annihilator, characteristic_polynomial, without_root
from bea.modified.schedule.slopes import ScheduledTree, Slopes
from bea.modified.symbolic_step import numbers_of, open_symbols, rational_if_possible
from bea.trees import THETA, simplified, trees, trees_up_to

Terms = Mapping[Any, Any]  # by ScheduledTree


def on_trees(method: Scheduled, order: int) -> Terms:
    """Return the coefficients b of the modified field, to gamma^order.

    Examples
    --------
    >>> from bea.methods import gradient_descent
    >>> on_trees(Scheduled(gradient_descent()), 1)
    {s []: 1, s² [[]]: -1/2, s' []: -1/2}
    """
    bound, slopes, f = _arithmetic(method, order + 1)
    return _terms(method, slopes, _joint_solution(method, bound, f)[0])


def step_on_trees(method: Scheduled, order: int) -> Terms:
    """Return the coefficients of (theta_1 - theta)/gamma, with s, s', ... where the step begins.

    Examples
    --------
    >>> from bea.methods import gradient_descent
    >>> {t: a for t, a in step_on_trees(Scheduled(gradient_descent()), 2).items() if a != 0}
    {s []: 1}
    """
    bound, slopes, f = _arithmetic(method, order + 1)
    field = _joint_solution(method, bound, f)[0]
    found = f.transport(field, f.identity).coefficients
    return _terms(method, slopes, [simplest(a) for a in found])


def start_correction(method: Scheduled, nodes: int) -> Terms:
    """Return the coefficients of theta* to gamma^nodes, for a run from zero memory.

    s, s', ... are those where the run begins; see `bea.modified.memory.start_correction`.

    Examples
    --------
    >>> from bea.methods import heavy_ball
    >>> start_correction(Scheduled(heavy_ball(beta="1/2")), 2)
    {s []: -2, s² [[]]: 20, s' []: -2}
    """
    if nodes == 0:
        return {}
    bound, slopes, f = _arithmetic(method, nodes)
    field = _joint_solution(method, bound, f)[0]
    rates = without_root(characteristic_polynomial(joint_map(bound, f.alone())), 1)
    weights, scale = annihilator([rational_if_possible(c) for c in rates], nodes)
    theta, state, pulled = f.identity, bound.init(f, f.identity), []
    for n in range(len(weights) + 1):
        backward = f.later(f.transport(field, f.identity, -n), n)
        ahead = field_of_map(theta.coefficients, f.colors)
        pulled.append(f.composed(ahead, backward).coefficients)
        now = f.at_step(n)
        theta, state = bound.step(now, theta, state, now.gamma)
    found = annihilated(method, weights, pulled)
    return _terms(method, slopes, [c * scale for c in found])


def start_terms(
    method: Scheduled, problem: VectorField, correction: Terms, order: int
) -> list[list[Element]]:
    """Return theta* on a concrete problem with a time, by powers of gamma.

    Raises
    ------
    MethodError
        If the field itself depends on the time, or s is not smooth.
    """
    *moving, _ = problem.components
    time = problem.dimension - 1
    if not holds_still(problem):
        raise MethodError(
            "the field itself depends on the time, and the corrected start is known for one that "
            "does not: begin the runs on the slow manifold"
        )
    ring = problem.ring
    slopes = _derivatives(method, ring, time, order)
    still = VectorField([*moving, ring.constant(0)], problem.about)
    theta = [*(ring.variable(i) for i in range(time)), ring.constant(0)]  # the time is no part
    differential = differentials_in_ring(still, {**method.method.parts(still), THETA: theta})
    terms = [np.array([ring.constant(0)] * problem.dimension, dtype=object) for _ in range(order)]
    for key, a in correction.items():
        weight = ring.constant(1) * fmpq(1, key.symmetry)
        weight = weight * (read(ring, to_expression(a)) if isinstance(a, Element) else a)
        for slope, exponent in zip(slopes, key.slopes, strict=False):
            weight = weight * slope**exponent
        terms[key.order - 1] = terms[key.order - 1] + differential(simplified(key.tree)) * weight
    return [[ring.variable(i) for i in range(problem.dimension)], *map(list, terms)]


def holds_still(problem: VectorField) -> bool:
    """Tell whether the field does not depend on its last variable, the time.

    Only then is it one of those that the equation on trees is for.

    >>> [holds_still(VectorField.read(f"{f}, 1", "x t")) for f in ("-x", "-t*x")]
    [True, False]
    """
    *moving, _ = problem.components
    return all(c.derivative(problem.dimension - 1).is_zero() for c in moving)


def vanishes(method: Scheduled, term: ScheduledTree, times: NDArray[np.float64]) -> bool:
    """Tell whether the monomial of a term is 0 at all of these times.

    >>> from bea.trees import leaf
    >>> warm_up = Scheduled(Method(), "piecewise(pieces=t)")
    >>> [vanishes(warm_up, ScheduledTree(leaf, slopes), np.zeros(1)) for slopes in ((1,), (0, 1))]
    [True, False]
    """
    found = _derivatives(method, Ring(["t"]), 0, len(term.slopes))
    function = compile_program(to_program(found))
    values = function([times], np.empty((len(found), len(times))))
    powers = [v**e for v, e in zip(values, term.slopes, strict=False)]
    return bool(np.all(np.abs(np.prod(powers, axis=0)) < _ROUNDING))


# --- private helpers ----------------------------------------------------------------------------

_ROUNDING = 1e-12  # of s, which is about 1


def _derivatives(method: Scheduled, ring: Ring, time: int, highest: int) -> list[Element]:
    """Return s, s', ... as functions of the variable of that index."""
    found = [method.schedule.at(ring.variable(time))]
    for _ in range(highest):
        found.append(found[-1].derivative(time))
    return found


def _arithmetic(method: Scheduled, order: int) -> tuple[Method, Slopes, TimedTreeArithmetic]:
    """Return the method with exact hyperparameters, the ring of its coefficients, and the trees."""
    slopes = Slopes(order - 1, open_symbols(method))

    def constant(value: Expression) -> Any:
        rational = as_rational(value)
        return in_ring(value, slopes.ring) if rational is None else rational

    f = TimedTreeArithmetic(order, slopes.schedule, slopes.derivative, slopes.cut, method.colors)
    return method.bind(constant), slopes, f


def _joint_solution(method: Method, bound: Method, f: TimedTreeArithmetic) -> list[list[Any]]:
    """Return the coefficients of f~ and of the parts of S: a sweep settles one power of gamma."""
    shapes = [(s.identity, s.shift) for s in bound.init(f, f.identity)]
    solve = _inverse(method, joint_map(bound, f.alone()), [1, *(e for e, _ in shapes)])
    unknown = [[fmpq(0)] * len(trees_up_to(f.order, f.colors)) for _ in range(len(shapes) + 1)]
    for _ in range(f.order):
        residual = _residual(bound, f, shapes, unknown)
        moved = [[dot(row, column) for column in zip(*residual, strict=True)] for row in solve]
        unknown = [[simplest(u - m) for u, m in zip(old, new, strict=True)]
                   for old, new in zip(unknown, moved, strict=True)]  # fmt: skip
    left = _residual(bound, f, shapes, unknown)
    if any(rational_if_possible(c) != 0 for row in left for c in row):
        raise MethodError(
            f"the step of '{method}' does not tend to the identity as gamma tends to 0, or its "
            "memory does not follow theta"
        )
    return unknown


def _residual(
    bound: Method,
    f: TimedTreeArithmetic,
    shapes: Sequence[tuple[Any, int]],
    unknown: Sequence[list[Any]],
) -> list[list[Any]]:
    """Return exp(gamma D~) - Phi for theta and for each part of the memory."""
    states = [f.series(e, c, p) for (e, p), c in zip(shapes, unknown[1:], strict=True)]
    theta, after = bound.step(f, f.identity, tuple(states), f.gamma)
    rows = []
    for before, mapped in zip((f.identity, *states), (theta, *after), strict=True):
        flowed = f.transport(unknown[0], before)
        rows.append((flowed - mapped).coefficients)
    return rows


def _inverse(method: Method, carried: list[list[Any]], identities: list[Any]) -> list[list[Any]]:
    """Invert what the unknowns of one power of gamma are multiplied by.

    exp(gamma D~) brings each part of the memory its own and, by what it has of theta, that of f~.
    """
    matrix = [[fmpq(0) if j == 0 else -v for j, v in enumerate(row)] for row in carried]
    for i, identity in enumerate(identities):
        matrix[i][0] = matrix[i][0] + identity
        if i:
            matrix[i][i] = matrix[i][i] + 1
    try:
        return inverse([[rational_if_possible(v) for v in row] for row in matrix])
    except BeaError:
        raise MethodError(
            f"the memory of '{method}' does not contract: it has no slow manifold over theta; "
            "follow its iterates (bea.iterate), or let it forget, as RMSProp does"
        ) from None


def _terms(method: Method, slopes: Slopes, coefficients: Sequence[Any]) -> Terms:
    """Return the terms by rising powers of gamma, those without primes first."""
    ring, order = numbers_of(method), 0
    found: dict[Any, Any] = {}
    while len(trees_up_to(order, method.colors)) < len(coefficients):
        order += 1
    for tree, coefficient in zip(trees_up_to(order, method.colors), coefficients, strict=True):
        for powers, value in slopes.split(coefficient).items():
            for other in trees(
                tree.order, method.colors
            ):  # those without it have the coefficient 0
                found.setdefault(ScheduledTree(other, powers), fmpq(0))
            rational = rational_if_possible(value)
            if isinstance(rational, Element):
                rational = simplest(in_ring(to_expression(rational), ring))
            found[ScheduledTree(tree, powers)] = rational
    return dict(sorted(found.items(), key=lambda item: _place(item[0])))


def _place(term: ScheduledTree) -> tuple[Any, ...]:
    return term.order, term.primes, term.slopes, term.tree
