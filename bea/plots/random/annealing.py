"""Annealing: the fraction in the deeper well while the noise is cooled, fast and slowly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bea.arrays import Floats
from bea.errors import BeaError
from bea.flows import Estimate
from bea.measure.escape.annealing import Annealed
from bea.plots.house.style import order_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class AnnealingCurve:
    """What is shown of one cooling.

    Attributes
    ----------
    time
        How long it takes.
    share : (stages + 1,)
        The times over the whole time, from 0 to 1.
    predicted : (stages + 1,)
        The fractions of the rate equations.
    found, errors : (stages,)
        Those of the ensemble at the end of each stage, and their standard errors.
    equilibrium : (stages,)
        What an infinitely slow cooling would have.
    """

    time: float
    share: Floats
    predicted: Floats
    found: Floats
    errors: Floats
    equilibrium: Floats


def annealing_data(
    predicted: Sequence[Annealed], found: Sequence[Estimate]
) -> tuple[AnnealingCurve, ...]:
    """Compute what a figure of annealing shows; see `annealing_figure`."""
    if len(predicted) != len(found) or not len(found):
        raise BeaError(
            f"{len(predicted)} predictions for {len(found)} ensembles: give one for each"
        )
    curves = []
    for theory, estimate in zip(predicted, found, strict=True):
        if len(estimate.mean) != len(theory.rates):
            raise BeaError(
                f"an ensemble has {len(estimate.mean)} records for {len(theory.rates)} stages: "
                "record at the end of each"
            )
        time = float(theory.times[-1])
        curves.append(
            AnnealingCurve(
                time, theory.times / time, theory.fractions, estimate.mean, estimate.error,
                theory.equilibrium,
            )
        )  # fmt: skip
    return tuple(sorted(curves, key=lambda curve: curve.time))


def annealing_figure(predicted: Sequence[Annealed], found: Sequence[Estimate]) -> Figure:
    """Draw fractions during coolings of several durations, and those at the end.

    Parameters
    ----------
    predicted
        What `bea.measure.escape.anneal` says of each cooling.
    found
        The mean and error of the indicator of the deeper well, at the end of each stage.

    Examples
    --------
    >>> import numpy as np
    >>> from bea.measure.escape import anneal
    >>> theory = anneal(lambda heat, gamma: (heat, 0.0), [1.0, 0.5], [1.0, 1.0])
    >>> seen = Estimate(np.array([0.63, 0.78]), np.array([0.01, 0.01]))
    >>> figure = annealing_figure([theory], [seen])
    >>> figure.axes[0].get_xlabel()
    'part of the cooling time'
    """
    return draw_annealing(annealing_data(predicted, found))


def draw_annealing(curves: Sequence[AnnealingCurve]) -> Figure:
    """Draw annealing from its data."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        left, right = new_axes((10.4, 4.2), 1, 2, sharey=True, width_ratios=[1.35, 1])
        handles = _draw_courses(left, curves)
        _draw_ends(right, curves)
        times = [f"{float(f'{curve.time:.3g}'):g}" for curve in curves]
        legend_right(right, handles, [*times, "weight at the\ntemperature"], "cooling time")
        left.set_ylim(-0.02, 1.02)
        left.set_xlabel("part of the cooling time")
        left.set_ylabel("fraction in the deeper well")
        titled(left, "Annealing", "lines: rate equations; bands: ensembles, ± 2 standard errors")
        right.set_xscale("log")
        right.set_xlabel("cooling time")
        titled(right, "", "", "at the end")
        for axes in (left, right):
            axes.grid(True)
        return figure_of(left)


# --- private helpers ----------------------------------------------------------------------------


def _draw_courses(axes: Axes, curves: Sequence[AnnealingCurve]) -> list[Any]:
    """Draw lines and bands, and return the lines with that of the weights last."""
    handles: list[Any] = []
    for index, curve in enumerate(curves):
        style = order_style(index, max(1, len(curves) - 1))
        handles += axes.plot(curve.share, curve.predicted, color=style.colour, ls=style.line)
        axes.fill_between(
            curve.share[1:], curve.found - 2 * curve.errors, curve.found + 2 * curve.errors,
            color=style.colour, alpha=0.25, lw=0,
        )  # fmt: skip
    slowest = curves[-1]
    weight = axes.stairs(slowest.equilibrium, slowest.share, baseline=None, color="#777777")
    handles.append(weight)
    return handles


def _draw_ends(axes: Axes, curves: Sequence[AnnealingCurve]) -> None:
    times = [curve.time for curve in curves]
    axes.plot(times, [curve.predicted[-1] for curve in curves], color="#777777", lw=1.2)
    for index, curve in enumerate(curves):
        style = order_style(index, max(1, len(curves) - 1))
        axes.errorbar(
            [curve.time], [curve.found[-1]], yerr=[2 * curve.errors[-1]], fmt=style.marker,
            color=style.colour, capsize=3,
        )  # fmt: skip
