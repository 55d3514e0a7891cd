"""A loss beside its modified loss, and their difference: the regularisation that a step size adds.

Gradient descent follows, to order 1, the gradient flow of L + gamma/4 |grad L|^2 (Barrett and
Dherin, "Implicit gradient regularization", ICLR 2021, theorem 3.1). Where no modified loss exists,
the loss of the gradient part stands in, and the title says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, NoModifiedLossError
from bea.fields import Loss
from bea.flows.deterministic.times import check_gammas
from bea.methods import Method
from bea.modified import ModifiedEquation, ModifiedLoss, modified_equation
from bea.modified.checks import require_equation
from bea.plots.house.landscape import (
    chosen_components,
    grid_points,
    known_points,
    marked_points,
    points_within,
)
from bea.plots.house.levels import contour_levels, with_zero
from bea.plots.house.runs import range_note, range_warning
from bea.plots.house.windows import checked_window
from bea.plots.house.words import method_words, problem_words

_POINTS = 401  # of a curve in one dimension
_LEVELS = 13
_NOISE = 1e-14  # of the largest value: smaller differences are rounding errors


@dataclass(frozen=True, eq=False)
class LossData:
    """Everything that a loss figure shows.

    Attributes
    ----------
    title, subtitle : str
        The words.
    name : str
        "modified loss", or "loss of the gradient part" where no modified loss exists.
    variables : tuple of str
        The one or two variables that are drawn.
    x, y : (columns,), (rows,)
        The grid; y is empty in one dimension.
    loss, modified, difference : (rows, columns) or (columns,)
        Values; the difference is modified minus loss. nan outside the domain.
    levels : (levels,)
        Contour levels, common to the loss and the modified loss; empty in one dimension.
    difference_levels : (levels,)
        Those of the difference.
    minima, critical : (points, variables)
        Points to mark, of the original loss.
    """

    title: str
    subtitle: str
    name: str
    variables: tuple[str, ...]
    x: Floats
    y: Floats
    loss: Floats
    modified: Floats
    difference: Floats
    levels: Floats
    difference_levels: Floats
    minima: Floats
    critical: Floats


def loss_data(
    equation: ModifiedEquation | Method,
    loss: Loss | None = None,
    gamma: float | None = None,
    order: int = 1,
    *,
    window: Sequence[tuple[float, float]] | None = None,
    components: Sequence[str | int] | None = None,
    at: ArrayLike | None = None,
) -> LossData:
    """Compute what a loss figure shows; see `loss_figure`."""
    given = None if gamma is None else float(check_gammas(gamma)[0])
    derived, problem = _derived(equation, loss, order)
    drawn = _drawn(problem, components)
    modified, name = _modified_loss(derived)
    base = _base(problem, at)
    step_size = _visible(derived, base) if given is None else given
    x, y, points = _grid(problem, drawn, window, base)
    values = problem.at(points)
    changed = _values(modified, points, step_size, np.isfinite(values))
    changed -= _offset(modified, problem, step_size)
    difference = _difference(changed, values)
    levels, difference_levels = np.empty(0), np.empty(0)
    if len(drawn) == 2:
        levels = contour_levels(np.stack([values, changed]), _LEVELS)
        difference_levels = with_zero(contour_levels(difference, _LEVELS))
    minima, critical = (
        points_within(points, [(axis[0], axis[-1]) for axis in (x, y) if axis.size])
        for points in known_points(problem, drawn)
    )
    return LossData(
        title=f"{problem_words(problem.name, first=True)} and its {name} under "
        f"{method_words(str(derived.method))}",
        subtitle=_subtitle(problem, step_size, derived.order, drawn, base)
        + range_note(range_warning(derived.method, problem, step_size, base)),
        name=name,
        variables=tuple(problem.variables[i] for i in drawn),
        x=x,
        y=y,
        loss=values,
        modified=changed,
        difference=difference,
        levels=levels,
        difference_levels=difference_levels,
        minima=minima,
        critical=critical,
    )


# --- private helpers ----------------------------------------------------------------------------


def _derived(
    equation: ModifiedEquation | Method, loss: Loss | None, order: int
) -> tuple[ModifiedEquation, Loss]:
    if isinstance(equation, Method):
        if loss is None:
            raise BeaError(f"'{equation}' alone has no loss to draw: give a loss too")
        equation = modified_equation(equation, loss, order)
    elif loss is not None and loss is not getattr(equation, "problem", None):
        raise BeaError("a loss is given beside an equation that has its own: leave the loss out")
    require_equation(equation)
    if not isinstance(equation.problem, Loss):
        what = equation.problem.name if equation.problem else "every field at once"
        raise BeaError(
            f"this equation is of {what}, which is no loss: derive it with one, as in "
            "modified_equation(method, loss, 1)"
        )
    return equation, equation.problem


def _visible(equation: ModifiedEquation, point: Floats) -> float:
    """Return the largest step size of two digits for which the equation means something there."""
    try:
        largest = equation.useful_gamma([point])
    except BeaError:  # it hangs on parameters
        largest = np.inf
    if not 0 < largest < np.inf:
        raise BeaError("no step size suits this loss and this point: give gamma")
    unit = 10.0 ** (np.floor(np.log10(largest)) - 1)
    return float(f"{np.floor(0.999 * largest / unit) * unit:.2g}")


def _modified_loss(equation: ModifiedEquation) -> tuple[ModifiedLoss, str]:
    try:
        return equation.modified_loss(), "modified loss"
    except NoModifiedLossError:
        return equation.gradient_part().loss, "loss of the gradient part"


def _values(modified: ModifiedLoss, points: Floats, gamma: float, known: NDArray[Any]) -> Floats:
    """Return the modified loss where the loss is known and both are finite, nan elsewhere.

    Raises
    ------
    BeaError
        If that is nowhere.
    """
    values = np.full(known.shape, np.nan)
    if known.any():
        with np.errstate(all="ignore"):
            values[known] = modified(points[known], gamma)
    values[~np.isfinite(values)] = np.nan
    if np.isnan(values).all():
        raise BeaError("the loss is not defined anywhere in the window: choose another window")
    return values


def _difference(changed: Floats, values: Floats) -> Floats:
    """Return changed - values, and 0 where that is nothing but rounding errors."""
    difference = changed - values
    size = np.maximum(np.abs(changed), np.abs(values))
    noise = _NOISE * float(np.nanmax(size))
    return np.where(np.abs(difference) < noise, 0.0, difference)


def _offset(modified: ModifiedLoss, problem: Loss, gamma: float) -> float:
    """Return how far the two differ at a critical point that is known, 0 if there is none.

    All the terms are potentials, which have no value of their own; where the field is zero, so is
    every term's, and a difference there is nothing but a constant of integration.
    """
    known = [*problem.about.minima, *problem.about.critical]
    points = marked_points(known, range(problem.dimension)) if known else np.empty((0, 1))
    for point in points:
        difference = float(modified(point, gamma) - problem.at(point))
        if np.isfinite(difference):
            return difference
    return 0.0


def _drawn(problem: Loss, components: Sequence[str | int] | None) -> tuple[int, ...]:
    """Return the one or two variables to draw."""
    names = problem.variables
    if components is None and problem.dimension > 2:
        raise DimensionError(
            f"'{problem.name}' has {problem.dimension} variables ({', '.join(names)}), a figure "
            f"shows two: choose them, such as components=('{names[0]}', '{names[1]}'), and with "
            "at=... where the others stay"
        )
    drawn = chosen_components(problem, names if components is None else components)
    if len(drawn) not in (1, 2):
        raise DimensionError(f"{len(drawn)} components are given: give one or two")
    return drawn


def _base(problem: Loss, at: ArrayLike | None) -> Floats:
    point = at if at is not None else problem.about.start or np.zeros(problem.dimension)
    base = real_numbers(point, "the point")
    if base.shape != (problem.dimension,):
        raise DimensionError(
            f"the point has shape {base.shape}: give one of {problem.dimension} components "
            f"({', '.join(problem.variables)})"
        )
    return base


def _grid(
    problem: Loss,
    drawn: Sequence[int],
    window: Sequence[tuple[float, float]] | None,
    base: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Return x, y and the points (..., d) of a grid in one or two dimensions."""
    if window is None:
        known = problem.about.window or [(c - 2.0, c + 2.0) for c in base]
        window = [known[i] for i in drawn]
    checked_window(window, len(drawn))
    if len(drawn) == 2:
        return grid_points((window[0], window[1]), drawn, base)
    x = np.linspace(*window[0], _POINTS)
    points = np.tile(base, (len(x), 1))
    points[:, drawn[0]] = x
    return x, np.empty(0), points


def _subtitle(problem: Loss, gamma: float, order: int, drawn: Sequence[int], base: Floats) -> str:
    names = problem.variables
    fixed = [f"{names[i]} = {base[i]:.4g}" for i in range(len(names)) if i not in drawn]
    return ", ".join([f"γ = {gamma:.4g}", f"order {order}", *fixed])
