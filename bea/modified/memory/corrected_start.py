"""Corrected starts: where the flow begins to meet a run that starts from zero memory.

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

from flint import fmpq

from bea.algebra import Element
from bea.algebra.ring.lowest_terms import lowest_terms
from bea.bseries import TreeArithmetic, field_of_map, flow_of_field
from bea.errors import MethodError
from bea.methods import Method
from bea.modified.memory.character import Character, as_number
from bea.modified.memory.transients import annihilator
from bea.modified.routes import manifold
from bea.modified.symbolic_step import bind_exactly, rational_if_possible


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
    rates = Character(method).memory_polynomial
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
    weights, scale = annihilator(Character(method).memory_polynomial, nodes)
    return [as_number(weight * scale) for weight in weights]


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


# --- private helpers ----------------------------------------------------------------------------


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
