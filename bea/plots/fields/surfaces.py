"""The loss around points of many parameters, in a plane of two random directions.

The directions are filter-normalised, so that a radius means the same for weights of every size:
Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets", NeurIPS 2018.
Two solutions are compared on the same levels and along the same two draws of noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_number, real_points
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.fields import Loss
from bea.fields.functions.of_program import without_symbols
from bea.flows.deterministic.times import check_count
from bea.plots.fields.relief import VIEW, draw_heights
from bea.plots.house.landscape import Landscape, draw_landscape
from bea.plots.house.levels import contour_levels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANEL = 3.1  # inches
_FILTERS = "filter-normalised directions"
_PRINCIPAL = "principal directions of each run, as long as it reaches"


@dataclass(frozen=True, eq=False)
class SurfaceData:
    """Everything that a figure of surfaces shows.

    Attributes
    ----------
    title : str
    labels : tuple of str
        A word for each point.
    distances : (count,)
        The grid along either direction, in lengths of the weights.
    losses : (points, count, count)
        At points + distances[j] u + distances[i] v; nan outside the domain.
    levels : (levels,)
        Common to all.
    directions : (points, 2, d)
        u and v of each point.
    paths : tuple of (n, 2)
        Runs, projected on the plane of their point: none, or one for each.
    heights : tuple of (n,)
        The loss in the plane along them.
    words : str
        Which directions they are.
    """

    title: str
    labels: tuple[str, ...]
    distances: Floats
    losses: Floats
    levels: Floats
    directions: Floats
    paths: tuple[Floats, ...]
    heights: tuple[Floats, ...] = ()
    words: str = _FILTERS

    def rise(self, radius: float) -> Floats:
        """Return how much higher than its middle each loss is at a radius, on the mean."""
        x, y = np.meshgrid(self.distances, self.distances)
        middle = len(self.distances) // 2
        ring = np.abs(np.hypot(x, y) - radius) <= np.ptp(self.distances) / len(self.distances)
        return np.asarray(self.losses[:, ring].mean(axis=1) - self.losses[:, middle, middle])


def surface_data(
    loss: Loss,
    points: ArrayLike,
    labels: Sequence[str] = (),
    *,
    radius: float = 1.0,
    count: int = 31,
    seed: int = 0,
    paths: Sequence[ArrayLike] = (),
    along_paths: bool = False,
) -> SurfaceData:
    """Compute what a figure of surfaces shows; see `surface_figure`."""
    centres = _points(points, loss.dimension, "the points")
    reach = _checked(radius, count, loss.dimension)
    words = tuple(labels) or tuple(f"point {k + 1}" for k in range(len(centres)))
    if len(words) != len(centres) or (paths and len(paths) != len(centres)):
        raise DimensionError(
            f"{len(centres)} points with {len(words)} labels and {len(paths)} paths: give one for "
            "each point"
        )
    if along_paths and not paths:
        raise BeaError("along_paths is the plane of a run: give paths, one for each point")
    if along_paths:
        directions = np.array([_principal(*pair) for pair in zip(paths, centres, strict=True)])
    else:
        draws = np.random.default_rng(seed).standard_normal((2, loss.dimension))
        groups = without_symbols(loss).groups
        directions = np.array([[groups.filter_normalised(w, c) for w in draws] for c in centres])
    distances = np.linspace(-reach, reach, count)
    planes = zip(centres, directions, strict=True)
    losses = np.array([_plane(loss, centre, u, v, distances) for centre, (u, v) in planes])
    projected = tuple(map(_projected, paths, centres, directions))
    heights = (loss.at(c + p @ d) for p, c, d in zip(projected, centres, directions, strict=False))
    return SurfaceData(
        title=f"The loss around {'solutions' if len(centres) > 1 else 'a point'}, "
        f"d = {loss.dimension}",
        labels=words,
        distances=distances,
        losses=losses,
        levels=contour_levels(losses),
        directions=directions,
        paths=projected,
        heights=tuple(heights),
        words=_PRINCIPAL if along_paths else _FILTERS,
    )


def surface_figure(
    loss: Loss,
    points: ArrayLike,
    labels: Sequence[str] = (),
    *,
    radius: float = 1.0,
    count: int = 31,
    seed: int = 0,
    paths: Sequence[ArrayLike] = (),
    along_paths: bool = False,
    in_space: bool = False,
    axes: Sequence[Axes] | None = None,
) -> Figure:
    """Draw a loss around one or several points, over a plane of two random directions.

    The weights that lead to a unit move as far as they are long; biases stay. All panels have the
    same levels and colours.

    Parameters
    ----------
    loss
        Any loss; filters are those of its groups, as a network of `bea.adapters` has them.
    points : (d,) or (points, d)
    labels
        What to call each of them.
    radius : float
        How far to go along either direction, in lengths of the weights.
    count : int
        Points of the grid a side, an odd number.
    seed : int
        Of the directions.
    paths : sequence of (n, d), optional
        A run to each point, projected orthogonally on its plane.
    along_paths : bool
        Whether the plane of each point is that in which its path moves most, by its two principal
        directions, in which 1 is as far as the path goes. A path is nearly orthogonal to random
        directions, and all but a point there (the paper's section 7).
    in_space : bool
        Whether to draw surfaces in space, with the runs on them, or contours.
    axes
        Where to draw, one for each point, in space with projection="3d"; by default a new figure.

    Raises
    ------
    BeaError
        If numbers do not fit each other, or the loss is not finite anywhere.

    Examples
    --------
    >>> import bea
    >>> figure = surface_figure(bea.problems.himmelblau(), [[3.0, 2.0]], ["a minimum"], count=11)
    >>> figure.axes[0].get_xlabel()
    'first direction'
    """
    data = surface_data(
        loss, points, labels, radius=radius, count=count, seed=seed, paths=paths,
        along_paths=along_paths,
    )  # fmt: skip
    return draw_surfaces_in_space(data, axes) if in_space else draw_surfaces(data, axes)


def draw_surfaces(data: SurfaceData, axes: Sequence[Axes] | None = None) -> Figure:
    """Draw a figure of surfaces from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import (
        check_axes,
        colour_bar,
        figure_of,
        house_rules,
        new_axes,
        titled,
    )

    panels = len(data.labels)
    check_axes(axes, panels)
    with house_rules():
        if axes is None:
            size = _PANEL * panels + 1.2, _PANEL + 1.0
            axes = new_axes(size, 1, panels, sharex=True, sharey=True)
        filled: Any = None
        for k, panel in enumerate(axes):
            behind = Landscape(
                "loss", "loss", data.distances, data.distances, data.losses[k], data.levels
            )
            filled, _ = draw_landscape(panel, behind)
            if data.paths:
                panel.plot(*data.paths[k].T, color="black", lw=1.0)
            panel.plot(0, 0, "o", color="black", ms=4)
            panel.set(xlabel="first direction", aspect="equal")
            words = f"{data.words}, same levels"
            titled(panel, *((data.title, words) if k == 0 else ("", "")), data.labels[k])
        axes[0].set_ylabel("second direction")
        colour_bar(axes[-1], filled)
        return figure_of(axes[0])


def draw_surfaces_in_space(data: SurfaceData, axes: Sequence[Any] | None = None) -> Figure:
    """Draw the surfaces in space from their data, in `axes` or in a new figure.

    Paths are drawn above the surface, so that no part of them is hidden behind a hill.
    """
    from matplotlib.ticker import MaxNLocator

    from bea.plots.house.canvas import axes_in_space, check_axes, figure_of, house_rules, titled

    panels = len(data.labels)
    check_axes(axes, panels)
    low, high = np.nanmin(data.losses), np.nanmax(data.losses)
    with house_rules():
        if axes is None:
            axes = axes_in_space((_PANEL * 1.25 * panels + 0.6, _PANEL * 1.25 + 0.6), panels)
        for k, panel in enumerate(axes):
            grid = data.distances
            draw_heights(panel, grid, grid, data.losses[k], vmin=low, vmax=high)
            if data.paths:
                path, height = _within_grid(data.paths[k], data.heights[k], grid)
                panel.plot(*path.T, height, color="black", lw=1.2, zorder=4)
            middle = data.losses[k][len(grid) // 2, len(grid) // 2]
            panel.plot(0, 0, middle, "o", color="black", ms=5, zorder=6)
            panel.set(xlabel="first direction", ylabel="second direction", zlabel="loss")
            panel.set(xlim=grid[[0, -1]], ylim=grid[[0, -1]], zlim=(low, high))
            panel.view_init(*VIEW)
            panel.set_box_aspect(None, zoom=0.85)
            for axis in (panel.xaxis, panel.yaxis, panel.zaxis):
                axis.set_major_locator(MaxNLocator(4))
            words = f"{data.words}, same heights"
            titled(panel, *((data.title, words) if k == 0 else ("", "")), data.labels[k])
        return figure_of(axes[0])


# --- private helpers ------------------------------------------------------------------------------


def _within_grid(path: Floats, heights: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """Return a path with nan where it is off the grid, where no surface is drawn below it."""
    inside = (np.abs(path) <= grid[-1]).all(axis=1)
    return np.where(inside[:, None], path, np.nan), np.where(inside, heights, np.nan)


def _points(value: ArrayLike, dimension: int, what: str) -> Floats:
    points = real_points(value, dimension, what)
    if points.shape[1:] != (dimension,):
        raise DimensionError(
            f"{what} have the shape {np.shape(value)}: give an array of shape (…, {dimension})"
        )
    return points


def _checked(radius: float, count: int, dimension: int) -> float:
    reach = real_number(radius, "the radius")
    check_count(count, "count")
    if not reach > 0 or count < 3 or count % 2 == 0:
        raise BeaError(
            f"radius {reach:g} and count {count}: give a positive radius, and an odd count of at "
            "least 3, so that the point itself is on the grid"
        )
    if dimension < 2:
        raise DimensionError("a loss of one variable has no plane: give one of at least two")
    return reach


def _plane(loss: Loss, centre: Floats, u: Floats, v: Floats, distances: Floats) -> Floats:
    """Return the losses (count, count) at centre + distances[j] u + distances[i] v, row by row."""
    row = centre + distances[:, None] * u
    with np.errstate(all="ignore"):
        values = np.array([loss.at(row + y * v) for y in distances])
    return np.where(np.isfinite(values), values, np.nan)


def _projected(path: ArrayLike, centre: Floats, directions: Floats) -> Floats:
    """Return a path (n, 2) in the coordinates of a plane, by least squares."""
    points = _points(path, len(centre), "the path")
    return np.asarray(np.linalg.lstsq(directions.T, (points - centre).T, rcond=None)[0].T)


def _principal(path: ArrayLike, centre: Floats) -> Floats:
    """Return the two directions (2, d) in which a path moves most, as long as it goes there."""
    points = _points(path, len(centre), "the path") - centre
    ways = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][:2]
    reach = np.abs(points @ ways.T).max(axis=0)
    if len(ways) < 2 or reach[1] <= 1e-9 * reach[0]:
        raise BeaError("a path moves along a line: it has no plane, so leave along_paths out")
    return np.asarray(ways * reach[:, None])
