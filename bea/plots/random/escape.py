"""Escape times over the inverse temperature: ensembles with their errors, and what theory says.

Over a barrier Kramers' law is nearly a straight line where the times are on a logarithmic scale, of
the barrier's slope; from a saddle the times are nearly a straight line where 1/T is. The lower
panel divides by the first theory, since an error bar of two per cent cannot be seen over four
decades.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.measure.escape import EscapeTimes
from bea.measure.training.temperature import as_temperature
from bea.plots.house.style import ITERATES, order_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Theory = Callable[[float], float]

_SAMPLES = 40


@dataclass(frozen=True, eq=False)
class EscapeData:
    """What is shown of escape times.

    Attributes
    ----------
    inverse : (temperatures,)
        1/T, rising.
    means, errors : (temperatures,)
        Mean times and their standard errors.
    left : (temperatures,)
        The fraction of the runs that left before the end.
    curve : (n,)
        The 1/T at which the theories are drawn.
    theories
        Label -> mean times (n,) on the curve.
    reference : (temperatures,)
        The first theory at the temperatures of the ensembles.
    saddle
        Whether the runs left a saddle, and no well.
    """

    inverse: Floats
    means: Floats
    errors: Floats
    left: Floats
    curve: Floats
    theories: dict[str, Floats]
    reference: Floats
    saddle: bool = False


def escape_data(
    temperatures: Iterable[Any],
    watched: Sequence[EscapeTimes],
    theories: Mapping[str, Theory],
    saddle: bool = False,
) -> EscapeData:
    """Compute what a figure of escape times shows; see `escape_figure`."""
    heats = np.array([as_temperature(heat) for heat in temperatures])
    if len(heats) != len(watched) or not len(heats):
        raise BeaError(f"{len(heats)} temperatures for {len(watched)} ensembles: give one for each")
    if not theories:
        raise BeaError("there is no theory to compare with: give at least one, as label: function")
    order = np.argsort(1 / heats)
    inverse = 1 / heats[order]
    chosen = [watched[k] for k in order]
    spaced = np.geomspace if saddle else np.linspace
    curve = spaced(inverse[0], inverse[-1], _SAMPLES)
    first = next(iter(theories.values()))
    return EscapeData(
        inverse=inverse,
        means=np.array([w.mean for w in chosen]),
        errors=np.array([w.error for w in chosen]),
        left=np.array([w.left / w.runs for w in chosen]),
        curve=curve,
        theories={name: np.array([f(1 / x) for x in curve]) for name, f in theories.items()},
        reference=np.array([first(1 / x) for x in inverse]),
        saddle=saddle,
    )


def escape_figure(
    temperatures: Iterable[Any],
    watched: Sequence[EscapeTimes],
    theories: Mapping[str, Theory],
    saddle: bool = False,
) -> Figure:
    """Draw mean escape times over 1/T, and below their ratio to the first theory.

    Parameters
    ----------
    temperatures, watched
        T and the escape times of each ensemble.
    theories
        Label -> function of T whose value is the mean time.
    saddle
        Whether the runs leave a saddle: then 1/T is on a logarithmic scale, and the times are not.

    Examples
    --------
    >>> import bea
    >>> from bea.measure.escape import EscapeTimes
    >>> runs = [EscapeTimes(np.array([1.0, 2.0]), np.array([True, True]))] * 2
    >>> figure = escape_figure([0.1, 0.2], runs, {"theory": lambda heat: 1 / heat})
    >>> figure.axes[1].get_xlabel()
    'inverse temperature 1/T'
    """
    return draw_escape(escape_data(temperatures, watched, theories, saddle))


def draw_escape(data: EscapeData) -> Figure:
    """Draw escape times from their data."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        upper, lower = new_axes((7.6, 5.4), 2, 1, sharex=True, height_ratios=[2.2, 1])
        base = np.interp(data.curve, data.curve, next(iter(data.theories.values())))
        lines = []
        for index, values in enumerate(data.theories.values()):
            style = order_style(index, max(1, len(data.theories) - 1))
            lines += upper.plot(data.curve, values, color=style.colour, ls=style.line)
            lower.plot(data.curve, values / base, color=style.colour, ls=style.line)
        bars = _bars(upper, data.inverse, data.means, data.errors)
        _bars(lower, data.inverse, data.means / data.reference, data.errors / data.reference)
        legend_right(upper, [bars, *lines], ["ensembles, ± 2 standard\nerrors", *data.theories])
        if data.saddle:
            upper.set_xscale("log")
        else:
            upper.set_yscale("log")
        upper.set_ylabel("mean time to leave")
        lower.set_ylabel("ratio to the\nfirst theory")
        lower.set_xlabel("inverse temperature 1/T")
        for axes in (upper, lower):
            axes.grid(True)
        share = f"{100 * data.left.min():.0f}" if data.left.min() < 0.995 else "all"
        text = f"at least {share} % of the runs left; the others count as censored"
        if share == "all":
            text = "all runs left, or nearly all"
        titled(upper, "Escape from a saddle" if data.saddle else "Escape over a barrier", text)
        return figure_of(upper)


# --- private helpers ----------------------------------------------------------------------------


def _bars(axes: Axes, x: Floats, means: Floats, errors: Floats) -> object:
    usable = np.isfinite(means) & np.isfinite(errors)
    return axes.errorbar(
        x[usable], means[usable], yerr=2 * errors[usable], fmt="o", color=ITERATES, capsize=3,
        ms=4, lw=1.2, zorder=5,
    )  # fmt: skip
