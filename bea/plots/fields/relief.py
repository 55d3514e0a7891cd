"""A loss as a surface in space, with the iterates and flows on it.

What is computed is a trajectory's data (`bea.plots.fields.trajectory`) and the loss along its
paths; where the surface would rise far above the paths it is cut. Paths are drawn above the
surface, so that no part of them is hidden behind a hill.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import Loss, VectorField
from bea.methods import Method
from bea.plots.fields.trajectory import TrajectoryData, trajectory_data
from bea.plots.house.landscape import grid_points
from bea.plots.house.runs import Path
from bea.plots.house.style import ITERATES, MOVING, order_style
from bea.plots.house.windows import Window

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ABOVE = 1.25  # times the rise of the paths: higher the surface is cut
_GRID = 121
VIEW = (38.0, -58.0)  # degrees above the plane, and around the axis


@dataclass(frozen=True, eq=False)
class ReliefData:
    """Everything that the figure shows.

    Attributes
    ----------
    trajectory : TrajectoryData
        The words, the paths and the window.
    x, y : (columns,), (rows,)
        The grid.
    heights : (rows, columns)
        The loss; nan where the surface is cut or the loss not defined.
    along : tuple of (times,)
        The loss along the iterates and, after them, along the flows.
    """

    trajectory: TrajectoryData
    x: Floats
    y: Floats
    heights: Floats
    along: tuple[Floats, ...]


@either_number
def relief_figure(
    method: Method,
    loss: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    orders: Iterable[int] = (0, 1),
    *,
    steps: int | None = None,
    time: float | None = None,
    window: Window | None = None,
    view: tuple[float, float] = VIEW,
    axes: Any = None,
) -> Figure:
    """Draw a loss of two variables as a surface, with iterates and flows on it.

    Parameters
    ----------
    method, loss, gamma, start, orders, steps, time, window
        As for `bea.plots.trajectory_figure`.
    view
        From where one looks: degrees above the plane, and around the vertical axis.
    axes
        Where to draw, axes in space (projection="3d"); by default in a new figure.

    Raises
    ------
    BeaError
        If it is no loss of two variables, and what iterating and deriving raise.

    Examples
    --------
    >>> import bea
    >>> figure = relief_figure(
    ...     bea.methods.gradient_descent(), bea.problems.himmelblau(), 0.01, steps=10)
    >>> figure.axes[0].get_zlabel()
    'loss'
    """
    data = relief_data(method, loss, gamma, start, orders, steps=steps, time=time, window=window)
    return draw_relief(data, axes, view=view)


@either_number
def relief_data(
    method: Method,
    loss: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    orders: Iterable[int] = (0, 1),
    *,
    steps: int | None = None,
    time: float | None = None,
    window: Window | None = None,
) -> ReliefData:
    """Compute what the figure shows; see `relief_figure`."""
    if not isinstance(loss, Loss):
        name = getattr(loss, "name", loss)
        raise BeaError(f"'{name}' is no loss, and a surface is that of one: give a loss")
    if loss.dimension != 2:
        raise DimensionError(f"'{loss.name}' has {loss.dimension} variables: give a loss of two")
    found = trajectory_data(
        method, loss, gamma, start, orders, steps=steps, time=time, window=window
    )
    x, y, points = grid_points(found.window, (0, 1), np.zeros(2), _GRID)
    with np.errstate(all="ignore"):
        heights = loss.at(points)
        along = tuple(loss.at(path.points) for path in (found.iterates, *found.flows))
    known = np.concatenate([values[np.isfinite(values)] for values in along])
    low = float(np.concatenate([heights[np.isfinite(heights)], known]).min())
    top = low + _ABOVE * (float(known.max()) - low)
    heights = np.where(np.isfinite(heights) & (heights <= top), heights, np.nan)
    return ReliefData(found, x, y, heights, along)


def draw_relief(data: ReliefData, axes: Any = None, *, view: tuple[float, float] = VIEW) -> Figure:
    """Draw the figure from its data, in `axes` in space or in a new figure."""
    from bea.plots.house.canvas import axes_in_space, figure_of, house_rules, titled

    with house_rules():
        if axes is None:
            (axes,) = axes_in_space((7.6, 5.6))
        draw_heights(axes, data.x, data.y, data.heights)
        paths = (data.trajectory.iterates, *data.trajectory.flows)
        handles = [_draw_path(axes, *pair) for pair in zip(paths, data.along, strict=True)]
        x, y = data.trajectory.variables
        axes.set(xlabel=x, ylabel=y, zlabel="loss", xlim=data.trajectory.window[0],
                 ylim=data.trajectory.window[1])  # fmt: skip
        axes.view_init(*view)
        axes.set_box_aspect(None, zoom=0.92)
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0))
        titled(axes, data.trajectory.title, data.trajectory.subtitle)
        return figure_of(axes)


def draw_heights(axes: Any, x: Floats, y: Floats, heights: Floats, **options: Any) -> None:
    """Draw heights (rows, columns) over a grid as a surface, below whatever is drawn on it."""
    from matplotlib.colors import ListedColormap

    from bea.plots.house.levels import band_colours

    colours = ListedColormap(band_colours(np.arange(65.0)))
    axes.plot_surface(
        *np.meshgrid(x, y), heights, cmap=colours, rcount=60, ccount=60, edgecolor="#8c8c8c",
        linewidth=0.15, zorder=1, **options,
    )  # fmt: skip


# --- private helpers ----------------------------------------------------------------------------


def _draw_path(axes: Any, path: Path, heights: Floats) -> Any:
    points = (*path.points.T, heights)
    if not path.orders:
        look: dict[str, Any] = {"color": ITERATES, "marker": "o", "ms": 4.0, "lw": 0.7,
                                "mec": "white", "mew": 0.5, "zorder": 6}  # fmt: skip
    else:
        style = order_style(path.orders[0])
        width = 2.4 if path.orders[0] == 0 else 1.8
        look = {"color": style.colour, "ls": style.line, "lw": width, "zorder": 4}
    return axes.plot(*points, label=path.label, gid=MOVING, **look)[0]
