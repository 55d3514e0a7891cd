"""What is observed of a step: functions of the points before and after it, in NumPy or in JAX.

Of a group of parameters whose length does not matter, such as the weights before a normalisation
layer, these are the length and the angle by which the direction turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bea.algebra.programs.operations import library_of
from bea.errors import UnknownNameError, nearest
from bea.fields.functions import Groups

#: (before, after) -> (lanes,), of arrays (d, lanes) of NumPy or of JAX
StepFunction = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class SquaredAngle:
    """The squared angle between the parameters from `first` to `end` before and after a step.

    As twice the arc tangent of |u − v|/|u + v| for unit vectors u and v it is exact for small ones
    too (Kahan, Miscalculating area and angles of a needle-like triangle, section 12).

    >>> import numpy as np
    >>> before, after = np.array([[1.0], [0.0]]), np.array([[1.0], [1.0]])
    >>> np.sqrt(SquaredAngle(0, 2)(before, after)) * 4 / np.pi
    array([1.])
    """

    first: int
    end: int

    def __call__(self, before: Any, after: Any) -> Any:
        """Return it, (lanes,)."""
        library = library_of(before)
        u, v = (_unit(library, x[self.first : self.end]) for x in (before, after))
        apart, together = (library.sqrt(((u + s * v) ** 2).sum(axis=0)) for s in (-1, 1))
        return (2 * library.arctan2(apart, together)) ** 2


@dataclass(frozen=True)
class SquaredNorm:
    """A power of the squared norm of the parameters from `first` to `end`, before a step."""

    first: int
    end: int
    power: int = 1

    def __call__(self, before: Any, after: Any) -> Any:
        """Return it, (lanes,)."""
        return (before[self.first : self.end] ** 2).sum(axis=0) ** self.power


def turns(groups: Groups, names: Sequence[str] | None = None) -> Mapping[str, StepFunction]:
    """Return "angle² NAME" and "norm² NAME" of groups of parameters, and of "all" of them.

    Parameters
    ----------
    groups
        Those of a problem, `problem.groups`.
    names
        Which; by default every one.

    Raises
    ------
    UnknownNameError
        If there is no such group.

    Examples
    --------
    >>> list(turns(Groups(("v", "w"), ((2,), (3,))), ["w"]))
    ['angle² all', 'norm² all', 'angle² w', 'norm² w']
    """
    places = {"all": slice(0, groups.dimension)}
    for name in groups.names if names is None else names:
        if name not in groups.slices:
            raise UnknownNameError(
                f"there is no group '{name}': there are {', '.join(groups.names)}."
                f"{nearest(name, groups.names)}"
            )
        places[name] = groups.slices[name]
    found: dict[str, StepFunction] = {}
    for name, place in places.items():
        found[f"angle² {name}"] = SquaredAngle(place.start, place.stop)
        found[f"norm² {name}"] = SquaredNorm(place.start, place.stop)
    return found


def _unit(library: Any, vector: Any) -> Any:
    return vector / library.sqrt((vector**2).sum(axis=0))
