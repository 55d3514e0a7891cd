"""Transients of a linear memory: the polynomial in the shift E that annihilates them all.

With lambda the rates of the memory, a run that begins off the slow manifold meets it by way of
sequences lambda_1 ... lambda_j n^i: products of j rates come with powers i <= N - j in what has the
power N of gamma, from the drift along the flow. The rates may be irrational, complex or symbolic,
but the polynomials whose roots are all products of j of them have coefficients in the field of the
method's own: they are the characteristic polynomials of the symmetric powers of the memory's map.
Source: Macdonald, Symmetric Functions and Hall Polynomials, section I.2 (Newton's relations).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, prod
from typing import Any

from flint import fmpq

from bea.errors import MethodError
from bea.series import PowerSeries

# So many steps are taken on trees, in exact numbers that grow, to find a corrected start.
_MOST_STEPS = 500


def annihilator(polynomial: Sequence[Any], nodes: int) -> tuple[list[Any], Any]:
    """Return P(E), which annihilates all transients to gamma^nodes, and 1/P(1).

    Polynomials are lists of coefficients, lowest power first, here and below.

    Parameters
    ----------
    polynomial
        The monic polynomial whose roots are the rates of the memory.
    nodes
        The highest power of gamma.

    Raises
    ------
    MethodError
        If there are too many of them at that power.

    Examples
    --------
    >>> annihilator([fmpq(-1, 2), fmpq(1)], 2)  # (E - 1/2)^2 (E - 1/4)
    ([-1/16, 1/2, -5/4, 1], 16/3)
    """
    dead = next(i for i, c in enumerate(polynomial) if c != 0)
    rates = polynomial[dead:]
    # What a nilpotent part of the memory does is over after so many steps for each power of gamma.
    delay = [fmpq(0)] * (dead * nodes)
    if len(rates) == 1:
        return [*delay, fmpq(1)], fmpq(1)
    counts = [(comb(len(rates) + j - 2, j), nodes - j + 1) for j in range(1, nodes + 1)]
    degree = sum(size * times for size, times in counts)
    if degree > _MOST_STEPS:
        raise MethodError(
            f"a memory of {len(rates) - 1} rates has {degree} transients to gamma^{nodes}, more "
            "than can be annihilated: lower the order, or begin the runs on the slow manifold"
        )
    powers = [(symmetric_power(rates, j), nodes - j + 1) for j in range(1, nodes + 1)]
    one = PowerSeries([fmpq(1)], degree)
    whole = prod((PowerSeries(p, degree) ** times for p, times in powers), start=one)
    scale = prod(((1 / sum(p[1:], start=p[0])) ** times for p, times in powers), start=fmpq(1))
    return [*delay, *whole.coefficients], scale


def symmetric_power(polynomial: Sequence[Any], count: int) -> list[Any]:
    """Return the monic polynomial whose roots are the products of `count` roots of another.

    Of the rates of a map it is the characteristic polynomial of the map's symmetric power. Found by
    sums of powers: those of the products are the complete homogeneous polynomials of the roots.

    >>> symmetric_power([fmpq(1), fmpq(0), fmpq(1)], 2)  # i, -i: their products are -1, 1, -1
    [-1, -1, 1, 1]
    """
    size = comb(len(polynomial) + count - 2, count)
    # log of prod (1 - lambda x) = - sum over m of p_m x^m/m
    sums = -PowerSeries(reversed(polynomial), size * count).log()
    traces = [polynomial[-1] * 0]
    for m in range(1, size + 1):
        powers = PowerSeries([traces[0], *(sums[m * i] * m for i in range(1, count + 1))])
        traces.append(powers.exp()[count] * fmpq(-1, m))
    return list(reversed(PowerSeries(traces).exp().coefficients))


def characteristic_polynomial(matrix: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the coefficients of det(x - matrix), by Faddeev and LeVerrier's recursion.

    >>> characteristic_polynomial([[fmpq(1), fmpq(2)], [fmpq(3), fmpq(4)]])
    [-2, -5, 1]
    """
    size = len(matrix)
    coefficients: list[Any] = [fmpq(1)]
    power: list[list[Any]] = [[fmpq(0)] * size for _ in range(size)]
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
        trace = sum((power[i][i] for i in range(size)), start=fmpq(0))
        coefficients.append(trace * fmpq(-1, k))
    return coefficients[::-1]


def without_root(polynomial: Sequence[Any], root: Any) -> list[Any]:
    """Return the polynomial divided by x - root, of which it is a multiple.

    >>> without_root([fmpq(2), fmpq(-3), fmpq(1)], 1)
    [-2, 1]
    """
    quotient = [polynomial[-1]]
    for coefficient in reversed(polynomial[1:-1]):
        quotient.append(coefficient + quotient[-1] * root)
    return quotient[::-1]
