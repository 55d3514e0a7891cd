"""The operations of tapes on matrices: products, solutions and factors.

Factors and solutions are known in floats and in power series over arrays, that is, at points. In
symbols the eigenvalues of a matrix are roots of polynomials, which no ring of bea's has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bea.arithmetic import Arithmetic
from bea.errors import MethodError
from bea.series import SeriesArray, matrices

Shape = tuple[int, ...]
Numeric = Callable[[Any], Any]
#: By kind: what NumPy has in floats, of matrices in the last axes, and how it is lifted to series.
_FACTORS: dict[str, tuple[Numeric, Callable[[SeriesArray, Numeric], Any]]] = {
    "eigh": (np.linalg.eigh, matrices.eigh),
    "svd": (matrices.thin_svd, matrices.svd),
    "qr": (np.linalg.qr, matrices.qr),
    "cholesky": (lambda a: (np.linalg.cholesky(a),), lambda a, _: (matrices.cholesky(a),)),
}
#: The factors of libraries, by their names and the kind, where their signs are not NumPy's.
LIBRARIES: dict[tuple[str, str], Numeric] = {}
FACTORS = frozenset(_FACTORS)
"""The factorisations of a matrix."""


class MatrixOperations:
    """What `Operations` does with matrices."""

    _f: Arithmetic
    _shapes: Sequence[Shape]
    _is_whole: Callable[[Any], bool]
    _spread: Callable[..., Any]
    _refused: Callable[[str, str], MethodError]
    _factored: tuple[int, str, Any, Any] | None = None

    def matmul(self, a: Any, b: Any) -> Any:
        """Return the product of two matrices."""
        if self._is_whole(a) or self._is_whole(b):
            raise self._refused("matmul", "matrices of theta")
        return matrices.product(self._spread(a), self._spread(b, self._shapes[1]))

    def solve(self, a: Any, b: Any) -> Any:
        """Return x with a x = b."""
        a, b = self._matrix("solve", a, 0), self._matrix("solve", b, 1)
        if isinstance(a, SeriesArray) or isinstance(b, SeriesArray):
            return matrices.solve(_series(a), _series(b))
        (found,) = _by_lanes(lambda x, y: (np.linalg.solve(x, y),), a, b)
        return found

    def factor(self, a: Any, kind: str, part: int, library: str = "") -> Any:
        """Return a part of a factorisation: one of `FACTORS`, in the order in which NumPy has it.

        It is that of a library, if it is one of `LIBRARIES`.
        """
        if self._factored is None or self._factored[:2] != (id(a), kind):  # its parts in a row
            matrix = self._matrix(kind, a, 0)
            numeric, lifted = _FACTORS[kind]
            numeric = LIBRARIES.get((library, kind), numeric)
            series = isinstance(matrix, SeriesArray)
            found = lifted(matrix, numeric) if series else _by_lanes(numeric, matrix)
            self._factored = (id(a), kind, a, found)
        return self._factored[3][part]

    def _matrix(self, operation: str, a: Any, which: int) -> Any:
        if not self._is_whole(a):
            found = self._spread(a, self._shapes[which])
            if isinstance(found, SeriesArray) or found.dtype.kind == "f":
                return found
        raise MethodError(
            f"the step factorises matrices ({operation}), which {self._f.kind} cannot: its "
            "equation is one of numbers at points, modified_equation(method, problem, at=points)"
        )


# --- private helpers ------------------------------------------------------------------------------


def _series(a: Any) -> SeriesArray:
    return a if isinstance(a, SeriesArray) else SeriesArray([a], 10_000)


def _by_lanes(function: Callable[..., Any], *arrays: Any) -> Any:
    """Return the results in floats; where a matrix has none they are no numbers."""
    try:
        return matrices.by_lanes(function, *arrays)
    except np.linalg.LinAlgError:
        lanes = np.broadcast_shapes(*(x.shape[2:] for x in arrays))
        full = [np.broadcast_to(x, (*x.shape[:2], *lanes)) for x in arrays]
        like = function(*(np.eye(*x.shape[:2]) for x in full))
        columns = [_of_lane(function, [x[..., k] for x in full], like) for k in range(lanes[-1])]
        return tuple(np.stack(parts, axis=-1) for parts in zip(*columns, strict=True))


def _of_lane(function: Callable[..., Any], arrays: Sequence[Any], like: Any) -> Any:
    try:
        return function(*arrays)
    except np.linalg.LinAlgError:
        return tuple(np.full(np.shape(x), np.nan) for x in like)
