"""What is guessed where variables are not declared, and when a guess is not good enough.

The free symbols of a formula are its variables. Of a loss their order matters little; the
components of a field belong to them in order, so that an order that is not plain is asked for.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bea.algebra.language.texts import stem_and_number
from bea.errors import ExpressionError, GuessWarning

if TYPE_CHECKING:
    from bea.algebra.ring.element import Element

_DECIMAL_COMMA = re.compile(r"(?<![\w.*/^)])\d+,\d+")


def require_plain_order(names: Sequence[str]) -> None:
    """Refuse to deal the components of a field to names, sorted, that have no plain order.

    Plain are one name, neighbours in the alphabet (x y, u v w) and one name with numbers (x1 x2).

    Raises
    ------
    ExpressionError
        If it is not plain whose which component is.

    Examples
    --------
    >>> require_plain_order(["x", "y", "z"])
    >>> require_plain_order(["p", "q"])
    Traceback (most recent call last):
    ...
    bea.errors.ExpressionError: whose are the components: p, q in this order, or another? ...
    """
    parts = [stem_and_number(name) for name in names]
    numbered = len({stem for stem, _ in parts}) == 1 and all(number for _, number in parts)
    if len(names) < 2 or numbered or _are_neighbours(names):
        return
    # As people write them: q1 q2 p1 p2, theta omega.
    other = sorted(names, key=lambda name: stem_and_number(name)[0], reverse=True)
    other = other if len({stem for stem, _ in parts}) > 1 else list(reversed(names))
    raise ExpressionError(
        f"whose are the components: {', '.join(names)} in this order, or another? Say it by the "
        f"variables in their order, such as --variables '{' '.join(other)}'"
    )


def refuse_decimal_commas(text: str) -> None:
    """Refuse a number right before a comma and another behind it: 0,5*x may mean 0.5*x.

    >>> refuse_decimal_commas("x**2,1")
    >>> refuse_decimal_commas("0,5*x")
    Traceback (most recent call last):
    bea.errors.ExpressionError: '0,5' may be a decimal or two components: write 0.5, or a blank ...
    """
    found = _DECIMAL_COMMA.search(text)
    if found:
        point = found[0].replace(",", ".")
        raise ExpressionError(
            f"'{found[0]}' may be a decimal or two components: write {point}, or a blank after "
            "the comma between components"
        )


def warn_of_joined(names: Iterable[str]) -> None:
    """Warn of undeclared names whose letters are names themselves, such as xy beside x, y."""
    known = set(names)
    for name in sorted(known):
        if len(name) > 1 and known.issuperset(name):
            warnings.warn(
                f"'{name}' is taken for a variable of its own: for a product write "
                f"{'*'.join(name)}; if it is one, declare the variables (--variables)",
                GuessWarning,
                stacklevel=4,
            )


def warn_of_additive(variables: Sequence[str], gradient: Sequence[Element]) -> None:
    """Warn of variables of a loss that nobody declared and that are terms of their own in it.

    In x**2/2 + c the gradient by c is 1: a constant was meant, or a parameter.
    """
    slopes = dict(zip(variables, gradient, strict=True))
    alone = [name for name, slope in slopes.items() if _is_plain_constant(slope)]
    if not alone or len(alone) == len(slopes):
        return
    rest = " ".join(name for name in slopes if name not in alone)
    name = alone[0]
    warnings.warn(
        f"'{name}' is nothing but a term of its own in the loss, and is taken for a variable: if "
        f"it is a constant, say so by --param {name}=1 or leave it out; if it is a variable, by "
        f"--variables '{rest} {name}'",
        GuessWarning,
        stacklevel=3,
    )


# --- private helpers ----------------------------------------------------------------------------


def _is_plain_constant(slope: Element) -> bool:
    """Tell a slope that is not 0 and holds nothing but numbers and parameters."""
    ring = slope.ring
    plain = range(len(ring.variables), len(ring.symbols))
    degrees = slope.poly.degrees()
    return not slope.poly.is_zero() and not any(d for g, d in enumerate(degrees) if g not in plain)


def _are_neighbours(names: Sequence[str]) -> bool:
    """Tell single letters that follow one another in the alphabet; a position q precedes p."""
    if any(len(name) != 1 for name in names) or tuple(names) == ("p", "q"):
        return False
    return [ord(name) - ord(names[0]) for name in names] == list(range(len(names)))
