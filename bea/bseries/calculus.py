"""Lie derivative, exponential and logarithm of B-series, by single-edge cuts.

Coefficients are lists over `trees_up_to(n, colors)`, normalised by the symmetry (see
`bea.bseries`); their entries may lie in any commutative ring over the rationals. With a_t the
coefficients of the time-t flow of the field b,

    d/dt a_t(tau) = b(tau) + sum over cuts of b(branch) a_t(trunk),    a_0 = 0,

so that a_t(tau) is a polynomial in t of degree |tau|. Source: Hairer, Lubich and Wanner,
Geometric Numerical Integration, section IX.9.1 (the Lie derivative).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flint import fmpq, fmpq_poly

from bea.errors import OrderError
from bea.series import PowerSeries
from bea.trees import PLAIN, Colors, Tree, positions, single_edge_cuts, trees_up_to


def exact_map(order: int, colors: Colors = PLAIN) -> list[fmpq]:
    """Return the coefficients 1/density of the exact flow of f over one step.

    Trees with nodes of theta have none: f is the sum of the other colours.

    >>> exact_map(3)
    [1, 1/2, 1/6, 1/3]
    """
    return [
        fmpq(0) if any(color.unit for color in t.colors) else fmpq(1, t.density)
        for t in trees_up_to(order, colors)
    ]


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
    result = []
    places = _places(field, colors)
    for tree, own in zip(places, field, strict=True):
        value = own * identity
        for branch, trunk, count in single_edge_cuts(tree):
            value = value + count * (field[places[branch]] * series[places[trunk]])
        result.append(value)
    return result


def flow_of_field(field: Sequence[Any], colors: Colors = PLAIN) -> list[Any]:
    """Return the map of the flow over one step of the field b: the exponential.

    >>> flow_of_field([fmpq(1), fmpq(0), fmpq(0), fmpq(0)]) == exact_map(3)
    True
    """
    flow: list[Any] = []
    zero = _zero_polynomial(field)
    places = _places(field, colors)
    for tree, value in zip(places, field, strict=True):
        slope = _slope(tree, field, flow, zero, places) + value
        flow.append(slope.integral())
    return [_at_one(p) for p in flow]


def field_of_map(coefficients: Sequence[Any], colors: Colors = PLAIN) -> list[Any]:
    """Return the field b whose flow over one step is the given map: the logarithm.

    Tree by tree, b(tau) = a(tau) - (what the lower trees give at t = 1).

    >>> field_of_map([fmpq(1), fmpq(0), fmpq(0), fmpq(0)])  # explicit Euler
    [1, -1/2, 1/3, 1/6]
    """
    field: list[Any] = []
    flow: list[Any] = []
    zero = _zero_polynomial(coefficients)
    places = _places(coefficients, colors)
    for tree, value in zip(places, coefficients, strict=True):
        lower = _slope(tree, field, flow, zero, places)
        b = value - _at_one(lower.integral())
        field.append(b)
        flow.append((lower + b).integral())
    return field


# --- private helpers ----------------------------------------------------------------------------


def _places(coefficients: Sequence[Any], colors: Colors) -> Mapping[Tree, int]:
    """Return the trees that a list of coefficients belongs to, with their positions."""
    order = 0
    while len(trees_up_to(order, colors)) < len(coefficients):
        order += 1
    found = positions(order, colors)
    if len(found) != len(coefficients):
        raise OrderError(f"{len(coefficients)} coefficients do not fill all trees up to an order")
    return found


def _slope(
    tree: Tree, field: Sequence[Any], flow: Sequence[Any], zero: Any, places: Mapping[Tree, int]
) -> Any:
    """Return the sum over the cuts of b(branch) a_t(trunk), a polynomial in t."""
    total = zero
    for branch, trunk, count in single_edge_cuts(tree):
        total = total + flow[places[trunk]] * (field[places[branch]] * count)
    return total


def _zero_polynomial(coefficients: Sequence[Any]) -> Any:
    """Return the zero polynomial in t over their ring: flint's own where all are rational."""
    if all(type(c) is fmpq for c in coefficients):
        return fmpq_poly()
    return _Polynomial([coefficients[0] * 0])


def _at_one(polynomial: Any) -> Any:
    return polynomial(fmpq(1)) if isinstance(polynomial, fmpq_poly) else polynomial.at_one()


class _Polynomial:
    """A polynomial in t over any ring: the little of it that the recursions above need."""

    def __init__(self, coefficients: list[Any]) -> None:
        self.coefficients = coefficients

    def __add__(self, other: Any) -> _Polynomial:
        if not isinstance(other, _Polynomial):
            return _Polynomial([self.coefficients[0] + other, *self.coefficients[1:]])
        a, b = sorted((self.coefficients, other.coefficients), key=len)
        return _Polynomial([x + y for x, y in zip(a, b, strict=False)] + b[len(a) :])

    def __mul__(self, scalar: Any) -> _Polynomial:
        return _Polynomial([c * scalar for c in self.coefficients])

    def integral(self) -> _Polynomial:
        return _Polynomial(list(PowerSeries(self.coefficients).integral().coefficients))

    def at_one(self) -> Any:
        return sum(self.coefficients[1:], start=self.coefficients[0])
