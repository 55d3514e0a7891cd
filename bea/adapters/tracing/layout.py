"""Parameters of several shapes as one vector theta of R^d, and back."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from bea.adapters.tracing.optimizer import Shapes
from bea.errors import DimensionError


def one_tensor(dimension: int) -> Shapes:
    """Return the layout of a theta that is one tensor with one axis."""
    return ((dimension,),)


def checked_shapes(shapes: Any) -> Shapes | None:
    """Return shapes as tuples of positive whole numbers.

    >>> checked_shapes([3, (2, 2)])
    ((3,), (2, 2))
    """
    if shapes is None:
        return None
    try:
        found = tuple(tuple(map(_size, (s,) if isinstance(s, int) else s)) for s in shapes)
    except TypeError:
        found = ()
    if not found:
        raise DimensionError(
            f"shapes={shapes!r}: give the shape of each tensor, such as shapes=[(3, 2), (2,)]"
        )
    return found


def require_fit(shapes: Shapes, dimension: int) -> None:
    """Raise `DimensionError` if the tensors do not have as many entries as theta."""
    total = sum(map(prod, shapes))
    if total != dimension:
        raise DimensionError(
            f"tensors of shapes {', '.join(map(str, shapes))} have {total} entries, and theta has "
            f"{dimension} components: give shapes that fit"
        )


def split(theta: Any, shapes: Shapes) -> list[Any]:
    """Return the tensors of an array (d, *lanes); what is no array stands for a tensor itself."""
    if not isinstance(theta, np.ndarray):
        return [theta]
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    parts = np.split(theta, ends)
    return [p.reshape((*s, *theta.shape[1:])) for p, s in zip(parts, shapes, strict=True)]


def joined(tensors: Sequence[Any], shapes: Shapes, like: Any) -> Any:
    """Return the vector of tensors, with the lanes of an array."""
    if not isinstance(like, np.ndarray):
        return tensors[0]
    lanes = like.shape[1:]
    flat = [np.broadcast_to(t, (*s, *lanes)).reshape(-1, *lanes)
            for t, s in zip(tensors, shapes, strict=True)]  # fmt: skip
    return flat[0] if len(flat) == 1 else np.concatenate(flat)


# --- private helpers ------------------------------------------------------------------------------


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError(value)
    return value
