"""The runs that figures show: one start, one step size, the iterates and the flows beside them.

A run from zero memory meets the modified flows from a corrected start. Where that is not known (for
Adam, say) the memory is begun on the slow manifold instead, and the figure says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_points
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, StepSizeError
from bea.fields import VectorField
from bea.flows import Status, Trajectory, flow, iterate, sample_steps
from bea.flows.deterministic.times import check_count, check_one_length
from bea.measure.order import flow_by_pieces
from bea.methods import Method, Scheduled
from bea.methods.schedules.schedule import rational
from bea.modified import ModifiedEquation
from bea.modified.derive import derive
from bea.modified.memory.character import Character
from bea.modified.memory.time_scale import beyond_range
from bea.plots.house.style import order_text

_SAMPLES = 600  # points of a flow's curve, at least
_MOST_STEPS = 100_000  # more could not be told apart, nor drawn in a moment
_TOLERANCE = 1e-9  # of the flows: far below what can be seen
_STOPS = {
    Status.DIVERGED: "unbounded from",
    Status.BLOW_UP: "blow-up at",
    Status.LEFT_DOMAIN: "out of the domain at",
    Status.UNSOLVED: "step not solved at",
    Status.STIFF: "too stiff from",
}


@dataclass(frozen=True, eq=False)
class Path:
    """A flow, or the iterates.

    Attributes
    ----------
    orders : tuple of int
        The orders K whose truncated equations are this same field; empty for the iterates.
    times : (times,)
        From 0 to the last; the multiples of gamma for the iterates.
    points : (times, d)
        Where it is; nan after it stopped.
    every : int
        How many of these times there are in a step: `points[::every]` are at multiples of gamma.
    stopped : str
        Empty, or why and when it stopped.
    leading : str
        What the flow of order 0 is called.
    """

    orders: tuple[int, ...]
    times: Floats
    points: Floats
    every: int = 1
    stopped: str = ""
    leading: str = "exact flow"

    @property
    def label(self) -> str:
        """What the legend says."""
        name = "iterates"
        if self.orders:
            kind = self.leading if self.orders[0] == 0 else "modified flow"
            name = f"{kind}, {order_text(self.orders)}"
        return f"{name}\n({self.stopped})" if self.stopped else name

    def onto(self, components: Sequence[int]) -> Path:
        """Return the path in some of the components."""
        return replace(self, points=self.points[:, list(components)])


def start_of(problem: VectorField, start: ArrayLike | None) -> Floats:
    """Return a start (d,): the one that is given, or the problem's own.

    Raises
    ------
    DimensionError
        If it has not d components.
    BeaError
        If none is given and the problem has none.
    """
    if start is None and not problem.about.start:
        names = ", ".join(problem.variables)
        raise BeaError(f"'{problem.name}' has no start of its own: give one, ({names})")
    given = problem.about.start if start is None else start
    points = real_points(given, problem.dimension, "the start")
    point = points[0] if len(points) == 1 else points
    if point.shape != (problem.dimension,):
        raise DimensionError(
            f"the start has shape {point.shape}, and a figure shows one run: give one point of "
            f"{problem.dimension} components ({', '.join(problem.variables)})"
        )
    return point


def range_warning(method: Method, problem: VectorField, gamma: float, start: ArrayLike) -> str:
    """Return one line if a step size is beyond the useful range at a start (d,), else "".

    The flows of the modified equation mean nothing there. Under a schedule that jumps the first
    piece decides.

    >>> import bea
    >>> bowl = bea.problems.loss("x**2/2")
    >>> range_warning(bea.methods.gradient_descent(), bowl, 0.5, np.array([1.0]))
    ''
    """
    if isinstance(method, Scheduled) and method.in_pieces:
        method = method.smooth_pieces()[0][-1]
    character = Character(method, problem)
    points = np.atleast_2d(np.asarray(start, dtype=float))
    return beyond_range(character, points, gamma, lambda: derive(character, 1))


def range_note(warning: str) -> str:
    """Return what a figure's subtitle says where `range_warning` says something.

    >>> range_note(""), range_note("step sizes up to 2 are ..., that is for gamma < 0.5")
    ('', '; beyond the useful range γ < 0.5')
    """
    return f"; beyond the useful range γ < {warning.rpartition('< ')[2]}" if warning else ""


def iterates_path(
    method: Method,
    problem: VectorField,
    start: Floats,
    gamma: float,
    steps: int | None = None,
    time: float | None = None,
) -> Path:
    """Return the iterates of a number of steps, or over a time; by default the problem's time.

    Raises
    ------
    StepSizeError
        If both are given, or it would be more steps than a figure can show.
    """
    check_one_length(steps, time)
    if steps is None:
        until = problem.about.time if time is None else time
        steps = int(sample_steps([gamma], until)[0, -1])
    check_count(steps, "steps")
    if steps > _MOST_STEPS:
        raise StepSizeError(
            f"{steps} steps are more than a figure can show, {_MOST_STEPS}: take a larger step "
            "size or a shorter time"
        )
    run = iterate(method, problem, start[None], [gamma], steps=steps, include_start=True)
    return Path((), run.times[0], run.values[0, 0], stopped=stopped_text(run))


def as_run(method: Method, equation: ModifiedEquation | None) -> tuple[Method, str]:
    """Return the method with its memory begun so that flows can meet it, and a note that says so.

    The note is empty for a method without memory. Where the corrected start is known, the method is
    returned as it is and the flows start there; elsewhere it is begun on the slow manifold.

    Examples
    --------
    >>> import bea
    >>> method, loss = bea.methods.heavy_ball(beta="1/2"), bea.problems.booth()
    >>> as_run(method, bea.modified_equation(method, loss, 1))[1]
    'flows from the corrected start'
    """
    if equation is None or not equation.character.has_memory:
        return method, ""
    if equation.has_start_correction:
        corrected = any(value != 0 for value in equation.start_correction.values())
        return method, "flows from the corrected start" * corrected
    return equation.started_on_manifold(), "memory begun on the slow manifold"


def flow_paths(
    equation: ModifiedEquation | None, gamma: float, orders: Sequence[int], iterates: Path
) -> list[Path]:
    """Return the flows of these rising orders beside the iterates, as far as those go.

    For linear memory the flow of order K starts where the terms up to gamma^K put it, that of order
    0 at the start itself. No equation, no flows.
    """
    if equation is None:
        return []
    every = -(-_SAMPLES // (len(iterates.times) - 1))
    steps = (len(iterates.times) - 1) * every
    times = gamma * np.arange(steps + 1) / every
    leading = "exact flow" if _keeps_the_field(equation) else "flow of f₀"
    paths = []
    for group in same_fields(equation, orders):
        start = iterates.points[:1]
        if equation.character.has_memory and equation.has_start_correction:
            start = equation.truncate(group[-1]).corrected_starts(start, [gamma])
        run = flow(
            equation.truncate(group[0]), start, [gamma],
            times, rtol=_TOLERANCE, estimate_error=False, max_steps=100 * len(times),
        )  # fmt: skip
        paths.append(Path(group, times, run.values[0, 0], every, stopped_text(run), leading))
    return paths


def flow_paths_by_pieces(
    method: Scheduled,
    problem: VectorField,
    gamma: float,
    orders: Sequence[int],
    iterates: Path,
) -> list[Path]:
    """Return the flows beside the iterates of a schedule that jumps, each from break to break.

    Raises
    ------
    StepSizeError
        If a break is no whole number of steps.
    """
    end = fmpq(len(iterates.times) - 1) * rational(repr(float(gamma)), "the step size")
    paths = []
    for order in orders:
        runs = flow_by_pieces(method, problem, order, iterates.points[:1], [gamma], end, _SAMPLES)
        # A piece begins where the last one ended or, with memory, at its own corrected start.
        parts = [part for run in runs for part in (run.starts[0, :1], run.values[0, 0])]
        points = np.concatenate(parts)
        stopped = next(filter(None, map(stopped_text, runs)), "")
        paths.append(Path((order,), points[:, -1], points, 1, stopped, "flow of f₀"))
    return paths


def same_fields(equation: ModifiedEquation, orders: Sequence[int]) -> list[tuple[int, ...]]:
    """Group rising orders whose truncated equations are the same field.

    Examples
    --------
    >>> import bea
    >>> rk4 = bea.modified_equation(bea.methods.rk4(), order=5)
    >>> same_fields(rk4, [0, 1, 3, 4, 5])
    [(0, 1, 3), (4,), (5,)]
    """
    groups = [[orders[0]]]
    for last, order in pairwise(orders):
        if all(equation.vanishes(k) for k in range(last + 1, order + 1)):
            groups[-1].append(order)
        else:
            groups.append([order])
    return [tuple(group) for group in groups]


def stopped_text(run: Trajectory) -> str:
    """Return why and when a run of one start and one step size stopped, or an empty text."""
    status = Status(int(run.status[0, 0]))
    if status == Status.OK:
        return ""
    return f"{_STOPS[status]} t = {run.stopped_at[0, 0]:.3g}"


# --- private helpers ----------------------------------------------------------------------------


def _keeps_the_field(equation: ModifiedEquation) -> bool:
    """Tell whether f_0 is the field itself: momentum multiplies it, Adam changes its direction."""
    assert equation.problem is not None
    pairs = zip(equation.components[0], equation.problem.components, strict=True)
    return all((ours - original).is_zero() for ours, original in pairs)
