"""The result: dX = b dt + √γ S dW on a concrete problem, as elements, numbers, text and JSON.

How its terms are found is in `bea.modified.diffusion.derive`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra import Element, Ring
from bea.algebra.language.texts import all_digits
from bea.algebra.ring.differential_operator import DifferentialOperator
from bea.arrays import Floats
from bea.fields import VectorField
from bea.fields.noise_factor import NoiseFactor
from bea.fields.vector_field import lanes_of, within
from bea.methods import Method
from bea.modified.numeric import compiled, horner_program, lane_gammas
from bea.modified.random.generator import Matrix
from bea.modified.writing.concrete import Concrete
from bea.modified.writing.display import where_in_latex
from bea.modified.writing.script import LATEX, TEXT, Script, joined, text_of
from bea.noise import Noise
from bea.portable import Portable

# Eigenvalues of a covariance that are below 0 by rounding alone count as 0.
_ROUNDING = 1e-12


class StochasticEquation(Portable):
    """dX = b dt + √γ S dW on a concrete problem; made by `stochastic_equation`.

    It is a vector field, its drift b, and so may be integrated like any other; the noise is beside.

    Attributes
    ----------
    method : Method
    problem : VectorField
    weak_order : int
        What was asked for.
    attained : int
        The weak order that the equation has: lower where the generator is no diffusion's.
    batches : Batches or None
    """

    #: The drift changes with the step size (where corrections are kept).
    depends_on_gamma = True

    def __init__(
        self,
        method: Method,
        problem: VectorField,
        weak_order: int,
        drift: Callable[[], Sequence[Sequence[Element]]],
        covariance: Callable[[], Sequence[Matrix]],
        attained: int | None = None,
        batches: Noise | None = None,
        start: Callable[[], Sequence[DifferentialOperator]] | None = None,
    ) -> None:
        self.method, self.problem, self.batches = method, problem, batches
        self._find_drift, self._find_covariance, self._find_start = drift, covariance, start
        self.weak_order = weak_order
        self.attained = weak_order if attained is None else attained

    @cached_property
    def drift(self) -> tuple[tuple[Element, ...], ...]:
        """The components of b, by powers of gamma."""
        return tuple(map(tuple, self._find_drift()))

    @cached_property
    def covariance(self) -> tuple[Matrix, ...]:
        """The matrices of S Sᵀ, by powers of gamma."""
        return tuple(self._find_covariance())

    @property
    def identity(self) -> str:
        """A text that tells this equation from another."""
        return repr(self)

    @property
    def ring(self) -> Ring:
        """The ring of the drift and the covariance."""
        return self.drift[0][0].ring

    @property
    def dimension(self) -> int:
        """Number of components, d."""
        return self.problem.dimension

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the components."""
        return self.problem.variables

    @cached_property
    def terms(self) -> tuple[DifferentialOperator, ...]:
        """The generator b·∇ + γ/2 S Sᵀ:∇², as operators by powers of gamma."""
        found = [DifferentialOperator.along(term) for term in self.drift]
        found += [DifferentialOperator(self.ring, {})] * (len(self.covariance) + 1 - len(found))
        for k, matrix in enumerate(self.covariance, start=1):
            found[k] = found[k] + DifferentialOperator.of_second_order(matrix)
        return tuple(found)

    @cached_property
    def start(self) -> tuple[DifferentialOperator, ...] | None:
        """Where a run from zero memory begins, as `ModifiedGenerator.start`; None if not known."""
        return None if self._find_start is None else tuple(self._find_start())

    # --- numbers --------------------------------------------------------------------------------

    def numeric(self) -> Callable[[Floats, Floats], Floats]:
        """Return the drift rhs(theta, gamma) for arrays (d, lanes) and (lanes,)."""
        return self._rhs

    @cached_property
    def _rhs(self) -> Callable[[Floats, Floats], Floats]:
        field = self._with_values()
        return compiled(horner_program(field, self.drift), self.dimension)

    def _with_values(self) -> VectorField:
        field = VectorField(self.drift[0])
        field.require_values()
        return field

    def domain(self) -> Callable[[Floats], NDArray[np.bool_]] | None:
        """Return where the problem is defined; see `VectorField.domain`."""
        return self.problem.domain()

    def __call__(self, theta: Any, gamma: Any) -> Floats:
        """Return the drift b at points: (..., d) for (..., d) and step sizes that broadcast."""
        lanes = lanes_of(theta, self.dimension)
        values = self.numeric()(lanes, lane_gammas(gamma, np.shape(theta)[:-1]))
        return within(self.domain(), lanes, values).T.reshape(np.shape(theta))

    def diffusion_numeric(self) -> Callable[[Floats, Any], Floats]:
        """Return γ S Sᵀ(theta, gamma): (d, d, lanes) for theta (d, lanes).

        gamma is one number or one for each lane. `bea.sde_ensemble` takes it as its diffusion.
        """
        return lambda theta, gamma: (
            self._covariance_rhs(
                theta, np.broadcast_to(np.asarray(gamma, dtype=float), theta.shape[1:])
            )
            * gamma
        )

    @cached_property
    def _covariance_rhs(self) -> Callable[[Floats, Floats], Floats]:
        field, d = self._with_values(), self.dimension
        flat = [[entry for row in matrix for entry in row] for matrix in self.covariance]
        function = compiled(horner_program(field, flat), d * d)
        return lambda theta, gamma: function(theta, gamma).reshape(d, d, -1)

    def noise_factor(self) -> NoiseFactor | None:
        """Return the smooth S, of any number of columns, if one is known.

        `bea.sde_ensemble` takes it where it can. `noise` is another root, which is not smooth.
        """
        return None

    def diffusion(self, theta: Any, gamma: Any) -> Floats:
        """Return γ S Sᵀ, the covariance that is gained per unit of time, at points.

        Parameters
        ----------
        theta
            Points, (..., d).
        gamma
            Step sizes that broadcast to (...).

        Returns
        -------
        ndarray, shape (..., d, d)

        Examples
        --------
        >>> import bea
        >>> from bea.problems import finite_sum
        >>> pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
        >>> equation = bea.stochastic_equation(bea.methods.gradient_descent(), pair)
        >>> equation.diffusion([0.5], 0.125)
        array([[0.125]])
        """
        lanes = lanes_of(theta, self.dimension)
        gammas = lane_gammas(gamma, np.shape(theta)[:-1])
        values = within(self.domain(), lanes, self.diffusion_numeric()(lanes, gammas))
        shape = (*np.shape(theta)[:-1], self.dimension, self.dimension)
        return np.moveaxis(values, -1, 0).reshape(shape)

    def noise(self, theta: Any, gamma: Any) -> Floats:
        """Return √γ S, the symmetric root of `diffusion`, at points: (..., d, d).

        nan where the matrix is not positive semidefinite, as it may be from weak order 3 on where
        Sigma is singular.
        """
        matrices = self.diffusion(theta, gamma)
        good = np.isfinite(matrices).all(axis=(-2, -1), keepdims=True)
        values, vectors = np.linalg.eigh(np.where(good, matrices, 0.0))
        least = -_ROUNDING * np.abs(values).max(axis=-1, keepdims=True)
        roots = np.sqrt(np.where(values >= least, np.maximum(values, 0.0), np.nan))
        found = np.einsum("...ij,...j,...kj->...ik", vectors, roots, vectors)
        return np.where(good, found, np.nan)

    # --- writing --------------------------------------------------------------------------------

    @all_digits()
    def __repr__(self) -> str:
        lines = ["dX = b dt + √γ S dW", *self._lines(TEXT, "b[{}] = {}", "SSᵀ[{}] = {}")]
        where = self.concrete.where_texts(frozenset())
        lines += [f"where {name} = {text}" for name, text in where]
        if self.attained < self.weak_order:
            lines.append(
                f"(of weak order {self.attained}: no diffusion has the generator's third "
                "derivatives)"
            )
        return "\n".join(lines)

    @all_digits()
    def latex(self) -> str:
        """Return the equation in LaTeX, as an aligned system."""
        lines = self._lines(LATEX, "b_{{{}}} &= {}", r"(S S^{{\top}})_{{{}}} &= {}")
        lines += where_in_latex(self.concrete)
        head = r"dX &= b\,dt + \sqrt{\gamma}\,S\,dW"
        return r"\begin{aligned}" + r" \\ ".join([head, *lines]) + r"\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    @cached_property
    def concrete(self) -> Concrete:
        """How the terms are written: a row for each drift, and for each pair i <= j of SSᵀ."""
        d = range(self.dimension)
        rows = [[term[i] for term in self.drift] for i in d]
        return Concrete([*rows, *([m[i][j] for m in self.covariance] for i, j in self.pairs)])

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The indices i <= j of the covariance."""
        return [(i, j) for i in range(self.dimension) for j in range(i, self.dimension)]

    def _lines(self, script: Script, drift: str, covariance: str) -> list[str]:
        rows = [joined(row, script) for row in self.concrete.rows(script is LATEX)]
        names = [script.letters.name(name) for name in self.variables]
        lines = [drift.format(name, row) for name, row in zip(names, rows, strict=False)]
        return lines + [
            covariance.format(f"{names[i]},{names[j]}", row)
            for (i, j), row in zip(self.pairs, rows[self.dimension :], strict=True)
        ]

    @all_digits()
    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object: `drift` and `covariance` (S Sᵀ) are lists by power.

        Components are texts in bea's own grammar.
        """
        return {
            "method": self.method.name,
            "parameters": self.method.parameters,
            "kind": "stochastic",
            "weak_order": self.weak_order,
            "attained": self.attained,
            "problem": self.problem.name,
            "variables": list(self.variables),
            "drift": [[text_of(c) for c in term] for term in self.drift],
            "covariance": [[[text_of(c) for c in row] for row in m] for m in self.covariance],
        }
