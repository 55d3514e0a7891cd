"""How results are drawn, formulas written and libraries read, handed down: no floor looks up.

`bea` itself, which knows the floors that do it, says once for each kind what does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_drawings: dict[str, Callable[..., Any]] = {}


def hand_down(result: str, draw: Callable[..., Any]) -> None:
    """Say which function draws the results of the class of that name."""
    _drawings[result] = draw


class Mathematics:
    r"""What a notebook shows as mathematics: a method, a tableau, a schedule, a problem.

    >>> import bea
    >>> print(bea.methods.extragradient()._repr_latex_())
    $\displaystyle \theta_{+} = \theta + \gamma f(\theta + \gamma f(\theta))$
    """

    def _repr_latex_(self) -> str | None:
        written: str | None = drawing_of("Mathematics")(self)
        return f"$\\displaystyle {written}$" if written else None


def drawing_of(result: str) -> Callable[..., Any]:
    """Return the function that draws the results of the class of that name."""
    return _drawings[result]
