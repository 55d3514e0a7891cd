"""Stochastic modified equations dX = b dt + √γ S dW: their law follows that of a random step.

The equation of weak order w keeps the drift to gamma^(w-1) and the covariance S Sᵀ to gamma^(w-2)
(at least Sigma itself): its generator then has the first and second derivatives of the modified
generator to gamma^(w-1), so that E phi(X_(n gamma)) misses E phi(theta_n) at a fixed time by
gamma^w. With the order K of a generator, the highest power of gamma kept, w = K + 1; but at w = 1
the noise, which is not needed there, is kept too: that is the familiar SDE with drift -∇L and
covariance γΣ. Third derivatives cannot be kept, see `ModifiedGenerator.is_diffusion`; where the
generator has them the weak order stops there, and `attained` says at what. Source: Li, Tai and E,
"Stochastic modified equations and dynamics of stochastic gradient algorithms I", JMLR 20 (2019)
1-47, for weak orders 1 and 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.errors import OrderError
from bea.fields import Element, VectorField
from bea.fields.vector_field import lanes_of, within
from bea.methods import Method
from bea.methods.batches import Batches
from bea.modified.checks import checked_order, require_method
from bea.modified.generator import Matrix, modified_generator
from bea.modified.given_covariance import with_covariance
from bea.modified.numeric import compiled, horner_program, lane_gammas
from bea.modified.universal_stochastic import UniversalStochasticEquation
from bea.modified.writing import LATEX, TEXT, Script, component_pairs, latex_of, series, text_of

__all__ = ["StochasticEquation", "stochastic_equation"]

Numbers = NDArray[np.float64]
# Eigenvalues of a covariance that are below 0 by rounding alone count as 0.
_ROUNDING = 1e-12


def stochastic_equation(
    method: Method,
    problem: VectorField | None = None,
    weak_order: int = 2,
    batches: Batches | None = None,
    covariance: Any = None,
) -> StochasticEquation | UniversalStochasticEquation:
    """Derive the stochastic modified equation of a method.

    Parameters
    ----------
    method
        A method of one step, or with memory that is carried on linearly, such as heavy ball.
    problem
        A finite sum; or a loss together with `covariance`; None is for every loss and covariance
        at once (to weak order 3).
    weak_order
        The power w of gamma with which weak errors at a fixed time are to fall. 1: drift -∇L and
        covariance γΣ; 2: drift -∇(L + γ/4 ‖∇L‖²) and the same noise; 3: the next terms of both.
    batches
        How batches of a finite sum are drawn; by default single samples.
    covariance
        The covariance of a step's gradient where the problem is no sum: a matrix of texts or
        elements in the problem's variables and parameters. The noise is taken to have no third
        cumulant, as Gaussian noise has none.

    Raises
    ------
    OrderError
        If the weak order is not 1 or more.
    MethodError
        If the step is none whose average is known.
    BeaError
        If a matrix is no covariance, or is given beside a finite sum.

    Examples
    --------
    >>> import bea
    >>> from bea.problems import finite_sum
    >>> pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> stochastic_equation(bea.methods.gradient_descent(), pair, weak_order=3)
    dX = b dt + √γ S dW
    b[x] = −x − γ/2 x − γ²/3 x
    SSᵀ[x,x] = 1 + γ
    """
    weak_order = checked_order(weak_order)
    if weak_order == 0:
        raise OrderError("weak order 0 is not possible: give 1 or more")
    require_method(method)
    if problem is None:
        return UniversalStochasticEquation(method, weak_order)
    if covariance is not None:
        drift, matrices = with_covariance(method, problem, weak_order, covariance)
        return StochasticEquation(method, problem, weak_order, drift, matrices)
    generator = modified_generator(method, problem, max(weak_order - 1, 1), batches)
    broken = [k for k, degree in enumerate(generator.degrees) if degree > 2]
    return StochasticEquation(
        method,
        problem,
        weak_order,
        generator.drift[:weak_order],
        generator.diffusion[1 : max(weak_order, 2)],
        attained=min([weak_order, *broken]),
        batches=generator.batches,
    )


class StochasticEquation:
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
    drift : tuple
        The components of b, by powers of gamma.
    covariance : tuple
        The matrices of S Sᵀ, by powers of gamma.
    batches : Batches or None
    """

    #: The drift changes with the step size (where corrections are kept).
    depends_on_gamma = True

    def __init__(
        self,
        method: Method,
        problem: VectorField,
        weak_order: int,
        drift: Sequence[Sequence[Element]],
        covariance: Sequence[Matrix],
        attained: int | None = None,
        batches: Batches | None = None,
    ) -> None:
        self.method, self.problem, self.batches = method, problem, batches
        self.weak_order = weak_order
        self.attained = weak_order if attained is None else attained
        self.drift = tuple(map(tuple, drift))
        self.covariance = tuple(covariance)
        self.ring = self.drift[0][0].ring
        self._field = VectorField(self.drift[0])

    @property
    def dimension(self) -> int:
        """Number of components, d."""
        return self._field.dimension

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the components."""
        return self._field.variables

    # --- numbers --------------------------------------------------------------------------------

    def numeric(self) -> Callable[[Numbers, Numbers], Numbers]:
        """Return the drift rhs(theta, gamma) for arrays (d, lanes) and (lanes,)."""
        return self._rhs

    @cached_property
    def _rhs(self) -> Callable[[Numbers, Numbers], Numbers]:
        self._field.require_values()
        return compiled(horner_program(self._field, self.drift), self.dimension)

    def domain(self) -> Callable[[Numbers], NDArray[np.bool_]] | None:
        """Return where the problem is defined; see `VectorField.domain`."""
        return self._field.domain()

    def __call__(self, theta: Any, gamma: Any) -> Numbers:
        """Return the drift b at points: (..., d) for (..., d) and step sizes that broadcast."""
        lanes = lanes_of(theta, self.dimension)
        values = self.numeric()(lanes, lane_gammas(gamma, np.shape(theta)[:-1]))
        return within(self.domain(), lanes, values).T.reshape(np.shape(theta))

    def covariance_numeric(self) -> Callable[[Numbers, Numbers], Numbers]:
        """Return S Sᵀ(theta, gamma): (d, d, lanes) for arrays (d, lanes) and (lanes,)."""
        return self._covariance_rhs

    @cached_property
    def _covariance_rhs(self) -> Callable[[Numbers, Numbers], Numbers]:
        self._field.require_values()
        d = self.dimension
        flat = [[entry for row in matrix for entry in row] for matrix in self.covariance]
        function = compiled(horner_program(self._field, flat), d * d)
        return lambda theta, gamma: function(theta, gamma).reshape(d, d, -1)

    def diffusion(self, theta: Any, gamma: Any) -> Numbers:
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
        >>> equation = stochastic_equation(bea.methods.gradient_descent(), pair)
        >>> equation.diffusion([0.5], 0.125)
        array([[0.125]])
        """
        lanes = lanes_of(theta, self.dimension)
        gammas = lane_gammas(gamma, np.shape(theta)[:-1])
        values = within(self.domain(), lanes, self.covariance_numeric()(lanes, gammas) * gammas)
        shape = (*np.shape(theta)[:-1], self.dimension, self.dimension)
        return np.moveaxis(values, -1, 0).reshape(shape)

    def noise(self, theta: Any, gamma: Any) -> Numbers:
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

    def __repr__(self) -> str:
        lines = ["dX = b dt + √γ S dW", *self._lines(TEXT, text_of, "b[{}] = {}", "SSᵀ[{}] = {}")]
        if self.attained < self.weak_order:
            lines.append(
                f"(of weak order {self.attained}: no diffusion has the generator's third "
                "derivatives)"
            )
        return "\n".join(lines)

    def latex(self) -> str:
        """Return the equation in LaTeX, as an aligned system."""
        lines = self._lines(LATEX, latex_of, "b_{{{}}} &= {}", r"(S S^{{\top}})_{{{}}} &= {}")
        head = r"dX &= b\,dt + \sqrt{\gamma}\,S\,dW"
        return r"\begin{aligned}" + r" \\ ".join([head, *lines]) + r"\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def _lines(
        self, script: Script, write: Callable[[Element], str], drift: str, covariance: str
    ) -> list[str]:
        names, d = self.variables, range(self.dimension)
        lines = [
            drift.format(names[i], _series([t[i] for t in self.drift], write, script)) for i in d
        ]
        return lines + [
            covariance.format(
                f"{names[i]},{names[j]}",
                _series([m[i][j] for m in self.covariance], write, script),
            )
            for i in d
            for j in d
            if i <= j
        ]

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


# --- private helpers ----------------------------------------------------------------------------


def _series(column: Sequence[Element], write: Callable[[Element], str], script: Script) -> str:
    pairs = [component_pairs(c, k, write, script) for k, c in enumerate(column)]
    return series(pairs, script, remainder=False)
