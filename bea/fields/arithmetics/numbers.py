"""A field on float64 arrays, a lane per trajectory: what iterates are computed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bea.algebra.language.expressions import Expression
from bea.algebra.programs.linearised import solve_lanes
from bea.algebra.programs.newton import fixed_point
from bea.algebra.ring.exact import as_float
from bea.arithmetic import by_matrix
from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields.arithmetics.split_by_terms import SplitByTerms
from bea.fields.parts import numeric_part
from bea.trees.splits import Split

_SETTLED = 1e-12  # relative: what the last column of an extrapolation may change

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_GAUSS = (1 + _POINTS) / 2, _WEIGHTS / 2  # on [0, 1], exact to degree 31

Derivative = Callable[[Floats, Floats, Floats], Floats]


class NumericField(SplitByTerms):
    """A field on float64 arrays: the arithmetic in which iterates are computed.

    Parameters
    ----------
    rhs
        rhs(theta, gamma) for arrays of shape (d, lanes) and (lanes,).
    gamma
        The step size of each lane.
    derivative
        Returns (theta, v, gamma) -> f'(theta) v for arrays of these shapes, as
        `VectorField.numeric_derivative` does; None if the field has none.
    variables
        Their names, which a split may ask for.

    Attributes
    ----------
    unsolved : ndarray of bool, shape (lanes,)
        Where an equation of the step was not solved; the values are nan there.
    """

    def __init__(
        self,
        rhs: Callable[[Floats, Floats], Floats],
        gamma: Floats,
        derivative: Callable[[], Derivative] | None = None,
        variables: Sequence[str] = (),
    ) -> None:
        self.variables = variables
        self._rhs = rhs
        self._find_derivative = derivative
        self._theta = np.zeros((1, *gamma.shape))  # where the field was asked for last
        self.gamma = gamma
        self.unsolved = np.zeros(gamma.shape, dtype=bool)

    def constant(self, value: Expression) -> float:
        """Return an exact hyperparameter as a float."""
        return as_float(value)

    def __call__(self, theta: Floats) -> Floats:
        """Return the field at theta, (d, lanes)."""
        self._theta = theta
        return self._rhs(theta, self.gamma)

    def given_part(self, theta: Floats, split: Split, part: int) -> Floats:
        """Return a part of the field at theta, (d, lanes)."""
        return numeric_part(tuple(self.variables), split, part)(theta)

    def derivative(self, theta: Floats, v: Floats) -> Floats:
        """Return f'(theta) v, (d, lanes).

        Raises
        ------
        MethodError
            If the field has no derivative of its own, as those that bea cannot look into.
        """
        if self._find_derivative is None:
            raise MethodError(
                "the step asks for the derivative of the field, and this field has none: give it "
                "numeric_derivative(), which returns (theta, v, gamma) -> f'(theta) v, or iterate "
                "on a problem of bea's"
            )
        return self._find_derivative()(theta, v, self.gamma)

    def sqrt(self, x: Floats) -> Floats:
        """Return the square root of every entry."""
        return np.sqrt(x)  # in every step of Adam: no detour

    def same(self, x: Floats, y: Floats) -> bool:
        """Tell whether two arrays are the same wherever they are finite."""
        return bool(np.all((x == y) | ~np.isfinite(x - y)))

    def columns(self) -> int:
        """Return 8: an extrapolation of order 16 comes to rounding at steps that are of use."""
        return 8

    def settle(self, last: Floats, before: Floats) -> None:
        """Mark the lanes in which the last columns of an extrapolation do not agree."""
        with np.errstate(all="ignore"):
            apart = np.max(np.abs(last - before) / (1 + np.abs(last)), axis=0)
        self.unsolved |= ~(apart <= _SETTLED)

    def solve_linear(self, matrix: Floats, right: Floats) -> Floats:
        """Return x with matrix x = right, (d, lanes), for a matrix (d, d, lanes)."""
        solution, singular = solve_lanes(matrix, right)
        self.unsolved |= singular
        return solution

    def resolvent(self, theta: Floats, size: Floats) -> Callable[[Floats], Floats]:
        """Return the function from v to the x with x - size f'(theta) x = v, (d, lanes)."""
        return by_matrix(self, theta, size)

    def mean(self, theta: Floats, end: Floats) -> Floats:
        """Return the mean of the field from theta to an end, by Gauss's quadrature, (d, lanes)."""
        rule = zip(*_GAUSS, strict=True)
        return np.sum([self(theta + s * (end - theta)) * w for s, w in rule], axis=0)

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the root k of k = function(k) near `guess`, by Newton's method, lane by lane.

        `guess` is an array (d, lanes) or a list of such arrays (the stages of a method).
        """
        if isinstance(guess, np.ndarray):
            return self._root(function, guess)
        shape = (len(guess), *guess[0].shape)

        def stacked(flat: Floats) -> Floats:
            return np.concatenate(function(list(flat.reshape(shape))))

        return list(self._root(stacked, np.concatenate(guess)).reshape(shape))

    def _root(self, function: Callable[[Floats], Floats], guess: Floats) -> Floats:
        # theta + gamma k does not see a change of k that is below the rounding of theta / gamma.
        with np.errstate(all="ignore"):
            scale = np.max(np.abs(self._theta), axis=0) / self.gamma
        root, failed = fixed_point(function, guess, scale)
        self.unsolved |= failed
        return root
