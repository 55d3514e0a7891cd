"""What the coefficients of a series on trees are, as arrays over the trees: exact numbers.

The recursions of `bea.bseries.calculus` and the arithmetic on trees are written once, in arrays whose
axis 0 is the trees. `Exact` has arrays of Python objects, of any commutative ring over the rationals;
`bea.bseries.residues.Residues` has the same operations on their images in finite fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import fmpq

Array = np.ndarray[Any, Any]


class Exact:
    """Arrays of exact numbers: rationals, elements of a ring, polynomials in a schedule.

    >>> numbers = Exact()
    >>> numbers.listed(numbers.scaled(numbers.array([fmpq(1), fmpq(1, 2)]), fmpq(2)))
    [2, 1]
    """

    chunk = 1 << 30
    """How many numbers a temporary array should have at most."""

    def array(self, values: Sequence[Any]) -> Array:
        """Return numbers as an array."""
        found = np.empty(len(values), dtype=object)
        found[:] = values
        return found

    def listed(self, array: Array) -> list[Any]:
        """Return an array over trees as exact numbers."""
        return array.tolist()

    def zeros(self, *shape: int) -> Array:
        """Return an array of zeros."""
        return np.full(shape, fmpq(0), dtype=object)

    def reduced(self, array: Array) -> Array:
        """Return what sums and products have given in normal form."""
        return array

    def scaled(self, array: Array, factor: Any) -> Array:
        """Return the array times an exact number."""
        return array * factor

    def counted(self, array: Array, counts: Array) -> Array:
        """Return each entry along axis 0 times an integer of its own."""
        return array * counts

    def over(self, numerators: Array, denominators: Sequence[int]) -> Array:
        """Return the sum along axis 1 of numerators over these denominators."""
        weights = self.array([fmpq(1, n) for n in denominators])
        return (numerators * weights).sum(axis=1)

    def vanish(self, array: Array) -> bool:
        """Tell whether all entries are zero."""
        return all(value == 0 for value in array)


EXACT = Exact()
