"""What a jaxpr's variables stand for while it is read: known arrays, counters, places.

Whole numbers and truth values that do not depend on the parameters or the gradients are known when
a step is recorded, but for the number n of steps done, of which counters are a n + b.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from bea.adapters.tracing.optimizer import PeriodicError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class On:
    """The value at a place of the tape, of a shape; on the tape that of a number may stand for it.

    `truth` is the place of the truth value that it is 1 for, and 0 else.
    """

    place: int
    shape: Shape
    truth: int | None = None


@dataclass(frozen=True)
class Counter:
    """A number slope n + offset, with n steps done; where n = phase + whole multiples of period."""

    slope: Fraction
    offset: Fraction
    period: int = 1
    phase: int = 0
    shape: Shape = ()

    def plus(self, other: Counter | int, sign: int = 1) -> Counter:
        """Return the sum, or the difference, with a counter or a whole number."""
        slope, offset = (
            (other.slope, other.offset) if isinstance(other, Counter) else (Fraction(0), other)
        )
        return self._with(self.slope + sign * slope, self.offset + sign * offset)

    def times(self, factor: Fraction | int) -> Counter:
        """Return a multiple."""
        return self._with(self.slope * factor, self.offset * factor)

    def remainder(self, divisor: int) -> int:
        """Return what is left by a division; it has to be the same in every period."""
        turn = self.slope * self.period / divisor
        if turn.denominator != 1:
            raise PeriodicError(self.period * turn.denominator)
        return int((self.slope * self.phase + self.offset) % divisor)

    def quotient(self, divisor: int) -> Counter:
        """Return the whole quotient."""
        return self.plus(self.remainder(divisor), -1).times(Fraction(1, divisor))

    def _with(self, slope: Fraction, offset: Fraction) -> Counter:
        return Counter(slope, Fraction(offset), self.period, self.phase)


Value = np.ndarray[Any, Any] | Counter | On


def single(value: Value) -> Any:
    """Return the number that all entries of a known array are, or None."""
    if not isinstance(value, np.ndarray) or value.size == 0:
        return None
    first = value.flat[0]
    if not bool((value == first).all()):
        return None
    return first if value.dtype.kind == "f" else first.item()
