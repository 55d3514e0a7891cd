"""Drawing a drift figure; what it shows is computed in `bea.plots.order.drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bea.measure import DriftStudy
from bea.measure.order.order_fit import CLEAR
from bea.plots.house.style import FLOOR_COLOURS, order_style
from bea.plots.house.triangles import Triangle
from bea.plots.order.drift import DriftCurve, DriftData, drift_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def drift_figure(study: DriftStudy, *, band: str = "quartiles", axes: Axes | None = None) -> Figure:
    """Draw the distance between iterates and flows against the step size, one curve per order.

    Filled points stand clear of the error floor, hollow ones do not. The thick part of a curve is
    the line that was fitted, and its slope is in the legend beside the expected order. The band
    shows how much the starts differ.

    Parameters
    ----------
    study
        From `bea.discretization_drift` or `bea.one_step_defect`.
    band
        "quartiles" or "range" over the starts, or "none".
    axes
        Where to draw; by default in a new figure.

    Raises
    ------
    BeaError
        If there is no distance to draw, or no such band.

    Examples
    --------
    >>> import bea
    >>> loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    >>> study = bea.discretization_drift(bea.methods.heun(), loss, range(3), time=0.5)
    >>> drift_figure(study).axes[0].get_title(loc="left")
    'Drift of Heun on ½x²y² + x² + ½y²'
    >>> [(curve.orders, curve.expected) for curve in drift_data(study).curves]
    [((0, 1), 2), ((2,), 3)]
    """
    return draw_drift(drift_data(study, band), axes)


def draw_drift(data: DriftData, axes: Axes | None = None) -> Figure:
    """Draw a drift figure from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import (
        figure_of,
        house_rules,
        legend_right,
        logarithmic_x,
        new_axes,
        titled,
    )

    with house_rules():
        axes = new_axes((8.0, 4.8))[0] if axes is None else axes
        axes.set_yscale("log")
        logarithmic_x(axes, data.gammas)
        handles = [_draw_curve(axes, data, curve) for curve in data.curves]
        labels = [curve.label for curve in data.curves]
        for curve in data.curves:
            if curve.triangle:
                _draw_triangle(axes, curve.triangle)
        _set_limits(axes, data)
        zones = _draw_floor(axes, data)
        legend_right(axes, [*handles, *zones], [*labels, *(z.get_label() for z in zones)],
                     "order K: observed, expected")  # fmt: skip
        axes.set_xlabel(r"step size $\gamma$")
        axes.set_ylabel(data.axis)
        axes.grid(True, which="major")
        titled(axes, data.title, data.subtitle)
        return figure_of(axes)


# --- private helpers ----------------------------------------------------------------------------


def _draw_curve(axes: Axes, data: DriftData, curve: DriftCurve) -> object:
    """Draw a curve and return what the legend shows of it."""
    style = order_style(curve.orders[0], data.highest)
    size = 5.0 if len(data.gammas) <= 24 else 3.0
    shown = np.where(curve.middle > 0, curve.middle, np.nan)
    low = np.where(curve.low > 0, curve.low, shown)
    axes.fill_between(curve.gammas, low, curve.high, color=style.colour, alpha=0.18, lw=0)
    axes.plot(curve.gammas, shown, color=style.colour, lw=0.8, ls=style.line)
    if len(curve.line):
        axes.plot(*curve.line.T, color=style.colour, lw=2.0)
    for mask, face in ((curve.clear, style.colour), (~curve.clear, "white")):
        axes.plot(curve.gammas[mask], shown[mask], ls="", marker=style.marker, ms=size,
                  color=style.colour, mfc=face, mew=1.0, zorder=3)  # fmt: skip
    from matplotlib.lines import Line2D

    return Line2D([], [], color=style.colour, lw=2.0, marker=style.marker, ms=5)


def _draw_triangle(axes: Axes, triangle: Triangle) -> None:
    axes.fill(*triangle.corners.T, facecolor="none", edgecolor="#555555", lw=0.9, zorder=4)
    _, (right, bottom), (_, top) = triangle.corners
    axes.annotate(
        str(triangle.slope), (right, float(np.sqrt(bottom * top))), xytext=(3, 0),
        textcoords="offset points", fontsize=9, color="#333333", va="center", zorder=4,
    )  # fmt: skip


def _set_limits(axes: Axes, data: DriftData) -> None:
    """Show all distances, and of the floor no more than is needed."""
    seen = np.concatenate(
        [c for curve in data.curves for c in (curve.middle, curve.low, curve.high)]
    )
    corners = [c.triangle.corners[:, 1] for c in data.curves if c.triangle]
    seen = np.concatenate([seen[np.isfinite(seen) & (seen > 0)], *corners])
    axes.set_ylim(seen.min() / 4, seen.max() * 3)


def _draw_floor(axes: Axes, data: DriftData) -> list[Any]:
    """Shade the zones below the floor and near it, as far as they are in sight."""
    bottom, top = axes.get_ylim()
    edges = np.concatenate([[data.gammas[0] / 2], data.gammas, [data.gammas[-1] * 2]])
    floor = np.concatenate([data.floor[:1], data.floor, data.floor[-1:]])
    zones = []
    for lower, upper, colour, label in (
        (np.full_like(floor, bottom), floor, FLOOR_COLOURS[0], "error floor"),
        (floor, CLEAR * floor, FLOOR_COLOURS[1], f"within {CLEAR:g} × the error floor"),
    ):
        if (upper > bottom).any() and (lower < top).any():
            ends = np.maximum(lower, bottom), np.maximum(upper, bottom)
            zones.append(axes.fill_between(edges, *ends, color=colour, lw=0, zorder=0, label=label))
    axes.set_ylim(bottom, top)
    return zones
