"""Steps in a row, a text such as "symplectic-euler(1/2) adjoint(1/2)": of which method, how long.

2/3, -1/3, 2/3                          the base method
1/2, adjoint(1/2)                       the base method and its adjoint
explicit-euler(1/2) implicit-euler(1/2) methods by their names
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bea.algebra.language.calls import split_calls
from bea.algebra.language.expressions import Expression, to_text
from bea.algebra.language.functions import ALIASES, FUNCTIONS, SUGAR
from bea.algebra.ring.exact import exact
from bea.errors import BeaError, MethodError
from bea.methods.method import Method
from bea.methods.partitioned.adjoint import Adjoint
from bea.methods.partitioned.bases import on_split
from bea.methods.partitioned.stages import check_sum
from bea.methods.registry import read

_NAMED = re.compile(r"(?P<name>[A-Za-z][\w-]*(\(.*=.*\))?)\s*\((?P<weight>.*)\)", re.DOTALL)
_BETWEEN = re.compile(r"\)\s+(?=[A-Za-z])")
_ADJOINT = "adjoint"


@dataclass(frozen=True)
class Steps:
    """Which method takes each step, and for which multiple of gamma; make it with `Steps.of`.

    >>> str(Steps.of("heun(1/3) adjoint(2/3)"))
    'heun(1/3), adjoint(2/3)'
    >>> Steps.of("1/2, adjoint(1/3)")
    Traceback (most recent call last):
    ...
    bea.errors.MethodError: the weights add up to 5/6: they must add up to 1
    """

    names: tuple[str, ...]
    weights: tuple[Expression, ...]

    @classmethod
    def of(cls, value: Any) -> Steps:
        """Return the steps of a text, or of a sequence of weights.

        Raises
        ------
        MethodError
            If they cannot be read, or do not add up to 1.
        """
        if isinstance(value, Steps):
            return value
        given = split_calls(_BETWEEN.sub("), ", value)) if isinstance(value, str) else value
        try:
            entries = [_read(entry) for entry in given]
        except (BeaError, TypeError) as error:
            raise MethodError(f"the weights cannot be read: {error}") from None
        found = cls(tuple(name for name, _ in entries), tuple(w for _, w in entries))
        check_sum(found.weights, "the weights", "they")
        return found

    @property
    def uses_base(self) -> bool:
        """Whether a step is of the base method or of its adjoint."""
        return "" in self.names or self.names[0] == _ADJOINT

    def on(self, base: Method, split: Any) -> list[tuple[Method, Expression]]:
        """Return the methods, where the base is meant the base, and their weights."""
        known: dict[str, Method] = {"": base}
        found: list[tuple[Method, Expression]] = []
        last = ""
        for name, weight in zip(self.names, self.weights, strict=True):
            if name not in known and name != _ADJOINT:
                known[name] = on_split_if_any(read(name), split)
            last = last if name == _ADJOINT else name
            key = f"{_ADJOINT} {last}" if name == _ADJOINT else name
            if key not in known:
                known[key] = Adjoint(known[last])
            found.append((known[key], weight))
        return found

    def __str__(self) -> str:
        pairs = zip(self.names, self.weights, strict=True)
        return ", ".join(f"{n}({to_text(w)})" if n else to_text(w) for n, w in pairs)


def on_split_if_any(method: Method, split: Any) -> Method:
    """Return a method on a split where it has parts, and else as it is."""
    return on_split(method, split) if len(method.colors) > 1 else method


# --- private helpers ----------------------------------------------------------------------------


def _read(entry: Any) -> tuple[str, Expression]:
    """Return the name of a step's method, "" for the base, and its weight."""
    named = _NAMED.fullmatch(entry.strip()) if isinstance(entry, str) else None
    if named is None or named["name"] in _CALLED:
        return "", exact(entry, "a weight")
    if named["name"] != _ADJOINT:
        read(named["name"])  # refuses what there is not
    return named["name"], exact(named["weight"], f"the weight of {named['name']}")


_CALLED: Sequence[str] = (*FUNCTIONS, *SUGAR, *ALIASES)
