"""The diffusion matrix of an SDE, and its root in every lane.

A factor (`bea.fields.NoiseFactor`) is its own root, √γ times it: smooth, and of any number of
columns. A matrix S(X; γ) = Σ_p γ^p S_p(X) is exact, (d, d), and symmetric; its root is Cholesky's
lower triangle, with a zero column where a pivot vanishes. A lane in which S is not positive
semidefinite has no root: NaN, which the ensemble marks. Source: Golub and Van Loan, Matrix
Computations, fourth edition, algorithm 4.2.2 and section 4.2.8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra import Element, Ring
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import read, to_expression, to_program
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import NoiseFactor
from bea.fields.sources import expressions_of
from bea.flows.deterministic.trajectory import point_text
from bea.flows.ensembles.checkpoints import identity_of

Matrix = Callable[[Floats, float], Floats]

# A pivot below this share of its diagonal entry is rounding; one as far below 0 is negative.
_ROUNDING = 1e-12
_NEGATIVE = 1e-9


class Diffusion:
    """The matrix S(X; γ) of dX = b dt + S^(1/2) dW.

    Parameters
    ----------
    given
        Rows of ring elements, exact numbers or texts in the variables: then S is γ times this. Or a
        mapping {power of γ: rows}, or a function of theta (d, lanes) and γ with values (d, d,
        lanes). Or a `NoiseFactor` Q: then S is γ Q Qᵀ. Or a finite sum or a stochastic equation,
        whose factor is taken if they have one of few columns, and their matrix otherwise.
    variables
        The names of the components.

    Attributes
    ----------
    columns : int
        How many noises there are.
    constant : bool
        Whether it is the same at all points.

    Raises
    ------
    DimensionError
        If it is not square of that dimension, or not symmetric.
    BeaError
        If a variance is a negative number.

    Examples
    --------
    >>> diffusion = Diffusion([["x**2", 0], [0, 1]], ["x", "y"])
    >>> diffusion(np.array([[3.0], [0.0]]), 0.5)[..., 0]
    array([[4.5, 0. ],
           [0. , 0.5]])
    """

    def __init__(self, given: Any, variables: Sequence[str]) -> None:
        self.dimension = self.columns = len(variables)
        self.constant, self._given = False, given
        self._factor: Callable[[Floats], Floats] | None = None
        given = _factor_or_matrix(given, tuple(variables))
        if isinstance(given, NoiseFactor):
            _require_values(given.ring)
            self.columns, self.constant, self._given = given.count, given.constant, given
            self._factor = given.numeric()
            return
        if callable(given):
            self._matrix: Matrix = given
            return
        powers = given if isinstance(given, Mapping) else {1: given}
        ring = Ring(variables)
        parts = {int(p): _elements(rows, variables, ring) for p, rows in powers.items()}
        self.constant = all(e.is_constant() for rows in parts.values() for e in rows)
        self._given = "; ".join(f"{p}: {', '.join(map(str, e))}" for p, e in parts.items())
        self._matrix = _compiled(parts, self.dimension)

    @property
    def identity(self) -> str:
        """A text that tells it from another.

        Raises
        ------
        BeaError
            If it is a function.
        """
        given = self._given
        return given if isinstance(given, str) else identity_of(given, "the diffusion")

    def __call__(self, theta: Floats, gamma: float) -> Floats:
        """Return S (d, d, lanes)."""
        if self._factor is not None:
            root = self.root(theta, gamma)
            return np.asarray(np.einsum("ikl,jkl->ijl", root, root))
        found = np.asarray(self._matrix(theta, gamma), dtype=np.float64)
        expected = (self.dimension, self.dimension, theta.shape[1])
        if found.shape != expected:
            raise DimensionError(
                f"the diffusion turned points {theta.shape} into {found.shape}: give {expected}"
            )
        return found

    def root(
        self, theta: Floats, gamma: float, indefinite: NDArray[np.bool_] | None = None
    ) -> Floats:
        """Return the root (d, columns, lanes): [:, k] is the direction of the k-th noise.

        Where `indefinite` is given, lanes in which there is none are marked in it.
        """
        if self._factor is not None:
            return self._factor(theta) * sqrt(gamma)
        matrix = self(theta, gamma)
        root = cholesky(matrix)
        if indefinite is not None:
            indefinite |= np.isnan(root[0, 0]) & np.isfinite(matrix).all(axis=(0, 1))
        return root

    def check(self, points: Floats, gamma: float) -> None:
        """Raise `BeaError` if S is not positive semidefinite at one of some points (n, d)."""
        bad = ~np.isfinite(self.root(np.ascontiguousarray(points.T), gamma)).all(axis=(0, 1))
        for point in points[bad]:
            raise BeaError(
                f"the diffusion is not positive semidefinite at the start {point_text(point)}: "
                "correct it, or choose another start"
            )


def cholesky(matrices: Floats) -> Floats:
    """Return lower triangles L with L Lᵀ = the matrices (d, d, lanes); NaN where there is none.

    Examples
    --------
    >>> cholesky(np.array([[[4.0, 0.0, 1.0]], ]))
    array([[[2., 0., 1.]]])
    >>> semidefinite = np.array([[1.0, 2.0], [2.0, 4.0]])[..., None]
    >>> cholesky(semidefinite)[..., 0]
    array([[1., 0.],
           [2., 0.]])
    """
    size = len(matrices)
    lower = np.zeros_like(matrices)
    scale = np.abs(matrices[range(size), range(size)])
    bad = np.zeros(matrices.shape[2], dtype=bool)
    for k in range(size):
        column = matrices[k:, k] - (lower[k:, :k] * lower[k, :k]).sum(axis=1)
        pivot = column[0]
        vanishes = pivot <= _ROUNDING * scale[k]
        # Where the pivot vanishes, so must its column: |s_ik| <= (s_ii s_kk)^(1/2).
        bad |= pivot < -_NEGATIVE * scale[k]
        bad |= vanishes & (column[1:] ** 2 > _NEGATIVE * scale[k + 1 :] * scale.max(axis=0)).any(0)
        with np.errstate(invalid="ignore", divide="ignore"):
            lower[k:, k] = np.where(vanishes, 0.0, column / np.sqrt(pivot))
    return np.where(bad, np.nan, lower)


# --- private helpers ----------------------------------------------------------------------------


def _factor_or_matrix(given: Any, variables: tuple[str, ...]) -> Any:
    """Return what a finite sum or a stochastic equation has: a factor, or its matrix."""
    names = getattr(getattr(given, "ring", None), "variables", variables)
    if names != variables:
        raise DimensionError(
            f"the diffusion is in the variables {', '.join(names)}, and the drift in "
            f"{', '.join(variables)}: give the same"
        )
    if not hasattr(given, "noise_factor"):
        return given
    factor = given.noise_factor()
    if factor is not None:
        return factor
    function = getattr(given, "diffusion_numeric", None)
    return given.covariance() if function is None else function()


def _elements(rows: Any, variables: Sequence[str], ring: Ring) -> list[Element]:
    """Return the entries, row by row, in one ring."""
    found = [list(row) if isinstance(row, Sequence | np.ndarray) else [row] for row in rows]
    d = len(variables)
    if len(found) != d or any(len(row) != d for row in found):
        raise DimensionError(
            f"the diffusion has {len(found)} row(s) for {d} variable(s): give {d} rows of {d}"
        )
    matrix = [[_element(entry, variables, ring) for entry in row] for row in found]
    for i in range(d):
        for j in range(i):
            if not (matrix[i][j] - matrix[j][i]).is_zero():
                raise DimensionError(
                    f"the diffusion is not symmetric: {matrix[i][j]} and {matrix[j][i]}"
                )
        variance = matrix[i][i].as_rational()
        if variance is not None and variance < 0:
            raise BeaError(
                f"the variance of component {i + 1} is {variance}: variances are not negative"
            )
    return [entry for row in matrix for entry in row]


def _require_values(ring: Ring) -> None:
    for name in ring.parameters:
        raise BeaError(f"parameter '{name}' of the diffusion has no value: give it one")


def _element(entry: Any, variables: Sequence[str], ring: Ring) -> Element:
    if isinstance(entry, Element):
        _require_values(entry.ring)
        return read(ring, to_expression(entry))
    parts = expressions_of(entry, tuple(variables))
    if len(parts) != 1:
        raise DimensionError(f"an entry of the diffusion is {len(parts)} expressions: give one")
    return read(ring, parts[0])


def _compiled(parts: Mapping[int, Sequence[Element]], dimension: int) -> Matrix:
    """Return the function of theta and γ; all entries of all powers are one program."""
    function = compile_program(to_program([e for entries in parts.values() for e in entries]))
    powers, size = list(parts), dimension * dimension

    def matrix(theta: Floats, gamma: float) -> Floats:
        lanes = theta.shape[1]
        values = function(theta, np.empty((len(powers) * size, lanes)))
        grouped = values.reshape(len(powers), size, lanes)
        total = sum(grouped[k] * gamma**p for k, p in enumerate(powers))
        return np.asarray(total).reshape(dimension, dimension, lanes)

    return matrix
