"""Lie derivative, exponential and logarithm of B-series, by single-edge cuts.

Coefficients are sequences over `trees_up_to(n, colors)`, normalised by the symmetry (see
`bea.bseries`); their entries may lie in any commutative ring over the rationals. The derivative
along a field b is, in the coefficients c of a series with e theta,

    (D c)(tau) = e b(tau) + sum over cuts of b(branch) c(trunk),

and exp(D) = sum over k of D^k/k!, of which the trees of n nodes see k = 0 ... n only. All D^k are
found for the trees of one size together, from those of smaller ones: exponential and logarithm are
one pass over the sizes. Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, section
IX.9.1 (the Lie derivative).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np
from flint import fmpq

from bea.bseries.numbers import EXACT, Array, Exact
from bea.errors import OrderError
from bea.trees import PLAIN, Colors, TreeTable, number_up_to, tree_table


def exact_map(order: int, colors: Colors = PLAIN) -> list[fmpq]:
    """Return the coefficients 1/density of the exact flow of f over one step.

    Trees with nodes of theta have none: f is the sum of the other colours.

    >>> exact_map(3)
    [1, 1/2, 1/6, 1/3]
    """
    table = tree_table(order, colors)
    theta = np.array([color.unit for color in colors])[table.root]
    if theta.any():
        for nodes in range(2, order + 1):
            level = table.level(nodes)
            theta[level] |= theta[table.rest[level]] | theta[table.child[level]]
    pairs = zip(theta.tolist(), table.density.tolist(), strict=True)
    return [fmpq(0) if lacking else fmpq(1, density) for lacking, density in pairs]


def lie_derivative(
    field: Sequence[Any],
    series: Sequence[Any],
    identity: int | fmpq = 0,
    colors: Colors = PLAIN,
) -> list[Any]:
    """Return the coefficients of the derivative of a B-series along a B-series field.

    Parameters
    ----------
    field
        The field's coefficients b, one per tree up to some order.
    series
        The coefficients of the series that is differentiated, as many as `field`.
    identity
        The coefficient of theta in that series: 1 for a map, 0 for a field.
    colors
        The colours of the trees.

    Examples
    --------
    >>> lie_derivative([1, 0, 0, 0], [1, 0, 0, 0])  # f'f
    [0, 1, 0, 0]
    """
    if len(field) != len(series):
        raise OrderError("the field and the series that it acts on need the same trees")
    table, b, c = table_of(len(field), colors), EXACT.array(field), EXACT.array(series)
    return EXACT.listed(derivative(table, EXACT, b, c, identity))


def flow_of_field(field: Sequence[Any], colors: Colors = PLAIN) -> list[Any]:
    """Return the map of the flow over one step of the field b: the exponential.

    >>> flow_of_field([fmpq(1), fmpq(0), fmpq(0), fmpq(0)]) == exact_map(3)
    True
    """
    return EXACT.listed(exponential(table_of(len(field), colors), EXACT, EXACT.array(field)))


def field_of_map(coefficients: Sequence[Any], colors: Colors = PLAIN) -> list[Any]:
    """Return the field b whose flow over one step is the given map: the logarithm.

    Tree by tree, b(tau) = a(tau) - (what the lower trees give).

    >>> field_of_map([fmpq(1), fmpq(0), fmpq(0), fmpq(0)])  # explicit Euler
    [1, -1/2, 1/3, 1/6]
    """
    table = table_of(len(coefficients), colors)
    return EXACT.listed(logarithm(table, EXACT, EXACT.array(coefficients)))


def table_of(count: int, colors: Colors = PLAIN) -> TreeTable:
    """Return the table of the trees that a list of so many coefficients belongs to."""
    order = 0
    while number_up_to(order, colors) < count:
        order += 1
    if number_up_to(order, colors) != count:
        raise OrderError(f"{count} coefficients do not fill all trees up to an order")
    return tree_table(order, colors)


# --- the same on arrays ---------------------------------------------------------------------------


def derivative(
    table: TreeTable, numbers: Exact, field: Array, series: Array, identity: Any = 0
) -> Array:
    """Return D series, as far as both are known; without theta, for one node more."""
    known = table.nodes_of(min(len(field), len(series)))
    nodes = min(known + (identity == 0), table.order)
    found = numbers.zeros(table.count(nodes))
    if identity != 0:
        found += numbers.scaled(field[: len(found)], identity)
    for size in range(2, nodes + 1):
        level = table.level(size)
        found[level] += _over_cuts(table, numbers, level, field, series[:, None])[:, 0]
    return numbers.reduced(found)


def exponential(
    table: TreeTable,
    numbers: Exact,
    field: Array,
    series: Array | None = None,
    identity: Any = 1,
) -> Array:
    """Return exp(D) of a series, by default of theta; without theta b may be known less far."""
    nodes = table.nodes_of(len(field)) + (identity == 0)
    if series is not None:
        nodes = min(nodes, table.nodes_of(len(series)))
    powers = Powers(table, numbers, nodes, field, identity)
    found = numbers.zeros(table.count(nodes))
    for size in range(1, nodes + 1):
        level = table.level(size)
        lower = powers.lower(size)
        found[level] = lower + powers.settle(size, None if series is None else series[level])
    return numbers.reduced(found)


def logarithm(table: TreeTable, numbers: Exact, coefficients: Array) -> Array:
    """Return the field of a map: theta and these coefficients."""
    field = numbers.zeros(len(coefficients))
    nodes = table.nodes_of(len(coefficients))
    powers = Powers(table, numbers, nodes, field)
    for size in range(1, nodes + 1):
        level = table.level(size)
        field[level] = numbers.reduced(coefficients[level] - powers.lower(size))
        powers.settle(size)
    return field


class Powers:
    """D^k of a series for all k, as far as the trees of a size see them, size after size.

    Parameters
    ----------
    nodes
        The largest size.
    field
        The field b. For each size `lower` is called before `settle`, and b is asked for there only
        then.
    identity
        What the series has of theta.
    """

    def __init__(
        self, table: TreeTable, numbers: Exact, nodes: int, field: Array, identity: Any = 1
    ) -> None:
        self._table, self._numbers, self._field, self._identity = table, numbers, field, identity
        self._powers = numbers.zeros(table.count(nodes), nodes + 1)
        factorials = accumulate(range(1, nodes + 1), mul)
        self._weights = numbers.array([fmpq(1, factorial) for factorial in factorials])

    def lower(self, nodes: int) -> Array:
        """Return exp(D) series on the trees of so many nodes but for what these give themselves."""
        level, found = self._table.level(nodes), self._powers
        if nodes == 1:
            return self._numbers.zeros(level.stop)
        below = found[: level.start]  # a whole piece of memory, though the last columns are zero
        sums = _over_cuts(self._table, self._numbers, level, self._field, below)
        found[level, 1 : nodes + 1] = sums[:, :nodes]
        return self._numbers.weighted(found[level, 1 : nodes + 1], self._weights[:nodes])

    def settle(self, nodes: int, series: Array | None = None) -> Any:
        """Take in b and the series on the trees of so many nodes; return what they give."""
        level, own = self._table.level(nodes), self._numbers.zeros(1)
        if self._identity != 0:
            own = self._numbers.scaled(self._field[level], self._identity)
            self._powers[level, 1] = self._numbers.reduced(self._powers[level, 1] + own)
        if series is None:
            return own
        self._powers[level, 0] = series
        return own + series


# --- private helpers ----------------------------------------------------------------------------


def _over_cuts(
    table: TreeTable, numbers: Exact, level: slice, field: Array, columns: Array
) -> Array:
    """Return the sums over the cuts of each tree of a level of b(branch) columns[trunk]."""
    starts = table.cut_starts[level.start : level.stop + 1]
    cuts = slice(starts[0], starts[-1])
    branch, trunk, counts = table.branch[cuts], table.trunk[cuts], table.multiplicity[cuts]
    return numbers.over_cuts(columns, trunk, field, branch, counts, starts - starts[0])
