"""The method that another one is made of: how it is read, split and called, and what it is like."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass, replace
from functools import cache
from typing import Any

from bea.algebra.language.expressions import free_symbols
from bea.bseries import TreeArithmetic, field_of_map
from bea.errors import BeaError, MethodError
from bea.methods.method import Method
from bea.methods.registry import read
from bea.trees import Split, number_up_to, trees_up_to

_MOST_TREES = 1500


def read_base(value: Any) -> Method:
    """Return the method of a text such as "symplectic-euler(first=2)"."""
    return value if isinstance(value, Method) else read(str(value))


def read_split(value: Any) -> Any:
    """Return a split, or "own" for that of the base method."""
    return "own" if value in (None, "", "own") else Split.of(value)


def on_split(base: Method, split: Any) -> Method:
    """Return the base method on a split, or as it is where the split is its own.

    Raises
    ------
    MethodError
        If it follows the field as a whole.
    """
    if split == "own":
        return base
    name = next((f.name for f in _fields(base) if f.name in ("split", "first")), "")
    if not name:
        raise MethodError(
            f"'{base}' follows the field as a whole: leave the split out, or take another base, "
            "such as stormer-verlet"
        )
    return replace(base, **{name: split})  # type: ignore[type-var]


def split_of(method: Any) -> Any:
    """Return how a method splits the field, or the method that it is made of does; or None."""
    own = getattr(method, "split", None)
    return split_of(method.base) if own == "own" else own


def called(base: Method) -> str:
    """Return the name of a base method where that says it all, and else its text.

    >>> called(read("heun")), called(read("symplectic-euler(first=2)"))
    ('heun', 'symplectic-euler(split=halves, first=2, own=explicit)')
    """
    plain = not any(f.default is MISSING for f in _fields(base))
    return base.name if plain and type(base)() == base else str(base)


def powers_of(base: Method, most: int) -> tuple[set[int], int] | None:
    """Return at which powers of gamma the equation has terms for every field, and up to which.

    The highest power that is looked at is `most` or less, as the number of trees allows. None for
    what trees do not express.

    >>> powers_of(read("heun"), 4)
    ({0, 2, 3, 4}, 4)
    """
    while number_up_to(most + 1, base.colors) > _MOST_TREES:
        most -= 1
    try:
        return _powers(base, most), most
    except BeaError:
        return None


# --- private helpers ----------------------------------------------------------------------------


def _fields(method: Any) -> tuple[Field[Any], ...]:
    return fields(method) if is_dataclass(method) else ()


@cache
def _powers(base: Method, most: int) -> set[int]:
    symbols: set[str] = set()
    base.bind(lambda e: symbols.update(free_symbols(e)))
    f = TreeArithmetic(most + 1, colors=base.colors, symbols=tuple(sorted(symbols)))
    bound = base.bind(f.constant)
    theta, _ = bound.step(f, f.identity, bound.init(f, f.identity), f.gamma)
    found = zip(
        trees_up_to(most + 1, f.colors), field_of_map(theta.coefficients, f.colors), strict=True
    )
    return {tree.order - 1 for tree, b in found if b != 0}
