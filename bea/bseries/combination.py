"""Linear combinations of trees, of which only those that occur are kept."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.trees import Tree


class Combination:
    """A linear combination of trees; {} is zero.

    >>> from bea.trees import leaf
    >>> dot = Combination({leaf: fmpq(1)})
    >>> (dot + dot * 2).parts[leaf]
    3
    """

    def __init__(self, parts: dict[Tree, Any]) -> None:
        self.parts = parts

    def __add__(self, other: Combination) -> Combination:
        total = dict(self.parts)
        for tree, coefficient in other.parts.items():
            total[tree] = total[tree] + coefficient if tree in total else coefficient
        return Combination(total)

    def __mul__(self, factor: Any) -> Combination:
        if isinstance(factor, int) and factor == 0:
            return Combination({})
        return Combination({t: c * factor for t, c in self.parts.items()})

    def __sub__(self, other: Combination) -> Combination:
        return self + other * fmpq(-1)
