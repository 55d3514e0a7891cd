"""The order conditions of a Runge-Kutta method, tree by tree, and the simplifying assumptions.

A method has order p exactly if its elementary weight is 1/density on all trees of at most p
nodes. Source: Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.2;
Butcher, Numerical Methods for Ordinary Differential Equations, sections 312 and 321.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from flint import fmpq

from bea.methods.analysis.numbers import is_zero
from bea.trees import Tree

Clean = Callable[[Any], Any]


class Weights:
    """The elementary weights of a tableau.

    >>> from bea.trees import tree
    >>> midpoint = Weights([[fmpq(1, 2)]], [fmpq(1)])
    >>> midpoint.of(tree([[]])), midpoint.residual(tree([[], []]))
    (1/2, -1/12)
    """

    def __init__(self, A: Sequence[Sequence[Any]], b: Sequence[Any], clean: Clean | None = None):
        self.A = A
        self.b = b
        self.clean: Clean = clean or (lambda number: number)
        self._rows = [[(j, a) for j, a in enumerate(row) if not is_zero(a)] for row in A]
        self._stages: dict[Tree, list[Any]] = {}

    def of(self, tree: Tree) -> Any:
        """Return the weight of a tree: the sum of b_i times the product over its branches."""
        return self.clean(_dot(self.b, self._inner(tree)))

    def residual(self, tree: Tree) -> Any:
        """Return how much the weight misses that of the exact flow, 1/density."""
        return self.clean(_dot(self.b, self._inner(tree)) - fmpq(1, tree.density))

    def _inner(self, tree: Tree) -> list[Any]:
        """Return, for every stage, the product over the branches of sum_j a_ij times theirs."""
        if tree not in self._stages:
            found: list[Any] = [fmpq(1)] * len(self.b)
            for child in tree.children:
                inner = self._inner(child)
                moved = [_total(a * inner[j] for j, a in row) for row in self._rows]
                found = [x * y for x, y in zip(found, moved, strict=True)]
            self._stages[tree] = found
        return self._stages[tree]


class Assumptions:
    """The simplifying assumptions B(p), C(q) and D(r): the largest p, q and r.

    B(p): sum_i b_i c_i^(k-1) = 1/k; C(q): sum_j a_ij c_j^(k-1) = c_i^k/k for every i;
    D(r): sum_i b_i c_i^(k-1) a_ij = b_j (1 - c_j^k)/k for every j; k = 1, ..., p (q, r).
    C and D hold for s at most, where s is the number of stages, and B for 2s.
    """

    def __init__(self, weights: Weights) -> None:
        self._A, self._b, self._clean = weights.A, weights.b, weights.clean
        self._c = [_total(row) for row in weights.A]

    @cached_property
    def quadrature_order(self) -> int:
        """The largest p of B(p)."""
        return self._largest(
            2 * len(self._b), lambda k: [_dot(self._b, self._powers(k - 1)) - fmpq(1, k)]
        )

    @cached_property
    def row_order(self) -> int:
        """The largest q of C(q)."""
        return self._largest(len(self._b), self._rows)

    @cached_property
    def column_order(self) -> int:
        """The largest r of D(r)."""
        return self._largest(len(self._b), self._columns)

    @property
    def all(self) -> dict[str, int]:
        """The three by their letters."""
        return {"B": self.quadrature_order, "C": self.row_order, "D": self.column_order}

    @property
    def stage_order(self) -> int:
        """The order that is left in stiff problems, the smaller of B and C."""
        return min(self.quadrature_order, self.row_order)

    # --- helpers ----------------------------------------------------------------------------------

    def _powers(self, exponent: int) -> list[Any]:
        return [c**exponent if exponent else fmpq(1) for c in self._c]

    def _rows(self, k: int) -> list[Any]:
        powers, aims = self._powers(k - 1), self._powers(k)
        return [_dot(a, powers) - aim * fmpq(1, k) for a, aim in zip(self._A, aims, strict=True)]

    def _columns(self, k: int) -> list[Any]:
        left = [b * x for b, x in zip(self._b, self._powers(k - 1), strict=True)]
        aims = [b * (1 - x) * fmpq(1, k) for b, x in zip(self._b, self._powers(k), strict=True)]
        columns = list(zip(*self._A, strict=True))
        return [_dot(left, column) - aim for column, aim in zip(columns, aims, strict=True)]

    def _largest(self, most: int, residuals: Callable[[int], list[Any]]) -> int:
        k = 0
        while k < most and all(is_zero(self._clean(r)) for r in residuals(k + 1)):
            k += 1
        return k


# --- private helpers ----------------------------------------------------------------------------


def _total(terms: Any) -> Any:
    total: Any = fmpq(0)
    for term in terms:
        total = total + term
    return total


def _dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    return _total(a * b for a, b in zip(left, right, strict=True))
