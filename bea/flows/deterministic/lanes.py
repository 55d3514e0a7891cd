"""Lanes: every pair (step size, start) of a batch is one column of the arrays that are computed on.

Owns the checks of what a batch starts from, and the way between the public arrays
(gammas, starts, …) and the lanes, γ-major: lane = γ index · starts + start index.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.reals import real_points
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, DomainError
from bea.flows.deterministic.trajectory import Status, point_text
from bea.memory import check_memory

Rhs = Callable[[Floats, Floats], Floats]
Inside = Callable[[Floats], NDArray[np.bool_]]
Progress = Callable[[int, int], None]

# Beyond this multiple of 1 + |start| a run counts as lost.
GROWTH = 1e12
# Numbers in an array (d, lanes) of a chunk. Wider chunks are slower where twelve stages outgrow the
# cache, narrower ones where Python takes longer than the arithmetic; measured on fields of d = 2.
CHUNK = 16384


class Field(Protocol):
    """A vector field as the integrators see it; components on axis 0, lanes on axis 1."""

    @property
    def dimension(self) -> int:
        """Number of components d."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """Their names."""
        ...

    def numeric(self) -> Rhs:
        """Return rhs(theta: (d, lanes), gamma: (lanes,)) -> a fresh (d, lanes)."""
        ...

    def domain(self) -> Inside | None:
        """Return inside(theta: (d, lanes)) -> bool (lanes,), or None where all is inside."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What became of the lanes: values (lanes, times, d), status and stopped_at (lanes,).

    Filled in while the lanes run; the fields mean what they mean in `Trajectory`.
    """

    values: Floats
    status: NDArray[np.int8]
    stopped_at: Floats

    @classmethod
    def blank(cls, lanes: int, times: int, dimension: int) -> Outcome:
        """Return the outcome before anything has happened."""
        return cls(
            values=np.full((lanes, times, dimension), np.nan),
            status=np.full(lanes, Status.OK, dtype=np.int8),
            stopped_at=np.full(lanes, np.inf),
        )

    def shaped(self, gammas: int, starts: int) -> dict[str, Any]:
        """Return the fields, named as in `Trajectory`, with lanes split into (gammas, starts)."""
        shape = (gammas, starts)
        return {
            "values": self.values.reshape(*shape, *self.values.shape[1:]),
            "status": self.status.reshape(shape),
            "stopped_at": self.stopped_at.reshape(shape),
        }


def prepare(field: Field, starts: ArrayLike, gammas: Floats) -> tuple[Floats, Floats, Floats]:
    """Check the starts and lay out the lanes.

    Returns
    -------
    starts : (starts, d) or (gammas, starts, d)
    theta : (d, gammas·starts)
        The start of every lane.
    gamma : (gammas·starts,)
        Its step size.

    Raises
    ------
    DimensionError
        If the starts do not have the dimension of the field.
    DomainError
        If a start is not finite, or the field is not defined there.
    BeaError
        If `field` is none, such as the name of one.
    """
    if not hasattr(field, "numeric"):
        raise BeaError(
            f"the field is a {type(field).__name__}: give one, such as bea.problems.himmelblau()"
        )
    points = _check_starts(field, starts, len(gammas))
    each = points if points.ndim == 3 else np.broadcast_to(points, (len(gammas), *points.shape))
    theta = np.ascontiguousarray(each.reshape(-1, points.shape[-1]).T)
    gamma = np.repeat(gammas, points.shape[-2])
    with np.errstate(all="ignore"):
        finite = np.isfinite(field.numeric()(theta, gamma)).all(axis=0)
    if not finite.all():
        lane = int(np.argmin(finite))
        raise DomainError(
            f"the field is not finite at the start {point_text(theta[:, lane])} "
            f"for gamma={gamma[lane]:g}; choose another start"
        )
    return points, theta, gamma


def check_room(theta: Floats, times: int) -> None:
    """Refuse more samples of the lanes of `theta` (d, lanes) than memory holds; `BeaError`."""
    d, lanes = theta.shape
    what = f"{times:,} samples of {lanes:,} runs in {d:,} variable(s)"
    check_memory(8 * (d + 1) * lanes * times, what, "take fewer samples, starts or step sizes")


def growth_limit(theta: Floats) -> Floats:
    """Return the size (lanes,) beyond which a run from `theta` (d, lanes) counts as lost."""
    return GROWTH * (1 + np.abs(theta).max(axis=0))


def chunk_width(dimension: int) -> int:
    """Return how many lanes to run at once so that the working set stays in the cache.

    >>> chunk_width(2), chunk_width(1000)
    (8192, 64)
    """
    return max(64, CHUNK // max(2, dimension))


def _check_starts(field: Field, starts: ArrayLike, gammas: int) -> Floats:
    wanted = field.dimension
    points = real_points(starts, wanted, "the starts")
    per_gamma = points.ndim == 3 and len(points) == gammas
    if not (points.ndim == 2 or per_gamma) or points.shape[-1] != wanted or not points.size:
        names = ", ".join(field.variables)
        raise DimensionError(
            f"starts have shape {points.shape}, but the field has {wanted} component(s) "
            f"({names}); give an array of shape (starts, {wanted})"
        )
    for point in points[~np.isfinite(points).all(axis=-1)]:
        raise DomainError(f"the start {point_text(point)} is not finite; give finite numbers")
    inside = field.domain()
    if inside is not None:
        with np.errstate(all="ignore"):
            flat = points.reshape(-1, wanted)
            outside = ~inside(flat.T.copy())
        for point in flat[outside]:
            raise DomainError(
                f"the start {point_text(point)} is outside the domain of the field; "
                "choose a start where it is defined"
            )
    return points
