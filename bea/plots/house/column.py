"""A figure for a single column of a paper: narrow, with small type, its panels below each other.

What a caption says, the title and the line below it, is left out; names of panels stay. Keys go
below the axes, where they take no width.
"""

from __future__ import annotations

import re
from textwrap import fill
from typing import TYPE_CHECKING, Any

from bea.plots.house.style import WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches: a column of most journals is 3.25 to 3.5 wide.
WIDTH = 3.3
_SMALLER = 0.75  # sizes of type, lines and markers; type of 10 points becomes 7.5
_LEAST = 6.0  # points
_SIDE, _BAR, _ABOVE, _BELOW = 0.6, 0.5, 0.12, 0.42  # inches of a panel beside its axes
_LINE, _NOTE = 0.155, 0.105  # inches of a line of a key, and of a note above a panel
_TITLE = 11  # points
_FLAT, _HIGH = 0.42, 0.72  # height to width, at least and at most, of axes with free scales
_MATHEMATICS, _NO_BREAK = re.compile(r"\$[^$]*\$"), "\0"
_SPACE = "3d"  # axes that are off, for matplotlib, and seen
_LETTERS, _HANDLE = 67, 9  # that stand beside each other in a key, and what is beside each entry
_TALL = 17  # letters of an inch, of a name beside an axis
_TICKS = 5


def into_column(figure: Figure, height: float | None = None) -> Figure:
    """Return the figure made to fit a column; `height` in inches, by default what it needs."""
    panels = [
        axes
        for axes in figure.axes
        if axes.get_subplotspec() and (axes.axison or axes.name == _SPACE)
    ]
    without_title(figure)
    if not panels:  # a drawing without axes
        own_width, own_height = map(float, figure.get_size_inches())
        figure.set_size_inches(WIDTH, WIDTH * own_height / own_width if height is None else height)
        return figure
    heights = [_height(axes) for axes in panels]
    _stack(figure, panels, heights)
    _shrink(figure)
    for axes, tall in zip(panels, heights, strict=True):
        if axes.name == _SPACE:
            _make_room_around(axes)
        else:
            _make_room_inside(axes, tall - _BELOW)
    lines = _keys_below(figure, panels)
    own = sum(heights) + _LINE * lines + 0.1
    figure.set_size_inches(WIDTH, own if height is None else height)
    return figure


def without_title(figure: Figure) -> None:
    """Leave out the title, and the line below it; names of panels stay."""
    suptitle = getattr(figure, "_suptitle", None)
    if suptitle is not None and suptitle.get_text():
        suptitle.set_text("")
    else:
        for axes in figure.axes:
            axes.set_title("", loc="left")
    for part in figure.findobj(lambda artist: artist.get_gid() == WORDS):
        part.remove()


# --- private helpers ----------------------------------------------------------------------------


def _stack(figure: Figure, panels: list[Axes], heights: list[float]) -> None:
    """Put panels that stand beside each other below each other, each with its own labels."""
    from matplotlib.gridspec import GridSpec

    if len(panels) < 2:
        return
    grid = GridSpec(len(panels), 1, figure=figure, height_ratios=heights)
    label = panels[0].get_ylabel()
    for place, axes in enumerate(panels):
        axes.set_subplotspec(grid[place])
        axes.tick_params(labelleft=True, labelbottom=True)
        if not axes.get_ylabel():
            axes.set_ylabel(label, parse_math=False)
    for spare in figure.axes:
        if spare.get_subplotspec() and spare not in panels:
            spare.remove()


