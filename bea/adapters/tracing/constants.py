"""Floats in a library's source, as the exact numbers that were meant."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np

from bea.algebra import Expression
from bea.algebra.language.building import number
from bea.errors import MethodError

_MOST_DIGITS = 12  # a decimal with more was computed
_SIMPLE = 1000  # denominators of fractions that are recognised


def shown_decimal(value: Any) -> Expression:
    """Return a number as the decimal that it shows, or the simple fraction that was rounded to it.

    Raises
    ------
    MethodError
        If it is not finite.

    Examples
    --------
    >>> print(shown_decimal(0.9), shown_decimal(np.float32(0.9)), shown_decimal(1 / 3))
    9/10 9/10 1/3
    """
    if isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_):
        return number(int(value))
    if not isfinite(value):
        raise MethodError(f"the step computes with the number {value}, which is not finite")
    plain = value if isinstance(value, np.floating) else np.float64(value)
    text = np.format_float_scientific(plain, unique=True)
    shown = Fraction(text)
    if len(text.partition("e")[0].replace(".", "").strip("-0")) > _MOST_DIGITS:
        near = shown.limit_denominator(_SIMPLE)
        if abs(near - shown) <= abs(shown) * Fraction(2) ** -52:
            return number(near)
    return number(shown)
