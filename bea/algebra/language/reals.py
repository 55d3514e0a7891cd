"""Real numbers from what users write: the one way into float64 arrays, with an answer if it fails.

Exact numbers are `bea.algebra.exact`'s.
"""

from __future__ import annotations

import reprlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.errors import BeaError

_KINDS = "biufO"  # booleans, integers, floats; objects such as fractions, which become floats


def real_numbers(value: Any, what: str) -> NDArray[np.float64]:
    """Return an array of floats.

    Parameters
    ----------
    value
        Numbers, in an array or nested sequences of equal lengths.
    what
        What they are, for the message: "the starts".

    Raises
    ------
    BeaError
        If it holds anything else, such as texts, complex numbers or None.

    Examples
    --------
    >>> real_numbers((1, 2), "the start")
    array([1., 2.])
    """
    try:
        given = np.asarray(value)
        if given.dtype.kind in _KINDS and not any(x is None for x in _objects(given)):
            return given.astype(np.float64)
    except (TypeError, ValueError, OverflowError):  # rows of different lengths, or no numbers
        pass
    shown = " ".join(reprlib.repr(value).split())
    raise BeaError(
        f"{what} cannot be read from {shown}: give real numbers, in rows of equal length"
    )


def real_points(value: Any, dimension: int, what: str) -> NDArray[np.float64]:
    """Return points of so many components, (..., d): a point alone is one, (1, d).

    In one dimension a number is a point, and so is every number of a list. What does not fit the
    dimension is left to the caller, who knows the names of the components.

    Raises
    ------
    BeaError
        As `real_numbers`.

    Examples
    --------
    >>> real_points([1, 2], 2, "the starts"), real_points([1, 2], 1, "the starts")
    (array([[1., 2.]]), array([[1.],
           [2.]]))
    """
    points = real_numbers(value, what)
    if points.ndim > 1:
        return points
    return points.reshape(-1, 1) if dimension == 1 else np.atleast_2d(points)


def real_number(value: Any, what: str) -> float:
    """Return a single number as a float; errors are those of `real_numbers`."""
    array = real_numbers(value, what)
    if array.ndim:
        raise BeaError(f"{what} is an array of shape {array.shape}: give one number")
    return float(array)


# --- private helpers ----------------------------------------------------------------------------


def _objects(array: NDArray[Any]) -> Any:
    return array.flat if array.dtype.kind == "O" else ()
