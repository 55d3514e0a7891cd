"""Optimizers side by side on one loss: where they go, and what each of them penalises.

One panel per method, with common axes: its iterates, the flow of its modified equation, the
gradient flow, and where each of them ends. Behind them is in every panel the same map, the size of
the gradient, whose square the term of gamma of a modified loss penalises: for heavy ball, whose
modified loss is 1/(1 - beta) times L + gamma (1 + beta)/(4 (1 - beta)^2) |grad L|^2 (Ghosh, Lyu,
Zhang and Wang, "Implicit regularization in heavy-ball momentum accelerated stochastic gradient
descent", ICLR 2023). By default all methods go on until they are in the valley, with the same
effective rate. Data are computed here, drawn in `bea.plots.order.comparison_drawing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, OrderError, StepSizeError
from bea.fields import Loss, VectorField
from bea.flows import flow
from bea.flows.deterministic.times import check_gammas, check_one_length
from bea.measure.escape.critical_points import hessian
from bea.methods import Method
from bea.modified import ModifiedEquation, modified_equation
from bea.modified.checks import require_method, require_problem
from bea.modified.memory.character import as_number
from bea.plots.house.landscape import Landscape, grid_points, known_points, points_within
from bea.plots.house.levels import even_levels
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
from bea.trees import FIELD, leaf, tree

_FLOW_POINTS = 600
_TOLERANCE = 1e-9
_PART = 0.5  # of the useful range: what the term of gamma does is seen there
_SMALL = 2e-3  # of the gradient at the start: a run with less is in the valley
_FIRST_STEPS, _MOST_STEPS = 64, 4096


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
    penalty : float or None
        c of the modified loss, L + c |grad L|^2 in units of the loss; None where there is none.
    sharpness : float
        The largest curvature of the loss where the iterates end.
    notes : tuple of str
        What a reader has to know: why there is no penalty, where the flow starts.
    """

    name: str
    gamma: float
    iterates: Path
    modified: Path
    penalty: float | None
    sharpness: float
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
    sharpness : float
        The largest curvature of the loss where the gradient flow ends.
    behind : Landscape
        The size of the gradient, the same in all panels.
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
    sharpness: float
    behind: Landscape
    minima: Floats
    critical: Floats


@either_number
def comparison_data(
    methods: Sequence[Method],
    loss: Loss,
    gamma: ArrayLike | None = None,
    start: ArrayLike | None = None,
    order: int = 1,
    *,
    steps: int | None = None,
    time: float | None = None,
    window: Window | None = None,
) -> ComparisonData:
    """Compute what a comparison shows; see `comparison_figure`."""
    _check(methods, loss, order)
    check_one_length(steps, time)
    if window is not None:
        checked_window(window, 2)
    point = start_of(loss, start)
    equations = [modified_equation(method, loss, order) for method in methods]
    gammas = _rates(equations, loss, point) if gamma is None else _given(gamma, len(methods))
    runs = [
        _run(equation, float(g), point, steps, time)
        for equation, g in zip(equations, gammas, strict=True)
    ]
    length = max(
        run[0].times[-1] * _speed(equation) for equation, run in zip(equations, runs, strict=True)
    )
    gradient_flow = _gradient_flow(loss, point, length if time is None else float(time))
    minima, critical = known_points(loss, (0, 1))
    paths = [gradient_flow, *(path for *pair, _ in runs for path in pair)]
    window = window or _window(loss, paths, minima)
    panels = tuple(
        _panel(equation, float(g), run)
        for equation, g, run in zip(equations, gammas, runs, strict=True)
    )
    place = ", ".join(f"{c:.4g}" for c in point)
    return ComparisonData(
        title=f"Implicit regularisation on {problem_words(loss.name)}",
        subtitle=f"from ({', '.join(loss.variables)}) = ({place}); modified flows of order {order}",
        order=order,
        variables=tuple(loss.variables),
        window=window,
        panels=panels,
        gradient_flow=gradient_flow,
        sharpness=_sharpness(loss, gradient_flow.points),
        behind=_behind(loss, window, point),
        minima=points_within(minima, window),
        critical=points_within(critical, window),
    )


# --- private helpers ----------------------------------------------------------------------------


def _check(methods: Sequence[Method], loss: Loss, order: int) -> None:
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


def _given(gamma: ArrayLike, count: int) -> Floats:
    """Return the step sizes that were given, one for each method."""
    gammas = check_gammas(gamma)
    if len(gammas) not in (1, count):
        raise StepSizeError(
            f"{len(gammas)} step sizes for {count} methods: give one, or one for each"
        )
    return np.broadcast_to(gammas, (count,))


def _rates(equations: Sequence[ModifiedEquation], loss: Loss, point: Floats) -> Floats:
    """Return step sizes at which one sees what they do: one effective rate, where there is one.

    That is half of what the equation of gradient descent means something for, at the start; a rule
    that does not follow the gradient has half of its own useful range.
    """
    curvature = float(np.abs(np.linalg.eigvalsh(hessian(loss)(point[None])[0])).max())
    if not curvature > 0:
        raise StepSizeError("the loss has no curvature at the start: give gamma, or another start")
    found = [
        _PART / (curvature * _speed(equation))
        if equation.character.is_on_trees
        else _PART * equation.useful_gamma([point])
        for equation in equations
    ]
    return np.array([float(f"{gamma:.2g}") for gamma in found])


