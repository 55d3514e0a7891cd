"""Averages of iterates: excess loss over how many they are, in theory and in ensembles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats
from bea.errors import BeaError
from bea.flows import Estimate
from bea.measure.training.averaging import AverageNoise
from bea.plots.house.style import order_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: How many iterates are averaged, their exact noise, and the excess loss that was measured.
Rows = tuple[Sequence[int], Sequence[AverageNoise], Estimate]


@dataclass(frozen=True, eq=False)
class AveragingCurve:
    """What is shown of one way to run.

    Attributes
    ----------
    label
        Its name.
    counts : (n,)
        How many iterates are averaged, rising.
    exact : (n,)
        The predicted excess loss.
    found, errors : (n,)
        That of the ensemble, and its standard error.
    """

    label: str
    counts: NDArray[np.int64]
    exact: Floats
    found: Floats
    errors: Floats


def averaging_data(rows: Mapping[str, Rows]) -> tuple[AveragingCurve, ...]:
    """Compute what a figure of averages shows; see `averaging_figure`."""
    if not rows:
        raise BeaError("there is no average to show: give at least one label with its rows")
    curves = []
    for label, (counts, noises, found) in rows.items():
        if not len(counts) == len(noises) == np.size(found.mean) > 0:
            raise BeaError(
                f"'{label}' has {len(counts)} counts, {len(noises)} predictions and "
                f"{np.size(found.mean)} means: give one of each"
            )
        order, excess = np.argsort(counts), [noise.excess[1] for noise in noises]
        exact = np.array([int(value.p) / int(value.q) for value in excess])
        curves.append(
            AveragingCurve(
                label, np.array(counts)[order], exact[order], found.mean[order], found.error[order]
            )
        )
    return tuple(curves)


def averaging_figure(rows: Mapping[str, Rows]) -> Figure:
    """Draw the excess loss of averages over how many iterates they have.

    Parameters
    ----------
    rows
        Label -> (several n, the exact noise of each by `bea.measure.training.tail_average`, the
        measured excess loss of each by `bea.measure.training.averaged_loss`).

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.noisy_quadratic("1")
    >>> noises = [bea.measure.training.tail_average(total, "1/2", n) for n in (1, 4)]
    >>> seen = Estimate(np.array([0.16, 0.08]), np.array([0.01, 0.01]))
    >>> averaging_figure({"SGD": ((1, 4), noises, seen)}).axes[0].get_xlabel()
    'iterates in the average'
    """
    return draw_averaging(averaging_data(rows))


def draw_averaging(curves: Sequence[AveragingCurve]) -> Figure:
    """Draw averages from their data."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        axes = new_axes((7.6, 4.0))[0]
        handles = []
        for index, curve in enumerate(curves):
            style = order_style(index, max(1, len(curves) - 1))
            handles += axes.plot(curve.counts, curve.exact, color=style.colour, ls=style.line)
            axes.fill_between(
                curve.counts, curve.found - 2 * curve.errors, curve.found + 2 * curve.errors,
                color=style.colour, alpha=0.25, lw=0,
            )  # fmt: skip
            axes.plot(curve.counts, curve.found, style.marker, color=style.colour, ms=4)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("iterates in the average")
        axes.set_ylabel("excess loss, mean of L − L*")
        axes.grid(True)
        legend_right(axes, handles, [curve.label for curve in curves])
        titled(axes, "Averages of the last iterates",
               "lines: exact; points and bands: ensembles, ± 2 standard errors")  # fmt: skip
        return figure_of(axes)
