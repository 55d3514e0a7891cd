"""Optimizers side by side on one loss: where they go, and what each of them penalises.

One panel per method, with common axes and levels: its iterates, the flow of its modified equation,
the gradient flow, and behind them the map of its implicit regulariser, the term of gamma of the
modified loss in units of the loss. For heavy ball, whose modified loss is 1/(1 - beta) times
L + gamma (1 + beta)/(4 (1 - beta)^2) |grad L|^2, that is the second summand (Ghosh, Lyu, Zhang and
Wang, "Implicit regularization in heavy-ball momentum accelerated stochastic gradient descent",
ICLR 2023). Where there is no modified loss, as for Adam, the panel says so and shows the loss. Data
are computed here; the drawing is in `bea.plots.order.comparison_drawing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, OrderError, StepSizeError
from bea.fields import Loss
from bea.flows import flow
from bea.flows.deterministic.times import check_gammas
from bea.methods import Method
from bea.modified import ModifiedEquation, modified_equation
from bea.modified.checks import require_method, require_problem
from bea.plots.house.landscape import Landscape, grid_points, known_points, points_within
from bea.plots.house.levels import contour_levels, with_zero
from bea.plots.house.runs import (
    Path,
    as_run,
    flow_paths,
    iterates_path,
    range_note,
    range_warning,
    start_of,
)
from bea.plots.house.windows import Window, checked_window, path_window
from bea.plots.house.words import method_words, problem_words
from bea.trees import leaf

_FLOW_POINTS = 600
_TOLERANCE = 1e-9
_NOISE = 1e-12  # of the largest value: smaller regularisers are rounding errors


@dataclass(frozen=True, eq=False)
class ComparisonPanel:
    """What is shown of one method.

    Attributes
    ----------
    name : str
        The method, with its hyperparameters.
    gamma : float
        Its step size.
    iterates, modified : Path
        Its own points, and the flow of its modified equation.
    regulariser : (rows, columns) or None
        gamma L_1 in units of the loss, on the common grid; None where there is no such term.
    notes : tuple of str
        What a reader has to know: where the flow starts, why there is no regulariser.
    """

    name: str
    gamma: float
    iterates: Path
    modified: Path
    regulariser: Floats | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ComparisonData:
    """Everything that a comparison shows.

    Attributes
    ----------
    title, subtitle : str
        The words.
    order : int
        Of the modified flows.
    variables : tuple of str
        Both.
    window : tuple
        (low, high) of both axes, common to all panels.
    panels : tuple of ComparisonPanel
        In the order in which the methods were given.
    gradient_flow : Path
        From the start itself.
    loss : Landscape
        What is behind where there is no regulariser.
    levels : (levels,)
        Common to all regularisers; empty if there are none.
    minima, critical : (points, 2)
        Points to mark.
    """

    title: str
    subtitle: str
    order: int
    variables: tuple[str, ...]
    window: Window
    panels: tuple[ComparisonPanel, ...]
    gradient_flow: Path
    loss: Landscape
    levels: Floats
    minima: Floats
    critical: Floats


@either_number
def comparison_data(
    methods: Sequence[Method],
    loss: Loss,
    gamma: ArrayLike,
    start: ArrayLike | None = None,
    order: int = 1,
    *,
    steps: int | None = None,
    time: float | None = None,
    window: Window | None = None,
) -> ComparisonData:
    """Compute what a comparison shows; see `comparison_figure`."""
    gammas = _checked(methods, loss, gamma, order)
    if steps is not None and time is not None:
        raise StepSizeError("steps and time are both given: give one of them")
    if window is not None:
        checked_window(window, 2)
    point = start_of(loss, start)
    equations = [modified_equation(method, loss, order) for method in methods]
    rates = [abs(equation.character.effective_rate) for equation in equations]
    length = float(loss.about.time if time is None else time)
    runs = [
        _run(equation, g, point, steps, length / rate)
        for equation, g, rate in zip(equations, gammas, rates, strict=True)
    ]
    if steps is not None:
        length = max(steps * g * rate for g, rate in zip(gammas, rates, strict=True))
    gradient_flow = _gradient_flow(loss, point, length)
    minima, critical = known_points(loss, (0, 1))
    paths = [gradient_flow, *(path for *pair, _ in runs for path in pair)]
    window = window or _window(loss, paths, minima)
    x, y, grid = grid_points(window, (0, 1), point)
    with np.errstate(all="ignore"):
        values = loss.at(grid)
    panels = tuple(
        _panel(equation, float(g), run, grid, values)
        for equation, g, run in zip(equations, gammas, runs, strict=True)
    )
    place = ", ".join(f"{c:.4g}" for c in point)
    return ComparisonData(
        title=f"Implicit regularisers on {problem_words(loss.name)}",
        subtitle=f"from ({', '.join(loss.variables)}) = ({place}); modified flows of order {order}",
        order=order,
        variables=tuple(loss.variables),
        window=window,
        panels=panels,
        gradient_flow=gradient_flow,
        loss=Landscape("loss", "loss", x, y, values, contour_levels(values)),
        levels=_levels(panels),
        minima=points_within(minima, window),
        critical=points_within(critical, window),
    )


# --- private helpers ----------------------------------------------------------------------------


def _checked(methods: Sequence[Method], loss: Loss, gamma: ArrayLike, order: int) -> Floats:
    """Return a step size for each method."""
    kind: type = type(methods)
    if issubclass(kind, str) or not issubclass(kind, Sequence):
        raise BeaError(f"the methods are a {kind.__name__}: give a list of methods")
    if not methods:
        raise BeaError("there is no method to compare: give at least one")
    for method in methods:
        require_method(method)
    require_problem(loss)
    if not isinstance(loss, Loss):
        raise BeaError(f"'{loss.name}' is no loss: a comparison shows what is penalised on a loss")
    if loss.dimension != 2:
        raise DimensionError(
            f"'{loss.name}' has {loss.dimension} variable{'s' * (loss.dimension != 1)}: "
            "give a loss of two"
        )
    if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 1:
        raise OrderError(f"order {order!r} has no modified flow: give a whole number, 1 or more")
    gammas = check_gammas(gamma)
    if len(gammas) not in (1, len(methods)):
        raise StepSizeError(
            f"{len(gammas)} step sizes for {len(methods)} methods: give one, or one for each"
        )
    return np.broadcast_to(gammas, (len(methods),))


def _run(
    equation: ModifiedEquation, gamma: float, point: Floats, steps: int | None, time: float
) -> tuple[Path, Path, str]:
    """Return the iterates, the flow of the whole equation, and the note on their start."""
    assert equation.problem is not None
    method, note = as_run(equation.method, equation)
    until = None if steps is not None else max(time, gamma)
    iterates = iterates_path(method, equation.problem, point, gamma, steps, until)
    (modified,) = flow_paths(equation, gamma, [equation.order], iterates)
    return iterates, modified, note


def _window(loss: Loss, paths: Sequence[Path], minima: Floats) -> Window:
    """Return what shows all paths, and of the problem's own window what is near them."""
    about = np.array(loss.about.window, dtype=float) if loss.about.window else None
    return path_window([path.points for path in paths], about, minima)


