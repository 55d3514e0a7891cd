"""Runs that end at the same loss, so that what they have found can be compared.

The first iterate below a level lies the further below it the larger the steps are. The crossing is
therefore sought on the chord of the step that crosses, by bisection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_number
from bea.algebra.ring.exact import as_float
from bea.arrays import Floats, Ints
from bea.errors import BeaError
from bea.fields import Loss
from bea.fields.arithmetics import NumericField
from bea.flows.deterministic.lanes import Progress, prepare
from bea.flows.deterministic.times import check_count, check_gammas
from bea.measure.order.comparison import starting_points
from bea.methods import Method
from bea.modified.checks import require_method

_HALVINGS = 50


@dataclass(frozen=True, eq=False)
class EqualLoss:
    """Where runs cross a level of the loss.

    Attributes
    ----------
    level : float
    gammas : (gammas,)
    points : (gammas, starts, d)
        At that level on the chord of the step that crosses it; nan where none did.
    steps : (gammas, starts)
        The number of that step; 0 where none did.
    times : (gammas, starts)
        γ times the steps up to there, the last of them in part.
    """

    level: float
    gammas: Floats
    points: Floats
    steps: Ints
    times: Floats


@either_number
def at_equal_loss(
    method: Method,
    problem: Loss,
    gammas: ArrayLike,
    level: float,
    starts: ArrayLike | None = None,
    *,
    loss: Loss | None = None,
    max_steps: int = 100_000,
    progress: Progress | None = None,
) -> EqualLoss:
    """Run a method until the loss is at a level, with every step size, from every start.

    Parameters
    ----------
    method, problem
        What to iterate, and on what.
    gammas : number or (gammas,)
    level : float
        The loss at which a run ends.
    starts : (d,) or (starts, d), optional
        By default the problem's own.
    loss
        What is to be at the level, such as the loss without a regulariser that is descended, too;
        by default the problem.
    max_steps : int
        A run that has not crossed by then has no point.
    progress : callable(done, total), optional
        Told how many of the runs have ended.

    Raises
    ------
    BeaError
        If a start is not above the level.

    Examples
    --------
    >>> import bea
    >>> bowl = bea.problems.loss("x**2/2")
    >>> found = at_equal_loss(bea.methods.gradient_descent(), bowl, [0.5, 0.1], 0.125, [1.0])
    >>> found.points.ravel().round(12), found.steps.ravel()
    (array([0.5, 0.5]), array([1, 7]))
    """
    require_method(method)
    measured, level = problem if loss is None else loss, real_number(level, "the level")
    check_count(max_steps, "max_steps")
    sizes = check_gammas(gammas)
    points, theta, gamma = prepare(problem, starting_points(problem, starts), sizes)
    above = measured.at(theta.T)
    if not (above > level).all():
        raise BeaError(
            f"the loss at a start is {above.min():.6g}, not above the level {level:.6g}: give a "
            "lower level"
        )
    count, found = points.shape[-2], []
    for k, _ in enumerate(sizes):  # one after the other: large steps arrive long before small ones
        lanes = slice(k * count, (k + 1) * count)
        ends = _crossing(method, problem, measured, theta[:, lanes], gamma[lanes], level, max_steps)
        found.append((_on_chord(measured, *ends[:2], level), ends[2]))
        if progress is not None:
            progress((k + 1) * count, len(gamma))
    fractions, steps = np.array([f for (_, f), _ in found]), np.array([n for _, n in found])
    return EqualLoss(
        level, sizes, np.array([p.T for (p, _), _ in found]), steps,
        sizes[:, None] * np.where(steps > 0, steps - 1 + fractions, np.nan),
    )  # fmt: skip


# --- private helpers ------------------------------------------------------------------------------


def _crossing(
    method: Method, problem: Loss, measured: Loss, theta: Floats, gamma: Floats, level: float,
    max_steps: int,
) -> tuple[Floats, Floats, Ints]:  # fmt: skip
    """Return the iterates before and after the first step to the level (d, lanes), and its number.

    Lanes that have arrived go on until all have, since a change of their number would have compiled
    losses compiled anew.
    """
    field = NumericField(
        problem.numeric(), gamma, problem.numeric_derivative, tuple(problem.variables)
    )
    bound = method.bind(as_float)
    before, after = np.full_like(theta, np.nan), np.full_like(theta, np.nan)
    steps = np.zeros(len(gamma), dtype=np.int64)
    with np.errstate(all="ignore"):
        state = bound.init(field, theta)
        for n in range(1, max_steps + 1):
            moved, state = bound.step(field, theta, state, gamma)
            value = measured.at(moved.T)
            now = (steps == 0) & (value <= level)
            before[:, now], after[:, now], steps[now] = theta[:, now], moved[:, now], n
            if ((steps > 0) | ~np.isfinite(value)).all():
                break
            theta = moved
    return before, after, steps


def _on_chord(measured: Loss, before: Floats, after: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the points at the level between two of each lane (d, lanes), and how far they are."""
    low, high = np.zeros(before.shape[1]), np.ones(before.shape[1])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            above = measured.at((before + middle * (after - before)).T) > level
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return before + high * (after - before), high
