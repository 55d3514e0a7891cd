"""Two-dimensional backgrounds: contours of a loss or an invariant, or the streamlines of a field.

Owns the grid in a window and the marks at minima and other critical points. The choice of levels is
in `bea.plots.house.levels`; what is drawn on top is left to `bea.plots.fields.trajectory`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bea.algebra import as_float, parse
from bea.algebra.language.expressions import free_symbols
from bea.arrays import Floats
from bea.errors import DimensionError, UnknownNameError, nearest
from bea.fields import Loss, VectorField
from bea.measure.escape.critical_points import hessian
from bea.plots.house.levels import band_colours, contour_levels
from bea.plots.house.style import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Window = tuple[tuple[float, float], tuple[float, float]]

_GRID = 201  # points a side: a contour is then smooth at the size of a page
_STREAM_GRID = 41
_LINE_COLOUR = "#8c8c8c"
_FLAT = 1e-9  # of the largest curvature: smaller ones are rounding errors


@dataclass(frozen=True, eq=False)
class Landscape:
    """What lies behind a path in the plane.

    Attributes
    ----------
    kind : str
        "loss", "invariant", "difference" (of losses) or "field" (streamlines).
    label : str
        What the contours are of.
    x, y : (columns,), (rows,)
        The grid.
    values : (rows, columns) or (2, rows, columns)
        Of the loss or invariant, or the two components of the field; nan where not defined.
    levels : (levels,)
        Contour levels, rising; empty without contours.
    """

    kind: str
    label: str
    x: Floats
    y: Floats
    values: Floats
    levels: Floats


def landscape(
    problem: VectorField, window: Window, axes: Sequence[int] = (0, 1)
) -> Landscape | None:
    """Return the contours of a loss, else of the first invariant, else the field itself.

    None in other than two dimensions, where there is nothing to show in a plane.

    Parameters
    ----------
    problem
        The field or loss.
    window
        (low, high) of the two components that are drawn.
    axes
        Which those are.

    Examples
    --------
    >>> import bea
    >>> behind = landscape(bea.problems.pendulum(), ((-4, 4), (-2, 2)))
    >>> behind.kind, behind.label
    ('invariant', 'p**2/2 - cos(q)')
    """
    if problem.dimension != 2:
        return None
    if isinstance(problem, Loss):
        return _contours("loss", "loss", problem.at, window, axes)
    if problem.about.invariants:
        text = problem.about.invariants[0]
        invariant = Loss.read(text, problem.variables, problem.parameters)
        return _contours("invariant", text, invariant.at, window, axes)
    x, y, points = grid_points(window, axes, np.zeros(2), _STREAM_GRID)
    with np.errstate(all="ignore"):
        values = np.moveaxis(problem(points)[..., list(axes)], -1, 0)
    values[~np.isfinite(values)] = np.nan
    return Landscape("field", "field", x, y, values, np.empty(0))


def grid_points(
    window: Window, axes: Sequence[int], base: Floats, count: int = _GRID
) -> tuple[Floats, Floats, Floats]:
    """Return a grid's x and y and its points (rows, columns, d); other components are `base`'s."""
    x, y = (np.linspace(low, high, count) for low, high in window)
    points = np.tile(base, (count, count, 1))
    points[..., axes[0]] = x[None, :]
    points[..., axes[1]] = y[:, None]
    return x, y, points


def marked_points(points: Sequence[Sequence[str]], axes: Sequence[int]) -> Floats:
    """Return points given as texts as (points, axes), without those that are symbolic.

    >>> marked_points([("1", "1/2", "0"), ("c", "0", "0")], (0, 1))
    array([[1. , 0.5]])
    """
    texts = [[parse(point[i]) for i in axes] for point in points]
    found = [[as_float(t) for t in point] for point in texts if not any(map(free_symbols, point))]
    return np.unique(np.array(found).reshape(-1, len(axes)), axis=0)


def known_points(problem: VectorField, axes: Sequence[int]) -> tuple[Floats, Floats]:
    """Return the known minima, local ones too, and the other critical points, as (points, axes).

    >>> import bea
    >>> minima, others = known_points(bea.problems.three_hump_camel(), (0, 1))
    >>> len(minima), len(others)
    (3, 2)
    """
    everything = range(problem.dimension)
    minima, critical = (
        marked_points(points, everything)
        for points in (problem.about.minima, problem.about.critical)
    )
    local = np.zeros(len(critical), dtype=bool)
    if isinstance(problem, Loss) and len(critical):
        curvatures = np.linalg.eigvalsh(hessian(problem)(critical))
        local = curvatures[:, 0] > _FLAT * np.abs(curvatures).max(axis=1)
    minima, critical = np.concatenate([minima, critical[local]]), critical[~local]
    drawn = list(axes)
    return np.unique(minima[:, drawn], axis=0), np.unique(critical[:, drawn], axis=0)


def points_within(points: Floats, window: Sequence[tuple[float, float]]) -> Floats:
    """Return the points that lie in a window, and not on its very edge.

    >>> points_within(np.array([[0.5], [1.0]]), [(0.0, 1.0)])
    array([[0.5]])
    """
    low, high = np.array(window).T
    edge = 0.01 * (high - low)
    return points[((points > low + edge) & (points < high - edge)).all(axis=1)]


def chosen_components(
    problem: VectorField, components: Sequence[str | int] | str | int
) -> tuple[int, ...]:
    """Return the indices of components that are named or counted from 0.

    Raises
    ------
    UnknownNameError, DimensionError
        If there is no such component, or one is given twice.

    Examples
    --------
    >>> chosen_components(VectorField.read("p, -q", "q p"), ["p", 0])
    (1, 0)
    """
    if not isinstance(components, Iterable):
        components = [components]
    chosen = tuple(_component(problem, c) for c in components)
    if len(set(chosen)) != len(chosen):
        raise DimensionError("a component is given twice: give different ones")
    return chosen


def draw_landscape(axes: Axes, behind: Landscape | None) -> tuple[Any, list[Any]]:
    """Draw contours, lightly filled, or streamlines.

    Returns
    -------
    filled
        The filled contours, for a colour bar; None if there are none.
    key
        What a legend shows of it.
    """
    if behind is None:
        axes.grid(True)
        return None, []
    if behind.kind == "field":
        return None, [_draw_streams(axes, behind)]
    values = np.clip(np.ma.masked_invalid(behind.values), behind.levels[0], behind.levels[-1])
    colours = band_colours(behind.levels, signed=behind.kind == "difference")
    grid = behind.x, behind.y, values
    filled = axes.contourf(*grid, behind.levels, colors=colours, zorder=0)
    axes.contour(
        *grid, behind.levels[1:-1], colors=_LINE_COLOUR, linewidths=0.5, linestyles="solid",
        zorder=0.5,
    )  # fmt: skip
    return filled, [_key(f"{_contour_text(behind)},\ndarker is higher")]


def draw_marks(axes: Axes, minima: Floats, critical: Floats) -> list[Any]:
    """Mark minima by stars and other critical points by crosses; return the legend's handles."""
    handles = []
    for points, marker, size, label in (
        (minima, "*", 12, ("minimum", "minima")),
        (critical, "X", 7, ("critical point", "critical points")),
    ):
        if len(points):
            handles += axes.plot(
                *points.T, ls="", marker=marker, ms=size, mfc="white", mec="#333333", mew=0.9,
                label=label[len(points) > 1], zorder=2,
            )  # fmt: skip
    return handles


