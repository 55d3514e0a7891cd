"""A field on power series in gamma whose coefficients are arrays: expansions in floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bea.algebra.language.expressions import Expression
from bea.algebra.ring.exact import as_float
from bea.arithmetic import Arithmetic
from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields.functions import Derivatives
from bea.series import SeriesArray
from bea.trees.splits import Split

_SETTLED = 1e-9  # relative: what a sweep may still change


class PointField(Arithmetic):
    """A field on arrays of power series in gamma, at many points at once.

    Parameters
    ----------
    derivatives
        The field; its Taylor coefficients along a curve are what f(theta) is here.
    order
        Highest power of gamma of f that is kept; gamma f has one more.
    points : (d, lanes)
        Where to expand.
    variables
        Their names, which a split may ask for.

    Attributes
    ----------
    identity : SeriesArray, shape (d, lanes)
        The points.
    gamma : SeriesArray
        The step size.

    Examples
    --------
    >>> from bea.fields import VectorField
    >>> from bea.fields.functions import without_symbols
    >>> square = without_symbols(VectorField.read("y**2")).derivatives
    >>> f = PointField(square, 2, np.array([[1.0, 2.0]]))
    >>> f(f.identity + f.gamma * f(f.identity)).coefficients
    (array([[1., 4.]]), array([[ 2., 16.]]), array([[ 1., 16.]]))
    """

    kind = "power series over arrays"
    counts = False

    def __init__(
        self, derivatives: Derivatives, order: int, points: Floats, variables: Any = ()
    ) -> None:
        self.derivatives, self.order, self.variables = derivatives, order, variables
        self.identity = SeriesArray([points], order + 1)
        self.gamma = SeriesArray([np.zeros(1), np.ones(1)], order + 1)

    def constant(self, value: Expression) -> float:
        """Return an exact hyperparameter as a float."""
        return as_float(value)

    def __call__(self, theta: SeriesArray) -> SeriesArray:
        """Return the field at an array of series."""
        order = min(self.order, theta.order)
        return SeriesArray(self.derivatives.taylor(theta.coefficients, order), order)

    def derivative(self, theta: SeriesArray, v: SeriesArray) -> SeriesArray:
        """Return f'(theta) v: what v adds to f beyond the powers that are kept."""
        order = min(self.order, theta.order, v.order)
        kept = [theta.coefficient(k) for k in range(order + 1)]
        shifted = [*kept, *(v.coefficient(k) for k in range(order + 1))]
        with_v = self.derivatives.taylor(shifted, 2 * order + 1)[order + 1 :]
        without = self.derivatives.taylor(kept, 2 * order + 1)[order + 1 :]
        return SeriesArray([x - y for x, y in zip(with_v, without, strict=True)], order)

    def sign(self, x: SeriesArray) -> SeriesArray:
        """Return the sign of every entry: that at gamma = 0, on whose branch the step stays."""
        return SeriesArray([np.sign(x.coefficients[0])], x.order)

    def share(self, v: SeriesArray, split: Any, part: int) -> SeriesArray:
        """Return v with 0 for all components but those of a part."""
        owners = np.array(Split.of(split).owners(self.variables, len(v))) == part
        return v * owners.astype(float).reshape(-1, *[1] * (v.ndim - 1))

    def columns(self) -> int:
        """Return half the order, to which an extrapolation is exact."""
        return (self.order + 2) // 2

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the fixed point of `function`: each sweep settles one more power of gamma.

        Raises
        ------
        MethodError
            If one does not, as in k = f(theta + k).
        """
        for _ in range(self.order + 2):
            before, guess = guess, function(guess)
        pairs = zip(guess, before, strict=True) if isinstance(guess, list) else [(guess, before)]
        if not all(_close(new, old) for new, old in pairs):
            raise MethodError(
                "the implicit equation does not settle power by power of gamma: its right-hand "
                "side may depend on the unknown only through gamma times it"
            )
        return guess

    def solve_linear(self, matrix: SeriesArray, right: SeriesArray) -> SeriesArray:
        """Return x of matrix x = right, (d, lanes), for a matrix (d, d, lanes), power by power."""
        order = min(matrix.order, right.order)
        leading = np.moveaxis(np.asarray(matrix.coefficients[0]), -1, 0)
        found: list[Floats] = []
        for k in range(order + 1):
            rest = right.coefficient(k)
            for j, x in enumerate(found):
                rest = rest - np.einsum("ijl,jl->il", matrix.coefficient(k - j), x)
            found.append(np.linalg.solve(leading, rest.T[..., None])[..., 0].T)
        return SeriesArray(found, order)

    def jacobian(self, theta: SeriesArray) -> SeriesArray:
        """Return the matrix f'(theta), (d, d, lanes)."""
        d = len(theta)
        units = np.eye(d).reshape(d, d, 1) + np.zeros((1, 1, *theta.shape[1:]))
        columns = [self.derivative(theta, SeriesArray([u], theta.order)) for u in units]
        return SeriesArray.stack(columns, axis=1)


def _close(new: SeriesArray, old: SeriesArray) -> bool:
    return all(
        np.all(np.abs(x - y) <= _SETTLED * (1 + np.abs(x).max()))
        for x, y in zip(new.coefficients, old.coefficients, strict=False)
    )
