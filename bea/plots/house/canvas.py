"""Figures without global state: no pyplot, no window, no change to a user's matplotlib settings.

A `HouseFigure` draws itself under the rules of the house wherever it is drawn, and shows itself in
a notebook, which knows only the figures of pyplot. This module imports matplotlib when it is
imported; import it inside the functions that draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation, LogLocator, NullFormatter
from numpy.typing import NDArray

from bea.errors import DimensionError
from bea.plots.house.style import RULES, WORDS

# Dots per inch on a screen, and how many times finer a notebook's picture is.
_DPI = 100
_FINER = 1.5


class HouseFigure(Figure):
    """A matplotlib figure in the house style that a notebook can show by itself.

    Examples
    --------
    >>> figure = HouseFigure(figsize=(2, 1))
    >>> figure._repr_png_()[0][:4]
    b'\\x89PNG'
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        with house_rules():
            super().__init__(*args, **{"layout": "constrained", "dpi": _DPI, **options})
        FigureCanvasAgg(self)

    def draw(self, renderer: Any) -> None:
        """Draw under the house's rules: ticks, for one, are made only now."""
        with house_rules():
            super().draw(renderer)

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save under the house's rules; `bea.plots.save_figure` also writes whole or not at all."""
        with house_rules():
            super().savefig(fname, **options)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the picture and its size on the screen; IPython asks for it."""
        stream = BytesIO()
        self.savefig(stream, format="png", dpi=_FINER * self.dpi)
        width, height = self.get_size_inches() * self.dpi
        return stream.getvalue(), {"width": round(width), "height": round(height)}


@contextmanager
def house_rules() -> Iterator[None]:
    """Draw in the house style for a while, and leave matplotlib's settings as they were."""
    rules: Any = RULES
    with rc_context(rules):
        yield


def new_axes(
    size: tuple[float, float],
    rows: int = 1,
    columns: int = 1,
    layout: str = "constrained",
    **options: Any,
) -> list[Axes]:
    """Return the axes of a new figure of that size in inches, row by row."""
    figure = HouseFigure(figsize=size, layout=layout)
    return list(figure.subplots(rows, columns, squeeze=False, **options).ravel())


def axes_in_space(size: tuple[float, float], columns: int = 1) -> list[Any]:
    """Return axes in space, beside each other, of a new figure of that size in inches."""
    figure = HouseFigure(figsize=size)
    panels = range(1, columns + 1)
    return [
        figure.add_subplot(1, columns, k, projection="3d", computed_zorder=False) for k in panels
    ]


def check_axes(axes: Sequence[Any] | None, wanted: int) -> None:
    """Refuse axes that are given, if they are not as many as a figure has panels."""
    if axes is not None and len(axes) != wanted:
        raise DimensionError(f"{len(axes)} axes are given: this figure needs {wanted}")


def figure_of(axes: Axes) -> Figure:
    """Return the figure that axes are in, however deep in subfigures."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


def titled(axes: Axes, title: str, subtitle: str = "", panel: str = "") -> None:
    """Write a title at the left, a smaller grey line below it, and below that the panel's name."""
    height = 6.0
    for text, size, colour, kind in ((panel, 10, "black", None), (subtitle, 9, "#555555", WORDS)):
        if text:
            line = axes.annotate(
                text, (0, 1), xytext=(0, height), xycoords="axes fraction", parse_math=False,
                textcoords="offset points", fontsize=size, color=colour, va="bottom", gid=kind,
            )  # fmt: skip
            # Like a title it may be wider than its axes; the title below keeps the height free.
            line.set_in_layout(False)
            height += 1.45 * size
    axes.set_title(title, loc="left", pad=height, parse_math=False)


def colour_bar(axes: Axes, filled: Any, label: str = "") -> None:
    """Draw the levels of filled contours in a bar at the right, as high as the axes.

    All bands have the same height there, whatever their values are.
    """
    bar = axes.inset_axes((1.03, 0.0, 0.045, 1.0))
    drawn = figure_of(axes).colorbar(
        filled, cax=bar, ticks=filled.levels, format=_number, spacing="uniform"
    )
    if label:
        drawn.set_label(label)


def _number(value: float, position: int | None = None) -> str:
    """Write a tick's number, with a minus sign for the hyphen."""
    return f"{value:.6g}".replace("-", "−")


def legend_right(
    axes: Axes, handles: Sequence[Any], labels: Sequence[str], title: str = ""
) -> None:
    """Put a legend to the right of the axes, where it hides nothing."""
    axes.legend(
        handles,
        labels,
        title=title or None,
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
        borderaxespad=0.0,
    )


def logarithmic_x(axes: Axes, values: NDArray[np.float64]) -> None:
    """Make the horizontal axis logarithmic, with room for rising `values` and labels that fit."""
    axes.set_xscale("log")
    axes.set_xlim(values[0] / 1.15, values[-1] * 1.15)
    decades = np.log10(values[-1] / values[0])
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 2 else (1.0,)))
    axes.xaxis.set_major_formatter(LogFormatterSciNotation(minor_thresholds=(np.inf, np.inf)))
    axes.xaxis.set_minor_locator(LogLocator(subs=[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]))
    axes.xaxis.set_minor_formatter(NullFormatter())
