"""Splits: which of the variables each colour of nodes moves.

A field that is split by its variables is a sum f = f1 + f2 + ..., where f1 moves the first of the
blocks of variables, f2 the second. Players of a game, positions and momenta, and whatever is
updated in turns are such blocks. Source: Hairer, Lubich and Wanner, Geometric Numerical
Integration, sections II.2.1 and III.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bea.errors import DimensionError, MethodError
from bea.trees.colors import Colors, parts_of

_SPLIT = "a split is written as 'q1 q2; p1 p2', or as the number of variables in the first part"


@dataclass(frozen=True)
class Split:
    """Which variables belong together; make one with `Split.of`.

    Attributes
    ----------
    first : int or None
        How many variables are in the first of two parts; None for half of them.
    blocks : tuple of tuple of str
        The names of the variables in each part, where these are given instead.

    Examples
    --------
    >>> Split.of("q1, q2; p1, p2").owners(("q1", "p1", "q2", "p2"), 4)
    (0, 1, 0, 1)
    >>> Split.of(1).owners((), 3), Split.of("halves").owners((), 4)
    ((0, 1, 1), (0, 0, 1, 1))
    """

    first: int | None = None
    blocks: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, value: Any) -> Split:
        """Return the split that is meant by "halves", by a number, or by names with ";" between.

        Names may be given as a sequence of sequences or texts, too.

        Raises
        ------
        MethodError
            If it cannot be read, a part is empty, or a name stands in two.
        """
        if isinstance(value, Split):
            return value
        text = str(value).strip()
        if text == "halves":
            return cls()
        if text.isdecimal() and int(text) > 0 and not isinstance(value, bool):
            return cls(int(text))
        if not isinstance(value, Sequence) or (isinstance(value, str) and ";" not in value):
            raise MethodError(f"the split {text or 'that is empty'} cannot be read: {_SPLIT}")
        return cls(None, _blocks(value.split(";") if isinstance(value, str) else value))

    @property
    def colors(self) -> Colors:
        """The colours of nodes, one for each part."""
        return parts_of(len(self.blocks) or 2)

    def owners(self, variables: Sequence[str], count: int) -> tuple[int, ...]:
        """Return the number of its part for each of `count` variables of these names.

        Raises
        ------
        DimensionError
            If the variables have no halves, or one of the parts would be empty.
        MethodError
            If a variable is in no part, or a name of the split is no variable.
        """
        return _owners(self, tuple(variables)[:count], count)

    def __str__(self) -> str:
        if self.blocks:
            return "; ".join(" ".join(names) for names in self.blocks)
        return "halves" if self.first is None else str(self.first)


# --- private helpers ----------------------------------------------------------------------------


def _blocks(parts: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    named = (re.split(r"[\s,]+", p.strip(" ,\t\n")) if isinstance(p, str) else p for p in parts)
    blocks = tuple(tuple(map(str, names)) for names in named)
    names = [name for block in blocks for name in block]
    if len(blocks) < 2 or not all(names) or not all(blocks):
        raise MethodError(f"a part of the split {parts} is empty: {_SPLIT}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MethodError(f"the variable '{twice[0]}' is in the split twice: leave it in one part")
    return blocks


@cache
def _owners(split: Split, variables: tuple[str, ...], count: int) -> tuple[int, ...]:
    if split.blocks:
        return _by_name(split, variables)
    first = count // 2 if split.first is None else split.first
    if split.first is None and count % 2:
        raise DimensionError(
            f"{count} variable{'s have' if count > 1 else ' has'} no halves: say which belong "
            "together, such as split='x y; z' (--split 'x y; z')"
        )
    if first >= count:
        raise DimensionError(
            f"the first part has {first} of {count} components and the second has none: give a "
            "smaller number"
        )
    return tuple(int(i >= first) for i in range(count))


def _by_name(split: Split, variables: tuple[str, ...]) -> tuple[int, ...]:
    owner = {name: part for part, names in enumerate(split.blocks) for name in names}
    if not variables:
        raise MethodError("the variables have no names here: give the split as a number")
    strange = next((name for name in owner if name not in variables), None)
    missing = next((name for name in variables if name not in owner), None)
    if strange is not None or missing is not None:
        what = f"'{missing}' is in no part" if strange is None else f"'{strange}' is no variable"
        raise MethodError(
            f"the split '{split}' does not fit the variables {', '.join(variables)}, where {what}: "
            "name each of them once"
        )
    return tuple(owner[name] for name in variables)