def _shrink(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.text import Annotation, Text

    all_axes: list[Any] = figure.axes
    pads = [axes.titleOffsetTrans.get_matrix()[1, 2] * 72 / figure.dpi for axes in all_axes]
    texts: list[Any] = figure.findobj(Text)
    for text in texts:
        text.set_fontsize(max(_LEAST, _SMALLER * text.get_fontsize()))
    for line in figure.findobj(Line2D):
        line.set_linewidth(_SMALLER * line.get_linewidth())
        line.set_markersize(_SMALLER * line.get_markersize())
    for note in figure.findobj(Annotation):
        note.xyann = (_SMALLER * note.xyann[0], _SMALLER * note.xyann[1])
    for axes, pad in zip(all_axes, pads, strict=True):
        title, size = axes.get_title(loc="left"), _SMALLER * _TITLE
        axes.set_title(title, loc="left", pad=_SMALLER * pad, fontsize=size, parse_math=False)
        for which in ("x", "y"):
            labels = getattr(axes, f"{which}axis").get_ticklabels()
            if labels:
                axes.tick_params(axis=which, labelsize=max(_LEAST, labels[0].get_fontsize()))


def _make_room_inside(axes: Axes, height: float) -> None:
    """Break a long name beside the axis, put fewer numbers below, and mind what stands above."""
    name = axes.yaxis.get_label()
    whole = _MATHEMATICS.sub(lambda match: match[0].replace(" ", _NO_BREAK), name.get_text())
    broken = fill(whole, max(12, int(_TALL * height)), break_long_words=False)
    name.set_text(broken.replace(_NO_BREAK, " "))
    if axes.get_xscale() == "linear":
        axes.locator_params(axis="x", nbins=_TICKS)
    for note in axes.texts:
        if max(map(len, note.get_text().split("\n"))) <= _LETTERS:
            note.set_in_layout(True)


def _make_room_around(axes: Any) -> None:
    """Bring the numbers and names of axes in space nearer to them, which no layout does."""
    axes.set_box_aspect(None, zoom=0.86)
    axes.tick_params(pad=-1.5)
    for axis, pad in ((axes.xaxis, -6.0), (axes.yaxis, -6.0), (axes.zaxis, -1.0)):
        axis.labelpad = pad


def _keys_below(figure: Figure, panels: list[Axes]) -> int:
    """Put one key with all entries below the panels, and return how many lines it has."""
    from bea.plots.house.canvas import house_rules

    entries: dict[str, Any] = {}
    titles = []
    for legend in [*figure.legends, *(axes.get_legend() for axes in panels)]:
        if legend is None:
            continue
        titles += [legend.get_title().get_text()]
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            entries.setdefault(text.get_text(), handle)
        legend.remove()
    if not entries:
        return 0
    widest = max(max(map(len, label.split("\n"))) for label in entries)
    columns = max(1, min(len(entries), _LETTERS // (widest + _HANDLE)))
    title = next(filter(None, titles), None)
    with house_rules():
        figure.legend(
            list(entries.values()), list(entries), loc="outside lower left", ncols=columns,
            title=title, alignment="left", fontsize=7, title_fontsize=7, handlelength=2.2,
            columnspacing=1.2, labelspacing=0.35,
        )  # fmt: skip
    rows = -(-len(entries) // columns)
    return rows + sum(label.count("\n") for label in entries) // columns + bool(title)


def _height(axes: Axes) -> float:
    """Return how high a panel of that width is, with what stands above and below its axes."""
    figure: Any = axes.get_figure(root=True)
    own, (width, height) = axes.get_position(), figure.get_size_inches()
    ratio = min(max(own.height * height / (own.width * width), _FLAT), _HIGH)
    if axes.name == _SPACE:
        ratio = 0.9
    elif axes.get_aspect() != "auto":
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        ratio = float(axes.get_aspect()) * abs(top - bottom) / abs(right - left)
    notes = sum(1 + text.get_text().count("\n") for text in axes.texts if text.get_text().strip())
    named = bool(axes.get_title(loc="left"))
    above = _ABOVE + (_NOTE * notes + 0.2 if named else 0.0)
    side = _SIDE + _BAR * any(other.child_axes for other in figure.axes)
    return (WIDTH - side) * min(ratio, 1.6) + above + _BELOW
