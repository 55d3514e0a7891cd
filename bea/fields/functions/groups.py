"""Groups of parameters: how a flat vector is cut into named arrays, such as a network's weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import prod
from typing import Any

import numpy as np

from bea.arrays import Floats


@dataclass(frozen=True)
class Groups:
    """Names and shapes of the arrays that are strung together in a flat vector.

    Attributes
    ----------
    names, shapes
        Of the arrays, in their order.
    filter_axis : int
        Which axis of an array of weights counts the units that they lead to: the last in JAX's
        conventions, the first in PyTorch's.

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
    filter_axis: int = -1

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

    def filter_normalised(self, direction: Floats, theta: Floats) -> Floats:
        """Return a direction (d,) with the weights that lead to each unit as long as in theta (d,).

        Biases and other arrays of one dimension have 0; where there is nothing but them, all of
        the direction is as long as theta. A radius then means the same for weights of every size.
        Source: Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural
        nets", NeurIPS 2018, section 4.

        >>> groups = Groups(("weight", "bias"), ((2, 2), (2,)))
        >>> groups.filter_normalised(np.ones(6), np.array([3.0, 0, 4, 1, 9, 9])).round(3)
        array([3.536, 0.707, 3.536, 0.707, 0.   , 0.   ])
        """
        if all(len(shape) < 2 for shape in self.shapes):
            return direction * np.linalg.norm(theta) / np.linalg.norm(direction)
        weights, scaled = self.split(theta), []
        for name, way in self.split(direction).items():
            factor: Any = 0.0
            if way.ndim > 1:
                axes = tuple(set(range(way.ndim)) - {self.filter_axis % way.ndim})
                lengths = [np.sqrt((a**2).sum(axes, keepdims=True)) for a in (weights[name], way)]
                factor = lengths[0] / lengths[1]
            scaled.append((factor * way).ravel())
        return np.concatenate(scaled)

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
