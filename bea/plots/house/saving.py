"""Figures in files: written whole or not at all, the same bytes whenever they are made anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bea.errors import BeaError, OutputError
from bea.files.whole import write_whole
from bea.patience import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The formats, and what keeps the time of writing out of them.
_METADATA: dict[str, dict[str, Any]] = {
    ".pdf": {"CreationDate": None},
    ".png": {},
    ".svg": {"Date": None},
}


_MOST_DOTS = 2e8  # a poster of A0 at 300 dots per inch has fewer


@told("drawing")
def save_figure(figure: Figure, path: str | Path, dpi: float = 200) -> Path:
    """Write a figure to a file, in the format that its suffix names, and return the path.

    Parameters
    ----------
    figure
        Any matplotlib figure.
    path
        A path that ends in .png, .pdf or .svg; its folder is made if it is missing.
    dpi
        Dots per inch of a PNG.

    Raises
    ------
    OutputError
        If the suffix names no such format, or the file cannot be written.
    BeaError
        If a PNG would have too many dots.

    Examples
    --------
    >>> save_figure(None, "drift.jpg")
    Traceback (most recent call last):
    bea.errors.OutputError: cannot write a figure as '.jpg': end the name in .pdf, .png or .svg
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _METADATA:
        what = f"as '{path.suffix}'" if path.suffix else f"to '{path.name}', which has no suffix"
        raise OutputError(f"cannot write a figure {what}: end the name in .pdf, .png or .svg")
    return write_whole(path, lambda stream: write_figure(figure, stream, suffix[1:], dpi))


def write_figure(figure: Figure, stream: Any, form: str, dpi: float = 200) -> None:
    """Write a figure to a stream, as "png", "pdf" or "svg"."""
    from bea.plots.house.canvas import house_rules

    if form == "png":
        width, height = figure.get_size_inches()
        check_dots(width, height, dpi)
    with house_rules():
        figure.savefig(stream, format=form, dpi=dpi, metadata=_METADATA[f".{form}"])


def check_dots(width: float, height: float, dpi: float) -> None:
    """Refuse a picture of so many inches with more dots than can be drawn in a while.

    >>> check_dots(8, 6, 200)
    >>> check_dots(100, 100, 1200)
    Traceback (most recent call last):
    bea.errors.BeaError: a picture of 100 by 100 inches has 1.4e+10 dots, more than the limit ...
    """
    if (dots := width * height * dpi**2) > _MOST_DOTS:
        raise BeaError(
            f"a picture of {width:g} by {height:g} inches has {dots:.2g} dots, more than the limit "
            f"of {_MOST_DOTS:.0e}: take fewer than {dpi:g} dots per inch, or write a .pdf or .svg, "
            "which have none"
        )
