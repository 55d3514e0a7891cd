"""How a finished figure is made to fit: its size, with or without words, and where its key goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bea.errors import BeaError
from bea.plots.house.column import into_column, without_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEGENDS = ("right", "inside", "below", "none")
"""Where the key of a figure may go."""


def fitted(
    figure: Figure,
    width: float | None = None,
    height: float | None = None,
    *,
    title: bool = True,
    legend: str | None = None,
    column: bool = False,
) -> Figure:
    """Return the figure, in another size, without its titles, or with its key elsewhere.

    Parameters
    ----------
    width, height
        In inches; by default what they are.
    title
        Whether to keep titles and the lines below them.
    legend
        "right" of the axes, "inside", "below" or "none"; by default as it is.
    column
        Whether to make it for a single column of a paper: 3.3 inches wide, with small type, panels
        below each other, the key below them, and without titles, which a caption is there for.

    Raises
    ------
    BeaError
        If a size is not between 0.5 and 100 inches, or the key can go nowhere like that.
    """
    own_width, own_height = map(float, figure.get_size_inches())
    wide = own_width if width is None else width
    high = own_height if height is None else height
    for name, size in (("width", wide), ("height", high)):
        if not 0.5 <= size <= 100:
            raise BeaError(f"the figure's {name} is {size:g} inches: give one from 0.5 to 100")
    if legend is not None and legend not in LEGENDS:
        raise BeaError(f"the legend cannot go '{legend}': choose one of {', '.join(LEGENDS)}")
    if column:
        if width is not None:
            raise BeaError("a column has its own width: leave out the width, or the column")
        into_column(figure, height)
    else:
        figure.set_size_inches(wide, high)
    if not title:
        without_title(figure)
    if legend is not None:
        from bea.plots.house.canvas import house_rules

        with house_rules():
            for axes in figure.axes:
                _move_key(axes, legend)
    return figure


# --- private helpers ----------------------------------------------------------------------------


def _move_key(axes: Axes, legend: str) -> None:
    """Make the key of some axes anew, with the same entries, in its place."""
    old = axes.get_legend()
    if old is None:
        return
    handles, labels = old.legend_handles, [text.get_text() for text in old.get_texts()]
    title = old.get_title().get_text() or None
    old.remove()
    shown = [(h, text) for h, text in zip(handles, labels, strict=True) if h is not None]
    if legend == "none" or not shown:
        return
    place = {
        "right": {"loc": "upper left", "bbox_to_anchor": (1.02, 1.0), "borderaxespad": 0.0},
        "below": {"loc": "upper center", "bbox_to_anchor": (0.5, -0.15), "ncols": 3},
        "inside": {"loc": "best", "frameon": True},
    }[legend]
    options: dict[str, object] = {**place, "title": title, "alignment": "left"}
    axes.legend(*map(list, zip(*shown, strict=True)), **options)
