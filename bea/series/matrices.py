"""Factorisations of matrices of power series: solutions, roots of Cholesky, QR, eigenvalues, SVD.

The leading coefficient is factorised in floats, by NumPy or what is given instead (factors are
known up to signs, and LAPACKs differ in them), and the factors are lifted from there one power of t
at a time, each by linear equations whose solution is explicit: those of the derivative of a matrix
function (Daleckii and Krein, AMS Translations 47 (1965) 1-30;
Higham, Functions of Matrices, theorem 3.11), of all orders. Arrays are (rows, columns, *lanes).

Eigenvalues that coincide at t = 0 are lifted if they stay together; where they part, neither they
nor their vectors need be power series that LAPACK's vectors begin, and they are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bea.arrays import Floats
from bea.errors import NotSmoothError
from bea.series.array_series import SeriesArray

_TOGETHER = 1e-9  # relative: eigenvalues that do not differ by more are one
_CONSTANT = 10_000  # the order to which a constant is known
_PARTING = 1e-7  # relative: what may be left of their difference at a higher power

Numeric = Callable[[Floats], Any]  # of matrices in the last axes, as in NumPy


def product(a: Any, b: Any) -> Any:
    """Return the product of two matrices with lanes, of floats or of power series.

    >>> product(np.ones((1, 2, 1)), np.ones((2, 1, 1)))
    array([[[2.]]])
    """
    if any(isinstance(x, np.ndarray) and x.dtype.kind == "O" for x in (a, b)):
        return (a[:, :, None] * b[None, :, :]).sum(axis=1)
    return np.einsum("ij...,jk...->ik...", a, b)


def transpose(a: Any) -> Any:
    """Return the transpose of a matrix with lanes."""
    return np.swapaxes(a, 0, 1)


def by_lanes(function: Callable[..., Any], *arrays: Any) -> Any:
    """Return what a function of NumPy's matrices, such as `np.linalg.qr`, makes of each lane."""
    lanes = np.broadcast_shapes(*(x.shape[2:] for x in arrays))
    moved = [
        np.moveaxis(np.broadcast_to(x, (*x.shape[:2], *lanes)), (0, 1), (-2, -1)) for x in arrays
    ]
    found = function(*moved)
    if isinstance(found, tuple):
        return tuple(_back(x, len(lanes)) for x in found)
    return _back(found, len(lanes))


def solve(a: SeriesArray, b: SeriesArray) -> SeriesArray:
    """Return x with a x = b, of a square and regular at t = 0.

    >>> a = SeriesArray([np.full((1, 1, 1), 2.0), np.ones((1, 1, 1))], 2)
    >>> [c.item() for c in solve(a, SeriesArray([np.ones((1, 1, 1))], 2)).coefficients]
    [0.5, -0.25, 0.125]
    """
    order = min(a.order, b.order)
    found: list[Floats] = []
    for k in range(order + 1):
        rest = b.coefficient(k) + 0.0
        for j, x in enumerate(found):
            rest = rest - product(a.coefficient(k - j), x)
        found.append(by_lanes(np.linalg.solve, a.coefficient(0), rest))
    return SeriesArray(found, order)


def cholesky(a: SeriesArray) -> SeriesArray:
    """Return lower triangular L with L L^T = a, of a positive definite at t = 0."""
    return transpose(_upper(a, transpose(by_lanes(np.linalg.cholesky, a.coefficient(0)))))


def qr(a: SeriesArray, numeric: Numeric = np.linalg.qr) -> tuple[SeriesArray, SeriesArray]:
    """Return Q, of orthonormal columns, and upper triangular R with Q R = a, in reduced form.

    Raises
    ------
    NotSmoothError
        If columns of a depend on each other at t = 0.
    """
    rows, columns = a.shape[:2]
    left = a[:, : min(rows, columns)]
    base = by_lanes(numeric, left.coefficient(0))
    sizes = np.abs(np.diagonal(base[1]))
    if np.any(sizes.min(axis=-1) <= _TOGETHER * sizes.max(axis=-1)):
        raise NotSmoothError("the columns of a matrix whose QR is asked for depend on each other")
    upper = _upper(product(transpose(left), left), base[1])
    q = transpose(solve(transpose(upper), transpose(left)))
    return q, (upper if columns <= rows else product(transpose(q), a))


