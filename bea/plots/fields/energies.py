"""Energy against time for several methods: how H strays, and how little its modified H̃ does.

A symplectic method lets H oscillate and keeps its modified Hamiltonian, so that H never drifts; a
method without one loses or wins energy: Hairer, Lubich and Wanner, Geometric Numerical Integration,
sections I.2 and IX.8. How small what remains is, over long times, `bea.plots.fields.energy` shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import BeaError
from bea.fields import VectorField
from bea.flows.deterministic.times import check_gammas, check_one_length
from bea.methods import Method
from bea.modified import modified_equation
from bea.modified.checks import checked_order, require_method, require_problem
from bea.modified.writing.script import TEXT
from bea.plots.house.runs import as_run, iterates_path, start_of
from bea.plots.house.style import MOVING, order_style
from bea.plots.house.words import method_words, name_and_numbers, problem_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STEPS = 200


@dataclass(frozen=True, eq=False)
class EnergyCourse:
    """The energies along the run of one method.

    Attributes
    ----------
    name : str
        The method.
    times : (times,)
        The multiples of gamma.
    energy : (times,)
        H less its first value.
    modified : (times,) or None
        The same of the modified Hamiltonian; None where there is none.
    note : str
        Why there is none, or that the run stopped.
    """

    name: str
    times: Floats
    energy: Floats
    modified: Floats | None
    note: str


@dataclass(frozen=True, eq=False)
class EnergiesData:
    """Everything that the figure shows.

    Attributes
    ----------
    title, subtitle : str
        The words.
    order : int
        The highest power of gamma in the modified Hamiltonians.
    courses : tuple of EnergyCourse
        In the order in which the methods were given.
    """

    title: str
    subtitle: str
    order: int
    courses: tuple[EnergyCourse, ...]


@either_number
def energies_figure(
    methods: Sequence[Method],
    problem: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    order: int = 2,
    *,
    steps: int | None = None,
    time: float | None = None,
    axes: Sequence[Axes] | None = None,
) -> Figure:
    """Draw H and the modified Hamiltonian H̃ against time, a panel for each method.

    Parameters
    ----------
    methods, problem, gamma
        What to iterate, on which Hamiltonian problem, and the step size.
    start : (d,), optional
        By default the problem's own.
    order
        The highest power of gamma in H̃.
    steps : int, optional
        How many steps; or `time`, how long in the units of gamma. By default 200 steps.
    axes
        Where to draw, as many as methods; by default in a new figure.

    Raises
    ------
    BeaError
        If there is no method, no Hamiltonian of the problem is known, or there is no start.

    Examples
    --------
    >>> import bea
    >>> methods = [bea.methods.explicit_euler(), bea.methods.stormer_verlet()]
    >>> figure = energies_figure(methods, bea.problems.pendulum(), 0.2, steps=100)
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Explicit Euler: no modified Hamiltonian to γ²', 'Störmer–Verlet']
    """
    data = energies_data(methods, problem, gamma, start, order, steps=steps, time=time)
    return draw_energies(data, axes)


@either_number
def energies_data(
    methods: Sequence[Method],
    problem: VectorField,
    gamma: float,
    start: ArrayLike | None = None,
    order: int = 2,
    *,
    steps: int | None = None,
    time: float | None = None,
) -> EnergiesData:
    """Compute what the figure shows; see `energies_figure`."""
    if isinstance(methods, Method) or not methods:
        raise BeaError("there is no list of methods to draw: give one, with at least one method")
    for method in methods:
        require_method(method)
    require_problem(problem)
    check_one_length(steps, time)
    size, highest = float(check_gammas(gamma)[0]), checked_order(order)
    point = start_of(problem, start)
    count = _STEPS if steps is None and time is None else steps
    courses = tuple(_course(m, problem, size, point, highest, count, time) for m in methods)
    place = ", ".join(f"{c:.4g}" for c in point)
    return EnergiesData(
        title=f"Energy on {problem_words(problem.name)}",
        subtitle=f"γ = {size:.4g} from ({', '.join(problem.variables)}) = ({place})",
        order=highest,
        courses=courses,
    )


def draw_energies(data: EnergiesData, axes: Sequence[Axes] | None = None) -> Figure:
    """Draw the figure from its data, in `axes`, one for each method, or in a new figure."""
    from bea.plots.house.canvas import check_axes, figure_of, house_rules, new_axes

    count = len(data.courses)
    check_axes(axes, count)
    with house_rules():
        panels = new_axes((7.6, 1.0 + 1.6 * count), count, sharex=True) if axes is None else axes
        handles: list[Any] = []
        for place, course in zip(panels, data.courses, strict=True):
            handles = max(handles, _draw_course(place, course, data.order), key=len)
        panels[-1].set_xlabel("time t")
        figure = figure_of(panels[0])
        if axes is None:
            figure.suptitle(f"{data.title}, {data.subtitle}", x=0.01, ha="left", fontsize=11)
            figure.legend(handles=handles, loc="outside lower left", ncols=2)
        else:
            panels[0].legend(handles=handles)
        return figure


# --- private helpers ----------------------------------------------------------------------------


def _course(
    method: Method,
    problem: VectorField,
    gamma: float,
    point: Floats,
    order: int,
    steps: int | None,
    time: float | None,
) -> EnergyCourse:
    equation = modified_equation(method, problem, order)
    energy = equation.truncate(0).geometry.conserved()
    modified = equation.geometry.conserved()
    assert energy is not None  # H itself, or an error that none is known
    run, note = as_run(method, equation)
    path = iterates_path(run, problem, point, gamma, steps, time)
    known = path.points[np.isfinite(path.points).all(axis=1)]
    values, changed = energy(known, gamma), None
    if modified is None:
        note = f"no modified Hamiltonian to {TEXT.gamma(order)}"
    else:
        changed = modified(known, gamma)
        changed = changed - changed[0]
    return EnergyCourse(
        name=_name(method),
        times=path.times[: len(known)],
        energy=values - values[0],
        modified=changed,
        note=", ".join(filter(None, [note, path.stopped])),
    )


def _name(method: Method) -> str:
    name, numbers = name_and_numbers(method_words(str(method), 120, first=True))
    return f"{name} ({', '.join(numbers)})" if numbers else name


def _draw_course(axes: Axes, course: EnergyCourse, order: int) -> list[Any]:
    curves = [(course.energy, 0, "H")]
    if course.modified is not None and order:  # of order 0 it is H itself
        curves.append((course.modified, order, f"H̃ to {TEXT.gamma(order)}"))
    handles: list[Any] = []
    for values, k, label in curves:
        look: dict[str, Any] = {
            "color": order_style(k).colour,
            "lw": 1.5,
            "ls": "--" if handles else "-",
        }
        handles += axes.plot(course.times, values, label=label, gid=MOVING, **look)
    title = f"{course.name}{': ' if course.note else ''}{course.note}"
    axes.set_title(title, fontsize=10, pad=4, parse_math=False)
    axes.axhline(0.0, color="#9a9a9a", lw=0.6, zorder=1)
    axes.set_ylabel("change", labelpad=2)
    axes.margins(y=0.12)
    axes.set_xlim(0, course.times[-1])
    axes.grid(True)
    return handles
