"""Colours of nodes: which field a node stands for, where there is more than one.

With a field that is a sum, f = f1 + f2, a node of colour c stands for f_c and
F([tau_1 ... tau_m]_c) = f_c^(m)(F(tau_1), ..., F(tau_m)). The colour THETA stands for theta itself,
the field of a weight decay: its second derivative is zero, so that a node of it has at most one
child, and its first is the identity, so that F([tau]) = F(tau). Source (as NB-series and
P-series): Hairer, Lubich and Wanner, Geometric Numerical Integration, section III.2; Araujo, Murua
and Sanz-Serna, "Symplectic methods based on decompositions", SIAM J. Numer. Anal. 34 (1997) 1926.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bea.errors import MethodError


@dataclass(frozen=True, eq=False)
class Color:
    """What a node stands for; two colours are the same if they are one object.

    Attributes
    ----------
    name : str
        Its name in machine-readable output.
    text, latex : str
        How it is written in formulas.
    code : bytes
        Where its trees stand in the canonical order, and what tells them apart; no brackets.
    unit : bool
        Whether it is theta itself and not a part of the field f.
    block : bool
        Whether it is the part of f that moves some of the variables.

    Examples
    --------
    >>> [color.name for color in PLAYERS]
    ['f1', 'f2']
    """

    name: str
    text: str
    latex: str
    code: bytes
    unit: bool = False
    block: bool = False

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return _named, (self.name, self.block)


Colors = tuple[Color, ...]

FIELD = Color("f", "f", "f", b"")
THETA = Color("theta", "θ", r"\theta", b"0", unit=True)

PLAIN: Colors = (FIELD,)
WITH_THETA: Colors = (FIELD, THETA)


def parts_of(count: int, blocks: bool = True) -> Colors:
    """Return the colours f1, f2, ... of a field that is a sum of so many parts.

    Each moves a block of variables of its own, or, without `blocks`, any of them.

    >>> parts_of(3), parts_of(2)[0] is parts_of(2, blocks=False)[0]
    ((f1, f2, f3), False)
    """
    if count > len(_PARTS):
        raise MethodError(
            f"a field is split into {count} parts: {len(_PARTS)} are possible, so join some"
        )
    return (_PARTS if blocks else _TERMS)[:count]


# --- private helpers ----------------------------------------------------------------------------

_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_MOST = 99


def _parts(block: bool) -> Colors:
    return tuple(
        Color(f"f{k}", f"f{str(k).translate(_DIGITS)}", f"f_{{{k}}}", f"{k:02}".encode(),
              block=block)
        for k in range(1, _MOST + 1)
    )  # fmt: skip


_PARTS, _TERMS = _parts(block=True), _parts(block=False)
PLAYERS: Colors = _PARTS[:2]

_KNOWN = {(color.name, color.block): color for color in (*WITH_THETA, *_PARTS, *_TERMS)}


def _named(name: str, block: bool) -> Color:
    return _KNOWN[name, block]