def eigh(a: SeriesArray, numeric: Numeric = np.linalg.eigh) -> tuple[SeriesArray, SeriesArray]:
    """Return the eigenvalues (n, *lanes), in ascending order at t = 0, and vectors (n, n, *lanes).

    Raises
    ------
    NotSmoothError
        If eigenvalues coincide at t = 0 and part.

    Examples
    --------
    >>> turned = np.array([[0.0, 1.0], [1.0, 0.0]])[..., None]
    >>> a = SeriesArray([np.diag([1.0, 2.0])[..., None], turned], 2)
    >>> [c.ravel().tolist() for c in eigh(a)[0].coefficients]
    [[1.0, 2.0], [0.0, 0.0], [-1.0, 1.0]]
    """
    values, vectors = by_lanes(numeric, a.coefficient(0))
    return _lifted(a, values, vectors)


def thin_svd(a: Floats) -> Any:
    """Return U, the singular values and V^T of matrices in their last axes, in reduced form."""
    return np.linalg.svd(a, full_matrices=False)


def svd(
    a: SeriesArray, numeric: Numeric = thin_svd
) -> tuple[SeriesArray, SeriesArray, SeriesArray]:
    """Return U, the singular values (k, *lanes) in descending order at t = 0, and V^T, k the less.

    They are eigenvalues s and -s of ((0, a), (a^T, 0)), with vectors (u, v) and (u, -v).

    Raises
    ------
    NotSmoothError
        If singular values coincide, or one is zero, at t = 0 and not beyond.
    """
    rows, columns = a.shape[:2]
    k = min(rows, columns)
    left, sizes, right = by_lanes(numeric, a.coefficient(0))
    base, half = np.zeros((rows + columns, rows + columns, *a.shape[2:])), np.sqrt(0.5)
    right = transpose(right)
    base[:rows, :k], base[rows:, :k] = half * left, half * right
    base[:rows, k : 2 * k], base[rows:, k : 2 * k] = half * left, -half * right
    base[:rows, 2 * k :] = _beside(left) if rows > columns else 0.0
    base[rows:, 2 * k :] = _beside(right) if columns > rows else 0.0
    nothing = np.zeros((rows + columns - 2 * k, *a.shape[2:]))
    values, vectors = _lifted(_both_ways(a), np.concatenate([sizes, -sizes, nothing]), base)
    root = np.sqrt(2.0)
    return root * vectors[:rows, :k], values[:k], transpose(root * vectors[rows:, :k])


#: By kind: what NumPy has in floats, of matrices in the last axes, and how it is lifted to series.
FACTORS: dict[str, tuple[Numeric, Callable[[SeriesArray, Numeric], Any]]] = {
    "eigh": (np.linalg.eigh, eigh),
    "svd": (thin_svd, svd),
    "qr": (np.linalg.qr, qr),
    "cholesky": (lambda a: (np.linalg.cholesky(a),), lambda a, _: (cholesky(a),)),
}
#: The factors of libraries, by their names and the kind, where their signs are not NumPy's.
LIBRARIES: dict[tuple[str, str], Numeric] = {}


def factors(kind: str, a: Any, library: str = "") -> Any:
    """Return a factorisation of matrices with lanes, of floats or of power series.

    Floats of which there is none, as of those that are not finite, give no numbers.

    >>> [x.ravel().tolist() for x in factors("cholesky", np.full((1, 1, 2), 4.0))]
    [[2.0, 2.0]]
    """
    numeric, lifted = FACTORS[kind]
    numeric = LIBRARIES.get((library, kind), numeric)
    return lifted(a, numeric) if isinstance(a, SeriesArray) else _where_possible(numeric, a)


def solution(a: Any, b: Any) -> Any:
    """Return x with a x = b, of floats or of power series."""
    if isinstance(a, SeriesArray) or isinstance(b, SeriesArray):
        return solve(_as_series(a), _as_series(b))
    return _where_possible(lambda x, y: (np.linalg.solve(x, y),), a, b)[0]


# --- private helpers ------------------------------------------------------------------------------


def _beside(columns: Floats) -> Floats:
    """Return an orthonormal basis of what is orthogonal to these columns."""
    return by_lanes(np.linalg.svd, columns)[0][:, columns.shape[1] :]


def _back(found: Floats, lanes: int) -> Floats:
    return np.moveaxis(found, range(lanes), range(found.ndim - lanes, found.ndim))


