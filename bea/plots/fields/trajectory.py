"""Iterates among the flows that they follow: in the plane of two components, or against time.

`trajectory_data` runs the method and the flows and chooses the window, `draw_trajectory` draws.
What lies behind a path in the plane is `bea.plots.house.landscape`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import DimensionError
from bea.fields import VectorField
from bea.methods import Method, Scheduled
from bea.modified import modified_equation
from bea.modified.checks import checked_orders, require_method, require_problem
from bea.modified.memory.character import Character
from bea.plots.house.landscape import (
    Landscape,
    chosen_components,
    draw_landscape,
    draw_marks,
    known_points,
    landscape,
    points_within,
)
from bea.plots.house.runs import (
    Path,
    as_run,
    flow_paths,
    flow_paths_by_pieces,
    iterates_path,
    range_note,
    range_warning,
    start_of,
)
from bea.plots.house.style import ITERATES, MOVING, order_style
from bea.plots.house.windows import Window, checked_window, path_window, time_window
from bea.plots.house.words import method_words, problem_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_MANY = 60  # with more iterates than this, points of all of them would only blot the flows
_SHOWN = 40  # then at most this many are points, on a thin line below the flows


@dataclass(frozen=True, eq=False)
class TrajectoryData:
    """Everything that a trajectory figure shows.

    Attributes
    ----------
    title, subtitle : str
        The words.
    variables : tuple of str
        The component or components that are drawn.
    iterates : Path
        The method's own.
    flows : tuple of Path
        By rising order.
    window : tuple
        (low, high) of each axis; the horizontal one is time if there is one component.
    aspect : str
        "equal" where both axes have the same scale, else "auto".
    minima, critical : (points, components)
        Points to mark.
    behind : Landscape
        Contours or streamlines, or nothing.
    """

    title: str
    subtitle: str
    variables: tuple[str, ...]
    iterates: Path
    flows: tuple[Path, ...]
    window: Window
    aspect: str
    minima: Floats
    critical: Floats
    behind: Landscape | None


@either_number
def trajectory_figure(
    method: Method,
    problem: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    orders: Iterable[int] = (0, 1, 2),
    *,
    steps: int | None = None,
    time: float | None = None,
    components: Sequence[str | int] | None = None,
    window: Window | None = None,
    behind: VectorField | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw iterates and the flows of the modified equations, over the contours of a loss.

    The flow of order K of a method with memory starts where a run from zero memory belongs; where
    that is not known the memory begins on the slow manifold. The subtitle says which.

    Behind a vector field that is no loss are the contours of its first invariant, or else its
    streamlines. One component is drawn against time.

    Parameters
    ----------
    method, problem, gamma
        What to iterate, on what, and the step size.
    start : (d,), optional
        By default the problem's own.
    orders
        The orders K of truncation whose flows are drawn; 0 is the exact flow of the problem.
    steps : int, optional
        How many steps; or `time`, how long in the units of gamma. By default the problem's time.
    components
        One or two variables to draw, by name or counted from 0; needed in more than two dimensions.
    window
        (low, high) of both axes; by default close around the path.
    behind
        The problem whose contours and minima are shown, by default the same. With a schedule it is
        the one without the time.
    axes
        Where to draw; by default in a new figure.

    Raises
    ------
    BeaError
        If there is no start, or more than two components and none chosen; or what iterating and
        deriving raise.

    Examples
    --------
    >>> import bea
    >>> method, loss = bea.methods.gradient_descent(), bea.problems.double_well()
    >>> figure = trajectory_figure(method, loss, 0.25, steps=6, orders=[0, 1])
    >>> figure.axes[0].get_legend().get_texts()[0].get_text()
    'iterates'
    """
    data = trajectory_data(
        method, problem, gamma, start, orders,
        steps=steps, time=time, components=components, window=window, behind=behind,
    )  # fmt: skip
    return draw_trajectory(data, axes)


@either_number
def trajectory_data(
    method: Method,
    problem: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    orders: Iterable[int] = (0, 1, 2),
    *,
    steps: int | None = None,
    time: float | None = None,
    components: Sequence[str | int] | None = None,
    window: Window | None = None,
    behind: VectorField | None = None,
) -> TrajectoryData:
    """Compute what a trajectory figure shows; see `trajectory_figure`."""
    require_method(method)
    require_problem(problem)
    drawn = _drawn(problem, components)
    within = behind is not None and max(drawn, default=0) < behind.dimension
    shown = behind if within and behind is not None else problem
    if window is not None:
        checked_window(window, 2)
    point = start_of(problem, start)
    chosen = checked_orders(orders)
    if isinstance(method, Scheduled) and method.in_pieces:
        note = "flows from the corrected start" * Character(method).has_memory
        full = iterates_path(method, problem, point, gamma, steps, time)
        followed = flow_paths_by_pieces(method, problem, gamma, chosen, full)
    else:
        equation = modified_equation(method, problem, chosen[-1]) if chosen else None
        run, note = as_run(method, equation)
        full = iterates_path(run, problem, point, gamma, steps, time)
        followed = flow_paths(equation, gamma, chosen, full)
    flows = [path.onto(drawn) for path in followed]
    iterates = full.onto(drawn)
    minima, critical = known_points(shown, drawn)
    paths = [iterates.points, *(path.points for path in flows)]
    about = _about_window(shown, drawn)
    if len(drawn) == 1:
        aspect, window = "auto", window or time_window(full.times, paths, about)
    else:
        aspect, window = "equal", window or path_window(paths, about, minima)
    return TrajectoryData(
        title=f"{method_words(str(method), 40, first=True)} on {problem_words(problem.name)}: "
        "iterates and flows",
        subtitle=_subtitle(method, problem, gamma, point, len(iterates.times) - 1, note),
        variables=tuple(problem.variables[i] for i in drawn),
        iterates=iterates,
        flows=tuple(flows),
        window=window,
        aspect=aspect,
        minima=points_within(minima, window[-len(drawn) :]),
        critical=points_within(critical, window[-len(drawn) :]),
        behind=landscape(shown, window, drawn) if len(drawn) == 2 else None,
    )


