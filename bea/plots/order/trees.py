"""The trees of a B-series, drawn, each with its coefficient; a row or more for each order.

A node of the second part of f is a circle, of further parts one with a number: black and white tell
them apart. The layout is that of `bea.trees.pictures`, which SVG and TikZ have, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bea.errors import OrderError
from bea.modified import BSeries, ModifiedEquation
from bea.modified.writing.script import TEXT, coefficient
from bea.plots.house.words import method_words
from bea.trees import Tree
from bea.trees.pictures import Entry, arranged, digit, is_filled, laid_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_UNIT = 0.2  # inches between two leaves
_WIDE = 8.6  # inches that a row has
_LEAST, _LARGEST = 4.8, 1.7  # inches that a title needs; how much larger few trees are drawn for it
_LETTER, _LINE = 0.075, 0.2  # inches of a letter of a coefficient, and of its line
_HIGH = 90.0  # inches that a figure may have
_HEAD = 0.75  # inches of the title
_RADIUS = 0.26  # of a node, in the distance of two leaves


@dataclass(frozen=True, eq=False)
class TreesData:
    """Everything that the figure shows.

    Attributes
    ----------
    title, subtitle
        What the series is, and what its coefficients are the factors of.
    entries
        Its trees, and the coefficients as texts.
    """

    title: str
    subtitle: str
    entries: list[tuple[Tree, str]]


def trees_figure(source: Any, order: int | None = None, *, axes: Axes | None = None) -> Figure:
    """Draw the trees of a series with their coefficients.

    Parameters
    ----------
    source
        A `BSeries`, a `ModifiedEquation`, or a method or its name, of whose step the map is drawn.
    order
        The highest power of gamma; by default all of a series or an equation, 4 of a method.
    axes
        Where to draw; by default in a new figure.

    Raises
    ------
    BeaError
        As `BSeries.of` and `BSeries.truncate`.

    Examples
    --------
    >>> figure = trees_figure("rk4", 3)
    >>> [text.get_text() for text in figure.axes[0].texts if "/" in text.get_text()][:2]
    ['1/2', '1/6']
    """
    return draw_trees(trees_data(source, order), axes)


def trees_data(source: Any, order: int | None = None) -> TreesData:
    """Compute what the figure shows; see `trees_figure`."""
    series = source if isinstance(source, BSeries) else BSeries.of(source, order)
    if order is not None and series.order != order:
        series = series.truncate(order)
    letter = "a" if series.kind == "map" else "b"
    title = f"Coefficients {letter}(τ) of {_named(source, series)}"
    entries = [(t, coefficient(c, TEXT)) for t, c in series.items()]
    return TreesData(title, _formula(series), entries)


def draw_trees(data: TreesData, axes: Axes | None = None) -> Figure:
    """Draw the figure from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, new_axes, titled

    unit = _UNIT
    found, width, height = _arranged(data, unit)
    if unit * width < _LEAST:
        unit *= min(_LARGEST, _LEAST / (unit * width))
        found, width, height = _arranged(data, unit)
    width, high = max(width, _LEAST / unit), unit * height + _HEAD
    if axes is None and high > _HIGH:
        raise OrderError(
            f"the drawing of {len(found):,} trees would be {high:.0f} inches high: take a lower "
            "order"
        )
    with house_rules():
        drawn = axes if axes is not None else new_axes((unit * (width + 2), high))[0]
        for x, y, tree, label in found:
            _draw(drawn, tree, x, -y)
            middle = x + max(place.x for place in laid_out(tree)[0]) / 2
            drawn.text(middle, -y - 0.6, label, ha="center", va="top", fontsize=8)
        drawn.set_xlim(-1, width)
        drawn.set_ylim(_LINE / unit - height, 0.5)
        drawn.set_aspect("equal", anchor="NW")
        drawn.set_axis_off()
        titled(drawn, data.title, data.subtitle)
        return figure_of(drawn)


# --- private helpers ----------------------------------------------------------------------------


def _arranged(data: TreesData, unit: float) -> tuple[list[Entry], float, float]:
    return arranged(data.entries, _WIDE / unit, _LETTER / unit, _LINE / unit)


def _draw(axes: Axes, tree: Tree, left: float, bottom: float) -> None:
    from matplotlib.patches import Circle

    places, edges = laid_out(tree)
    for a, b in edges:
        ends = [left + a.x, left + b.x], [bottom + a.level, bottom + b.level]
        axes.plot(*ends, color="black", lw=1.0, zorder=1)
    for place in places:
        at = (left + place.x, bottom + place.level)
        number = digit(place.node)
        fill = "black" if is_filled(place.node) else "white"
        radius = _RADIUS * (1.35 if number else 1)
        axes.add_patch(Circle(at, radius, facecolor=fill, edgecolor="black", lw=1.0, zorder=2))
        if number:
            axes.text(*at, number, ha="center", va="center_baseline", fontsize=6)


def _named(source: Any, series: BSeries) -> str:
    if isinstance(source, ModifiedEquation):
        kinds = {"modifying": "the modifying integrator", "step": "a step"}
        kind = kinds.get(source.kind, "the modified equation")
        return f"{kind} of {method_words(str(source.method))}"
    if isinstance(source, BSeries):
        return f"a {source.kind}"
    return f"a step of {method_words(str(source))}"


def _formula(series: BSeries) -> str:
    """Return the series in general, and what nodes stand for where there are several kinds."""
    marks = []
    for color in series.colors if len(series.colors) > 1 else ():
        node = next(t for t in series if t.order == 1 and t.color is color)
        number = digit(node)
        circled = chr(ord("①") + int(number) - 1) if number and int(number) <= 20 else number
        marks.append(f"{circled or '●○'[not is_filled(node)]} {color.text}")
    return f"{series.formula},   {',  '.join(marks)}" if marks else series.formula
