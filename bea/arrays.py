"""Arrays: the types that signatures name, and vectors of objects that NumPy leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def object_vector(values: Iterable[Any]) -> NDArray[np.object_]:
    """Return a vector of these objects, which `np.array` would look into where they have parts.

    >>> object_vector([[1, 2], "x"]).shape
    (2,)
    """
    entries = list(values)
    vector = np.empty(len(entries), dtype=object)
    vector[:] = entries
    return vector


def parts_of_memory(
    entries: Sequence[Any], shapes: Sequence[tuple[int, ...]]
) -> tuple[NDArray[np.object_], ...]:
    """Cut a flat list of objects into arrays of these shapes.

    >>> [part.shape for part in parts_of_memory("abc", [(2,), ()])]
    [(2,), ()]
    """
    parts, place = [], 0
    for shape in shapes:
        parts.append(object_vector(entries[place : place + prod(shape)]).reshape(shape))
        place += prod(shape)
    return tuple(parts)
