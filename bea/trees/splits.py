"""Splits: what part of the field each colour of nodes stands for.

A field that is split by its variables is a sum f = f1 + f2 + ..., where f1 moves the first of the
blocks of variables, f2 the second. Players of a game, positions and momenta, and whatever is
updated in turns are such blocks. One that is split by terms is any such sum, a stiff part and the
rest, say. Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, sections II.2.1, II.5
and III.2; Araujo, Murua and Sanz-Serna, SIAM J. Numer. Anal. 34 (1997) 1926-1947.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bea.errors import DimensionError, MethodError
from bea.trees.colors import Colors, parts_of

_SPLIT = (
    "a split is written as 'q1 q2; p1 p2', as the number of variables in the first part, or by "
    'terms, as "x\' = -50*x; rest"'
)
_ANY = re.compile(r"f\d?(\s*\+\s*f\d?)+")
REST = "rest"


@dataclass(frozen=True)
class Split:
    """What the parts of a field are; make one with `Split.of`.

    Attributes
    ----------
    first : int or None
        How many variables are in the first of two parts; None for half of them.
    blocks : tuple of tuple of str
        The names of the variables in each part, where these are given instead.
    terms : tuple of str
        The parts as texts, where the split is by terms: right-hand sides of differential equations,
        one of them perhaps "rest"; empty ones for any f = f1 + f2.

    Examples
    --------
    >>> Split.of("q1, q2; p1, p2").owners(("q1", "p1", "q2", "p2"), 4)
    (0, 1, 0, 1)
    >>> Split.of(1).owners((), 3), Split.of("halves").owners((), 4)
    ((0, 1, 1), (0, 0, 1, 1))
    >>> Split.of("x' = -50*x; rest").terms, str(Split.of("f1 + f2"))
    (("x' = -50*x", 'rest'), 'f1 + f2')
    """

    first: int | None = None
    blocks: tuple[tuple[str, ...], ...] = ()
    terms: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: Any) -> Split:
        """Return the split that is meant by "halves", by a number, or by names with ";" between.

        Names may be given as a sequence of sequences or texts, too. With "=" or "rest" in it, what
        is between the ";" are parts of the field, and "f1 + f2" stands for any two.

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
        if _ANY.fullmatch(text):
            return cls(terms=("",) * len(text.split("+")))
        if isinstance(value, str) and ("=" in text or REST in re.split(r"[\s;]+", text)):
            return cls(terms=_terms(text))
        if not isinstance(value, Sequence) or (isinstance(value, str) and ";" not in value):
            raise MethodError(f"the split {text or 'that is empty'} cannot be read: {_SPLIT}")
        return cls(None, _blocks(value.split(";") if isinstance(value, str) else value))

    @property
    def count(self) -> int:
        """Number of parts."""
        return len(self.blocks) or len(self.terms) or 2

    @property
    def colors(self) -> Colors:
        """The colours of nodes, one for each part."""
        return parts_of(self.count, blocks=not self.terms)

    def owners(self, variables: Sequence[str], count: int) -> tuple[int, ...]:
        """Return the number of its part for each of `count` variables of these names.

        Raises
        ------
        DimensionError
            If the variables have no halves, or one of the parts would be empty.
        MethodError
            If a variable is in no part, a name of the split is no variable, or it is by terms.
        """
        if self.terms:
            raise MethodError(
                f"the split '{self}' is by terms, which may move every variable: give this method "
                "blocks of variables, 'x y; z'"
            )
        return _owners(self, tuple(variables)[:count], count)

    def __str__(self) -> str:
        if self.blocks:
            return "; ".join(" ".join(names) for names in self.blocks)
        if self.terms:
            given = "; ".join(self.terms)
            return given if any(self.terms) else " + ".join(c.name for c in self.colors)
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


def _terms(text: str) -> tuple[str, ...]:
    terms = tuple(part.strip() for part in text.strip().strip(";").split(";"))
    if not all(terms):
        raise MethodError(f"a part of the split '{text}' is empty: {_SPLIT}")
    if terms.count(REST) > 1:
        raise MethodError(f"the split '{text}' has two parts that are the rest: leave one")
    if len(terms) < 2:
        raise MethodError(f"the split '{text}' has one part: add '; rest'")
    return terms


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
