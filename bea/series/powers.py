"""Powers by repeated squaring, and roots of rational numbers, for every arithmetic to share.

Repeated squaring: Knuth, The Art of Computer Programming 2, section 4.6.3, algorithm A.
"""

from __future__ import annotations

from typing import TypeVar

from flint import fmpq

T = TypeVar("T")


def natural_power(base: T, exponent: int, one: T) -> T:
    """Return base ** exponent for an exponent ≥ 0, by repeated squaring from the element 1.

    >>> natural_power(3, 5, one=1)
    243
    """
    result, square = one, base
    while exponent:
        if exponent & 1:
            result = result * square  # type: ignore[operator]
        exponent >>= 1
        if exponent:
            square = square * square  # type: ignore[operator]
    return result


def rational_root(value: fmpq, degree: int) -> fmpq | None:
    """Return the root of a rational number where it is rational and real, else None.

    >>> rational_root(fmpq(4, 9), 2), rational_root(fmpq(2), 2)
    (2/3, None)
    """
    if degree == 1:
        return value
    if value < 0:
        return None
    root = fmpq(value.p.root(degree), value.q.root(degree))
    return root if root**degree == value else None
