"""The one-step method underlying a multistep method, on trees: what its smooth solutions follow.

rho(E) theta = gamma sigma(E) f(theta), where E is a step of the flow of a field of trees; that
field is found tree by tree. Source: Kirchgraber, Numer. Math. 48 (1986) 85-90; Hairer, Lubich and
Wanner, Geometric Numerical Integration, section XV.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from bea.bseries import TreeArithmetic, flow_of_field
from bea.methods.analysis.numbers import inverse
from bea.trees import trees_up_to


def underlying_field(rho: Sequence[Any], sigma: Sequence[Any], nodes: int) -> list[Any]:
    """Return the coefficients b(tau) on the trees of at most so many nodes.

    >>> underlying_field([fmpq(-1), fmpq(1)], [fmpq(1)], 3)  # explicit Euler
    [1, -1/2, 1/3, 1/6]
    """
    f, trees = TreeArithmetic(nodes), trees_up_to(nodes)
    field: list[Any] = [fmpq(0)] * len(trees)
    scale = inverse(_total(j * c for j, c in enumerate(rho)))
    for size in range(1, nodes + 1):
        moved = [flow_of_field([j * b for b in field]) for j in range(len(rho))]
        slopes = [f(f.series(1, a, 0)).coefficients for a in moved[: len(sigma)]]
        for i, tree in enumerate(trees):
            if tree.order == size:
                gained = _total(c * a[i] for c, a in zip(rho, moved, strict=True))
                wanted = _total(c * k[i] for c, k in zip(sigma, slopes, strict=True))
                field[i] = (wanted - gained) * scale
    return field


# --- private helpers ----------------------------------------------------------------------------


def _total(terms: Any) -> Any:
    return sum(terms, start=fmpq(0))