# --- private helpers ----------------------------------------------------------------------------


def _contours(
    kind: str, label: str, function: Callable[[Floats], Floats], window: Window, axes: Sequence[int]
) -> Landscape:
    x, y, points = grid_points(window, axes, np.zeros(2))
    with np.errstate(all="ignore"):
        values = function(points)
    return Landscape(kind, label, x, y, values, contour_levels(values))


def _component(problem: VectorField, component: str | int) -> int:
    names = problem.variables
    if isinstance(component, str) and component not in names:
        raise UnknownNameError(
            f"'{problem.name}' has no variable '{component}': it has {', '.join(names)}."
            f"{nearest(component, names)}"
        )
    index = names.index(component) if isinstance(component, str) else component
    if not 0 <= index < len(names):
        raise DimensionError(
            f"'{problem.name}' has no component {index}: give 0 to {len(names) - 1}, or a name"
        )
    return index


def _draw_streams(axes: Axes, behind: Landscape) -> Any:
    axes.streamplot(
        behind.x, behind.y, behind.values[0], behind.values[1], color="#bdbdbd", linewidth=0.7,
        arrowsize=0.8, density=1.2, zorder=0,
    )  # fmt: skip
    return _key("flow lines of the field")


def _contour_text(behind: Landscape) -> str:
    if behind.kind == "loss":
        return "contours of the loss"
    return f"contours of the invariant\n{shortened(behind.label, 30)}"


def _key(label: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=_LINE_COLOUR, lw=0.7, label=label)
