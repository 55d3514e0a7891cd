"""Batch schemes beside each other: the expected loss against epochs, and against updates.

Lines are the exact expectations, bands the ensembles' means with their standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError
from bea.measure.training import GrowthCurve, GrowthStudy
from bea.plots.house.style import order_style
from bea.plots.house.words import problem_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class GrowthBand:
    """What is shown of one scheme.

    Attributes
    ----------
    label : str
        Its name and number of updates.
    epochs, updates : (records,)
        The two horizontal axes.
    expected : (records,)
        The line.
    low, high : (records,) or None
        The band, or None without an ensemble.
    ends : (phases,)
        At which of the records a phase ends.
    """

    label: str
    epochs: Floats
    updates: NDArray[np.int64]
    expected: Floats
    low: Floats | None
    high: Floats | None
    ends: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GrowthData:
    """What a figure of batch schemes shows.

    Attributes
    ----------
    title, subtitle : str
    bands : tuple of GrowthBand
    """

    title: str
    subtitle: str
    bands: tuple[GrowthBand, ...]


def growth_figure(study: GrowthStudy, *, errors: float = 2.0) -> Figure:
    """Draw a study of batch schemes: the loss against epochs at the left, updates at the right.

    Parameters
    ----------
    study
        See `bea.measure.training.batch_growth`.
    errors
        Half the width of the bands, in standard errors.

    Examples
    --------
    >>> import bea
    >>> from bea.measure.training import batch_growth, decay_rate
    >>> total = bea.problems.noisy_quadratic("1, 1/4", size=64)
    >>> scheme = decay_rate(64, epochs=[2, 2], gamma="1/20", batch=4, factor=4)
    >>> figure = growth_figure(batch_growth(total, scheme, [1, 1]))
    >>> [axes.get_xlabel() for axes in figure.axes]
    ['epochs', 'updates']
    """
    return draw_growth(growth_data(study, errors))


def growth_data(study: GrowthStudy, errors: float = 2.0) -> GrowthData:
    """Compute what a figure of batch schemes shows; see `growth_figure`.

    Raises
    ------
    BeaError
        If what is given is no study, or the width of the bands is not positive.
    """
    if not isinstance(study, GrowthStudy):
        raise BeaError(
            f"the study is a {type(study).__name__}: give one, from "
            "bea.measure.training.batch_growth"
        )
    width = real_number(errors, "the width of the bands")
    if not width > 0:
        raise BeaError(f"the bands are {errors} standard errors wide: give a positive number")
    subtitle = "lines: exact expectation"
    if study.runs:
        subtitle += f"; bands: mean of {study.runs} runs ± {width:g} standard errors"
    bands = tuple(_band(curve, width) for curve in study.curves)
    return GrowthData(f"Loss on {problem_words(study.problem)}", subtitle, bands)


def draw_growth(data: GrowthData) -> Figure:
    """Draw batch schemes from their data, in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        left, right = new_axes((9.6, 4.0), columns=2, sharey=True)
        handles = []
        for index, band in enumerate(data.bands):
            _draw_band(left, band, band.epochs, index, len(data.bands))
            handles.append(_draw_band(right, band, band.updates, index, len(data.bands)))
        first = data.bands[0]
        for end in first.epochs[first.ends[:-1]]:
            left.axvline(end, color="#777777", lw=0.8, zorder=1)
        if all((_lowest(band) > 0).all() for band in data.bands):
            left.set_yscale("log")
        left.set_ylabel("expected loss")
        for axes, name in ((left, "epochs"), (right, "updates")):
            axes.set_xlabel(name)
            axes.set_xlim(left=0.0)
            axes.grid(True)
        legend_right(right, handles, [band.label for band in data.bands], "scheme")
        titled(left, data.title, data.subtitle)
        return figure_of(left)


# --- private helpers ----------------------------------------------------------------------------


def _band(curve: GrowthCurve, width: float) -> GrowthBand:
    low = high = None
    if curve.mean is not None and curve.error is not None:
        low, high = curve.mean - width * curve.error, curve.mean + width * curve.error
    scheme = curve.scheme
    label = f"{scheme.name}:\n{scheme.total_updates} updates"
    return GrowthBand(label, curve.epochs, curve.updates, curve.expected, low, high, curve.ends)


def _lowest(band: GrowthBand) -> Floats:
    return band.expected if band.low is None else np.minimum(band.expected, band.low)


def _draw_band(
    axes: Axes, band: GrowthBand, across: NDArray[np.float64 | np.int64], index: int, count: int
) -> object:
    """Draw one scheme, and a marker where its run ends; return the line."""
    style = order_style(index, count - 1)
    if band.low is not None and band.high is not None:
        axes.fill_between(across, band.low, band.high, color=style.colour, alpha=0.25, lw=0)
    (line,) = axes.plot(across, band.expected, color=style.colour, ls=style.line, lw=1.4)
    axes.plot(across[-1:], band.expected[-1:], style.marker, color=style.colour, clip_on=False)
    return line
