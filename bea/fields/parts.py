"""The parts of a field that is split by terms, f = f1 + f2 + ..., as elements of its ring.

Each part is a text, the right-hand sides of differential equations; variables that have none stand
still in it. One of them may be the rest, what the others leave of the field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from bea.algebra.language.expressions import free_symbols
from bea.algebra.language.grammar import parse_components
from bea.algebra.language.texts import excerpt
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import read, to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats
from bea.errors import DimensionError, MethodError
from bea.fields.sources import read_equations
from bea.trees.splits import REST, Split

Parts = tuple[tuple[Element, ...] | None, ...]


def given_parts(ring: Ring, split: Split) -> Parts:
    """Return the components of every part that is given; None for the rest.

    Raises
    ------
    MethodError
        If the split does not say what its parts are, or one has a name that the field has not.
    DimensionError
        If a part has another number of components than there are variables.
    ExpressionError
        If one cannot be read.

    Examples
    --------
    >>> from bea.trees import Split
    >>> given_parts(Ring(["x", "y"], ["k"]), Split.of("y' = -k*y; rest"))
    ((0, -y*k), None)
    """
    if not any(split.terms):
        raise MethodError(
            f"the split '{split}' does not say what the parts of this field are: give them, such "
            f"as --split \"{ring.variables[0]}' = …; rest\", or blocks of variables, 'q; p'"
        )
    return tuple(None if text == REST else _components(ring, text) for text in split.terms)


def all_parts(components: Sequence[Element], split: Split) -> list[tuple[Element, ...]]:
    """Return the components of every part of a field.

    Raises
    ------
    MethodError
        If they do not add up to the field; and what `given_parts` raises.
    """
    parts = given_parts(components[0].ring, split)
    left = list(components)
    for part in parts:
        left = left if part is None else [a - b for a, b in zip(left, part, strict=True)]
    wrong = next((i for i, c in enumerate(left) if not c.is_zero()), None)
    if wrong is not None and None not in parts:
        name = components[0].ring.variables[wrong]
        raise MethodError(
            f"the parts of the split leave {excerpt(str(left[wrong]))} of {name}': they must add "
            f"up to the field, so write one of them as '{REST}'"
        )
    return [tuple(left) if part is None else part for part in parts]


@cache
def numeric_part(variables: tuple[str, ...], split: Split, part: int) -> Callable[[Floats], Floats]:
    """Return a part that is given as a function of points (d, lanes)."""
    found = given_parts(Ring(variables, ()), split)[part]
    assert found is not None
    function = compile_program(to_program(found))
    return lambda theta: function(theta, np.empty_like(theta))


# --- private helpers ----------------------------------------------------------------------------


def _components(ring: Ring, text: str) -> tuple[Element, ...]:
    right, names, _ = read_equations(text, None, None)
    found = parse_components(right)
    known = (*ring.variables, *ring.parameters)
    strange = sorted(frozenset().union(*map(free_symbols, found)).difference(known))
    if strange:
        raise MethodError(
            f"the part {excerpt(text)} holds '{strange[0]}', which the field has not: it has "
            f"{', '.join(known)}"
        )
    given = ring.variables if names is None else tuple(names)
    strange = [name for name in given if name not in ring.variables]
    if strange:
        raise MethodError(
            f"the part {excerpt(text)} moves '{strange[0]}', which is no variable of the field "
            f"({', '.join(ring.variables)})"
        )
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        raise MethodError(f"the part {excerpt(text)} moves '{twice[0]}' twice: give it once")
    if len(found) != len(given):
        raise DimensionError(
            f"the part {excerpt(text)} has {len(found)} components for {len(given)} variables: "
            f"write equations, such as {ring.variables[0]}' = …, of those that move"
        )
    by_name = dict(zip(given, found, strict=True))
    zero = ring.constant(0)
    return tuple(read(ring, by_name[v]) if v in by_name else zero for v in ring.variables)
