"""Groups of parameters: how a flat vector is cut into named arrays, such as a network's weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import prod
from typing import Any


@dataclass(frozen=True)
class Groups:
    """Names and shapes of the arrays that are strung together in a flat vector.

    Examples
    --------
    >>> import numpy as np
    >>> groups = Groups(("weight", "bias"), ((2, 2), (2,)))
    >>> groups.dimension, groups.split(np.arange(6.0))["bias"]
    (6, array([4., 5.]))
    >>> groups.variables[1]
    'weight[0,1]'
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many entries each group has."""
        return tuple(map(prod, self.shapes))

    @property
    def dimension(self) -> int:
        """The number of all parameters."""
        return sum(self.sizes)

    @property
    def slices(self) -> dict[str, slice]:
        """Where each group is in the flat vector."""
        ends = list(accumulate(self.sizes))
        starts = [0, *ends[:-1]]
        return {n: slice(a, b) for n, a, b in zip(self.names, starts, ends, strict=True)}

    def split(self, theta: Any) -> dict[str, Any]:
        """Return the groups of flat parameters (d, ...) as arrays (*shape, ...) by name."""
        rest = theta.shape[1:]
        return {
            name: theta[place].reshape(*shape, *rest)
            for (name, place), shape in zip(self.slices.items(), self.shapes, strict=True)
        }

    @property
    def variables(self) -> tuple[str, ...]:
        """A name for each entry."""
        groups = zip(self.names, self.shapes, strict=True)
        return tuple(chain.from_iterable(_entries(name, shape) for name, shape in groups))


def _entries(name: str, shape: Sequence[int]) -> list[str]:
    if not shape:
        return [name]
    places = [""]
    for size in shape:
        places = [f"{p},{i}" for p in places for i in range(size)]
    return [f"{name}[{place[1:]}]" for place in places]
