"""How fast a field changes: the spectral norm of its Jacobian f', in 1/time; matrices at points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bea.algebra import Element
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.arrays import Floats
from bea.fields.functions import many_variables
from bea.fields.functions.spectrum import Estimate, hessian_trace, largest_eigenvalue
from bea.fields.vector_field import Loss, VectorField, lanes_of


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
    if not problem.symbolic or many_variables(problem):
        return largest_eigenvalue(problem, points)
    return _norms(_jacobians(problem, points), points)


def jacobian_paces(problem: VectorField, points: Any) -> Floats:
    """Return |f' f'|^(1/2) at points (..., d), (...), in 1/time; nan off the domain.

    For a gradient it is |f'|, and of a function the largest |eigenvalue|. Where components have
    different units, as positions and momenta have, |f'| depends on them and is far larger than
    anything that happens; this is not.

    >>> jacobian_paces(VectorField.read("p, -100*q", "q p"), [[1.0, 1.0]])
    array([10.])
    """
    if not problem.symbolic or many_variables(problem):
        return largest_eigenvalue(problem, points)
    matrices = _jacobians(problem, points)
    return _norms(matrices @ matrices, points) ** 0.5


def hessian_traces(problem: Loss, points: Any) -> Estimate:
    """Return tr H of a loss at points (..., d), (...), in 1/time; nan off the domain.

    Exact, with the standard error 0, but estimated for a function and with many variables.

    >>> hessian_traces(Loss.read("x**2 + x*y + 3*y**2"), [[1.0, 1.0]])
    Estimate(value=array([8.]), error=array([0.]))
    """
    if not problem.symbolic or many_variables(problem):
        return hessian_trace(problem, points)
    traces = -np.trace(_jacobians(problem, points), axis1=1, axis2=2)
    traces = traces.reshape(np.shape(points)[:-1])
    return Estimate(traces, np.zeros_like(traces))


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


# --- private helpers ----------------------------------------------------------------------------


def _jacobians(problem: VectorField, points: Any) -> Floats:
    rows = [[c.derivative(j) for j in range(problem.dimension)] for c in problem.components]
    return matrices_at(rows, points, problem.dimension)


def _norms(matrices: Floats, points: Any) -> Floats:
    finite = np.isfinite(matrices).all(axis=(1, 2))
    norms = np.full(len(matrices), np.nan)
    norms[finite] = np.linalg.norm(matrices[finite], ord=2, axis=(1, 2))
    return norms.reshape(np.shape(points)[:-1])
