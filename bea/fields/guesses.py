"""What is guessed where variables are not declared, and when a guess is not good enough.

The free symbols of a formula are its variables. Of a loss their order matters little; the
components of a field belong to them in order, so that an order that is not plain is asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bea.algebra.language.texts import shortened, stem_and_number
from bea.errors import DimensionError, ExpressionError, GuessWarning

if TYPE_CHECKING:
    from bea.algebra.ring.element import Element


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


def not_one_each(count: int, names: Sequence[str]) -> DimensionError:
    """Return the error for so many components of a field of these variables.

    >>> print(not_one_each(1, ["x", "t"]))
    1 component for the 2 variables x, t: give one component for each variable, and declare ...
    """
    time = next((name for name in ("t", "time") if name in names), None)
    rest = [name for name in names if name != time]
    more = "; what is constant is a parameter (--param)" if count < len(names) else ""
    if time and len(rest) == count:
        more = f"; the time is a variable with the component 1: {', '.join(rest)}, {time}"
    return DimensionError(
        f"{count} component{'s' * (count != 1)} for the {len(names)} variables "
        f"{shortened(', '.join(names))}: give one component for each variable, and declare those "
        f"that stand in none (--variables){more}"
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
