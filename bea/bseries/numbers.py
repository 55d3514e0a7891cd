"""What the coefficients of a series on trees are, as arrays over the trees: exact numbers.

The recursions of `bea.bseries.calculus` and the arithmetic on trees are written once, in arrays
whose axis 0 is the trees. `Exact` has arrays of Python objects, of any commutative ring over the
rationals; `bea.bseries.residues.Residues` has the same operations on their images in finite fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq

Array = np.ndarray[Any, Any]

ZERO = fmpq(0)


class Exact:
    """Arrays of exact numbers: rationals, elements of a ring, polynomials in a schedule.

    >>> numbers = Exact()
    >>> numbers.listed(numbers.scaled(numbers.array([fmpq(1), fmpq(1, 2)]), fmpq(2)))
    [2, 1]
    """

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
        return np.full(shape, ZERO, dtype=object)

    def reduced(self, array: Array) -> Array:
        """Return what sums and products have given in normal form."""
        return array

    def scaled(self, array: Array, factor: Any) -> Array:
        """Return the array times an exact number."""
        return array * factor

    def over_cuts(
        self,
        columns: Array,
        trunks: Array,
        field: Array,
        branches: Array,
        counts: Array,
        starts: Array,
    ) -> Array:
        """Return the sums of counts field[branches] columns[trunks] for trees with cuts in a row.

        Parameters
        ----------
        columns : (trees, columns)
        trunks, branches, counts : (cuts,)
        starts : (trees of the sums + 1,)
            Where the cuts of each tree begin.
        """
        found = self.zeros(len(starts) - 1, columns.shape[1])
        rows, weights = columns[trunks].tolist(), (field[branches] * counts).tolist()
        for sums, (first, last) in zip(found, pairwise(starts.tolist()), strict=True):
            for row, weight in zip(rows[first:last], weights[first:last], strict=True):
                for k, value in enumerate(row):
                    if value is not ZERO:  # most columns of small trunks are
                        product = value * weight
                        sums[k] = product if sums[k] is ZERO else sums[k] + product
        return found

    def weighted(self, columns: Array, weights: Array) -> Array:
        """Return the sum of the columns, which stand along axis 1, times a number for each."""
        return (columns * weights).sum(axis=1)

    def vanish(self, array: Array) -> bool:
        """Tell whether all entries are zero."""
        return all(value == 0 for value in array)


EXACT = Exact()


def as_array(coefficients: Sequence[Any] | Array, numbers: Exact) -> Array:
    """Return coefficients as an array of these numbers, which they may be already."""
    if isinstance(coefficients, np.ndarray):
        return coefficients
    return numbers.array(coefficients)
