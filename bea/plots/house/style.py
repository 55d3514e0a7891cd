"""The house style: colours, lines and markers of the orders, sizes of type, and wording.

Colours are those of Okabe and Ito, "Color Universal Design" (2008), which stay apart for the
colour-blind: black is kept for the iterates, yellow is left out because it is faint on white. Line
styles and markers differ too, so that a figure survives a black-and-white printer. Nothing here
imports matplotlib; figures themselves are made in `bea.plots.house.canvas`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Colour = tuple[int, int, int]  # red, green, blue, 0 to 255

ITERATES = "#000000"
#: What the words above axes are marked with, by which they are found again.
WORDS = "words"
#: What lines are marked with that are drawn in the course of time in a film.
MOVING = "moving"
# The zone below the error floor, and the zone above it that is too near to be fitted.
FLOOR_COLOURS = ("#c9c9c9", "#ececec")

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
_LINES: tuple[Any, ...] = (
    "-",
    (0, (6, 1.5)),
    (0, (4, 1.5, 1, 1.5)),
    (0, (2.5, 1)),
    (0, (1, 1)),
    (0, (6, 1.5, 1, 1.5, 1, 1.5)),
)

# Sizes are in points, meant to be read at the size at which the figure is made.
RULES: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": [-5, 6],
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 2.8,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "lines.dash_capstyle": "butt",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "image.cmap": "cividis",
    "svg.hashsalt": "bea",  # the same figure gives the same file
    "pdf.fonttype": 42,  # text in a PDF stays text
}


@dataclass(frozen=True)
class OrderStyle:
    """How the curve of one order is drawn: colour (hexadecimal), marker, and dash pattern."""

    colour: str
    marker: str
    line: Any


def order_style(order: int, highest: int = 0) -> OrderStyle:
    """Return the style of an order K, the same in every figure whose highest order is at most 5.

    Beyond that the colours run through cividis without its lightest part; it was made for the
    colour-blind by Nunez, Anderton and Renslow, PLoS ONE 13 (2018) e0199239.

    Examples
    --------
    >>> order_style(0).colour, order_style(1).marker
    ('#0072B2', 's')
    """
    colour = _COLOURS[order] if highest < len(_COLOURS) else _on_ramp(order / highest)
    return OrderStyle(colour, _MARKERS[order % len(_MARKERS)], _LINES[order % len(_LINES)])


def order_text(orders: Sequence[int], letter: str = "K") -> str:
    """Write a set of orders, runs joined.

    >>> order_text([0, 1, 2, 3]), order_text([4]), order_text([0, 2, 3])
    ('K = 0–3', 'K = 4', 'K = 0, 2, 3')
    """
    parts: list[list[int]] = []
    for order in orders:
        if parts and order == parts[-1][-1] + 1:
            parts[-1].append(order)
        else:
            parts.append([order])
    texts = [f"{p[0]}–{p[-1]}" if len(p) > 2 else ", ".join(map(str, p)) for p in parts]
    return f"{letter} = {', '.join(texts)}"


def shortened(text: str, length: int = 48) -> str:
    """Return a text for a title, cut where it is too long for one line.

    >>> shortened("himmelblau"), shortened("x**2 + " * 20, 20)
    ('himmelblau', 'x**2 + x**2 + x**2…')
    """
    return text if len(text) <= length else text[: length - 1].rstrip(" +-*/(") + "…"


def mixed(first: Colour, second: Colour, weight: float) -> str:
    """Return the colour at that weight between two, as hexadecimal.

    >>> mixed((0, 0, 0), (255, 255, 255), 0.5)
    '#808080'
    """
    pairs = zip(first, second, strict=True)
    return "#" + "".join(f"{round((1 - weight) * a + weight * b):02x}" for a, b in pairs)


# --- private helpers ----------------------------------------------------------------------------

# Cividis at seven even steps from 0 to 0.78 of its range; beyond, it is too light on white.
_RAMP = (
    (0, 34, 78),
    (28, 57, 111),
    (69, 80, 108),
    (100, 103, 112),
    (129, 127, 120),
    (161, 153, 117),
    (195, 179, 105),
)


def _on_ramp(fraction: float) -> str:
    """Return the colour at a fraction of the ramp."""
    position = fraction * (len(_RAMP) - 1)
    left = min(int(position), len(_RAMP) - 2)
    return mixed(_RAMP[left], _RAMP[left + 1], position - left)
