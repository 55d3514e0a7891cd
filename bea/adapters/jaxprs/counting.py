"""The whole numbers and truth values of an optimizer's memory, as functions of the step's number.

They count steps, or say whether it is the first: what they are after n steps is a n + b in each
phase of a period, from a few steps on. Where reading the step shows that by induction it holds for
every n; otherwise (steps that repeat with a period) it is seen in a run of the counters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from bea.adapters.jaxprs.values import Counter, Value
from bea.errors import MethodError

#: One step of the counters alone, on arrays, or on counters and places.
Advance = Callable[[Sequence[Any]], Sequence[Any]]
_LATEST_START = 3
_LONGEST_RUN = 20_000


@dataclass(frozen=True)
class Counting:
    """What the counters are after n steps.

    Attributes
    ----------
    first : sequence of tuples of arrays
        Their values after 0, 1, ... steps, until `start` and a period and one step more.
    start : int
        From which number of steps on they go on regularly.
    period : int
        After how many steps they repeat themselves, but for what they gained.
    """

    first: Sequence[tuple[Any, ...]]
    start: int
    period: int

    def values(self, count: int) -> list[Value]:
        """Return the counters after so many steps: as functions of n, or known before `start`."""
        if count < self.start:
            return list(self.first[count])
        phase = (count - self.start) % self.period + self.start
        return [
            self._in_phase(a, b, phase)
            for a, b in zip(self.first[phase], self.first[phase + self.period], strict=True)
        ]

    def numbers(self, count: int) -> list[Any]:
        """Return the counters after so many steps as arrays."""
        return [_at(v, count, like) for v, like in zip(self.values(count), self.first[0],
                                                       strict=True)]  # fmt: skip

    def with_period(self, period: int) -> Counting:
        """Return the same with a multiple of its period."""
        seen = [tuple(self.numbers(n)) for n in range(self.start + 2 * period + 1)]
        return Counting(seen, self.start, period)

    def _in_phase(self, now: Any, later: Any, phase: int) -> Value:
        gained = later.astype(object) - now.astype(object)
        if not np.any(gained):
            return np.asarray(now)
        if now.shape:
            raise MethodError("the step counts with arrays of whole numbers")
        slope = Fraction(int(gained), self.period)
        offset = Fraction(int(now)) - slope * phase
        return Counter(slope, offset, self.period, phase % self.period)


def counting(first: tuple[Any, ...], advance: Advance, symbolic: Advance,
             longest: int) -> Counting:  # fmt: skip
    """Find how counters go on.

    Parameters
    ----------
    first
        Their values before the first step, arrays.
    advance
        One step of theirs, on arrays.
    symbolic
        The same on counters; its results are places where they are no counters any more.
    longest
        The largest whole number that the step compares with.

    Raises
    ------
    MethodError
        If they follow no rule of this kind.
    """
    seen = [first]
    for _ in range(_LATEST_START + 1):
        seen.append(tuple(advance(seen[-1])))
    for start in range(_LATEST_START):
        guess = Counting(seen, start, 1)
        try:
            if _goes_on(guess.values(start), symbolic):
                return guess
        except MethodError:
            continue
    steps = 3 * longest + 2 * _LATEST_START
    if steps > _LONGEST_RUN:
        raise MethodError(f"the step may repeat itself only after {longest:,} steps: too many")
    while len(seen) <= steps:
        seen.append(tuple(advance(seen[-1])))
    for period in range(1, longest + 2):
        for start in range(_LATEST_START):
            if _repeats(seen, start, period):
                return Counting(seen, start, period)
    raise MethodError("the step counts in a way that bea does not know")


# --- private helpers ------------------------------------------------------------------------------


def _goes_on(values: Sequence[Value], symbolic: Advance) -> bool:
    """Tell whether the next values are those of the next n, by induction."""
    return all(_next(a, b) for a, b in zip(values, symbolic(values), strict=True))


def _next(before: Value, after: Any) -> bool:
    if isinstance(before, Counter):
        return isinstance(after, Counter) and (after.slope, after.offset) == (
            before.slope,
            before.offset + before.slope,
        )
    known = isinstance(before, np.ndarray) and isinstance(after, np.ndarray)
    return known and bool(np.array_equal(before, after))  # type: ignore[arg-type]


def _repeats(seen: Sequence[tuple[Any, ...]], start: int, period: int) -> bool:
    rows = [[np.asarray(x).astype(object) for x in row] for row in seen[start:]]
    gains = [
        [b - a for a, b in zip(row, later, strict=True)]
        for row, later in zip(rows, rows[period:], strict=False)
    ]
    return all(
        all(np.array_equal(a, b) for a, b in zip(gain, gains[0], strict=True)) for gain in gains
    )


def _at(value: Value, count: int, like: Any) -> Any:
    if isinstance(value, Counter):
        return np.asarray(int(value.slope * count + value.offset), dtype=like.dtype)
    return value
