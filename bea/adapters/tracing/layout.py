"""Parameters of several shapes as one vector theta of R^d, and back; memory in its units."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import prod
from typing import Any

import numpy as np

from bea.adapters.tracing.operations import has_axes
from bea.adapters.tracing.optimizer import Shapes
from bea.errors import DimensionError

_NEXT_TO_NOTHING = 1e-100  # for a step size of 0 where memory is divided by it


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
    if not has_axes(theta):
        return [theta]
    ends = [0, *accumulate(map(prod, shapes))]
    parts = [theta[a:b] for a, b in pairwise(ends)]
    return [p.reshape((*s, *theta.shape[1:])) for p, s in zip(parts, shapes, strict=True)]


def joined(tensors: Sequence[Any], shapes: Shapes, like: Any) -> Any:
    """Return the vector of tensors, with the lanes of an array."""
    if not has_axes(like):
        return tensors[0]
    lanes = like.shape[1:]
    flat = [np.broadcast_to(t, (*s, *lanes)).reshape(-1, *lanes)
            for t, s in zip(tensors, shapes, strict=True)]  # fmt: skip
    return flat[0] if len(flat) == 1 else np.concatenate(flat)


def inputs_of(theta: Sequence[Any], slopes: Sequence[Any], memory: Sequence[Any],
            gamma: Any) -> dict[str, Any]:  # fmt: skip
    """Return the values of the inputs of a tape that are no numbers."""
    return {
        "gamma": gamma,
        **{f"theta.{i}": part for i, part in enumerate(theta)},
        **{f"grad.{i}": part for i, part in enumerate(slopes)},
        **{f"memory.{i}": part for i, part in enumerate(memory)},
    }


def positive(gamma: Any, units: Sequence[Any]) -> Any:
    """Return the step size, in floats next to nothing for 0 where memory has units of it."""
    floats = isinstance(gamma, np.ndarray) and gamma.dtype.kind == "f"
    if not floats or all(unit is None for unit in units):
        return gamma
    return np.where(gamma == 0, _NEXT_TO_NOTHING, gamma)


def zeros(theta: Any, shape: tuple[int, ...]) -> Any:
    """Return zeros of the numbers of theta, in another shape, with its lanes."""
    if theta.dtype == object:
        found = np.empty(shape, dtype=object)
        found[...] = 0 * theta[0]
        return found
    return np.zeros((*shape, *theta.shape[1:]), dtype=theta.dtype)


def unboxed(value: Any, shape: tuple[int, ...]) -> Any:
    """Return a number of the memory that came in an array without axes as itself."""
    plain = shape == () and isinstance(value, np.ndarray) and value.ndim == 0
    return value[()] if plain else value


def before(memory: Any, theta: Any) -> Any:
    """Return how a part of the memory on trees begins, from what it is after the first step."""
    if getattr(memory, "identity", 0) == 1:
        return theta
    return 0 * (memory if hasattr(memory, "identity") else theta)


# --- private helpers ------------------------------------------------------------------------------


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError(value)
    return value
