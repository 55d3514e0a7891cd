"""Drawing a loss figure; what it shows is computed in `bea.plots.fields.losses`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.fields import Loss
from bea.methods import Method
from bea.modified import ModifiedEquation
from bea.plots.fields.losses import LossData, loss_data
from bea.plots.house.landscape import Landscape, draw_landscape, draw_marks
from bea.plots.house.style import order_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL = 2.75  # inches: the width of each of three panels


@either_number
def loss_figure(
    equation: ModifiedEquation | Method,
    loss: Loss | None = None,
    gamma: float | None = None,
    order: int = 1,
    *,
    window: Sequence[tuple[float, float]] | None = None,
    components: Sequence[str | int] | None = None,
    at: ArrayLike | None = None,
    axes: Sequence[Axes] | None = None,
) -> Figure:
    """Draw a loss beside its modified loss, and their difference.

    In two dimensions these are three panels, of which the first two have the same levels and
    colours; in one dimension two curves, and their difference below.

    Parameters
    ----------
    equation
        A modified equation of a loss, or a method, with which `loss` and `order` are given.
    loss
        The loss, for a method.
    gamma
        The step size; by default the largest for which the equation means something at the point,
        so that one sees the two differ.
    order
        The highest power of gamma, for a method.
    window
        (low, high) of each variable that is drawn; by default the problem's.
    components, at
        In more than two dimensions: one or two variables to draw, by name or counted from 0, and
        the point (d,) on which the others stay, by default the problem's start.
    axes
        Where to draw: three of them, or two in one dimension; by default a new figure.

    Raises
    ------
    BeaError
        If the equation is of no loss, or there are more than two variables and none chosen.

    Examples
    --------
    >>> import bea
    >>> figure = loss_figure(bea.methods.gradient_descent(), bea.problems.loss("x**4 - x**2"), 0.1)
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['loss', 'modified loss']
    """
    data = loss_data(equation, loss, gamma, order, window=window, components=components, at=at)
    return draw_loss(data, axes)


def draw_loss(data: LossData, axes: Sequence[Axes] | None = None) -> Figure:
    """Draw a loss figure from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import check_axes, figure_of, house_rules, new_axes

    plane = len(data.variables) == 2
    wanted = 3 if plane else 2
    check_axes(axes, wanted)
    with house_rules():
        if axes is None:
            axes = (
                new_axes(_size(data), 1, 3, sharex=True, sharey=True)
                if plane
                else new_axes((7.0, 5.4), 2, 1, sharex=True, height_ratios=(2, 1))
            )
        (_draw_panels if plane else _draw_curves)(axes, data)
        return figure_of(axes[0])


# --- private helpers ----------------------------------------------------------------------------


def _draw_panels(panels: Sequence[Axes], data: LossData) -> None:
    from bea.plots.house.canvas import colour_bar, titled

    parts = (
        ("loss", data.loss, data.levels),
        (data.name, data.modified, data.levels),
        (_difference_text(data.difference), data.difference, data.difference_levels),
    )
    words = (
        (
            data.title,
            f"{data.subtitle}; left and middle have the same levels, those of the loss dashed",
        ),
        *[("", "")] * 2,
    )
    for axes, (name, values, levels), (title, subtitle) in zip(panels, parts, words, strict=True):
        kind = "difference" if axes is panels[2] else "loss"
        behind = Landscape(kind, name, data.x, data.y, values, levels)
        filled, _ = draw_landscape(axes, behind)
        marks = draw_marks(axes, data.minima, data.critical)
        axes.set_xlabel(data.variables[0], parse_math=False)
        if _proportion(data) is not None:
            axes.set_aspect("equal", adjustable="box")
        if axes is panels[1]:
            axes.contour(
                data.x, data.y, np.ma.masked_invalid(data.loss), data.levels[1:-1], zorder=0.6,
                colors=order_style(1).colour, linewidths=0.8, linestyles="dashed",
            )  # fmt: skip
        titled(axes, title, subtitle, name)
        if axes is not panels[0] and len(levels) > 2:  # the first has the levels of the second
            colour_bar(axes, filled, "loss" if axes is panels[1] else "difference")
        if marks and axes is panels[0]:
            below = -0.5 / (
                _PANEL * (_proportion(data) or 1.0)
            )  # half an inch, in heights of a panel
            place: Any = {"loc": "upper left", "bbox_to_anchor": (0.0, below), "borderaxespad": 0.0}
            axes.legend(handles=marks, ncols=2, **place)
    panels[0].set_ylabel(data.variables[1], parse_math=False)


def _difference_text(difference: Floats) -> str:
    known = difference[np.isfinite(difference)]
    return "difference" if np.ptp(known) else f"difference: {known[0]:.4g} everywhere"


def _proportion(data: LossData) -> float | None:
    """Return height over width of the window, or None if that is out of proportion."""
    height = float(np.ptp(data.y) / np.ptp(data.x))
    return height if 0.4 <= height <= 2.0 else None


def _size(data: LossData) -> tuple[float, float]:
    """Return the size of a figure of three panels, in inches, such that equal scales fill it."""
    return 11.0, 1.6 + _PANEL * (_proportion(data) or 1.0)


def _draw_curves(panels: Sequence[Axes], data: LossData) -> None:
    from bea.plots.house.canvas import legend_right, titled

    upper, lower = panels
    pair = (("loss", data.loss, order_style(0)), (data.name, data.modified, order_style(1)))
    handles: list[Any] = [
        upper.plot(data.x, values, color=style.colour, ls=style.line, label=label)[0]
        for label, values, style in pair
    ]
    handles += draw_marks(upper, _on_curve(data, data.minima), _on_curve(data, data.critical))
    legend_right(upper, handles, [h.get_label() for h in handles])
    lower.plot(data.x, data.difference, color="black")
    lower.axhline(0.0, color="#9a9a9a", lw=0.8, zorder=1)
    lower.set_ylabel("difference")
    lower.set_xlabel(data.variables[0], parse_math=False)
    upper.set_ylabel("loss")
    for axes in panels:
        axes.grid(True)
    _limit(upper, lower, data)
    titled(upper, data.title, data.subtitle)


def _on_curve(data: LossData, points: Floats) -> Floats:
    """Return points (n, 1) on the axis as points (n, 2) on the curve of the loss."""
    return np.column_stack([points[:, 0], np.interp(points[:, 0], data.x, data.loss)])


def _limit(upper: Axes, lower: Axes, data: LossData) -> None:
    """Let the loss fill the axes; a modified loss may leave for infinity where its series fails."""
    low, high = float(np.nanmin(data.loss)), float(np.nanmax(data.loss))
    size = (high - low) or 1.0
    bottom, top = low - 0.35 * size, high + 0.35 * size
    upper.set_ylim(bottom, top)
    seen = data.difference[(data.modified >= bottom) & (data.modified <= top)]
    if seen.size and np.ptp(seen) > 0:
        margin = 0.1 * float(np.ptp(seen))
        lower.set_ylim(min(seen.min(), 0.0) - margin, max(seen.max(), 0.0) + margin)
