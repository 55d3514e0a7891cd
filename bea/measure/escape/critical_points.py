"""Critical points of a loss: where its gradient vanishes, and what its Hessian makes of them.

Newton's method on the gradient from many starts at once, with Hessians of exact formulas. A kind is
decided by the signs of the Hessian's eigenvalues; where one of them vanishes it is "degenerate".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_numbers, real_points
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import Loss
from bea.fields.vector_field import lanes_of
from bea.patience import counted, told

_ROUNDS = 100
_GRID = 24  # starts along each axis of a window
_SAME = 1e-6  # points nearer than this, in units of the window, are the same
_FLAT = 1e-8  # an eigenvalue below this times the largest is 0
_REST = 1e-10


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """A point where the gradient of a loss vanishes.

    Attributes
    ----------
    point : (d,)
        Where it is.
    value
        The loss there.
    hessian : (d, d)
        The second derivatives there.

    Examples
    --------
    >>> import bea
    >>> top = critical_point(bea.problems.double_well(), [0.1, 0.1])
    >>> top.kind, top.eigenvalues, top.value
    ('saddle', array([-1.,  1.]), 0.25)
    """

    point: Floats
    value: float
    hessian: Floats

    @cached_property
    def _decomposed(self) -> tuple[Floats, Floats]:
        values, vectors = np.linalg.eigh(self.hessian)
        return values, vectors

    @property
    def eigenvalues(self) -> Floats:
        """The eigenvalues (d,) of the Hessian, rising."""
        return self._decomposed[0]

    @property
    def directions(self) -> Floats:
        """The unit eigenvectors, `directions[:, k]` with `eigenvalues[k]`."""
        return self._decomposed[1]

    @property
    def kind(self) -> str:
        """Minimum, maximum, saddle, or degenerate where an eigenvalue vanishes."""
        values = self.eigenvalues
        if np.abs(values).min() <= _FLAT * max(1.0, np.abs(values).max()):
            return "degenerate"
        down = int((values < 0).sum())
        return "minimum" if down == 0 else "maximum" if down == len(values) else "saddle"

    def __repr__(self) -> str:
        place = ", ".join(f"{x:.6g}" for x in self.point + 0.0)
        curvatures = ", ".join(f"{x:.4g}" for x in self.eigenvalues)
        return f"{self.kind} at ({place}), L = {self.value:.6g}, curvatures {curvatures}"


def hessian(loss: Loss) -> Callable[[ArrayLike], Floats]:
    """Return the function of points (..., d) whose values (..., d, d) are the second derivatives.

    Examples
    --------
    >>> hessian(Loss.read("x**2*y", "x y"))([1.0, 3.0])
    array([[6., 2.],
           [2., 0.]])
    """
    loss.require_values()
    d = loss.dimension
    entries = [-entry for part in loss.components for entry in part.gradient()]
    function = compile_program(to_program(entries))

    def second(theta: ArrayLike) -> Floats:
        lanes = lanes_of(theta, d)
        values = function(lanes, np.empty((d * d, lanes.shape[1])))
        return np.array(values).T.reshape(*np.shape(theta), d)

    return second


def critical_point(loss: Loss, near: ArrayLike) -> CriticalPoint:
    """Return the critical point to which Newton's method leads from a start (d,).

    Raises
    ------
    BeaError
        If it leads to none.
    """
    start = np.atleast_1d(real_numbers(near, "the start"))
    if start.shape != (loss.dimension,):
        raise DimensionError(
            f"the start has shape {start.shape} for {loss.dimension} variable(s): give one point"
        )
    points = _settled(loss, start[None], 1.0 + float(np.abs(start).max()))
    if not len(points):
        raise BeaError(f"Newton's method found no critical point from {start.tolist()}: start near")
    return _described(loss, points)[0]


@told("looking for critical points")
def critical_points(
    loss: Loss, window: ArrayLike | None = None, starts: ArrayLike | None = None
) -> tuple[CriticalPoint, ...]:
    """Return the critical points that Newton's method finds in a window, by rising value.

    Parameters
    ----------
    loss
        A loss; of one or two variables, unless there are starts.
    window : (d, 2), optional
        Low and high of each variable; by default the loss's own.
    starts : (n, d), optional
        Where to start; by default a grid in the window.

    Raises
    ------
    BeaError
        If there is no window, or no starts where the dimension is above 2.

    Notes
    -----
    What no start leads to is not found.

    Examples
    --------
    >>> import bea
    >>> for found in critical_points(bea.problems.double_well()):
    ...     print(found)
    minimum at (-1, 0), L = 0, curvatures 1, 2
    minimum at (1, 0), L = 0, curvatures 1, 2
    saddle at (0, 0), L = 0.25, curvatures -1, 1
    """
    given = loss.about.window if window is None else window
    box = real_numbers(given, "the window") if len(np.shape(given)) == 2 else np.empty((0, 2))
    finite = np.isfinite(box).all()
    if box.shape != (loss.dimension, 2) or not (finite and (box[:, 0] < box[:, 1]).all()):
        raise BeaError(
            f"critical points of '{loss.name}' are looked for in a window: give (low, high) for "
            f"each of the {loss.dimension} variable(s)"
        )
    if starts is None and loss.dimension > 2:
        raise BeaError(f"a grid in {loss.dimension} dimensions is large: give starts")
    axes = [np.linspace(low, high, _GRID + 1) for low, high in box]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, loss.dimension)
    width = float((box[:, 1] - box[:, 0]).max())
    points = _settled(loss, grid if starts is None else np.atleast_2d(starts), width)
    inside = ((points >= box[:, 0] - 1e-9) & (points <= box[:, 1] + 1e-9)).all(axis=1)
    return _described(loss, _different(points[inside], _SAME * width))


# --- private helpers ----------------------------------------------------------------------------


def _settled(loss: Loss, starts: ArrayLike, width: float) -> Floats:
    """Return where Newton's method comes to rest, (n, d), with no step above a tenth of `width`."""
    points, second = real_points(starts, loss.dimension, "the starts").copy(), hessian(loss)
    with np.errstate(all="ignore"):
        for _ in counted(range(_ROUNDS), "Newton's method"):
            slope, curvature = -loss(points), second(points)
            usable = np.isfinite(curvature).all(axis=(1, 2)) & np.isfinite(slope).all(axis=1)
            points, slope, curvature = points[usable], slope[usable], curvature[usable]
            # The pseudo-inverse, since a start may lie where the Hessian is singular.
            step = np.einsum("nij,nj->ni", np.linalg.pinv(curvature, rcond=1e-12), slope)
            length = np.linalg.norm(step, axis=1, keepdims=True)
            points = points - step * np.minimum(1.0, 0.1 * width / np.maximum(length, 1e-300))
    rest = (length[:, 0] < _REST * width) & (np.abs(loss(points)).max(axis=1) < 1e-8)
    return np.asarray(points[rest])


def _different(points: Floats, distance: float) -> Floats:
    kept: list[Floats] = []
    for point in points:
        if all(np.abs(point - other).max() > distance for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, points.shape[1])


def _described(loss: Loss, points: Floats) -> tuple[CriticalPoint, ...]:
    found = [
        CriticalPoint(point, float(value), matrix)
        for point, value, matrix in zip(points, loss.at(points), hessian(loss)(points), strict=True)
    ]
    # Values that differ by rounding alone are the same; then the coordinates decide.
    return tuple(sorted(found, key=lambda c: (round(c.value, 9), *np.round(c.point, 9).tolist())))
