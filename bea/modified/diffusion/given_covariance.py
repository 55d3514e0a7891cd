"""The terms of a stochastic equation where the covariance of the gradient is given as a matrix.

The universal terms of `bea.modified.diffusion.noise_terms` are put into the ring of a concrete
loss; the noise has no third cumulant. That a finite sum with the same covariance gives the same
terms from its own generator is a test of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from flint import fmpq, fmpq_mat

from bea.algebra import Element, Ring
from bea.algebra.ring.conversions import read, to_expression
from bea.algebra.ring.exact import in_ring
from bea.errors import BeaError, OrderError
from bea.fields import Loss, VectorField
from bea.fields.sources import expressions_of
from bea.methods import Method
from bea.modified.derive import modified_equation
from bea.modified.diffusion.noise_terms import noise_terms, without_decay
from bea.modified.diffusion.universal import HIGHEST_UNIVERSAL
from bea.modified.random.batches import samples_of
from bea.modified.symbolic_step import in_ring_of, open_symbols

Matrix = tuple[tuple[Element, ...], ...]


def with_covariance(
    method: Method, problem: VectorField, weak_order: int, covariance: Any
) -> tuple[list[tuple[Element, ...]], list[Matrix]]:
    """Return the drift and the covariance S Sᵀ by powers of gamma, for the weak order.

    Raises
    ------
    OrderError
        If the weak order takes more of the noise than its covariance.
    BeaError
        If the problem is a finite sum, which has a covariance of its own, or the matrix is none.
    """
    if len(samples_of(problem)) > 1:
        raise BeaError("a finite sum has a covariance of its own: leave covariance out")
    if weak_order > HIGHEST_UNIVERSAL:
        raise OrderError(
            f"weak order {weak_order} takes more of the noise than its covariance: ask for at most "
            f"{HIGHEST_UNIVERSAL}"
        )
    base, field = _regularised(method, problem)
    sigma = read_covariance(field.ring, covariance)
    equation = modified_equation(base, field, weak_order - 1)
    drift = [tuple(term) for term in equation.components]
    numbers = noise_terms(base)
    rate = in_ring_of(field, numbers.rate)
    matrices = [_combined([(rate * rate, sigma)])]
    if weak_order > 2:
        bent = _bent(field, sigma)
        factor = in_ring_of(field, numbers.drift)
        drift[2] = tuple(c + factor * b for c, b in zip(drift[2], bent, strict=True))
        along = [[field.lie_derivative(entry) for entry in row] for row in sigma]
        parts = (numbers.along, along), (numbers.shear, _sheared(field, sigma))
        matrices.append(_combined([(in_ring_of(field, n), m) for n, m in parts]))
    return drift, matrices


def read_covariance(ring: Ring, covariance: Any) -> Matrix:
    """Return a covariance matrix as ring elements.

    Parameters
    ----------
    ring
        The ring, whose variables and parameters the entries may hold.
    covariance
        Rows of texts, exact numbers or elements; for one variable an entry alone will do.

    Raises
    ------
    BeaError
        If it is not symmetric, of the wrong size, or of numbers and not positive semidefinite.

    Examples
    --------
    >>> read_covariance(Ring(["x", "y"]), [["1 + x**2", "x"], ["x", 1]])
    ((x**2 + 1, x), (x, 1))
    """
    d = len(ring.variables)
    rows = covariance if _is_rows(covariance) else [[covariance]]
    if len(rows) != d or any(not _is_rows(row) or len(row) != d for row in rows):
        raise BeaError(f"the covariance is no {d} by {d} matrix: give {d} rows of {d} entries")
    matrix = tuple(tuple(_entry(ring, value) for value in row) for row in rows)
    if any(matrix[i][j] != matrix[j][i] for i in range(d) for j in range(i)):
        raise BeaError("the covariance is not symmetric: give the same entry on both sides")
    _require_semidefinite(matrix)
    return matrix


# --- private helpers ----------------------------------------------------------------------------


def _is_rows(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _entry(ring: Ring, value: Any) -> Element:
    if isinstance(value, Element):
        return value if value.ring is ring else read(ring, to_expression(value))
    (expression,) = expressions_of(value, ring.variables, ring.parameters)
    return read(ring, expression)


def _require_semidefinite(matrix: Matrix) -> None:
    """Refuse a matrix of numbers with a principal minor below 0."""
    numbers = [[entry.as_rational() for entry in row] for row in matrix]
    for size in range(1, len(matrix) + 1):
        for chosen in combinations(range(len(matrix)), size):
            entries = [n for i in chosen for j in chosen if (n := numbers[i][j]) is not None]
            if len(entries) == size**2 and fmpq_mat(size, size, entries).det() < 0:
                raise BeaError(
                    "the covariance is not positive semidefinite: no noise has it; give a matrix "
                    "such as A Aᵀ"
                )


def _regularised(method: Method, problem: VectorField) -> tuple[Method, VectorField]:
    """Return the method without its decay, on the problem with it, over a ring with all symbols."""
    base, decay = without_decay(method)
    missing = [name for name in open_symbols(method) if name not in problem.parameters]
    field = problem.with_parameters(missing) if missing else problem
    if decay is None:
        return base, field
    rate = in_ring(decay, field.ring)
    variables = [field.ring.variable(i) for i in range(field.dimension)]
    if isinstance(field, Loss):
        norm = sum((v * v for v in variables[1:]), start=variables[0] * variables[0])
        return base, Loss(field.value + rate * norm * fmpq(1, 2), field.about)
    moved = [c - rate * v for c, v in zip(field.components, variables, strict=True)]
    return base, VectorField(moved, field.about)


def _bent(field: VectorField, sigma: Matrix) -> list[Element]:
    """Return (Σ:∇²) f."""
    d = range(field.dimension)
    found = []
    for component in field.components:
        total = field.ring.constant(0)
        for i in d:
            for j in d:
                total = total + sigma[i][j] * component.gradient()[i].gradient()[j]
        found.append(total)
    return found


def _sheared(field: VectorField, sigma: Matrix) -> list[list[Element]]:
    """Return f'Σ + Σf'ᵀ."""
    d = range(field.dimension)
    slopes = [component.gradient() for component in field.components]
    product = [[_dot(slopes[i], [sigma[k][j] for k in d]) for j in d] for i in d]
    return [[product[i][j] + product[j][i] for j in d] for i in d]


def _dot(a: Sequence[Element], b: Sequence[Element]) -> Element:
    products = [x * y for x, y in zip(a, b, strict=True)]
    return sum(products[1:], start=products[0])


def _combined(parts: Sequence[tuple[Any, Sequence[Sequence[Element]]]]) -> Matrix:
    """Return the sum of multiples of matrices."""
    d = range(len(parts[0][1]))

    def entry(i: int, j: int) -> Element:
        terms = [factor * matrix[i][j] for factor, matrix in parts]
        return sum(terms[1:], start=terms[0])

    return tuple(tuple(entry(i, j) for j in d) for i in d)
