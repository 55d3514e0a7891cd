"""Options of a library's optimizer on their way into a bea method: taken exactly, or refused.

An option that bea does not model may be given only where it is off, that is 0, False or None.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from bea.errors import MethodError


def as_exact(value: Any, name: str, owner: str) -> str:
    """Return a float option as the shortest decimal that stands for it, as a fraction.

    Bound to float64 again it is the same number, bit for bit.

    >>> as_exact(0.9, "momentum", "SGD")
    '9/10'
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if callable(value) or not isfinite(number):
        raise MethodError(
            f"bea does not model {name}={shown(value)} of {owner}: give a finite number"
        )
    return str(Fraction(repr(number)))


def refuse_unmodelled(owner: str, options: Mapping[str, Any], modelled: Collection[str]) -> None:
    """Raise `MethodError` if an option that is not among `modelled` is on.

    >>> refuse_unmodelled("torch.optim.Adam", {"eps": 1e-8, "amsgrad": True}, {"eps"})
    Traceback (most recent call last):
    ...
    bea.errors.MethodError: bea does not model amsgrad=True of torch.optim.Adam: leave it off, ...
    """
    for name, value in options.items():
        if name in modelled:
            continue
        off = value is None or (isinstance(value, bool | int | float) and not value)
        if not off:
            raise MethodError(
                f"bea does not model {name}={shown(value)} of {owner}: leave it off, or iterate "
                "the optimizer as it is and read its field off with measured_field"
            )


def shown(value: Any) -> str:
    """Return an option as it is shown in messages: short, on one line."""
    text = getattr(value, "__name__", None) or " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