def _both_ways(a: SeriesArray) -> SeriesArray:
    rows, columns = a.shape[:2]

    def whole(c: Floats) -> Floats:
        found = np.zeros((rows + columns, rows + columns, *c.shape[2:]))
        found[:rows, rows:], found[rows:, :rows] = c, np.swapaxes(c, 0, 1)
        return found

    return SeriesArray([whole(np.asarray(c)) for c in a.coefficients], a.order)


def _upper(gram: SeriesArray, base: Floats) -> SeriesArray:
    """Return the upper triangular R with R^T R = gram that begins with this one."""
    inverse = by_lanes(np.linalg.inv, base)
    lanes = (None,) * (base.ndim - 2)
    weights = np.triu(np.ones(base.shape[:2]), 1) + np.eye(len(base)) / 2
    found = [base]
    for k in range(1, gram.order + 1):
        rest = gram.coefficient(k)
        for j in range(1, k):
            rest = rest - product(transpose(found[j]), found[k - j])
        inside = product(product(transpose(inverse), rest), inverse)
        found.append(product(weights[(..., *lanes)] * inside, base))
    return SeriesArray(found, gram.order)


def _lifted(a: SeriesArray, values: Floats, vectors: Floats) -> tuple[SeriesArray, SeriesArray]:
    """Return the eigenvalues and vectors of a symmetric matrix that begin with these.

    In W of vectors W, B = vectors^T a vectors: B W = W diag(values), W^T W = 1, W = 1 at t = 0.
    """
    n, lanes = len(values), (None,) * (values.ndim - 1)
    one = np.eye(n)[(..., *lanes)]
    gaps = values[:, None] - values[None, :]
    size = np.abs(values).max(axis=0)
    one_value = np.abs(gaps) <= _TOGETHER * size
    turned = [product(product(transpose(vectors), np.asarray(c)), vectors) for c in a.coefficients]
    found_values, found = [values], [one + 0 * gaps]
    for k in range(1, a.order + 1):
        known = 0 * gaps
        for j in range(1, min(k, len(turned) - 1) + 1):
            known = known + product(turned[j], found[k - j])
        for j in range(1, k):
            known = known - found[k - j] * found_values[j][None]
        moved = np.einsum("ii...->i...", known)
        _refuse_parting(known - one * moved, moved, one_value, size)
        inside = 0 * gaps
        for j in range(1, k):
            inside = inside - product(transpose(found[j]), found[k - j]) / 2
        across = -known / np.where(one_value, 1.0, gaps)
        found.append(np.where(one_value, inside, across))
        found_values.append(moved)
    order = a.order
    return SeriesArray(found_values, order), SeriesArray(
        [product(vectors, w) for w in found], order
    )


def _refuse_parting(beside: Floats, moved: Floats, one_value: Floats, size: Floats) -> None:
    """Raise `NotSmoothError` if eigenvalues that are one at t = 0 are not one at this power."""
    scale = size + np.abs(moved).max(axis=0)
    apart = np.abs(moved[:, None] - moved[None, :])
    if np.any(np.where(one_value, np.abs(beside) + apart, 0.0) > _PARTING * scale):
        raise NotSmoothError(
            "a step takes eigenvectors of a matrix with eigenvalues (or singular values) that "
            "coincide and part, where they are not smooth: take another point"
        )


def _as_series(a: Any) -> SeriesArray:
    return a if isinstance(a, SeriesArray) else SeriesArray([a], _CONSTANT)


def _where_possible(function: Callable[..., Any], *arrays: Any) -> Any:
    """Return the results in floats; where a matrix has none they are no numbers."""
    try:
        return by_lanes(function, *arrays)
    except (np.linalg.LinAlgError, RuntimeError):  # or that of a library
        lanes = np.broadcast_shapes(*(x.shape[2:] for x in arrays))
        full = [np.broadcast_to(x, (*x.shape[:2], *lanes)) for x in arrays]
        like = function(*(np.eye(*x.shape[:2]) for x in full))
        single = [_of_lane(function, [x[..., *k] for x in full], like) for k in np.ndindex(lanes)]
        return tuple(
            np.stack(parts, axis=-1).reshape(*parts[0].shape, *lanes)
            for parts in zip(*single, strict=True)
        )


def _of_lane(function: Callable[..., Any], arrays: list[Any], like: Any) -> Any:
    try:
        return function(*arrays)
    except (np.linalg.LinAlgError, RuntimeError):
        return tuple(np.full(np.shape(x), np.nan) for x in like)