def _gradient_flow(loss: Loss, point: Floats, length: float) -> Path:
    times = np.linspace(0.0, length, _FLOW_POINTS + 1)
    run = flow(loss, point[None], [1.0], times, rtol=_TOLERANCE, estimate_error=False)
    return Path((0,), times, run.values[0, 0], leading="gradient flow")


def _panel(
    equation: ModifiedEquation,
    gamma: float,
    run: tuple[Path, Path, str],
    grid: Floats,
    loss: Floats,
) -> ComparisonPanel:
    iterates, modified, start_note = run
    regulariser, why = _regulariser(equation.truncate(1), gamma, grid, loss)
    assert equation.problem is not None
    beyond = range_note(
        range_warning(equation.method, equation.problem, gamma, iterates.points[0])
    ).removeprefix("; ")
    return ComparisonPanel(
        name=method_words(str(equation.method), first=True),
        gamma=gamma,
        iterates=iterates,
        modified=modified,
        regulariser=regulariser,
        notes=tuple(note for note in (start_note, why, beyond) if note),
    )


def _regulariser(
    equation: ModifiedEquation, gamma: float, grid: Floats, loss: Floats
) -> tuple[Floats | None, str]:
    """Return gamma L_1 in units of the loss, with f_1 = -grad L_1, or None and the reason."""
    for power, is_gradient in enumerate(equation.is_gradient):
        if not is_gradient:
            return None, f"no modified loss: f{'₀₁'[power]} is no gradient"
    if equation.vanishes(1):
        return None, "no term of order γ: nothing is penalised"
    modified = equation.modified_loss()
    known = np.isfinite(loss)
    values = np.full(loss.shape, np.nan)
    try:
        with np.errstate(all="ignore"):
            values[known] = modified(grid[known], gamma) - modified(grid[known], 0.0)
    except BeaError:  # of a line integral across a singularity, as of |grad L| at a minimum
        return None, "f₁ is a gradient whose line integral is singular here"
    values[~np.isfinite(values)] = np.nan
    size = float(np.nanmax(np.abs(values)))
    values[np.abs(values) < _NOISE * size] = 0.0
    if not equation.has_few_trees:  # a potential, which has no value of its own
        return values - np.nanmin(values), ""
    return values / float(_leading(equation)), ""


def _leading(equation: ModifiedEquation) -> float:
    """Return c with f_0 = c f: the effective rate."""
    rate = equation.coefficients[leaf]
    return int(rate.p) / int(rate.q)


def _levels(panels: Sequence[ComparisonPanel]) -> Floats:
    found = [panel.regulariser for panel in panels if panel.regulariser is not None]
    return with_zero(contour_levels(np.stack(found))) if found else np.empty(0)
