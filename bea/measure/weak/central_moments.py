"""Expectations under a modified generator or stochastic equation, without sampling, on any loss.

With c(t) the path of the drift from the start, y = X - c and mu_alpha = E y^alpha, the generator
L~ = sum of a_beta d^beta gives, from Taylor expansions at c,

    mu_alpha' = E L~(y^alpha) - c'·E ∇(y^alpha),   a_beta(c + y) = Σ ∂^nu a_beta(c) y^nu/nu!.

The noise has size √γ, so that mu_alpha is of the order γ^⌈|alpha|/2⌉: without the moments beyond
the degree 2p what is left out of an expectation is of the order γ^(p+1), far below the errors that
are measured; that it is, is seen by raising the degree. Nothing is sampled, and no boundary needs
conditions, third derivatives included. Where the drift is linear and the noise polynomial of the
right degree it is exact. Source: the system-size expansion of van Kampen, Stochastic Processes in
Physics and Chemistry, third edition, chapter X; the closure at any degree is derived here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial, perm, prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from bea.algebra import DifferentialOperator, Element
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.differential_operator import MultiIndex, derivative
from bea.arrays import Floats
from bea.errors import BeaError
from bea.flows import flow
from bea.measure.weak.inputs import exact_number, exact_point, read_observable
from bea.measure.weak.moment_flow import Generator
from bea.modified.random.polynomial_step import monomials

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class _Coefficient(NamedTuple):
    """The Taylor coefficient ∂^nu a/nu! at the path, of a beside gamma^power d^beta."""

    beta: MultiIndex
    nu: MultiIndex
    power: int


class CentralMoments:
    """The law that a generator moves forward from a point, by its moments about the drift's path.

    Parameters
    ----------
    source
        A `ModifiedGenerator` or a `StochasticEquation`.
    degree
        The highest degree of the moments.

    Raises
    ------
    BeaError
        If a symbol has no value.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum(["x**4/4 - x", "x**4/4 + x"])
    >>> generator = bea.modified_generator(bea.methods.gradient_descent(), pair, order=2)
    >>> low, high = (CentralMoments(generator, m).after([1], 1, [0.01], ["x**2"]) for m in (8, 10))
    >>> bool(abs(high - low)[0, 0] < 1e-8)
    True
    """

    def __init__(self, source: Generator, degree: int = 10) -> None:
        self.problem, self.degree = source.problem, degree
        ring = source.terms[0].ring
        if ring.parameters:
            raise BeaError(f"parameter '{ring.parameters[0]}' has no value: give it one")
        self.variables = ring.variables
        self.monomials = monomials(len(ring.variables), degree)
        self._place = {index: i for i, index in enumerate(self.monomials)}
        found = _coefficients(source.terms, self.monomials)
        self._kept, self._function = list(found), compile_program(to_program(list(found.values())))
        self._powers = np.array([c.power for c in self._kept])[:, None]
        self._drift, self._sums, self._moments = self._contributions()

    # --- as a field -----------------------------------------------------------------------------

    @property
    def dimension(self) -> int:
        """The components of the path, and the moments but for that of degree 0."""
        return len(self.variables) + len(self.monomials) - 1

    def domain(self) -> None:
        """Return no domain: where a coefficient is not defined, the flow ends."""

    def numeric(self) -> Callable[[Floats, Floats], Floats]:
        """Return the slopes of the path and the moments."""
        d = len(self.variables)

        def slopes(state: Floats, gamma: Floats) -> Floats:
            known = self._function(state[:d], np.empty((len(self._kept), len(gamma))))
            known *= gamma**self._powers
            moments = np.concatenate([np.ones((1, len(gamma))), state[d:]])
            which, columns = self._moments
            return np.concatenate(
                [self._drift @ known, (self._sums @ (known[which] * moments[columns]))[1:]]
            )

        return slopes

    # --- expectations ---------------------------------------------------------------------------

    def after(
        self, start: Sequence[Any], time: Any, gammas: ArrayLike, observables: Sequence[Any]
    ) -> Floats:
        """Return E of functions of theta after a time from a point, (observables, gammas).

        Raises
        ------
        BeaError
            If the path or the moments cannot be followed that long.
        """
        point = [float(x) for x in exact_point(start, self.problem)]
        begin = [*point, *[0.0] * (len(self.monomials) - 1)]
        duration = float(exact_number(time, "the time"))
        run = flow(self, [begin], gammas, [duration], estimate_error=False)
        if not run.ok.all():
            raise BeaError(
                f"the moments cannot be followed to the time {time}: {run.failures()[0]}; take "
                "smaller step sizes, a shorter time, or another start"
            )
        ends = run.values[:, 0, 0].T
        return np.array([self._expectation(given, ends) for given in observables])

    def _expectation(self, observable: Any, ends: Floats) -> Floats:
        d, lanes = len(self.variables), ends.shape[1]
        value = read_observable(observable, self.problem)
        jets = [_taylor(value, index) for index in self.monomials]
        known = compile_program(to_program(jets))(ends[:d], np.empty((len(jets), lanes)))
        return np.asarray((known * np.concatenate([np.ones((1, lanes)), ends[d:]])).sum(axis=0))

    # --- private helpers ------------------------------------------------------------------------

    def _contributions(self) -> tuple[csr_matrix, csr_matrix, NDArray[np.intp]]:
        """Return what adds up to the drift, and products of coefficients and moments to slopes.

        The products are of coefficients [0] and moments [1], the columns of the second matrix.
        """
        products: list[tuple[int, int]] = []
        drift, sums = _Sparse(), _Sparse()
        for k, (beta, nu, _) in enumerate(self._kept):
            if sum(beta) == 1 and not any(nu):  # in the moments the moving centre cancels these
                drift.add(beta.index(1), k, 1.0)
                continue
            for alpha, row in self._place.items():
                if any(a < b for a, b in zip(alpha, beta, strict=True)):
                    continue
                rest = tuple(a - b + n for a, b, n in zip(alpha, beta, nu, strict=True))
                if rest in self._place:
                    sums.add(row, len(products), float(prod(map(perm, alpha, beta))))
                    products.append((k, self._place[rest]))
        pairs = np.array(products, dtype=np.intp).reshape(-1, 2).T
        return (
            drift.matrix(len(self.variables), len(self._kept)),
            sums.matrix(len(self.monomials), len(products)),
            pairs,
        )


class _Sparse:
    """The entries of a sparse matrix."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.entries: list[float] = []

    def add(self, row: int, column: int, entry: float) -> None:
        self.rows.append(row)
        self.columns.append(column)
        self.entries.append(entry)

    def matrix(self, rows: int, columns: int) -> csr_matrix:
        from scipy.sparse import csr_matrix  # loaded here: most commands need no such matrix

        return csr_matrix((self.entries, (self.rows, self.columns)), shape=(rows, columns))


def _coefficients(
    terms: Sequence[DifferentialOperator], indices: Sequence[MultiIndex]
) -> dict[_Coefficient, Element]:
    """Return the Taylor coefficients that are not 0."""
    found = {
        _Coefficient(beta, nu, power): _taylor(value, nu)
        for power, term in enumerate(terms)
        for beta, value in term.coefficients.items()
        for nu in indices
    }
    return {which: value for which, value in found.items() if not value.poly.is_zero()}


def _taylor(value: Element, index: MultiIndex) -> Element:
    """Return ∂^index of an element, over index!."""
    return derivative(value, index) * fmpq(1, prod(map(factorial, index)))
