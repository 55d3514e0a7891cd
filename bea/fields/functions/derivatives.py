"""What a field without a formula can be asked: its values and its derivatives along directions.

No tensor is ever made: f^(m)(v_1, ..., v_m) at a point is a vector. A subclass writes `taylor`, the
Taylor coefficients of the field along a curve, and whatever of the rest it knows a shorter way to.
Source: Griewank and Walther, Evaluating Derivatives, chapter 13 (mixed derivatives from Taylor
coefficients along sums of directions: section 13.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import factorial, prod
from typing import Any

import numpy as np

from bea.arrays import Floats

#: function(derivatives, theta, gamma, weights) -> (d, lanes), of arrays (d, lanes) and (lanes,)
Kernel = Callable[["Derivatives", Any, Any, Any], Any]
Fused = Callable[[Floats, Floats, Floats], Floats]


class Derivatives:
    """A field on arrays (d, lanes), and its derivatives along directions.

    Examples
    --------
    >>> class Square(Derivatives):  # y' = y^2
    ...     def taylor(self, coefficients, order):
    ...         c = coefficients
    ...         terms = [[c[i] * c[k - i] for i in range(k + 1) if i < len(c) and k - i < len(c)]
    ...                  for k in range(order + 1)]
    ...         return [sum(t, start=0 * c[0]) for t in terms]
    >>> y = np.array([[3.0]])
    >>> Square().field(y), Square().differential(y, [y, 2 * y])
    (array([[9.]]), array([[36.]]))
    """

    @property
    def threads(self) -> int:
        """In how many threads sums are made: with another number the last digits are others."""
        return 1

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the coefficients of t^0 ... t^order of f(c[0] + c[1] t + c[2] t^2 + ...)."""
        raise NotImplementedError

    def field(self, theta: Any) -> Any:
        """Return f at theta, (d, lanes)."""
        return self.taylor([theta], 0)[0]

    def loss(self, theta: Any) -> Any:
        """Return the loss at theta, (lanes,), of a field that is minus its gradient."""
        raise NotImplementedError

    def differential(self, theta: Any, directions: Sequence[Any]) -> Any:
        """Return f^(m)(v_1, ..., v_m) at theta, (d, lanes).

        It is the mean over signs e of prod(e) D^m f along v_1 + e_2 v_2 + ... + e_m v_m, where
        directions of unit length cancel least.
        """
        m, lanes = len(directions), theta.shape[1]
        if m > 1 and all(v is directions[0] for v in directions):
            length = np.linalg.norm(directions[0], axis=0)
            way = directions[0] / np.where(length > 0, length, 1.0)
            return self.taylor([theta, way], m)[m] * (factorial(m) * length**m)
        sizes = [np.linalg.norm(v, axis=0) if m > 1 else np.ones(lanes) for v in directions]
        pairs = zip(directions, sizes, strict=True)
        first, *others = (v / np.where(size > 0, size, 1.0) for v, size in pairs)
        signs = list(product((1, -1), repeat=m - 1))  # all of them at once, as further lanes
        ways = [
            sum((e * v for e, v in zip(row, others, strict=True)), start=first) for row in signs
        ]
        here = np.tile(theta, (1, len(signs)))
        found = self.taylor([here, np.concatenate(ways, axis=1)], m)[m]
        by_sign = found.reshape(-1, len(signs), lanes)
        total = sum(prod(row) * by_sign[:, i] for i, row in enumerate(signs))
        return total * (prod(sizes) / len(signs))

    def fuse(self, key: Any, kernel: Kernel) -> Fused:
        """Return (theta, gamma, weights) -> kernel(self, ...); compiled once for a key, maybe."""
        return lambda theta, gamma, weights: kernel(self, theta, gamma, weights)


def padded(coefficients: Sequence[Floats], order: int) -> list[Floats]:
    """Return order + 1 coefficients: those that are missing are 0, those beyond are left out.

    >>> padded([np.ones(1)], 1)
    [array([1.]), array([0.])]
    """
    missing = order + 1 - len(coefficients)
    return [*coefficients[: order + 1], *[np.zeros_like(coefficients[0])] * missing]
