"""Schedules over the time: s(t), and how large the term is that its slope brings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.methods.schedules.library import read
from bea.methods.schedules.schedule import Schedule
from bea.plots.house.style import order_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_SAMPLES = 200  # per piece


@dataclass(frozen=True, eq=False)
class ScheduleCurve:
    """What is shown of one schedule.

    Attributes
    ----------
    label : str
        The schedule as text.
    times : (n,)
        The times, each break twice: at its end and at the start of the next piece.
    values : (n,)
        s at these times.
    breaks : tuple of float
        Where s or a derivative of it jumps.
    """

    label: str
    times: Floats
    values: Floats
    breaks: tuple[float, ...]


def schedule_figure(
    schedules: Schedule | str | Sequence[Schedule | str],
    *,
    labels: Sequence[str] | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw schedules over the time; jumps are gaps, and breaks have thin vertical lines.

    A text such as "cosine(time=1)" stands for its schedule.

    Examples
    --------
    >>> import bea
    >>> figure = schedule_figure(bea.methods.schedules.cosine(time=2, low="1/10"))
    >>> figure.axes[0].get_xlabel()
    'time t'
    """
    return draw_schedules(schedule_data(schedules, labels), axes)


def schedule_data(
    schedules: Schedule | str | Sequence[Schedule | str], labels: Sequence[str] | None = None
) -> tuple[ScheduleCurve, ...]:
    """Compute what a figure of schedules shows; see `schedule_figure`."""
    given: list[Any] = (
        list(schedules)
        if isinstance(schedules, Iterable) and not isinstance(schedules, str)
        else [schedules]
    )
    if not given:
        raise BeaError("there is no schedule to show: give at least one")
    chosen = [read(schedule) if isinstance(schedule, str) else schedule for schedule in given]
    for schedule in chosen:
        if not isinstance(schedule, Schedule):
            raise BeaError(
                f"the schedule is a {type(schedule).__name__}: give one, such as "
                "bea.methods.schedules.cosine(time=1)"
            )
    names = list(map(str, chosen)) if labels is None else list(labels)
    if len(names) != len(chosen):
        raise BeaError(f"{len(names)} labels for {len(chosen)} schedules: give one for each")
    return tuple(_curve(s, n) for s, n in zip(chosen, names, strict=True))


def draw_schedules(curves: Sequence[ScheduleCurve], axes: Axes | None = None) -> Figure:
    """Draw schedules from their data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        axes = new_axes((7.6, 3.6))[0] if axes is None else axes
        handles = []
        for index, curve in enumerate(curves):
            style = order_style(index, max(1, len(curves) - 1))
            # Between two samples at the same time there is a jump, which no line may bridge.
            jumps = np.flatnonzero(np.diff(curve.times) == 0) + 1
            times = np.insert(curve.times, jumps, np.nan)
            values = np.insert(curve.values, jumps, np.nan)
            handles += axes.plot(times, values, color=style.colour, ls=style.line)
            for at in curve.breaks:
                axes.axvline(at, color=style.colour, lw=0.6, alpha=0.4)
        legend_right(axes, handles, [curve.label for curve in curves], "schedule")
        axes.set_xlim(0.0, max(float(curve.times[-1]) for curve in curves))
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel("time t")
        axes.set_ylabel("s(t), the step size over γ")
        axes.grid(True)
        titled(axes, "Schedules", "vertical lines: jumps and kinks")
        return figure_of(axes)


# --- private helpers ----------------------------------------------------------------------------


def _curve(schedule: Schedule, label: str) -> ScheduleCurve:
    end = int(schedule.time.p) / int(schedule.time.q)
    breaks = tuple(b for b in (int(b.p) / int(b.q) for b in schedule.breaks) if b < end)
    edges = [0.0, *breaks, end]
    times, values = [], []
    for index in range(len(edges) - 1):
        inside = np.linspace(edges[index], edges[index + 1], _SAMPLES)
        times.append(inside)
        values.append(schedule.piece(index)(inside))
    return ScheduleCurve(label, np.concatenate(times), np.concatenate(values), breaks)
