"""Options of a library's optimizer on their way into a bea method: taken exactly, and shown."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

from bea.errors import MethodError


def as_exact(value: Any, name: str, owner: str) -> str:
    """Return a float option as the shortest decimal that stands for it, as a fraction.

    Bound to float64 again it is the same number, bit for bit.

    >>> as_exact(0.9, "momentum", "SGD")
    '9/10'
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if callable(value) or not isfinite(number):
        raise MethodError(
            f"bea does not model {name}={shown(value)} of {owner}: give a finite number"
        )
    return str(Fraction(repr(number)))


def shown(value: Any) -> str:
    """Return an option as it is shown in messages: short, on one line."""
    text = getattr(value, "__name__", None) or " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
