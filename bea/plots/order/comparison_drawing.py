"""Drawing a comparison of optimizers; what it shows is computed in `bea.plots.order.comparison`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.fields import Loss
from bea.methods import Method
from bea.plots.house.landscape import draw_landscape, draw_marks
from bea.plots.house.runs import Path
from bea.plots.house.style import ITERATES, MOVING, order_style, shortened
from bea.plots.house.windows import Window
from bea.plots.house.words import name_and_numbers
from bea.plots.order.comparison import ComparisonData, ComparisonPanel, comparison_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_COLUMNS = 3
_PANEL = 3.4  # inches: the width of a panel
_HEADING = 0.9  # inches above each panel for its name and notes
_LETTERS = 52  # of a note: it stands on one line
_MANY = 60  # with more iterates than this, large points would only blot


@either_number
def comparison_figure(
    methods: Sequence[Method],
    loss: Loss,
    gamma: ArrayLike | None = None,
    start: ArrayLike | None = None,
    order: int = 1,
    *,
    steps: int | None = None,
    time: float | None = None,
    window: Window | None = None,
    axes: Sequence[Axes] | None = None,
) -> Figure:
    """Draw methods beside each other on a loss of two variables, a panel each.

    Behind the paths is in each panel the same map, the size of the gradient, which the modified
    loss penalises; ends are marked, and how sharp the loss is there is written above.

    Parameters
    ----------
    methods, loss
        What to compare, and on what.
    gamma : float or (methods,), optional
        The step size, or one for each method. By default all have the same effective rate, with
        which heavy ball, say, needs a step size 1 - beta times that of gradient descent.
    start : (2,), optional
        By default the loss's own.
    order
        Of the modified flows, 1 or more.
    steps : int, optional
        How many steps, the same for all; or `time`, how long in the time of the gradient flow,
        which is gamma times the effective rate per step. By default until the gradient is small.
    window
        (low, high) of both axes; by default around all paths.
    axes
        Where to draw, as many as methods; by default in a new figure.

    Raises
    ------
    BeaError
        If there is no method, the loss has not two variables, the step sizes do not fit, or what
        deriving and iterating raise.

    Examples
    --------
    >>> import bea
    >>> methods = [bea.methods.gradient_descent(), bea.methods.heavy_ball(beta="1/2")]
    >>> figure = comparison_figure(methods, bea.problems.linear_network())
    >>> [a.get_title(loc="left") for a in figure.axes]
    ['Gradient descent', 'Heavy ball (β = 1/2)']
    """
    data = comparison_data(
        methods, loss, gamma, start, order, steps=steps, time=time, window=window
    )
    return draw_comparison(data, axes)


def draw_comparison(data: ComparisonData, axes: Sequence[Axes] | None = None) -> Figure:
    """Draw a comparison from its data, in `axes`, one for each panel, or in a new figure."""
    from bea.plots.house.canvas import check_axes, colour_bar, figure_of, house_rules

    count = len(data.panels)
    check_axes(axes, count)
    with house_rules():
        panels = _new_panels(data) if axes is None else list(axes)
        filled, handles = None, list[Any]()
        for place, panel in zip(panels, data.panels, strict=True):
            filled, handles = _draw_panel(place, data, panel)
        for place in panels[::_COLUMNS]:
            place.set_ylabel(data.variables[1], parse_math=False)
        colour_bar(panels[min(_COLUMNS, count) - 1], filled, data.behind.label)
        figure = figure_of(panels[0])
        if axes is None:
            figure.suptitle(f"{data.title}, {data.subtitle}", x=0.01, ha="left", fontsize=11)
            columns = min(len(handles), 3 if count < 3 else 6)
            figure.legend(handles=handles, loc="outside lower left", ncols=columns)
        else:
            panels[0].legend(handles=handles)
        return figure


# --- private helpers ----------------------------------------------------------------------------


def _new_panels(data: ComparisonData) -> list[Axes]:
    from bea.plots.house.canvas import new_axes

    count = len(data.panels)
    columns = min(count, _COLUMNS)
    rows = -(-count // columns)
    (left, right), (bottom, top) = data.window
    height = _PANEL * min(max((top - bottom) / (right - left), 0.5), 1.5)
    size = _PANEL * columns + 1.3, (height + _HEADING) * rows + 1.1
    panels = new_axes(size, rows, columns, sharex=True, sharey=True)
    for spare in panels[count:]:
        spare.set_axis_off()
    for lowest in panels[max(count - columns, 0) : count]:  # there may be nothing below
        lowest.tick_params(labelbottom=True)
    return panels[:count]


def _draw_panel(axes: Axes, data: ComparisonData, panel: ComparisonPanel) -> tuple[Any, list[Any]]:
    """Draw one panel; return its filled contours, and what the legend shows."""
    filled, _ = draw_landscape(axes, data.behind)
    marks = draw_marks(axes, data.minima, data.critical)
    exact, modified = order_style(0), order_style(data.order)
    handles = [
        _draw_iterates(axes, panel.iterates),
        _draw_line(axes, data.gradient_flow, exact, 2.2, "gradient flow", 3),
        _draw_line(axes, panel.modified, modified, 1.6, f"modified flow, K = {data.order}", 6),
        _draw_end(axes, panel.iterates, "s", ITERATES, "end of the iterates"),
        _draw_end(axes, data.gradient_flow, "D", exact.colour, "end of the gradient flow"),
        *marks,
    ]
    axes.set_xlim(*data.window[0])
    axes.set_ylim(*data.window[1])
    axes.set_aspect("equal", adjustable="box")
    axes.set_xlabel(data.variables[0], parse_math=False)
    _head(axes, data, panel)
    return filled, handles


def _head(axes: Axes, data: ComparisonData, panel: ComparisonPanel) -> None:
    """Write the method's name above a panel, and in grey below it what a reader has to know."""
    name, numbers = _named(panel.name)
    penalty = "" if panel.penalty is None else f"L + {panel.penalty:.2g} ‖∇L‖²"
    end = f"sharpness at the end {panel.sharpness:.3g}, of the flow {data.sharpness:.3g}"
    stops = [
        f"{which} {path.stopped}"
        for which, path in (("iterates", panel.iterates), ("flow", panel.modified))
        if path.stopped
    ]
    first = ", ".join(filter(None, [numbers, f"γ = {panel.gamma:.4g}"]))
    second = f"descends {penalty}" if penalty else panel.notes[0]
    third = ", ".join([*panel.notes[0 if penalty else 1 :], *stops]).removeprefix("flows from the ")
    lines = [shortened(line, _LETTERS) for line in (first, second, end, *filter(None, [third]))]
    most = 3 + any(len(other.notes) > (other.penalty is None) for other in data.panels)
    text = "\n".join([" "] * (most - len(lines)) + lines)
    axes.annotate(
        text, (0, 1), xytext=(0, 5), xycoords="axes fraction", textcoords="offset points",
        fontsize=8, color="#555555", va="bottom", parse_math=False, linespacing=1.2,
    ).set_in_layout(False)  # fmt: skip
    axes.set_title(name, pad=8 + 9.8 * (text.count("\n") + 1), parse_math=False)


