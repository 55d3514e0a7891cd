"""Losses as people have them: a Python function of an array, in NumPy, as a problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bea.algebra.language.reals import real_points
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, DomainError, NotSmoothError
from bea.fields.about import About
from bea.fields.functions import Derivatives, FunctionLoss, Groups
from bea.fields.functions.derivatives import padded
from bea.fields.functions.function_field import checked_dimension
from bea.patience import counted
from bea.series import SeriesArray

_STEP = 1e-30  # of the complex step: nothing is rounded
_FAR = 2.0**40  # the larger a direction, the less is lost beside what is there without it
_AGREE = 1e-4  # of it with a difference quotient, which is less exact


def from_function(
    f: Callable[[Any], Any],
    dimension: int,
    *,
    gradient: Callable[[Any], Any] | None = None,
    hvp: Callable[[Any, Any], Any] | None = None,
    start: Any = None,
    lanes: bool = False,
    name: str | None = None,
) -> FunctionLoss:
    """Return the loss f(theta) as a problem: a NumPy function of an array (d,) to a number.

    Parameters
    ----------
    f
        The loss. Where no gradient is given it is called on complex arrays, whose imaginary part
        gives the exact slope (the complex step), and on power series (`bea.series.SeriesArray`):
        so let it be made of NumPy's arithmetic and smooth functions.
    dimension : int
        d.
    gradient
        gradient(theta) -> (d,): its derivatives are found by calling it on power series.
    hvp
        hvp(theta, v) -> (d,), the Hessian times a vector, if there is a shorter way to it.
    start : (d,) or (starts, d), optional
        Where to begin if nothing else is said.
    lanes : bool
        Whether the functions take many points at once, (d, lanes), and return (lanes,) or
        (d, lanes), which is faster.
    name
        What messages call it; by default the function's name.

    Raises
    ------
    BeaError
        If f returns an array, the gradient has another shape or is not finite at the start, or
        the complex step is not the slope, as in functions with abs.

    Notes
    -----
    Source of the complex step: Squire and Trapp, SIAM Review 40 (1998) 110-112.

    Examples
    --------
    >>> import bea
    >>> loss = from_function(lambda x: np.sum(np.cos(x)) + x[0] ** 2 * x[1], 2, start=[1.0, 2.0])
    >>> loss(np.array([1.0, 2.0])).round(6)
    array([-3.158529, -0.090703])
    >>> bea.modified_equation(bea.methods.gradient_descent(), loss, 1, at=[1.0, 2.0]).values.shape
    (2, 1, 2)
    """
    d = checked_dimension(dimension)
    about = About(name=name or getattr(f, "__name__", "function").strip("<>"))
    starts = None if start is None else real_points(start, d, "the start")
    derivatives = CallableDerivatives(f, gradient, hvp, lanes)
    with np.errstate(all="ignore"):  # what is not finite is refused below
        derivatives.check((np.full((1, d), 0.5) if starts is None else starts)[:1].T)
    return FunctionLoss(derivatives, Groups(("theta",), ((d,),)), about, starts=starts)


class CallableDerivatives(Derivatives):
    """The derivatives of a loss, or of its gradient, by complex numbers and power series."""

    def __init__(
        self,
        f: Callable[[Any], Any],
        gradient: Callable[[Any], Any] | None,
        hvp: Callable[[Any, Any], Any] | None,
        lanes: bool,
    ) -> None:
        self._f, self._gradient, self._hvp, self._lanes = f, gradient, hvp, lanes

    def loss(self, theta: Floats) -> Floats:
        """Return the loss at theta, (lanes,)."""
        if self._lanes:
            return np.asarray(self._f(theta), dtype=float)
        return np.array([float(self._f(x)) for x in theta.T])

    def field(self, theta: Floats) -> Floats:
        """Return minus the gradient at theta, (d, lanes)."""
        with np.errstate(all="ignore"):
            return self._field(theta)

    def _field(self, theta: Floats) -> Floats:
        if self._gradient is not None:
            return -np.asarray(self._over(self._gradient, theta), dtype=float)
        slopes = np.empty(theta.shape)
        for i in counted(range(len(theta)), "slopes by complex steps"):
            slopes[i] = self._over(self._f, theta + _STEP * 1j * _unit(i, theta)).imag
        return -slopes / _STEP

    def differential(self, theta: Floats, directions: Sequence[Floats]) -> Floats:
        """Return f^(m)(v_1, ..., v_m) at theta, (d, lanes)."""
        if len(directions) > 1 or self._hvp is None:
            return super().differential(theta, directions)
        (way,) = directions
        if self._lanes:
            return -np.asarray(self._hvp(theta, way))
        pairs = zip(theta.T, way.T, strict=True)
        return -np.array([self._hvp(x, v) for x, v in pairs], dtype=float).T

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the Taylor coefficients of the field along a curve."""
        if order == 0 or len(coefficients) == 1:
            return padded([self.field(coefficients[0])], order)
        given = list(coefficients[: order + 1])
        if self._gradient is not None:
            slopes = _series(self._over(self._gradient, SeriesArray(given, order)), order)
            return [-slopes.coefficient(k) for k in range(order + 1)]
        return self._slopes(padded(given, order), order)

    def _slopes(self, curve: list[Floats], order: int) -> list[Floats]:
        """Return minus the gradient along a curve: what t^(order + 1) e_i adds to the loss.

        Its square is beyond what is kept, so that it may be as large as one likes.
        """
        highest, rows = 2 * order + 1, []
        without = _series(self._over(self._f, SeriesArray(curve, highest)), highest)
        for i in counted(range(len(curve[0])), "slopes on power series"):
            moved = [*curve, _FAR * _unit(i, curve[0])]
            rows.append(_series(self._over(self._f, SeriesArray(moved, highest)), highest))
        return [
            -np.array([row.coefficient(k) - without.coefficient(k) for row in rows]) / _FAR
            for k in range(order + 1, highest + 1)
        ]

    def _over(self, function: Callable[[Any], Any], theta: Any) -> Any:
        """Call a function at all lanes (d, lanes), or at one after the other."""
        if self._lanes:
            return function(theta)
        found = [function(theta[:, i]) for i in range(theta.shape[1])]
        if isinstance(theta, SeriesArray):
            return SeriesArray.stack([_series(x, theta.order) for x in found], axis=-1)
        return np.stack([np.asarray(x) for x in found], axis=-1)

    def check(self, theta: Floats) -> None:
        """Raise `BeaError` if the functions return what they should not at a point (d, 1)."""
        point = theta if self._lanes else theta[:, 0]
        value = np.asarray(self._f(point))
        if value.shape != (point.shape[1:] if self._lanes else ()):
            raise DimensionError(
                f"the loss is an array of shape {value.shape}: return one number, such as its mean"
            )
        if not np.isfinite(value).all():
            raise DomainError(f"the loss is {value} at the start: choose another")
        if self._gradient is not None:
            slope = np.shape(self._gradient(point))
            if slope != point.shape:
                raise DimensionError(
                    f"the gradient has the shape {slope} at theta of shape {point.shape}: return "
                    "one number for each parameter"
                )
        self._check_slope(theta)

    def _check_slope(self, theta: Floats) -> None:
        """Compare with a difference quotient along a direction."""
        way = np.random.default_rng(0).standard_normal(theta.shape)
        way *= 1e-6 * (1 + np.abs(theta).max()) / np.linalg.norm(way)
        quotient = float((self.loss(theta + way) - self.loss(theta - way))[0]) / 2
        slope = -float(np.sum(self.field(theta) * way))
        noise = 1e-12 * abs(float(self.loss(theta)[0]))
        if np.isfinite(quotient) and abs(slope - quotient) > _AGREE * abs(slope) + noise:
            which = "the gradient" if self._gradient is not None else "the complex step"
            raise BeaError(
                f"{which} is not the slope of the loss ({slope:.6g} and {quotient:.6g} along a "
                "direction): look for abs, max or conj, or give a gradient that is its own"
            )


def _unit(i: int, like: Floats) -> Floats:
    """Return the direction of a variable, in every lane."""
    unit = np.zeros_like(like)
    unit[i] = 1.0
    return unit


def _series(value: Any, order: int) -> SeriesArray:
    """Return what a function gave on power series as one array of them."""
    if isinstance(value, SeriesArray):
        return value
    if isinstance(value, np.ndarray | list | tuple):
        if np.asarray(value, dtype=object).ndim != 1:
            raise NotSmoothError("the function gives no vector on power series: give a gradient")
        return SeriesArray.stack([_series(entry, order) for entry in value])
    return SeriesArray([np.asarray(value, dtype=float)], order)
