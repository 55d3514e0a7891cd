"""A field on exact numbers, mpmath numbers or balls: one point at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from bea.algebra.language.expressions import Expression
from bea.algebra.programs.linearised import adjugate, linearised
from bea.algebra.programs.operations import reciprocal
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.exact import in_ring
from bea.algebra.ring.ring import Ring
from bea.arithmetic import by_matrix
from bea.arrays import object_vector
from bea.errors import MethodError
from bea.fields.arithmetics.split_by_terms import SplitByTerms
from bea.fields.parts import given_parts
from bea.fields.vector_field import VectorField
from bea.trees.splits import Split


class ScalarField(SplitByTerms):
    """A field on vectors of any scalars: rationals, mpmath numbers, Arb balls.

    Parameters
    ----------
    field
        The vector field; its parameters must have values.
    lift
        Turns an exact rational (`flint.fmpq`) into a scalar.

    Examples
    --------
    >>> from flint import arb, fmpq
    >>> f = ScalarField(VectorField.read("exp(y)"), arb)
    >>> theta = f.vector([fmpq(0)])
    >>> theta + f.lift(fmpq(1, 10)) * f(theta)
    array([[0.100000000000000 +/- 2.23e-17]], dtype=object)
    """

    def __init__(self, field: VectorField, lift: Callable[[fmpq], Any]) -> None:
        field.require_values()
        self._program = field.program
        self._linearised = linearised(field.program, field.dimension)
        self.variables = field.variables
        self.lift = lift
        self._ring = field.ring

    def vector(self, values: Sequence[fmpq]) -> NDArray[np.object_]:
        """Return a point with these exact coordinates."""
        return object_vector([self.lift(value) for value in values])

    def constant(self, value: Expression) -> Any:
        """Return an exact hyperparameter as a scalar."""
        return to_program([in_ring(value, Ring([]))]).run([], self.lift)[0]

    def __call__(self, theta: Any) -> NDArray[np.object_]:
        """Return the field at a vector of scalars."""
        return object_vector(self._program.run(list(theta), self.lift))

    def given_part(self, theta: Any, split: Split, part: int) -> NDArray[np.object_]:
        """Return a part of the field at a vector of scalars."""
        program = to_program(given_parts(self._ring, split)[part] or ())
        return object_vector(program.run(list(theta), self.lift))

    def derivative(self, theta: Any, v: Any) -> NDArray[np.object_]:
        """Return f'(theta) v for vectors of scalars."""
        return object_vector(self._linearised.run([*theta, *v], self.lift))

    def solve_linear(self, matrix: Any, right: Any) -> NDArray[np.object_]:
        """Return x with matrix x = right; `DomainError` where the determinant is 0."""
        adjoint, determinant = adjugate(matrix)
        return adjoint @ right * reciprocal(determinant)

    def resolvent(self, theta: Any, size: Any) -> Callable[[Any], Any]:
        """Return the function from v to the x with x - size f'(theta) x = v."""
        return by_matrix(self, theta, size)

    def same(self, x: Any, y: Any) -> bool:
        """Tell whether two vectors are the same numbers, or the very same balls."""
        return all(map(_same, np.ravel(x), np.ravel(y)))

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the guess if it solves the equation, as it does where that is not implicit.

        Raises
        ------
        MethodError
            If not: an implicit equation is solved in floats or in power series.
        """
        if self.same(function(guess), guess):
            return guess
        raise MethodError(
            "an implicit step is solved in floats (bea.iterate) or in power series, not in these "
            "numbers: choose an explicit method"
        )


# --- private helpers ----------------------------------------------------------------------------


def _same(x: Any, y: Any) -> bool:
    """Tell whether two numbers are equal, or two balls one."""
    if isinstance(x, arb):
        return bool(x.mid() == y.mid() and x.rad() == y.rad())
    return bool(x == y)