def _named(name: str) -> tuple[str, str]:
    """Return a title, with one hyperparameter in it, and several apart, without options."""
    bare, given = name_and_numbers(name)
    return (f"{bare} ({given[0]})", "") if len(given) == 1 else (bare, ", ".join(given))


def _draw_iterates(axes: Axes, path: Path) -> Any:
    few = len(path.times) <= _MANY
    (line,) = axes.plot(
        *path.points.T, color=ITERATES, ls="", marker="o", ms=3.5 if few else 2.0,
        mec="white", mew=0.5 if few else 0.0, label="iterates", zorder=5, gid=MOVING,
    )  # fmt: skip
    return line


def _draw_line(axes: Axes, path: Path, style: Any, width: float, label: str, above: float) -> Any:
    points = np.asarray(path.points)
    style_of = {"color": style.colour, "ls": style.line, "lw": width}
    (line,) = axes.plot(*points.T, **style_of, label=label, zorder=above, gid=MOVING)
    return line


def _draw_end(axes: Axes, path: Path, marker: str, colour: str, label: str) -> Any:
    known = path.points[np.isfinite(path.points).all(axis=1)]
    (line,) = axes.plot(
        *known[-1:].T, ls="", marker=marker, ms=6, mfc=colour, mec="white", mew=1.0, label=label,
        zorder=8 if marker == "s" else 7,
    )  # fmt: skip
    return line
