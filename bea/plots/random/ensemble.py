"""The means of an ensemble against time, a panel for each observable, with bands of their errors.

Several ensembles, such as SGD and its stochastic equations, are drawn into the same panels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError
from bea.flows import Ensemble, Training
from bea.plots.house.style import order_style, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_MOST_PANELS = 12


@dataclass(frozen=True, eq=False)
class EnsembleBand:
    """One observable of one ensemble.

    Attributes
    ----------
    times, mean, low, high : (records,)
        The mean, and so many standard errors below and above; nan where there is none.
    """

    times: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class EnsembleData:
    """What a figure of ensembles shows.

    Attributes
    ----------
    title, subtitle
        Above the figure.
    labels : tuple of str
        One for each ensemble.
    panels : dict
        Observable -> one band for each ensemble.
    across : str
        What they are drawn against.
    """

    title: str
    subtitle: str
    labels: tuple[str, ...]
    panels: dict[str, tuple[EnsembleBand, ...]]
    across: str = "time: the sum of the step sizes"


Runs = Ensemble | Training


def ensemble_figure(
    ensembles: Runs | Sequence[Runs],
    *,
    labels: Sequence[str] | None = None,
    title: str = "",
    errors: float = 2.0,
) -> Figure:
    """Draw the means of ensembles against time, those of training runs against the epochs.

    Parameters
    ----------
    ensembles
        One, or several of a kind that have the same observables.
    labels
        One for each of several.
    title
        What was run.
    errors
        How many standard errors the bands are wide, to each side.

    Examples
    --------
    >>> import bea
    >>> runs = bea.ensemble("gradient-descent", "linear-regression", [0, 0], gamma="1/50",
    ...     steps=100, runs=200, observables="w, L", record=20)
    >>> [axes.get_ylabel() for axes in ensemble_figure(runs).axes]
    ['w', 'L']
    """
    return draw_ensemble(ensemble_data(ensembles, labels, title, errors))


def ensemble_data(
    ensembles: Runs | Sequence[Runs],
    labels: Sequence[str] | None = None,
    title: str = "",
    errors: float = 2.0,
) -> EnsembleData:
    """Compute what a figure of ensembles shows; see `ensemble_figure`.

    Raises
    ------
    BeaError
        If there is none, they have different observables or more than fit on a page, or there is
        not a label for each.
    """
    chosen: list[Any] = [ensembles] if isinstance(ensembles, Runs) else list(ensembles)
    if not chosen:
        raise BeaError("there is no ensemble to show: give at least one")
    names = chosen[0].names
    if any(one.names != names or type(one) is not type(chosen[0]) for one in chosen):
        raise BeaError("the ensembles have different observables: record the same in all")
    if len(names) > _MOST_PANELS:
        raise BeaError(
            f"{len(names)} observables do not fit in one figure: give at most {_MOST_PANELS}"
        )
    if len(labels or chosen) != len(chosen):
        raise BeaError(f"{len(labels or ())} labels for {len(chosen)} ensembles: one for each")
    width = real_number(errors, "the width of the bands")
    if not 0 < width < np.inf:
        raise BeaError(f"the bands are {errors} standard errors wide: give a positive number")
    counts = " and ".join(dict.fromkeys(f"{one.runs:,}" for one in chosen))
    return EnsembleData(
        shortened(title or type(chosen[0]).__name__, 90),
        f"means of {counts} runs, with bands of {width:g} standard errors to each side",
        tuple(labels or [""] * len(chosen)),
        {name: tuple(_band(one, name, width) for one in chosen) for name in names},
        "epochs" if isinstance(chosen[0], Training) else EnsembleData.across,
    )


def draw_ensemble(data: EnsembleData) -> Figure:
    """Draw ensembles from their data, in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, new_axes

    with house_rules():
        count = len(data.panels)
        columns = 2 if count == 4 else min(count, 3)
        rows = ceil(count / columns)
        places = new_axes((0.8 + 3.6 * columns + (2.2 if count == 1 else 0), 0.9 + 2.7 * rows),
                          rows, columns, sharex=True)  # fmt: skip
        for place, (name, bands) in zip(places, data.panels.items(), strict=False):
            handles = [_draw_band(place, band, k, len(bands)) for k, band in enumerate(bands)]
            place.set_ylabel(shortened(name, 36), parse_math=False)
            place.grid(True)
        for place in places[max(0, count - columns) : count]:
            place.set_xlabel(data.across)
            place.tick_params(labelbottom=True)
        for place in places[count:]:
            place.remove()
        figure = figure_of(places[0])
        figure.suptitle(f"{data.title}\n{data.subtitle}", x=0.01, ha="left", fontsize=10,
                        parse_math=False)  # fmt: skip
        if any(data.labels):
            figure.legend(handles, data.labels, loc="outside lower left", ncols=len(data.labels))
        return figure


# --- private helpers ----------------------------------------------------------------------------


def _band(runs: Runs, name: str, width: float) -> EnsembleBand:
    mean, error = runs[name]
    times = runs.epochs if isinstance(runs, Training) else runs.times
    return EnsembleBand(times, mean, mean - width * error, mean + width * error)


def _draw_band(axes: Axes, band: EnsembleBand, index: int, count: int) -> Any:
    style = order_style(index, max(1, count - 1))
    axes.fill_between(band.times, band.low, band.high, color=style.colour, alpha=0.3, lw=0)
    (line,) = axes.plot(band.times, band.mean, color=style.colour, ls=style.line, lw=1.3)
    return line
