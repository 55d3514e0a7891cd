"""Elementary differentials of a concrete field: derivative tensors contracted along a tree.

    F([tau_1 ... tau_m]) = f^(m)(F(tau_1), ..., F(tau_m))

with the field that the colour of the root stands for. Trees that differ in inner nodes of theta
have one F; `weights` adds up what they contribute.

The derivatives are symmetric tensors, kept as {multi-index: vector}; contracting one argument
lowers the rank by one, and partial contractions are shared between trees. The entries may be
elements of a ring or nodes of a program: anything with + and *. Source: Hairer, Norsett and
Wanner, Solving Ordinary Differential Equations I, section II.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.fields import VectorField
from bea.modified.schedule.slopes import each_monomial
from bea.trees import FIELD, THETA, Color, Tree, simplified

MultiIndex = tuple[int, ...]
Tensor = dict[MultiIndex, Any]


class ElementaryDifferentials:
    """The vectors F(tree) of one field.

    Parameters
    ----------
    dimension
        Number of components and of variables, d.
    partial
        partial(color, alpha) returns the vector (object array) of partial derivatives of all
        components of the field of that colour, for a multi-index alpha with d entries.
    """

    def __init__(self, dimension: int, partial: Callable[[Color, MultiIndex], Any]) -> None:
        self.dimension = dimension
        self._partial = partial
        self._tensors: dict[tuple[Color, int, tuple[Tree, ...]], Tensor] = {}

    def __call__(self, tree: Tree) -> Any:
        """Return F(tree) as an object array of d entries."""
        rank = len(tree.children)
        return self.contracted(tree.color, rank, tree.children)[(0,) * self.dimension]

    def applied(self, color: Color, prefix: tuple[Tree, ...], vector: Any) -> Any:
        """Return f^(m)(F(prefix[0]), ..., vector) with m - 1 trees and one more vector."""
        tensor = self.contracted(color, len(prefix) + 1, prefix)
        return _contract(tensor, vector, self.dimension, 0)[(0,) * self.dimension]

    def contracted(self, color: Color, rank: int, arguments: tuple[Tree, ...]) -> Tensor:
        """Return f^(rank) of a colour with some of its arguments filled with F(tree)."""
        key = color, rank, arguments
        if key not in self._tensors:
            if arguments:
                inner = self.contracted(color, rank, arguments[:-1])
                left = rank - len(arguments)
                self._tensors[key] = _contract(inner, self(arguments[-1]), self.dimension, left)
            else:
                indices = _multi_indices(self.dimension, rank)
                self._tensors[key] = {alpha: self._partial(color, alpha) for alpha in indices}
        return self._tensors[key]


@each_monomial
def weights(coefficients: Mapping[Tree, Any], nodes: int) -> dict[Tree, Any]:
    """Return the factors of the F(tree) in the terms of that many nodes: b/sigma, added up.

    >>> from bea.trees import tree
    >>> weights({tree([[]]): fmpq(-1, 2), tree([[], []]): fmpq(1)}, 3)
    {[[],[]]: 1/2}
    """
    found: dict[Tree, Any] = {}
    for tree, b in coefficients.items():
        if tree.order == nodes:
            simple, weight = simplified(tree), b * fmpq(1, tree.symmetry)
            found[simple] = found[simple] + weight if simple in found else weight
    return found


def differentials_in_ring(
    field: VectorField, parts: Mapping[Color, Sequence[Element]] | None = None
) -> ElementaryDifferentials:
    """Return F(tree) as vectors of elements of the field's ring.

    `parts` has the components of further colours than f and theta.
    """
    partial = derivatives(field, parts)
    return ElementaryDifferentials(
        field.dimension, lambda color, alpha: np.array(partial(color, alpha), dtype=object)
    )


def derivatives(
    field: VectorField, parts: Mapping[Color, Sequence[Element]] | None = None
) -> Callable[[Color, MultiIndex], tuple[Element, ...]]:
    """Return partial(color, alpha) of all components, each derivative taken once."""
    origin = (0,) * field.dimension
    theta = [field.ring.variable(i) for i in range(field.dimension)]
    vectors = {FIELD: field.components, THETA: theta, **(parts or {})}
    known = {(color, origin): tuple(vector) for color, vector in vectors.items()}

    def partial(color: Color, alpha: MultiIndex) -> tuple[Element, ...]:
        if (color, alpha) not in known:
            i = next(i for i, count in enumerate(alpha) if count)
            lower = (*alpha[:i], alpha[i] - 1, *alpha[i + 1 :])
            known[color, alpha] = tuple(c.derivative(i) for c in partial(color, lower))
        return known[color, alpha]

    return partial


# --- private helpers ----------------------------------------------------------------------------


def _contract(tensor: Tensor, vector: Any, dimension: int, rank: int) -> Tensor:
    """Contract one argument: T'[alpha] = sum over i of v[i] T[alpha + e_i], |alpha| = rank."""
    return {
        alpha: _total(tensor[_raised(alpha, i)] * vector[i] for i in range(dimension))
        for alpha in _multi_indices(dimension, rank)
    }


def _multi_indices(dimension: int, rank: int) -> list[MultiIndex]:
    chosen = combinations_with_replacement(range(dimension), rank)
    return [tuple(c.count(i) for i in range(dimension)) for c in chosen]


def _raised(alpha: Sequence[int], i: int) -> MultiIndex:
    return (*alpha[:i], alpha[i] + 1, *alpha[i + 1 :])


def _total(vectors: Iterable[Any]) -> np.ndarray:
    first, *rest = vectors
    return sum(rest, start=first)
