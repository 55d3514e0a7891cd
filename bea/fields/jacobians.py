"""How fast a field changes: the spectral norm of its Jacobian f', in 1/time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.fields.vector_field import VectorField, lanes_of

__all__ = ["jacobian_norms", "stiffness"]

Floats = NDArray[np.float64]


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
    entries = [c.derivative(j) for c in problem.components for j in range(problem.dimension)]
    function = compile_program(to_program(entries))
    lanes = lanes_of(points, problem.dimension)
    values = function(lanes, np.empty((len(entries), lanes.shape[1])))
    matrices = values.T.reshape(-1, problem.dimension, problem.dimension)
    finite = np.isfinite(matrices).all(axis=(1, 2))
    norms = np.full(len(matrices), np.nan)
    norms[finite] = np.linalg.norm(matrices[finite], ord=2, axis=(1, 2))
    return norms.reshape(np.shape(points)[:-1])
