"""Stages of a splitting, a text such as "1/2 A, B, 1/2 A": which part flows, and for how long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bea.algebra.language.building import add
from bea.algebra.language.expressions import Expression, Number, free_symbols, to_text
from bea.algebra.ring.exact import exact, in_ring
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError, MethodError

LETTERS = "ABCDEFGHI"
_ENTRY = re.compile(r"(?P<weight>.*?)[\s*]*(?P<letter>[A-I])(?P<over>\s*/.+)?", re.DOTALL)
_EXAMPLE = "'1/2 A, B, 1/2 A'"


@dataclass(frozen=True)
class Stages:
    """Which part flows, and for which multiple of the step; make it with `Stages.of`.

    >>> str(Stages.of("A/2, B, 1/2*A"))
    '1/2 A, B, 1/2 A'
    >>> Stages.of("A, 1/2 B")
    Traceback (most recent call last):
    ...
    bea.errors.MethodError: the weights of B add up to 1/2: those of each part must add up to 1
    """

    parts: tuple[int, ...]
    weights: tuple[Expression, ...]

    @classmethod
    def of(cls, value: Any) -> Stages:
        """Return the stages of a text such as "1/2 A, B, 1/2 A".

        Raises
        ------
        MethodError
            If it cannot be read, or the weights of a part do not add up to 1.
        """
        if isinstance(value, Stages):
            return value
        entries = [_read(entry) for entry in str(value).strip().strip(",;").split(",")]
        found = cls(tuple(part for part, _ in entries), tuple(w for _, w in entries))
        _check_parts(found.parts)
        for part in sorted(set(found.parts)):
            own = [w for p, w in entries if p == part]
            check_sum(own, f"the weights of {LETTERS[part]}", "those of each part")
        return found

    @property
    def count(self) -> int:
        """Number of parts."""
        return max(self.parts) + 1

    def __str__(self) -> str:
        pairs = zip(self.parts, self.weights, strict=True)
        return ", ".join(f"{_shown(w)}{LETTERS[part]}" for part, w in pairs)


def check_sum(weights: Sequence[Expression], what: str, which: str) -> None:
    """Raise `MethodError` unless weights add up to 1, whatever their symbols are."""
    total = add(*weights)
    difference = in_ring(total, Ring([], sorted(free_symbols(total)))) - 1
    if not difference.is_zero():
        raise MethodError(f"{what} add up to {to_text(total)}: {which} must add up to 1")


# --- private helpers ----------------------------------------------------------------------------


def _read(entry: str) -> tuple[int, Expression]:
    """Return the part and the weight of one stage, such as A, 1/2 A, -a*B or A/2."""
    found = _ENTRY.fullmatch(entry.strip())
    if found is None:
        raise MethodError(f"the stage '{entry.strip()}' is not read: write stages as {_EXAMPLE}")
    weight = found["weight"].strip() or "1"
    text = ("-1" if weight == "-" else weight) + (found["over"] or "")
    try:
        return LETTERS.index(found["letter"]), exact(text, "the weight")
    except BeaError as error:
        raise MethodError(f"the stage '{entry.strip()}' is not read: {error}") from None


def _check_parts(parts: tuple[int, ...]) -> None:
    missing = sorted(set(range(max(max(parts), 1) + 1)) - set(parts))
    if missing:
        raise MethodError(
            f"the part {LETTERS[missing[0]]} has no stage, and would never move: write stages as "
            f"{_EXAMPLE}"
        )


def _shown(weight: Expression) -> str:
    if isinstance(weight, Number):
        return "" if weight.value == 1 else f"{to_text(weight)} "
    return f"({to_text(weight)}) "