def draw_trajectory(data: TrajectoryData, axes: Axes | None = None) -> Figure:
    """Draw a trajectory figure from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        if axes is None:
            layout = "compressed" if data.aspect == "equal" else "constrained"
            axes = new_axes((8.4, 5.0), layout=layout)[0]
        _, key = draw_landscape(axes, data.behind)
        plane = len(data.variables) == 2
        marks = draw_marks(axes, data.minima, data.critical) if plane else []
        highest = max((p.orders[0] for p in data.flows), default=0)
        handles = [_draw_iterates(axes, data.iterates)]
        handles += [_draw_flow(axes, path, highest) for path in data.flows]
        handles += [*marks, *key]
        _label(axes, data)
        legend_right(axes, handles, [str(h.get_label()) for h in handles])
        titled(axes, data.title, data.subtitle)
        return figure_of(axes)


# --- private helpers: data ----------------------------------------------------------------------


def _drawn(problem: VectorField, components: Sequence[str | int] | None) -> tuple[int, ...]:
    """Return the one or two components to draw."""
    if components is not None:
        drawn = chosen_components(problem, components)
        if len(drawn) not in (1, 2):
            raise DimensionError(
                f"{len(drawn)} components are given: give two for the plane, or one to see it "
                "against time"
            )
        return drawn
    if problem.dimension > 2:
        names = problem.variables
        raise DimensionError(
            f"'{problem.name}' has {problem.dimension} variables ({', '.join(names)}), a figure "
            f"shows two: choose them, such as components=('{names[0]}', '{names[1]}')"
        )
    return tuple(range(problem.dimension))


def _about_window(problem: VectorField, drawn: Sequence[int]) -> Floats | None:
    window = problem.about.window
    return np.array([window[i] for i in drawn], dtype=float) if window else None


def _subtitle(
    method: Method, problem: VectorField, gamma: float, start: Floats, steps: int, note: str
) -> str:
    names = ", ".join(problem.variables)
    point = ", ".join(f"{x:.4g}" for x in start)
    beyond = range_note(range_warning(method, problem, gamma, start))
    return f"γ = {gamma:.4g}, {steps} step{'s' * (steps > 1)} from ({names}) = ({point})" + (
        f"; {note}{beyond}" if note else beyond
    )


# --- private helpers: drawing -------------------------------------------------------------------


def _draw_iterates(axes: Axes, path: Path) -> Any:
    x, y = _coordinates(path)
    colours: dict[str, Any] = {"color": ITERATES, "mfc": ITERATES, "mec": "white", "mew": 0.5}
    if len(x) <= _MANY:
        return axes.plot(
            x, y, lw=0.6, marker="o", ms=4.5, label=path.label, zorder=5, gid=MOVING, **colours
        )[0]
    axes.plot(x, y, lw=0.6, color=ITERATES, zorder=2.5, gid=MOVING)
    every = -(-len(x) // _SHOWN)
    name, line, stopped = path.label.partition("\n")
    label = f"{name}, one in {every}{line}{stopped}"
    x, y = x[::every], y[::every]
    return axes.plot(x, y, ls="", marker="o", ms=3.6, label=label, zorder=5, gid=MOVING, **colours)[
        0
    ]


def _draw_flow(axes: Axes, path: Path, highest: int) -> Any:
    """Draw a flow; the exact one is the thickest, so that it shows below the others."""
    style = order_style(path.orders[0], highest)
    x, y = _coordinates(path)
    few = len(x) // path.every <= _MANY
    line = axes.plot(
        x, y, color=style.colour, lw=2.4 if path.orders[0] == 0 else 1.6, ls=style.line,
        marker=style.marker if few else "", ms=4.5, mfc="white", mew=0.9, markevery=path.every,
        label=path.label, zorder=3 + path.orders[0] / (highest + 1), gid=MOVING,
    )  # fmt: skip
    return line[0]


def _coordinates(path: Path) -> tuple[Floats, Floats]:
    if path.points.shape[1] == 1:
        return path.times, path.points[:, 0]
    return path.points[:, 0], path.points[:, 1]


def _label(axes: Axes, data: TrajectoryData) -> None:
    axes.set_xlim(*data.window[0])
    axes.set_ylim(*data.window[1])
    if data.aspect == "equal":
        axes.set_aspect("equal", adjustable="box")
    names = data.variables if len(data.variables) == 2 else ("time t", *data.variables)
    axes.set_xlabel(names[0], parse_math=False)
    axes.set_ylabel(names[1], parse_math=False)
    if len(data.variables) == 1:
        for value in [*data.minima[:, 0], *data.critical[:, 0]]:
            axes.axhline(value, color="#9a9a9a", lw=0.8, zorder=1)
