"""Small exact linear algebra over any commutative ring in which the determinant can be inverted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from bea.errors import BeaError


def inverse(matrix: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the inverse by Gauss and Jordan's elimination.

    Pivots are chosen rational where possible, so that no more inverses are made than are needed.

    Raises
    ------
    BeaError
        If the matrix is singular.

    Examples
    --------
    >>> inverse([[fmpq(1), fmpq(2)], [fmpq(0), fmpq(4)]])
    [[1, -1/2], [0, 1/4]]
    """
    n = len(matrix)
    rows = [[*row, *(fmpq(i == j) for j in range(n))] for i, row in enumerate(matrix)]
    for column in range(n):
        pivot = _pivot([row[column] for row in rows[column:]])
        if pivot is None:
            raise BeaError("the linear part of the equations is singular")
        rows[column], rows[column + pivot] = rows[column + pivot], rows[column]
        scale = 1 / rows[column][column]
        rows[column] = [value * scale for value in rows[column]]
        for i in range(n):
            factor = rows[i][column]
            if i != column and factor != 0:
                rows[i] = [a - b * factor for a, b in zip(rows[i], rows[column], strict=True)]
    return [row[n:] for row in rows]


def dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """Return the sum of the products of two sequences (0 if they are empty)."""
    return sum((x * y for x, y in zip(a, b, strict=True)), start=fmpq(0))


def _pivot(column: Sequence[Any]) -> int | None:
    """Return the place of a rational pivot, or else of any that is not zero."""
    nonzero = [i for i, value in enumerate(column) if value != 0]
    rational = [i for i in nonzero if isinstance(column[i], fmpq)]
    return next(iter([*rational, *nonzero]), None)
