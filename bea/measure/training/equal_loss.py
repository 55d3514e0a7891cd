"""Runs that end at the same loss, so that what they have found can be compared.

The first iterate below a level lies the further below it the larger the steps are. The crossing is
therefore sought on the chord of the step that crosses, by bisection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_number
from bea.arrays import Floats, Ints
from bea.errors import BeaError
from bea.fields import Loss
from bea.flows.deterministic.lanes import Progress, prepare
from bea.flows.deterministic.times import check_count, check_gammas
from bea.flows.ensembles.inputs import read_stages
from bea.flows.training.batches import BatchOrders, read_seeds
from bea.flows.training.stepper import Stepper
from bea.measure.order.comparison import starting_points
from bea.methods import Method
from bea.modified.checks import require_method
from bea.noise import Noise
from bea.patience import telling, told

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


@told("running to equal loss")
@either_number
def at_equal_loss(
    method: Method,
    problem: Loss,
    gammas: ArrayLike,
    level: float,
    starts: ArrayLike | None = None,
    *,
    loss: Loss | None = None,
    batches: int | Noise | None = None,
    seeds: int | Sequence[int] | None = None,
    every: int = 1,
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
    batches, seeds
        Of a finite sum, as for `bea.train`; by default every step sees all of it.
    every : int
        After how many steps the loss is looked at, as long as it is above the level at each look;
        then the first step that crosses is sought among them.
    max_steps : int
        A run that has not crossed by then has no point.
    progress : callable(done, total), optional
        Told how many of the runs have ended.

    Raises
    ------
    BeaError
        If a start is not above the level, or there are no such batches.

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
    size, told = getattr(problem, "size", 1), read_seeds(seeds, count)
    check_count(every, "every")
    report = progress or telling("step sizes")
    for k, rate in enumerate(sizes):  # one by one: large steps arrive long before small ones
        lanes = slice(k * count, (k + 1) * count)
        stage = read_stages(size, float(rate), max_steps, size if batches is None else batches)
        walk = _Walk(method, problem, measured, BatchOrders(size, stage, told), gamma[lanes])
        ends = walk.crossing(theta[:, lanes], level, max_steps, every)
        found.append((_on_chord(measured, *ends[:2], level), ends[2]))
        report((k + 1) * count, len(gamma))
    fractions, steps = np.array([f for (_, f), _ in found]), np.array([n for _, n in found])
    return EqualLoss(
        level, sizes, np.array([p.T for (p, _), _ in found]), steps,
        sizes[:, None] * np.where(steps > 0, steps - 1 + fractions, np.nan),
    )  # fmt: skip


# --- private helpers ------------------------------------------------------------------------------


class _Walk:
    """The runs of one step size, until they have crossed a level."""

    def __init__(
        self, method: Method, problem: Loss, measured: Loss, orders: BatchOrders, gamma: Floats
    ) -> None:
        self.measured, self.orders, self.gamma = measured, orders, gamma
        self.stepper = Stepper(method, problem, ())
        self.before = np.full((problem.dimension, len(gamma)), np.nan)
        self.after, self.steps = self.before.copy(), np.zeros(len(gamma), dtype=np.int64)

    def crossing(
        self, theta: Floats, level: float, most: int, every: int
    ) -> tuple[Floats, Floats, Ints]:
        """Return the iterates before and after the first step to the level (d, lanes), its number.

        Lanes that have arrived go on until all have: another number would be compiled anew.
        """
        with np.errstate(all="ignore"):
            first = self.orders.between(0, 1)
            memory = self.stepper.start(theta, None if first is None else first[0], self.gamma)
            n = 0
            while n < most:
                until = min(n + every, self.orders.until(n), most)
                moved, after = self._advanced(theta, memory, n, until)
                value = self.measured.at(moved.T)
                if ((self.steps == 0) & (value <= level)).any():
                    self._look_between(theta, memory, n, until, level)
                if ((self.steps > 0) | ~np.isfinite(value)).all():
                    break
                theta, memory, n = moved, after, until
        return self.before, self.after, self.steps

    def _look_between(self, theta: Floats, memory: Any, n: int, until: int, level: float) -> None:
        """Note the first step to the level of the lanes that cross it from step n on."""
        for k in range(n, until):
            moved, memory = self._advanced(theta, memory, k, k + 1)
            now = (self.steps == 0) & (self.measured.at(moved.T) <= level)
            self.before[:, now], self.after[:, now] = theta[:, now], moved[:, now]
            self.steps[now], theta = k + 1, moved

    def _advanced(self, theta: Floats, memory: Any, n: int, until: int) -> tuple[Floats, Any]:
        index, gammas = self.orders.between(n, until), np.tile(self.gamma, (until - n, 1))
        moving = np.ones(len(self.gamma), dtype=bool)
        return self.stepper.advance(theta, memory, index, gammas, moving, lambda _: None)[:2]


def _on_chord(measured: Loss, before: Floats, after: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the points at the level between two of each lane (d, lanes), and how far they are."""
    low, high = np.zeros(before.shape[1]), np.ones(before.shape[1])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            above = measured.at((before + middle * (after - before)).T) > level
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return before + high * (after - before), high
