"""Drift against step size on log-log axes: medians over starts, bands, fits, and the error floor.

`drift_data` computes what is shown, `bea.plots.order.drift_drawing` draws it; where the reference
triangles stand is decided in `bea.plots.house.triangles`. Orders whose flows are the same field
make one curve: for RK4 the terms f_1 ... f_3 are zero, and the flows of orders 0 to 3 one and the
same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats
from bea.errors import BeaError
from bea.measure import DriftStudy
from bea.measure.order import OrderFit
from bea.measure.order.order_fit import CLEAR
from bea.plots.house.runs import range_note
from bea.plots.house.style import order_text
from bea.plots.house.triangles import Triangle, place_triangle
from bea.plots.house.words import method_words, problem_words

_BANDS = {"quartiles": (25.0, 75.0), "range": (0.0, 100.0), "none": (50.0, 50.0)}
_BAND_TEXTS = {"quartiles": ", band: quartiles", "range": ", band: least to largest", "none": ""}
_AXIS_TEXTS = {
    "drift": r"distance to the iterates at time $n\gamma$",
    "defect": r"distance to the iterate after one step",
    "steps": r"distance of plain steps to the iterates at time $n\gamma$",
}


@dataclass(frozen=True, eq=False)
class DriftCurve:
    """One curve: the drift of the orders whose truncated equations are the same field.

    Attributes
    ----------
    orders : tuple of int
        Those orders K.
    expected : int or None
        The expected slope; None where the method is exact.
    gammas, middle, low, high, floor : (gammas,)
        Step sizes, rising; the curve of `DriftStudy.curve`, the band, and the error floor.
        nan where fewer than half of the starts finished.
    clear : (gammas,) bool
        Where the middle stands far enough above the floor to be more than noise.
    window : tuple of int
        Indices of the points that the line was fitted to.
    line : (2, 2)
        Ends of the fitted line, as (gamma, distance); empty if none was fitted.
    fit : OrderFit
        The study's fit, whose window counts step sizes in the study's order.
    triangle : Triangle or None
        A triangle of the expected slope, where there is room for one.
    """

    orders: tuple[int, ...]
    expected: int | None
    gammas: Floats
    middle: Floats
    low: Floats
    high: Floats
    floor: Floats
    clear: NDArray[np.bool_]
    window: tuple[int, ...]
    line: Floats
    fit: OrderFit
    triangle: Triangle | None = None

    @property
    def label(self) -> str:
        """What the legend says, such as "K = 2: 3.02, expected 3"."""
        name = order_text(self.orders)
        if self.expected is None:
            return f"{name}: exact"
        slope = "no slope fitted" if self.fit.reason else f"{self.fit.order:.2f}"
        return f"{name}: {slope}, expected {self.expected}"


@dataclass(frozen=True, eq=False)
class DriftData:
    """Everything that a drift figure shows.

    Attributes
    ----------
    title, subtitle, axis : str
        The words.
    curves : tuple of DriftCurve
        By rising order.
    gammas, floor : (gammas,)
        Step sizes, rising, and the highest floor of any curve.
    highest : int
        The highest order K of the study, which decides on the colours.
    """

    title: str
    subtitle: str
    axis: str
    curves: tuple[DriftCurve, ...]
    gammas: Floats
    floor: Floats
    highest: int


def drift_data(study: DriftStudy, band: str = "quartiles") -> DriftData:
    """Compute what a drift figure shows; see `drift_figure`."""
    if not isinstance(study, DriftStudy):
        raise BeaError(
            f"the study is a {type(study).__name__}: give one, such as "
            "bea.discretization_drift(method, problem)"
        )
    if not isinstance(band, str) or band not in _BANDS:
        raise BeaError(f"there is no band '{band}': choose one of {', '.join(_BANDS)}")
    curves = [_curve(study, indices, _BANDS[band]) for indices in _same_fields(study)]
    if not any((curve.middle > 0).any() for curve in curves):
        raise BeaError(_nothing(study))
    floors = np.array([np.where(np.isfinite(c.floor), c.floor, 0.0) for c in curves])
    return DriftData(
        title=_title(study),
        subtitle=_subtitle(study, band),
        axis=_AXIS_TEXTS[study.kind],
        curves=tuple(_with_triangles(curves)),
        gammas=np.sort(study.gammas),
        floor=floors.max(axis=0),
        highest=int(study.orders.max()),
    )


# --- private helpers ----------------------------------------------------------------------------


def _same_fields(study: DriftStudy) -> Iterator[list[int]]:
    """Yield the indices of orders in runs whose truncated equations are the same field.

    Their distances are then the same but for the reference's errors. (The expected orders are not
    enough: without the corrected start they are the same for different fields.)
    """
    run = [0]
    for index in range(1, len(study.orders)):
        if _same_distances(study, run[0], index):
            run.append(index)
        else:
            yield run
            run = [index]
    yield run


def _same_distances(study: DriftStudy, one: int, other: int) -> bool:
    a, b = study.distances[[one, other]]
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= study.floors[one] + study.floors[other]
    same = near | ~(np.isfinite(a) & np.isfinite(b))
    return study.expected[one] == study.expected[other] and bool(same.all())


def _curve(study: DriftStudy, indices: Sequence[int], band: tuple[float, float]) -> DriftCurve:
    first = indices[0]
    rank = np.argsort(study.gammas)
    middle, floor = (values[rank] for values in study.curve(first))
    low, high = (values[rank] for values in _band(study, first, band))
    fit = study.fits[first]
    window = tuple(sorted(int(np.flatnonzero(rank == i)[0]) for i in fit.window))
    gammas = study.gammas[rank]
    with np.errstate(invalid="ignore"):
        clear = middle > CLEAR * floor
    return DriftCurve(
        orders=tuple(int(study.orders[i]) for i in indices),
        expected=study.expected[first],
        gammas=gammas,
        middle=middle,
        low=low,
        high=high,
        floor=floor,
        clear=clear,
        window=window,
        line=_line(gammas, middle, window, fit.order),
        fit=fit,
    )


def _band(study: DriftStudy, index: int, percent: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return percentiles over the starts that `DriftStudy.curve` chooses from."""
    middle, _ = study.curve(index)
    usable = np.isfinite(middle)
    low, high = np.full_like(middle, np.nan), np.full_like(middle, np.nan)
    if usable.any():
        distance = study.distances[index].max(axis=-1)[usable]
        common = np.isfinite(distance).all(axis=0)
        low[usable], high[usable] = np.percentile(distance[:, common], percent, axis=1)
    return low, high


