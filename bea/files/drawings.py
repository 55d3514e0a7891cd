"""How results are drawn, handed down from above by the package: no floor looks up.

`bea` itself, which knows the floor that draws, says once for each kind of result what draws it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_drawings: dict[str, Callable[..., Any]] = {}


def hand_down(result: str, draw: Callable[..., Any]) -> None:
    """Say which function draws the results of the class of that name."""
    _drawings[result] = draw


def drawing_of(result: str) -> Callable[..., Any]:
    """Return the function that draws the results of the class of that name."""
    return _drawings[result]
