"""Numbers of training, step sizes and momenta: exact where they were given so, and else floats."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import as_float, as_rational, exact
from bea.errors import BeaError, MethodError, StepSizeError

#: An exact rational where everything that was given is one, and else a float.
Number = fmpq | float


def number(value: Any, what: str) -> Number:
    """Return a number, exact if it was given so and rational.

    >>> number("1/3", "the noise"), number("sqrt(4)", "the noise"), number(0.1, "the noise")
    (1/3, 2, 0.1)
    """
    if isinstance(value, float | np.floating):
        if not isfinite(value):
            raise BeaError(f"{what} is {value}: give a finite number")
        return float(value)
    given = exact(value, what)
    rational = as_rational(given)
    return as_float(given) if rational is None else rational


def rate_number(gamma: Any) -> Number:
    """Return a step size as a positive number, exact if it was given so.

    >>> rate_number("1/8"), rate_number(0.5)
    (1/8, 0.5)
    """
    rate = number(gamma, "the step size")
    if rate <= 0:
        raise StepSizeError(f"Step size gamma={gamma} must be positive and finite.")
    return rate


def momentum_number(momentum: Any) -> Number:
    """Return a momentum in [0, 1) as a number, exact if it was given so.

    >>> momentum_number(1)
    Traceback (most recent call last):
    bea.errors.MethodError: the momentum m=1 is out of range: it must lie in [0, 1)
    """
    m = number(momentum, "the momentum")
    if not 0 <= m < 1:
        raise MethodError(f"the momentum m={momentum} is out of range: it must lie in [0, 1)")
    return m
