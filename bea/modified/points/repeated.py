"""A field at points that are repeated, as they are for each number of a step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from bea.arrays import Floats
from bea.fields.functions import Derivatives
from bea.fields.functions.derivatives import padded


class RepeatedPoints(Derivatives):
    """Those of a field, whose values at the points themselves are found once for all numbers n."""

    def __init__(self, inner: Derivatives, points: Floats, repeated: Floats) -> None:
        self.inner, self.points, self.repeated = inner, points, repeated

    @cached_property
    def _there(self) -> Floats:
        count = self.repeated.shape[1] // self.points.shape[1]
        return np.repeat(self.inner.field(self.points), count, axis=1)

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the Taylor coefficients of the field along a curve."""
        if order and len(coefficients) > 1:
            return self.inner.taylor(coefficients, order)
        if not np.array_equal(coefficients[0], self.repeated):
            return self.inner.taylor(coefficients[:1], order)
        return padded([self._there], order)
