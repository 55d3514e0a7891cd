"""Energy along a run: how far H, and the modified Hamiltonians, stray from their first values.

A symplectic method conserves its modified Hamiltonian up to terms that are exponentially small, so
that the energy of its runs does not drift: Hairer, Lubich and Wanner, Geometric Numerical
Integration, sections I.2 and IX.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import StepSizeError
from bea.fields import VectorField
from bea.flows import iterate
from bea.flows.deterministic.times import check_gammas
from bea.methods import Method
from bea.modified import ModifiedEquation, modified_equation
from bea.modified.checks import checked_orders, require_method, require_problem
from bea.modified.structure.potential import Potential
from bea.modified.writing.script import TEXT
from bea.plots.house.runs import range_note, range_warning, start_of, stopped_text
from bea.plots.house.style import order_style
from bea.plots.house.words import method_words, problem_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WINDOWS = 50
_MOST_STEPS = 200_000
_MARKS = 8
_ROUNDING = 1e-16


@dataclass(frozen=True, eq=False)
class EnergyData:
    """Everything that an energy figure shows.

    Attributes
    ----------
    title, subtitle : str
        The words.
    times : (windows,)
        Where the windows end.
    orders : tuple of int
        0 for H itself, k for the modified Hamiltonian up to gamma^k.
    drifts : (orders, windows)
        The largest distance from the first value in each window.
    """

    title: str
    subtitle: str
    times: Floats
    orders: tuple[int, ...]
    drifts: Floats


@either_number
def energy_figure(
    method: Method,
    problem: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    orders: Iterable[int] = (0, 2, 4),
    *,
    steps: int | None = None,
    time: float | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw how far H and the modified Hamiltonians stray along a run of a method.

    Where the method has no modified Hamiltonian nor conserves another near H, the subtitle says so
    and H itself is drawn.

    Parameters
    ----------
    method, problem, gamma
        What to iterate, on which Hamiltonian problem, and the step size.
    start : (d,), optional
        By default the problem's own.
    orders
        0 for H, k for the modified Hamiltonian up to gamma^k.
    steps : int, optional
        How many steps; or `time`, how long in the units of gamma. By default 2,000 steps.
    axes
        Where to draw; by default in a new figure.

    Raises
    ------
    BeaError
        If no Hamiltonian of the problem is known, or there is no start.
    StepSizeError
        If both a time and steps are given, or it would be more than 200,000 steps.

    Examples
    --------
    >>> import bea
    >>> verlet, pendulum = bea.methods.stormer_verlet(), bea.problems.pendulum()
    >>> figure = energy_figure(verlet, pendulum, 0.2, steps=100)
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['H', 'H̃ to γ²', 'H̃ to γ⁴']
    """
    data = energy_data(method, problem, gamma, start, orders, steps=steps, time=time)
    return draw_energy(data, axes)


@either_number
def energy_data(
    method: Method,
    problem: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    orders: Iterable[int] = (0, 2, 4),
    *,
    steps: int | None = None,
    time: float | None = None,
) -> EnergyData:
    """Compute what an energy figure shows; see `energy_figure`."""
    require_method(method)
    require_problem(problem)
    size = float(check_gammas(gamma)[0])
    point = start_of(problem, start)
    chosen = checked_orders(orders)
    equation = modified_equation(method, problem, max(chosen))
    energies, missing = _energies(equation, chosen)
    run = iterate(method, problem, point, size, steps=_count(size, steps, time), include_start=True)
    points = run.values[0, 0]
    points = points[np.isfinite(points).all(axis=1)]
    windows = np.array_split(np.arange(1, len(points)), min(_WINDOWS, len(points) - 1))
    values = np.array([energy(points, size) for _, energy in energies])
    strays = np.maximum(np.abs(values - values[:, :1]), _ROUNDING)
    beyond = range_note(range_warning(method, problem, size, point))
    notes = [f"γ = {size:.4g}{beyond}", missing, stopped_text(run)]
    return EnergyData(
        title=f"Energy of {method_words(str(method))} on {problem_words(problem.name)}",
        subtitle="; ".join(filter(None, notes)),
        times=np.array([size * window[-1] for window in windows]),
        orders=tuple(order for order, _ in energies),
        drifts=np.array([[row[window].max() for window in windows] for row in strays]),
    )


def draw_energy(data: EnergyData, axes: Axes | None = None) -> Figure:
    """Draw an energy figure from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        axes = new_axes((7.6, 4.6))[0] if axes is None else axes
        axes.set_yscale("log")
        handles = []
        for order, drift in zip(data.orders, data.drifts, strict=True):
            style = order_style(order, max(data.orders))
            handles += axes.plot(
                data.times, drift, color=style.colour, ls=style.line, marker=style.marker, ms=4.5,
                mfc="white", markevery=max(1, len(data.times) // _MARKS), label=_name(order),
            )  # fmt: skip
        legend_right(axes, handles, [str(h.get_label()) for h in handles], "energy")
        axes.set_xlim(0, data.times[-1])
        axes.set_xlabel("time t")
        axes.set_ylabel("largest distance from the first value")
        axes.grid(True)
        titled(axes, data.title, data.subtitle)
        return figure_of(axes)


# --- private helpers ----------------------------------------------------------------------------


def _energies(
    equation: ModifiedEquation, orders: Sequence[int]
) -> tuple[list[tuple[int, Potential]], str]:
    """Return what is conserved to each order, as far as it is, and a note where it ends."""
    found: list[tuple[int, Potential]] = []
    for order in orders:
        known = equation.truncate(order).geometry.conserved()
        if known is None:
            return found, f"no modified Hamiltonian to {TEXT.gamma(order)}"
        found.append((order, known))
    return found, ""


def _count(gamma: float, steps: int | None, time: float | None) -> int:
    if steps is not None and time is not None:
        raise StepSizeError("both a time and a number of steps are given: give one of them")
    count = 2000 if steps is None else steps
    if time is not None:
        count = round(time / gamma)
    if not 2 <= count <= _MOST_STEPS:
        raise StepSizeError(
            f"{count:,} steps are not between 2 and {_MOST_STEPS:,}: give another time or number "
            "of steps"
        )
    return count


def _name(order: int) -> str:
    return f"H̃ to {TEXT.gamma(order)}" if order else "H"
