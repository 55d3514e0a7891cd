"""Finite sums with the time as a last variable, for methods with a schedule; see `bea.with_time`.

The samples are kept, each with the time beside it, so that a scheduled method is run on batches and
has a generator as on the sum itself. The time has no noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.ring.conversions import moved_to
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats
from bea.fields.noise_factor import NoiseFactor
from bea.fields.vector_field import Inside, Rhs, VectorField
from bea.fields.with_time import timed, timed_about
from bea.problems.sums.finite_sum import MOST_NOISES, FiniteSum, Matrix, SampleRhs, Sampling


class TimedSum(VectorField):
    """The field (−∇L, 1) of a finite sum and the time, which has samples as the sum has.

    Parameters
    ----------
    total
        The finite sum.
    name
        That of the time.

    Examples
    --------
    >>> from bea.fields import with_time
    >>> from bea.problems import finite_sum
    >>> timed = with_time(finite_sum("(x - 1)**2/2, (x + 1)**2/2"))
    >>> timed, timed.losses[0]
    (TimedSum((x - 1)**2/2, (x + 1)**2/2, N=2, t), VectorField(x' = -x + 1, t' = 1))
    """

    def __init__(self, total: FiniteSum, name: str) -> None:
        self.total, self.time_name = total, name
        self.about = timed_about(total)

    # What is exact is derived on demand, as that of a sum from data is.

    @cached_property
    def ring(self) -> Ring:  # type: ignore[override]
        """The ring of the sum's names and the time."""
        return Ring(self.variables, self.parameters)

    @cached_property
    def components(self) -> tuple[Element, ...]:  # type: ignore[override]
        """(−∇L, 1)."""
        return (*self._moved(self.total.components), self.ring.constant(1))

    @cached_property
    def losses(self) -> tuple[VectorField, ...]:
        """The samples: the field of each loss, and the time."""
        one = self.ring.constant(1)
        return tuple(VectorField([*self._moved(p.components), one]) for p in self.total.losses)

    def _moved(self, elements: Sequence[Element]) -> tuple[Element, ...]:
        return tuple(moved_to(self.ring, element) for element in elements)

    @property
    def dimension(self) -> int:
        """Number of variables, with the time."""
        return self.total.dimension + 1

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables; the last is the time."""
        return (*self.total.variables, self.time_name)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that are still symbolic."""
        return self.total.parameters

    @property
    def size(self) -> int:
        """N, the number of samples."""
        return self.total.size

    @property
    def functions(self) -> int:
        """How many functions its losses have, about."""
        return self.total.functions

    @property
    def identity(self) -> str:
        """A short text that tells this sum from another."""
        return f"{self.total.identity}, with time {self.time_name}"

    def covariance(self, batches: Sampling | None = None) -> Matrix:
        """Return the exact covariance (d + 1, d + 1) of a step's slope: that of the time is 0."""
        zero = self.ring.constant(0)
        rows = [(*self._moved(row), zero) for row in self.total.covariance(batches)]
        return (*rows, (zero,) * self.dimension)

    def noise_factor(
        self, batches: Sampling | None = None, most: int | None = MOST_NOISES
    ) -> NoiseFactor | None:
        """Return the factor of `covariance`, or None if it has more columns than `most`."""
        found, zero = self.total.noise_factor(batches, most), self.ring.constant(0)
        if found is None:
            return None
        columns = ((v, (*self._moved(column), zero)) for v, column in found.columns)
        return NoiseFactor(self.ring, tuple(columns))

    def sample_rhs(self) -> SampleRhs:
        """Return rhs(theta: (d + 1, lanes), index: (B, lanes)); see `FiniteSum.sample_rhs`."""
        inner = self.total.sample_rhs()

        return lambda theta, index: _and_one(inner(theta[:-1], index))

    @cached_property
    def _rhs(self) -> Rhs:
        inner = self.total.numeric()
        return lambda theta, gamma: _and_one(inner(theta[:-1], gamma))

    def at(self, theta: Any) -> Floats:
        """Return L at points (..., d + 1), whose last component is the time."""
        return self.total.at(np.asarray(theta)[..., :-1])

    @cached_property
    def _inside(self) -> Inside | None:
        inside: Callable[[Floats], NDArray[np.bool_]] | None = self.total.domain()
        if inside is None:
            return None
        return lambda theta: inside(theta[:-1]) & np.isfinite(theta[-1])

    def with_parameters(self, names: Sequence[str]) -> TimedSum:
        """Return the same sum over a ring with further symbolic parameters."""
        return TimedSum(self.total.with_parameters(names), self.time_name)

    _size = ""  # its text is short

    def __str__(self) -> str:
        return f"TimedSum({self.total.name}, N={self.size}, {self.time_name})"


@timed.register
def _(problem: FiniteSum, name: str) -> TimedSum:
    """That of a finite sum keeps its samples."""
    return TimedSum(problem, name)


# --- private helpers ----------------------------------------------------------------------------


def _and_one(slopes: Floats) -> Floats:
    return np.concatenate([slopes, np.ones((1, slopes.shape[1]))])
