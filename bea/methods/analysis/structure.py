"""What a Runge-Kutta method keeps: contractivity, the symplectic form, reversal of time.

All of it is read off b, A and the matrix M with m_ij = b_i a_ij + b_j a_ji - b_i b_j. Sources:
Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.12 (algebraic stability);
Hairer, Lubich and Wanner, Geometric Numerical Integration, sections VI.4 (symplectic methods),
VI.7.1 (on trees) and V.2 (symmetric methods).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from flint import fmpq

from bea.methods.analysis.conditions import Weights
from bea.methods.analysis.numbers import is_zero, sign_of
from bea.methods.analysis.stability import reversed_characteristic
from bea.trees import trees

Matrix = Sequence[Sequence[Any]]


def reduced(
    A: Matrix, b: Sequence[Any], clean: Callable[[Any], Any]
) -> tuple[list[list[Any]], list[Any]]:
    """Return the irreducible method: without stages that nothing uses, equal ones taken together.

    What M says of the structure is true both ways for irreducible methods only. Source: Hairer and
    Wanner, Solving ODEs II, section IV.12, definitions 12.15 and 12.17 (Dahlquist and Jeltsch;
    Stetter).

    >>> half = fmpq(1, 2)
    >>> reduced([[half, fmpq(0)], [half, fmpq(0)]], [half, half], lambda x: x)
    ([[1/2]], [1])
    """
    used = {i for i, w in enumerate(b) if not is_zero(clean(w))}
    while more := {j for i in used for j, a in enumerate(A[i]) if not is_zero(a)} - used:
        used |= more
    blocks = [sorted(used)]
    while len(finer := _split(A, blocks, clean)) > len(blocks):
        blocks = finer
    sums = [[_sum(A[block[0]], other) for other in blocks] for block in blocks]
    return sums, [_sum(b, block) for block in blocks]


def quadratic_defect(A: Matrix, b: Sequence[Any], clean: Callable[[Any], Any]) -> list[list[Any]]:
    """Return M, by which a step changes quadratic forms: 0 for a symplectic method.

    >>> quadratic_defect([[fmpq(1)]], [fmpq(1)], lambda x: x)  # implicit Euler
    [[1]]
    """
    places = range(len(b))
    return [[clean(b[i] * A[i][j] + b[j] * A[j][i] - b[i] * b[j]) for j in places] for i in places]


def inertia(M: Matrix) -> tuple[int, int, int]:
    """Return how many eigenvalues of a symmetric matrix are negative, zero and positive.

    Its characteristic polynomial has real roots alone, so that Descartes' rule of signs is sharp.

    >>> inertia([[fmpq(0), fmpq(1)], [fmpq(1), fmpq(0)]])
    (1, 0, 1)
    """
    signs = [sign_of(c) for c in reversed_characteristic(M)]
    while signs and signs[-1] == 0:
        signs.pop()
    kept = [s for s in signs if s]
    positive = sum(a != b for a, b in pairwise(kept))
    rank = len(signs) - 1
    return rank - positive, len(M) - rank, positive


def symplectic_order(weights: Weights, most: int) -> int:
    """Return the largest n <= most with a(u o v) + a(v o u) = a(u) a(v) for |u| + |v| <= n.

    The method is symplectic up to terms of order n + 1: it has at least its own order.
    """
    for total in range(2, most + 1):
        pairs = (
            (u, v)
            for size in range(1, total // 2 + 1)
            for u in trees(size)
            for v in trees(total - size)
        )
        for u, v in pairs:
            defect = weights.of(u.graft(v)) + weights.of(v.graft(u))
            if not is_zero(weights.clean(defect - weights.of(u) * weights.of(v))):
                return total - 1
    return most


def adjoint(A: Matrix, b: Sequence[Any]) -> list[list[Any]]:
    """Return the matrix of the adjoint method, the inverse of a step of size -gamma."""
    return [[w - a for a, w in zip(row, b, strict=True)] for row in A]


def symmetric_order(weights: Weights, most: int) -> int:
    """Return the largest n <= most at which the method and its adjoint agree on all trees."""
    other = Weights(adjoint(weights.A, weights.b), weights.b, weights.clean)
    for order in range(1, most + 1):
        for tree in trees(order):
            if not is_zero(weights.clean(weights.of(tree) - other.of(tree))):
                return order - 1
    return most


def is_symmetric(A: Matrix, b: Sequence[Any], clean: Callable[[Any], Any]) -> bool:
    """Tell whether the adjoint method has the same stages, in whatever order they come."""
    other = adjoint(A, b)

    def same(x: Any, y: Any) -> bool:
        return is_zero(clean(x - y))

    def fits(taken: list[int]) -> bool:
        i, j = len(taken) - 1, taken[-1]
        return same(b[i], b[j]) and all(
            same(A[i][k], other[j][m]) and same(A[k][i], other[m][j]) for k, m in enumerate(taken)
        )

    def matched(taken: list[int]) -> bool:
        if len(taken) == len(b):
            return True
        trials = ([*taken, j] for j in range(len(b)) if j not in taken)
        return any(fits(trial) and matched(trial) for trial in trials)

    return matched([])


# --- private helpers ----------------------------------------------------------------------------


def _sum(row: Sequence[Any], block: Sequence[int]) -> Any:
    return sum((row[j] for j in block), start=fmpq(0))


def _split(
    A: Matrix, blocks: Sequence[Sequence[int]], clean: Callable[[Any], Any]
) -> list[list[int]]:
    """Split the blocks of stages into those that weigh every block alike."""
    found: list[list[int]] = []
    for block in blocks:
        parts: list[list[int]] = []
        for i in block:
            home = next((part for part in parts if _alike(A[i], A[part[0]], blocks, clean)), None)
            if home is None:
                parts.append([i])
            else:
                home.append(i)
        found += parts
    return found


def _alike(
    row: Sequence[Any],
    other: Sequence[Any],
    blocks: Sequence[Sequence[int]],
    clean: Callable[[Any], Any],
) -> bool:
    return all(is_zero(clean(_sum(row, block) - _sum(other, block))) for block in blocks)
