"""B-series at points: elementary differentials as directional derivatives, never as tensors.

    F([tau_1 ... tau_m]) = f^(m)(F(tau_1), ..., F(tau_m))

Trees that differ only in their last branch are summed before that derivative is taken, so that
order 1 costs one Hessian-vector product, and order 2 two of them and a second derivative along
grad L. The weights of the trees are numbers that are handed over, so that one compiled kernel
serves every step size, and every equation of the same trees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields.functions import Derivatives
from bea.modified.memory.character import as_number
from bea.modified.numeric import weighted
from bea.trees import FIELD, THETA, Color, Tree

Listing = tuple[tuple[Tree, int], ...]


def series_at_points(
    derivatives: Derivatives, coefficients: Mapping[Tree, Any], *, is_map: bool = False
) -> Callable[[Floats, Floats], Floats]:
    """Return (theta, gamma) -> the sum over trees of gamma^(|tau|-1) b/sigma F(tau), (d, lanes).

    For a map it is theta plus the same sum with gamma^|tau|.
    """
    found = list(weighted(coefficients))
    listing = tuple((tree, nodes) for tree, nodes, _ in found)
    weights = np.array([as_number(factor) for *_, factor in found])
    if np.isnan(weights).any():
        raise MethodError("a hyperparameter has no value: at points all of them need one")
    fused = derivatives.fuse((listing, is_map), partial(_sum, listing, is_map))
    return lambda theta, gamma: fused(theta, gamma, weights)


# --- private helpers ------------------------------------------------------------------------------


def _sum(
    listing: Listing, is_map: bool, derivatives: Derivatives, theta: Any, gamma: Any, weights: Any
) -> Any:
    differentials = _Differentials(derivatives, theta)
    total = theta if is_map else theta * 0
    sums: dict[tuple[Color, tuple[Tree, ...]], Any] = {}
    for (tree, nodes), weight in zip(listing, weights, strict=True):
        factor = weight * gamma ** (nodes - 1 + is_map)
        if tree.children:
            prefix, last = tree.children[:-1], tree.children[-1]
            part, key = differentials(last) * factor, (tree.color, prefix)
            sums[key] = sums[key] + part if key in sums else part
        else:
            total = total + differentials(tree) * factor
    for (color, prefix), vector in sums.items():
        ways = [*(differentials(tree) for tree in prefix), vector]
        total = total + differentials.derivative(color, ways)
    return total


class _Differentials:
    """The vectors F(tree) at theta, each computed once."""

    def __init__(self, derivatives: Derivatives, theta: Any) -> None:
        self.derivatives, self.theta = derivatives, theta
        self.known: dict[Tree, Any] = {}

    def __call__(self, tree: Tree) -> Any:
        if tree not in self.known:
            ways = [self(child) for child in tree.children]
            self.known[tree] = self.derivative(tree.color, ways)
        return self.known[tree]

    def derivative(self, color: Color, ways: list[Any]) -> Any:
        """Return the derivative along these directions of what a colour stands for."""
        if color == FIELD:
            if not ways:
                return self.derivatives.field(self.theta)
            return self.derivatives.differential(self.theta, ways)
        if color != THETA:
            raise MethodError(
                "the method has parts beside f and theta, which a function does not have: derive "
                "on a problem in symbols"
            )
        return [self.theta, *ways][len(ways)] if len(ways) < 2 else self.theta * 0
