"""The runs of a trajectory, iterates or flows: in the plane of two components, or against time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.flows import Trajectory
from bea.flows.deterministic.tables import names_of
from bea.plots.house.style import order_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_KEYS = 8  # more step sizes than this make no key


@dataclass(frozen=True, eq=False)
class RunsData:
    """Everything that a figure of runs shows.

    Attributes
    ----------
    title, subtitle : str
        The words.
    names : tuple of str
        What the axes show: two components, or the time and one.
    lines : tuple of (step size, (points, 2))
        A line for each run, rising along the step sizes.
    """

    title: str
    subtitle: str
    names: tuple[str, str]
    lines: tuple[tuple[int, Floats], ...]
    gammas: Floats


def runs_figure(
    runs: Trajectory,
    *,
    components: Sequence[str | int] | str | int | None = None,
    title: str = "Runs",
    axes: Axes | None = None,
) -> Figure:
    """Draw every run of a trajectory, a colour for each step size.

    Parameters
    ----------
    runs
        From `bea.iterate` or `bea.flow`.
    components
        One or two variables, by name or counted from 0; two are drawn in their plane, one against
        time. Needed in more than two dimensions.
    title
        What was run.
    axes
        Where to draw; by default in a new figure.

    Raises
    ------
    BeaError
        If it is no trajectory, or there are more than two components and none chosen.

    Examples
    --------
    >>> import bea
    >>> descent, bowl = bea.methods.gradient_descent(), bea.problems.booth()
    >>> runs = bea.iterate(descent, bowl, [0, 0], [0.05, 0.1], steps=5, include_start=True)
    >>> [line.get_label() for line in runs.plot().axes[0].lines]
    ['γ = 0.05', 'γ = 0.1']
    """
    return draw_runs(runs_data(runs, components, title), axes)


def runs_data(
    runs: Trajectory,
    components: Sequence[str | int] | str | int | None = None,
    title: str = "Runs",
) -> RunsData:
    """Compute what a figure of runs shows; see `runs_figure`."""
    import numpy as np

    if not isinstance(runs, Trajectory):
        raise BeaError(f"the runs are a {type(runs).__name__}: give those of bea.iterate")
    names = names_of(runs)
    drawn = _drawn(names, components)
    lines = []
    for i in range(len(runs.gammas)):
        for points in runs.values[i]:
            columns = [runs.times[i]] if len(drawn) == 1 else []
            columns += [points[:, k] for k in drawn]
            lines.append((i, np.stack(columns, axis=1)))
    stopped = int((~runs.ok).sum())
    total = runs.status.size
    subtitle = f"{total} run{'s' * (total > 1)}" + (f", {stopped} stopped early" * (stopped > 0))
    shown = tuple(names[k] for k in drawn)
    first, last = shown if len(shown) == 2 else ("time t", *shown)
    return RunsData(title, subtitle, (first, last), tuple(lines), runs.gammas)


def draw_runs(data: RunsData, axes: Axes | None = None) -> Figure:
    """Draw a figure of runs from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        if axes is None:
            axes = new_axes((7.2, 4.6))[0]
        highest = len(data.gammas) - 1
        keys: dict[int, Any] = {}
        for i, points in data.lines:
            style = order_style(i, highest)
            label = f"γ = {data.gammas[i]:.4g}" if i not in keys else "_"
            line = axes.plot(
                points[:, 0], points[:, 1], color=style.colour, lw=0.8, marker="o", ms=3,
                mec="white", mew=0.4, label=label,
            )[0]  # fmt: skip
            keys.setdefault(i, line)
        axes.set_xlabel(data.names[0], parse_math=False)
        axes.set_ylabel(data.names[1], parse_math=False)
        if len(keys) <= _KEYS:
            legend_right(axes, list(keys.values()), [str(k.get_label()) for k in keys.values()])
        titled(axes, data.title, data.subtitle)
        return figure_of(axes)


# --- private helpers ----------------------------------------------------------------------------


def _drawn(names: Sequence[str], components: Any) -> tuple[int, ...]:
    if components is None:
        if len(names) <= 2:
            return tuple(range(len(names)))
        raise DimensionError(
            f"the runs have {len(names)} components ({', '.join(names)}), a figure shows two: "
            f"choose them, such as components=('{names[0]}', '{names[1]}')"
        )
    listed = [components] if isinstance(components, str | int) else list(components)
    found = [names.index(c) if c in names else c for c in listed]
    places = tuple(c for c in found if isinstance(c, int) and 0 <= c < len(names))
    if len(places) != len(listed) or len(set(places)) != len(places) or len(places) not in (1, 2):
        raise DimensionError(
            f"components {listed} cannot be drawn: give one or two of {', '.join(names)}"
        )
    return places
