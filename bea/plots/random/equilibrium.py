"""The way into equilibrium: ‖w‖², effective rate and loss against γλ n, with bands and theory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.measure.equilibrium.runs import EquilibriumRun
from bea.plots.house.style import order_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANELS = {"squared_norm": "‖w‖²", "effective_rate": "effective rate γ/‖w‖²", "loss": "loss L"}
_BAND = 2.0  # standard errors to each side


@dataclass(frozen=True, eq=False)
class EquilibriumCurve:
    """One run in one panel.

    Attributes
    ----------
    mean, low, high, theory : (records,)
        The mean over the ensemble, two standard errors below and above, and what is predicted; for
        the loss that is its last value times the effective rate over its last value.
    """

    mean: Floats
    low: Floats
    high: Floats
    theory: Floats


@dataclass(frozen=True, eq=False)
class EquilibriumData:
    """What a figure of equilibria shows.

    Attributes
    ----------
    labels : tuple of str
        One for each run.
    times : tuple of (records,)
        γλ n of each run.
    panels : dict
        "squared_norm", "effective_rate", "loss" -> one curve for each run.
    relative : bool
        Whether values are over those predicted in equilibrium (the loss: over its own).
    """

    labels: tuple[str, ...]
    times: tuple[Floats, ...]
    panels: dict[str, tuple[EquilibriumCurve, ...]]
    relative: bool


def equilibrium_figure(
    runs: EquilibriumRun | Sequence[EquilibriumRun],
    *,
    labels: Sequence[str] | None = None,
    relative: bool | None = None,
    axes: Sequence[Axes] | None = None,
) -> Figure:
    """Draw runs into equilibrium; bands are two standard errors wide to each side.

    Parameters
    ----------
    runs
        Of `bea.measure.equilibrium.equilibrium_run`.
    labels
        One for each run; by default their γλ.
    relative
        Whether to draw values over those in equilibrium, so that runs of different γλ can be
        compared; by default where there are several.
    axes
        Three, for ‖w‖², effective rate, and loss.

    Examples
    --------
    >>> import bea
    >>> circle = bea.problems.rayleigh_quotient()
    >>> run = bea.measure.equilibrium.equilibrium_run(circle, "1/2", "1/10", runs=128)
    >>> figure = equilibrium_figure(run)
    >>> [axes.get_title('left') for axes in figure.axes]
    ['‖w‖²', 'effective rate γ/‖w‖²', 'loss L']
    """
    return draw_equilibrium(equilibrium_data(runs, labels, relative), axes)


def equilibrium_data(
    runs: EquilibriumRun | Sequence[EquilibriumRun],
    labels: Sequence[str] | None = None,
    relative: bool | None = None,
) -> EquilibriumData:
    """Compute what a figure of equilibria shows; see `equilibrium_figure`."""
    chosen = [runs] if isinstance(runs, EquilibriumRun) else list(runs)
    if not chosen:
        raise BeaError("there is no run to show: give at least one")
    rates = [run.prediction.intrinsic_rate for run in chosen]
    names = [f"γλ = {rate:.3g}" for rate in rates] if labels is None else list(labels)
    if len(names) != len(chosen):
        raise BeaError(f"{len(names)} labels for {len(chosen)} runs: give one for each")
    over = len(chosen) > 1 if relative is None else relative
    return EquilibriumData(
        tuple(names),
        tuple(np.asarray(run.steps * r, float) for run, r in zip(chosen, rates, strict=True)),
        {name: tuple(_curve(run, name, over) for run in chosen) for name in _PANELS},
        over,
    )


def draw_equilibrium(data: EquilibriumData, axes: Sequence[Axes] | None = None) -> Figure:
    """Draw equilibria from their data, in three `axes` or in a new figure."""
    from bea.plots.house.canvas import check_axes, figure_of, house_rules, new_axes

    with house_rules():
        check_axes(axes, len(_PANELS))
        panels = new_axes((10.2, 3.9), 1, 3) if axes is None else list(axes)
        for place, (name, label) in zip(panels, _PANELS.items(), strict=True):
            handles = _draw_panel(place, data, data.panels[name])
            place.set_title(label)
            place.set_ylabel("over its value in equilibrium" if data.relative else "")
            place.set_xlabel("γλ n, with n the number of steps")
        figure = figure_of(panels[0])
        if axes is None:
            figure.suptitle(
                "Into equilibrium: means, with bands of two standard errors to each side",
                x=0.01,
                ha="left",
                fontsize=11,
            )
            figure.legend(handles=handles, loc="outside lower left", ncols=len(handles))
        else:
            panels[-1].legend(handles=handles)
        return figure


# --- private helpers ----------------------------------------------------------------------------


def _curve(run: EquilibriumRun, name: str, relative: bool) -> EquilibriumCurve:
    mean, error = run[name]
    if name == "loss":
        scale = run.at_end(name).value
        rate = run.predicted_path("effective_rate")
        theory = scale * rate / rate[-1]
    else:
        leading, theory = run.prediction.leading, run.predicted_path(name)
        scale = leading.effective_rate if name == "effective_rate" else leading.fourth_power**0.5
    over = scale if relative else 1.0
    low, high = mean - _BAND * error, mean + _BAND * error
    return EquilibriumCurve(mean / over, low / over, high / over, theory / over)


def _draw_panel(axes: Axes, data: EquilibriumData, curves: Sequence[EquilibriumCurve]) -> list[Any]:
    handles = []
    for index, (label, times, curve) in enumerate(
        zip(data.labels, data.times, curves, strict=True)
    ):
        colour = order_style(index, max(1, len(curves) - 1)).colour
        axes.fill_between(times, curve.low, curve.high, color=colour, alpha=0.3, lw=0)
        handles += axes.plot(times, curve.mean, color=colour, lw=1.3, label=label)
        (theory,) = axes.plot(
            times, curve.theory, color="black", lw=1.0, ls=(0, (4, 2)),
            label="theory (loss: proportional to the effective rate)",
        )  # fmt: skip
    axes.set_xlim(0.0, max(float(times[-1]) for times in data.times))
    axes.set_ylim(bottom=0.0)
    axes.grid(True)
    return [*handles, theory]
