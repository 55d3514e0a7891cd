"""A random step of given size as it acts on polynomials: exact, without any expansion in gamma.

Where slopes are linear in theta, the average of a step turns polynomials in theta and in the memory
into polynomials of no higher degree: a matrix on the monomials, with rational entries. That is the
moment recursion of the method.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from bea.algebra import Element
from bea.algebra.ring.differential_operator import MultiIndex, multi_indices
from bea.algebra.ring.exact import in_ring
from bea.arithmetic import Arithmetic
from bea.arrays import object_vector, parts_of_memory
from bea.errors import BeaError, MethodError
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.random.step import Elsewhere, RandomStep
from bea.noise import Noise


def monomials(count: int, degree: int) -> list[MultiIndex]:
    """Return the exponents of all monomials in `count` variables, by rising degree.

    >>> monomials(2, 1)
    [(0, 0), (1, 0), (0, 1)]
    """
    return [index for n in range(degree + 1) for index in multi_indices(count, n)]


class PolynomialStep(RandomStep):
    """The average of a step of size gamma on polynomials in (theta, memory).

    Parameters
    ----------
    method, problem, batches
        As for `RandomStep`; all parameters must have values.
    gamma
        The step size, an exact rational.

    Examples
    --------
    >>> from bea.methods import get
    >>> from bea.problems import finite_sum
    >>> pair = finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> PolynomialStep(get("gradient-descent"), pair, None, fmpq(1, 2)).average((2,))
    {(0,): 1/4, (2,): 1/4}
    """

    def __init__(
        self, method: Method, problem: VectorField, batches: Noise | int | None, gamma: fmpq
    ) -> None:
        problem.require_values()
        super().__init__(method, problem, batches)
        own = len(self.ring.parameters) - self.memory_size - self.dimension
        if own:
            name = self.ring.parameters[0]
            raise BeaError(f"hyperparameter '{name}' has no value: give one, such as {name}=1/2")
        self.gamma = gamma

    @property
    def size_of_state(self) -> int:
        """How many numbers theta and the memory are together."""
        return self.dimension + self.memory_size

    def average(self, exponents: MultiIndex) -> dict[MultiIndex, fmpq]:
        """Return E of a monomial after the step, as a polynomial in what was before it.

        Raises
        ------
        BeaError
            If it is no polynomial.
        """
        total = self.ring.constant(0)
        for weight, after in self._after:
            value = self.ring.constant(1)
            for entry, exponent in zip(after, exponents, strict=True):
                if exponent:
                    value = value * entry**exponent
            total = total + value * weight
        found = self._settled(total).terms()
        count = self.size_of_state
        if any(any(e[count:]) for e in found):
            raise BeaError("the slopes are no polynomials in theta: moments do not close")
        return {tuple(map(int, e[:count])): c for e, c in sorted(found.items())}

    def matrix(self, degree: int) -> fmpq_mat:
        """Return the matrix on `monomials(size_of_state, degree)`: E m_i = sum of T_ij m_j.

        Raises
        ------
        BeaError
            If the degree grows: the slopes are not linear in theta.
        """
        basis = monomials(self.size_of_state, degree)
        place = {index: i for i, index in enumerate(basis)}
        found = fmpq_mat(len(basis), len(basis))
        for i, index in enumerate(basis):
            for j, value in self.average(index).items():
                if sum(j) > sum(index):
                    raise BeaError(
                        "the slopes are not linear in theta, so that moments do not close: take a "
                        "quadratic loss, or few steps by enumeration"
                    )
                found[i, place[j]] = value
        return found

    # --- private helpers ------------------------------------------------------------------------

    @cached_property
    def _after(self) -> list[tuple[fmpq, list[Element]]]:
        return list(self._all_after())

    def _all_after(self) -> Iterator[tuple[fmpq, list[Element]]]:
        if self.asks_at_theta:
            yield fmpq(1), self._state_after(_InRing(self, None))
            return
        self._require_few()
        for indices, weight in self.batches.choices(self.size):
            yield weight, self._state_after(_InRing(self, self.batch(indices)))

    def _state_after(self, f: _InRing) -> list[Element]:
        bound = self.method.bind(lambda value: in_ring(value, self.ring))
        shapes = [np.shape(part) for part in bound.init(f, f.identity)]
        memory = parts_of_memory(self._symbols(self._memory), shapes)
        theta, after = bound.step(f, f.identity, memory, f.gamma)
        return [*theta, *(s for part in after for s in np.ravel(part))]


class _InRing(Arithmetic):
    """The arithmetic of ring elements: the slope at theta is a symbol, or the field is known."""

    def __init__(self, step: PolynomialStep, field: VectorField | None) -> None:
        self.ring, self.gamma = step.ring, step.ring.constant(step.gamma)
        self.identity = object_vector(step._symbols(range(step.dimension)))
        self._slopes = object_vector(step._symbols(step._slopes))
        self._program = None if field is None else field.program
        self._parameters = [self.ring.symbol(name) for name in self.ring.parameters]

    def __call__(self, theta: Any) -> Any:
        """Return the slope."""
        if self._program is not None:
            inputs = [*theta, *self._parameters]
            return object_vector(self._program.run(inputs, lift=self.ring.constant))
        if not all(a == b for a, b in zip(theta, self.identity, strict=True)):
            raise Elsewhere
        return self._slopes.copy()

    def solve(self, function: Any, guess: Any) -> Any:
        """Refuse: an implicit step is no polynomial."""
        raise MethodError("an implicit step is no polynomial in theta: choose an explicit method")
