"""Synthetic finite sums: a loss with gradient noise of exactly the covariance that is asked for.

The noise is linear in theta, l_i = L + n_i·theta with Σ n_i = 0 and (1/N) Σ n_i n_iᵀ = C. The
vectors n_i combine the columns of C = Σ_k a_k² u_k u_kᵀ (an exact L D Lᵀ, each entry of D a sum of
rational squares) with the signs of the rows of a Sylvester-Hadamard matrix, whose columns are
orthogonal and, but for the first, sum to zero. So all numbers stay rational, and N a power of two.
The quadratic with a spectrum is the noisy quadratic model of Zhang et al., NeurIPS 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import isqrt
from typing import Any

from flint import fmpq

from bea.algebra.language.building import add, multiply, power
from bea.algebra.language.expressions import Number, Symbol
from bea.algebra.ring.conversions import read
from bea.algebra.ring.exact import as_rational, exact
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError, DimensionError
from bea.fields.about import About
from bea.fields.noise_factor import definite_parts
from bea.fields.vector_field import Loss
from bea.problems.problem import coordinates, entries
from bea.problems.sums.finite_sum import FiniteSum

Vector = tuple[fmpq, ...]


def with_gradient_covariance(
    loss: Loss, covariance: Any, size: int | None = None, about: About | None = None
) -> FiniteSum:
    """Return a finite sum with this mean loss, whose gradients have exactly this covariance.

    Parameters
    ----------
    loss
        L.
    covariance
        Rows of exact rational numbers, (d, d); or the variances alone, (d,) or a text with commas,
        for a diagonal matrix.
    size
        N; a multiple of the least that is possible, which is the default.

    Raises
    ------
    DimensionError
        If the matrix is not square of the loss's dimension, or not symmetric.
    BeaError
        If a variance is negative, the matrix is not positive semidefinite, or there is no such N.

    Examples
    --------
    >>> total = with_gradient_covariance(Loss.read("x**2 + y**2"), [[2, 1], [1, "1/2"]])
    >>> total.size, total.covariance(), total.value
    (4, ((2, 1), (1, 1/2)), x**2 + y**2)
    """
    matrix = _matrix(covariance, loss.dimension)
    noises = _noises(_factors(matrix), loss.dimension)
    count = len(noises)
    wanted = count if size is None else size
    if wanted < count or wanted % count:
        raise BeaError(
            f"N={wanted} losses cannot have this covariance: take a multiple of {count}, such as "
            f"{max(1, round(wanted / count)) * count}"
        )
    point = [loss.ring.variable(i) for i in range(loss.dimension)]
    values = [loss.value + _dot(point, noise) for noise in noises]
    names = [f"{loss.name}, loss {k}" for k in range(count)]
    parts = [Loss(v, About(name=n)) for v, n in zip(values, names, strict=True)]
    parts *= wanted // count
    return FiniteSum(parts, about or loss.about)


def noisy_quadratic(eigenvalues: Any, variances: Any = None, size: int | None = None) -> FiniteSum:
    """Return L = Σ h_k x_k²/2 with independent gradient noise in each coordinate.

    Parameters
    ----------
    eigenvalues
        The curvatures h_k, exact rational numbers, as a sequence or a text with commas.
    variances
        Those of the gradient's components; by default h_k, as in Zhang et al.
    size
        N, as for `with_gradient_covariance`.

    Examples
    --------
    >>> total = noisy_quadratic("1, 1/4")
    >>> total.value, total.covariance(), total.size
    (x**2/2 + y**2/8, ((1, 0), (0, 1/4)), 4)
    """
    texts = entries(eigenvalues, "eigenvalues")
    names = coordinates(len(texts), texts)
    curvatures = [_rational(text, "an eigenvalue") for text in texts]
    terms = [
        multiply(Number(h / 2), power(Symbol(name), 2))
        for h, name in zip(curvatures, names, strict=True)
    ]
    about = About(name="noisy quadratic", formula=str(add(*terms)))
    loss = Loss(read(Ring(names), add(*terms)), about)
    return with_gradient_covariance(loss, curvatures if variances is None else variances, size)


# --- private helpers ----------------------------------------------------------------------------


def _matrix(given: Any, dimension: int) -> list[list[fmpq]]:
    """Return a symmetric matrix of rationals whose diagonal is not negative."""
    rows = entries(given, "the variances") if isinstance(given, str) else _listed(given)
    if not any(isinstance(row, list | tuple) for row in rows):
        variances = [_rational(value, "a variance") for value in rows]
        matrix = [
            [v if i == j else fmpq(0) for j in range(len(rows))] for i, v in enumerate(variances)
        ]
    else:
        matrix = [[_rational(value, "a covariance") for value in _listed(row)] for row in rows]
    if len(matrix) != dimension or any(len(row) != dimension for row in matrix):
        raise DimensionError(
            f"the covariance has {len(matrix)} row(s), and the loss {dimension} variable(s): give "
            f"{dimension} rows of {dimension} numbers, or {dimension} variances"
        )
    for i, j in product(range(dimension), repeat=2):
        if matrix[i][j] != matrix[j][i]:
            raise DimensionError(
                f"the covariance is not symmetric: {matrix[i][j]} at ({i + 1}, {j + 1}) and "
                f"{matrix[j][i]} at ({j + 1}, {i + 1})"
            )
        if i == j and matrix[i][i] < 0:
            raise BeaError(
                f"the variance of component {i + 1} is {matrix[i][i]}: variances are not negative"
            )
    return matrix


def _listed(value: Any) -> list[Any]:
    if hasattr(value, "tolist"):
        value = value.tolist()
    return list(value) if isinstance(value, Sequence) else [value]


def _rational(value: Any, what: str) -> fmpq:
    found = as_rational(exact(value, what))
    if found is None:
        raise BeaError(f"{what} is {value}: give a rational number, such as 1/2")
    return found


def _factors(matrix: list[list[fmpq]]) -> list[tuple[fmpq, Vector]]:
    """Return (pivot, u) with the matrix = Σ pivot u uᵀ and all pivots positive."""
    found = definite_parts(matrix)
    if found is None:
        raise BeaError(
            "the covariance is not positive semidefinite: some combination of the components "
            "would have a negative variance"
        )
    return found


def _noises(factors: Sequence[tuple[fmpq, Vector]], dimension: int) -> list[Vector]:
    """Return vectors of mean zero whose covariance is the sum of pivot u uᵀ."""
    scaled = [
        tuple(root * x for x in u) for pivot, u in factors for root in _rational_squares(pivot)
    ]
    count = 1
    while count <= len(scaled):
        count *= 2
    rows = [[_sign(i, k + 1) for k in range(len(scaled))] for i in range(count)]
    return [
        tuple(_dot([v[j] for v in scaled], row) if scaled else fmpq(0) for j in range(dimension))
        for row in rows
    ]


def _dot(values: Sequence[Any], factors: Sequence[Any]) -> Any:
    first, *others = (value * factor for value, factor in zip(values, factors, strict=True))
    return sum(others, start=first)


def _sign(row: int, column: int) -> int:
    """Return the entry of the Sylvester-Hadamard matrix."""
    return -1 if (row & column).bit_count() % 2 else 1


def _rational_squares(value: fmpq) -> list[fmpq]:
    """Return rationals whose squares sum to a positive one: p/q = (p q)/q²."""
    p, q = int(value.p), int(value.q)
    return [fmpq(root, q) for root in _squares(p * q)]


def _squares(n: int) -> list[int]:
    """Return positive integers whose squares sum to n: few, and the fewest where n is small.

    >>> _squares(25), _squares(50), _squares(7), _squares(0)
    ([5], [7, 1], [2, 1, 1, 1], [])
    """
    if n == 0:
        return []
    top = isqrt(n)
    if n > 10_000 and top * top != n:
        return [top, *_squares(n - top * top)]
    for count in range(1, 5):
        found = _of_squares(n, count)
        if found:
            return found
    raise AssertionError("four squares are enough, by Lagrange's theorem")


def _of_squares(n: int, count: int) -> list[int]:
    """Return `count` positive integers whose squares sum to n, or an empty list."""
    if count == 1:
        return [isqrt(n)] if n and isqrt(n) ** 2 == n else []
    for root in range(isqrt(n), 0, -1):
        rest = _of_squares(n - root * root, count - 1)
        if rest:
            return [root, *rest]
    return []