def _speed(equation: ModifiedEquation) -> float:
    return abs(equation.character.effective_rate) or 1.0


def _run(
    equation: ModifiedEquation,
    gamma: float,
    point: Floats,
    steps: int | None,
    time: float | None,
) -> tuple[Path, Path, str]:
    """Return the iterates, the flow of the whole equation, and the note on their start."""
    assert equation.problem is not None
    method, note = as_run(equation.method, equation)
    if time is not None:
        until = max(time / _speed(equation), gamma)
        iterates = iterates_path(method, equation.problem, point, gamma, None, until)
    elif steps is not None:
        iterates = iterates_path(method, equation.problem, point, gamma, steps)
    else:
        iterates = _into_the_valley(method, equation.problem, point, gamma)
    (modified,) = flow_paths(equation, gamma, [equation.order], iterates)
    return iterates, modified, note


def _into_the_valley(method: Method, loss: VectorField, point: Floats, gamma: float) -> Path:
    """Return the iterates until the gradient is small for good, or until enough is seen."""
    small = _SMALL * float(np.linalg.norm(loss(point)))
    steps = _FIRST_STEPS
    while True:
        path = iterates_path(method, loss, point, gamma, steps)
        sizes = np.linalg.norm(loss(path.points), axis=1)
        large = np.flatnonzero(~(sizes <= small))
        last = int(large[-1]) + 1 if large.size else 1
        if last < len(sizes) or path.stopped or steps >= _MOST_STEPS:
            end = min(max(last, 1), len(sizes) - 1) + 1
            return replace(path, times=path.times[:end], points=path.points[:end])
        steps *= 4


def _window(loss: Loss, paths: Sequence[Path], minima: Floats) -> Window:
    """Return what shows all paths, and of the problem's own window what is near them."""
    about = np.array(loss.about.window, dtype=float) if loss.about.window else None
    return path_window([path.points for path in paths], about, minima)


def _gradient_flow(loss: Loss, point: Floats, length: float) -> Path:
    times = np.linspace(0.0, length, _FLOW_POINTS + 1)
    run = flow(loss, point[None], [1.0], times, rtol=_TOLERANCE, estimate_error=False)
    return Path((0,), times, run.values[0, 0], leading="gradient flow")


def _panel(
    equation: ModifiedEquation, gamma: float, run: tuple[Path, Path, str]
) -> ComparisonPanel:
    iterates, modified, start_note = run
    penalty, why = _penalty(equation.truncate(1), gamma)
    assert isinstance(equation.problem, Loss)
    beyond = range_note(
        range_warning(equation.method, equation.problem, gamma, iterates.points[0])
    ).removeprefix("; ")
    return ComparisonPanel(
        name=method_words(str(equation.method), length=120, first=True),
        gamma=gamma,
        iterates=iterates,
        modified=modified,
        penalty=penalty,
        sharpness=_sharpness(equation.problem, iterates.points),
        notes=tuple(note for note in (why, start_note, beyond) if note),
    )


def _penalty(equation: ModifiedEquation, gamma: float) -> tuple[float | None, str]:
    """Return c of L + c |grad L|^2, in units of the loss, or None and the reason.

    With f_0 = -b_0 grad L and f_1 = b_1 (hess L) grad L the term of gamma is that of
    c = -gamma b_1/(2 b_0).
    """
    for power, is_gradient in enumerate(equation.is_gradient):
        if not is_gradient:
            return None, f"no modified loss: f{'₀₁'[power]} is no gradient"
    if equation.vanishes(1):
        return None, "no term of order γ: nothing is penalised"
    if not equation.has_few_trees or tuple(equation.method.colors) != (FIELD,):
        return None, "the term of γ is the gradient of another function"
    first, second = (equation.coefficients[t] for t in (leaf, tree([leaf])))
    return -gamma * as_number(second / first) / 2, ""


def _sharpness(loss: Loss, points: Floats) -> float:
    """Return the largest curvature at the last point that is known."""
    known = points[np.isfinite(points).all(axis=1)]
    curvatures = hessian(loss)(known[-1:])[0]
    return float(np.linalg.eigvalsh(curvatures)[-1]) if np.isfinite(curvatures).all() else np.nan


def _behind(loss: Loss, window: Window, point: Floats) -> Landscape:
    """Return the map of the size of the gradient, with levels that are even in its logarithm."""
    x, y, grid = grid_points(window, (0, 1), point)
    with np.errstate(all="ignore"):
        sizes = np.linalg.norm(loss(grid), axis=-1)
    levels = even_levels(sizes)
    return Landscape("size", "size of the gradient ‖∇L‖", x, y, sizes, levels)
