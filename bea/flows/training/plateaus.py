"""Schedules that depend on the state: what happens to a run that no longer gets better.

They look at the records of one observable. Sources: Prechelt, "Early stopping - but when?", in
Neural Networks: Tricks of the Trade (1998); dropping the rate on a plateau is the rule of He,
Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016, section 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError
from bea.flows.deterministic.times import check_count


@dataclass(frozen=True)
class Plateau:
    """Multiply a run's step size by a factor when an observable has not improved for a while.

    Parameters
    ----------
    observable
        The name of what is looked at, at each record.
    patience
        At how many records in a row it may fail to improve before something is done.
    factor
        What the step size is then multiplied by, from 0 on and below 1; at 0 the run stops.
    tolerance
        It has improved if it is better than the best before by more than this part of it.
    larger
        Whether larger is better, as of an accuracy.

    Examples
    --------
    >>> rule = Plateau("loss", patience=2, factor=0.5)
    >>> memory, factors = rule.start(1), []
    >>> for value in (3.0, 2.0, 2.1, 2.2, 2.3):
    ...     memory, factor = rule.look(memory, np.array([value]))
    ...     factors.append(float(factor[0]))
    >>> factors
    [1.0, 1.0, 1.0, 0.5, 1.0]
    """

    observable: str
    patience: int = 1
    factor: float = 0.1
    tolerance: float = 0.0
    larger: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        check_count(self.patience, "patience")
        if not 0 <= real_number(self.factor, "the factor") < 1:
            raise BeaError(f"the factor is {self.factor:g}: give a number from 0 to below 1")
        if not 0 <= real_number(self.tolerance, "the tolerance") < 1:
            raise BeaError(f"the tolerance is {self.tolerance:g}: give a part from 0 to below 1")

    def start(self, runs: int) -> Floats:
        """Return what is remembered of each run (2, runs): the best value, and records since."""
        worst = -np.inf if self.larger else np.inf
        return np.array([np.full(runs, worst), np.zeros(runs)])

    def look(self, memory: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Return what is remembered, and the factors (runs,), after a record (runs,)."""
        best, since = memory
        better = self._better(values, best)
        since = np.where(better, 0.0, since + 1)
        due = since >= self.patience
        best = np.where(better, values, best)
        return np.array([best, np.where(due, 0.0, since)]), np.where(due, self.factor, 1.0)

    def _better(self, values: Floats, best: Floats) -> NDArray[np.bool_]:
        margin = self.tolerance * np.where(np.isfinite(best), np.abs(best), 0.0)
        return values > best + margin if self.larger else values < best - margin


def drop_on_plateau(
    observable: str, patience: int = 10, factor: float = 0.1, **options: Any
) -> Plateau:
    """Return the rule that drops the step size; the options are those of `Plateau`."""
    return Plateau(observable, patience, factor, **options)


def early_stopping(observable: str, patience: int = 10, **options: Any) -> Plateau:
    """Return the rule that stops a run; `Training.best` then finds where it was best."""
    return Plateau(observable, patience, 0.0, **options)
