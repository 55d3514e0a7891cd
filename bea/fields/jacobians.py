"""How fast a field changes: the spectral norm of its Jacobian f', in 1/time; matrices at points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bea.algebra import Element
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.arrays import Floats
from bea.fields.vector_field import VectorField, lanes_of


def stiffness(problem: VectorField, points: Any) -> float:
    """Return the largest spectral norm of the Jacobian f' at points (..., d), in 1/time.

    >>> stiffness(VectorField.read("-x, -10*y"), [[1.0, 1.0]])
    10.0
    """
    norms = jacobian_norms(problem, points)
    return float(norms[np.isfinite(norms)].max(initial=0.0))


def jacobian_norms(problem: VectorField, points: Any) -> Floats:
    """Return the spectral norms of the Jacobian f' at points (..., d), (...); nan off the domain.

    >>> jacobian_norms(VectorField.read("-x**2/2, -3*y"), [[1.0, 0.0], [4.0, 0.0]])
    array([3., 4.])
    """
    rows = [[c.derivative(j) for j in range(problem.dimension)] for c in problem.components]
    matrices = matrices_at(rows, points, problem.dimension)
    finite = np.isfinite(matrices).all(axis=(1, 2))
    norms = np.full(len(matrices), np.nan)
    norms[finite] = np.linalg.norm(matrices[finite], ord=2, axis=(1, 2))
    return norms.reshape(np.shape(points)[:-1])


def matrices_at(rows: Sequence[Sequence[Element]], points: Any, dimension: int) -> Floats:
    """Return a square matrix of functions at points (..., dimension), (points, rows, rows).

    >>> x = VectorField.read("x").components[0]
    >>> matrices_at([[x, x * 0], [x * x, x]], [[2.0]], 1)
    array([[[2., 0.],
            [4., 2.]]])
    """
    entries = [entry for row in rows for entry in row]
    lanes = lanes_of(points, dimension)
    values = compile_program(to_program(entries))(lanes, np.empty((len(entries), lanes.shape[1])))
    return values.T.reshape(-1, len(rows), len(rows))