def _line(gammas: Floats, middle: Floats, window: Sequence[int], slope: float) -> Floats:
    """Return the ends of the line of the observed order through the centre of the points."""
    if not window:
        return np.empty((0, 2))
    x, y = np.log(gammas[list(window)]), np.log(middle[list(window)])
    ends = np.array([x.min(), x.max()])
    return np.exp(np.column_stack([ends, y.mean() + slope * (ends - x.mean())]))


def _with_triangles(curves: Sequence[DriftCurve]) -> Iterator[DriftCurve]:
    """Give each curve a triangle, where there is room for one."""
    for curve in curves:
        triangle = None
        if curve.expected and curve.window:
            others = [other.middle for other in curves if other is not curve]
            triangle = place_triangle(
                curve.expected, curve.gammas, curve.middle, others, curve.window
            )
        yield replace(curve, triangle=triangle)


def _title(study: DriftStudy) -> str:
    what = study.kind.capitalize()
    return f"{what} of {method_words(study.method)} on {problem_words(study.problem)}"


def _subtitle(study: DriftStudy, band: str) -> str:
    count = len(study.starts)
    over = (
        f"mean of the middle half of {count} starts{_BAND_TEXTS[band]}"
        if count > 1
        else "one start"
    )
    stopped = len(study.failures)
    over += f"; {stopped} run{'s' * (stopped > 1)} stopped early" if stopped else ""
    return over + range_note(study.warnings[0] if study.warnings else "")


def _nothing(study: DriftStudy) -> str:
    if np.isfinite(study.distances).any():
        return "all distances are zero, which logarithmic axes cannot show: choose other starts"
    return "there is no distance to draw, every run stopped early: take smaller step sizes"
