"""Runs into equilibrium: ensembles with weight decay on a scale-invariant loss, and their fits.

The runs are ensembles of `bea.flows.ensembles`; here stand what is read off them, each with its
standard error: the values in equilibrium, the rate at which ‖w‖⁴ relaxes, and the time that an
observable takes to settle. The theory is `bea.measure.equilibrium.intrinsic`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, DomainError, UnknownNameError, nearest
from bea.flows import Ensemble, Estimate, ensemble
from bea.measure.equilibrium.intrinsic import Equilibrium, number, predicted_equilibrium, values_at
from bea.measure.equilibrium.norm_dynamics import gradient_moments
from bea.measure.training.jackknife import Measured, jackknife
from bea.methods import get as get_method
from bea.noise import Noise
from bea.patience import told
from bea.problems import FiniteSum

OBSERVABLES = ("squared_norm", "fourth_power", "effective_rate", "loss", "gradient_square")

# The fit of a relaxation takes what is more than this part of the first distance.
_FITTED = 0.08
# Values in equilibrium are means over the records of this last part of the run.
_END = 0.25


@dataclass(frozen=True, eq=False)
class EquilibriumRun:
    """An ensemble on its way into equilibrium; made by `equilibrium_run`.

    Attributes
    ----------
    steps : (records,)
        After how many steps was recorded, from 0.
    groups : (groups, records, 5)
        Means over the runs of each group: ‖w‖², ‖w‖⁴, γ/‖w‖², L, and E‖g‖² at norm one.
    prediction : Equilibrium
        With the gradient's mean square and kurtosis over the directions in equilibrium.
    start : Equilibrium
        The same at the direction of the start.
    """

    steps: NDArray[np.int64]
    groups: Floats
    prediction: Equilibrium
    start: Equilibrium

    def __getitem__(self, name: str) -> Estimate:
        """Return mean and standard error at each record, of an observable.

        Raises
        ------
        UnknownNameError
            If it is none of squared_norm, fourth_power, effective_rate, loss, gradient_square.
        """
        values = self.groups[:, :, _column(name)]
        return Estimate(values.mean(axis=0), values.std(axis=0, ddof=1) / len(values) ** 0.5)

    def at_end(self, name: str) -> Measured:
        """Return the mean of an observable over the last quarter of the run."""
        return self._measured(name, lambda values: float(values[self._end :].mean()))

    def relaxation_rate(self) -> Measured:
        """Return the rate at which ‖w‖⁴ relaxes, a step: a straight line through the logarithms."""
        return self._measured("fourth_power", self._fitted_rate)

    def predicted_relaxation_rate(self) -> float:
        """Return what the same fit makes of the predicted path: 4γλ to leading order."""
        return self._fitted_rate(self.predicted_path())

    def predicted_path(self, name: str = "fourth_power") -> Floats:
        """Return the predicted mean of ‖w‖⁴, ‖w‖² or γ/‖w‖² at each record.

        With τ as it was on the way, and with the variance of ‖w‖⁴ to leading order in the others.
        """
        fourth = self.prediction.path(
            self["fourth_power"].mean[0], self.steps, self["gradient_square"].mean
        )
        spread = self.prediction.spread(fourth, self.steps)
        paths = {
            "fourth_power": fourth,
            "squared_norm": np.sqrt(fourth) * (1 - spread / 8),
            "effective_rate": self.prediction.gamma / np.sqrt(fourth) * (1 + 3 * spread / 8),
        }
        if name not in paths:
            raise UnknownNameError(
                f"there is no prediction of '{name}': there are {', '.join(paths)}."
                f"{nearest(str(name), paths)}"
            )
        return paths[name]

    def settling_time(self, name: str = "loss", within: float = 0.25) -> Measured:
        """Return after how many steps an observable has come near its value in equilibrium.

        That is when the fraction `within` is left of its distance at the start, by a straight line
        through the logarithms from twice to half of that; nan where the run or its records do not
        show it.
        """
        return self._measured(name, lambda values: self._crossing(values, within))

    # --- how they are read off ------------------------------------------------------------------

    @property
    def _end(self) -> int:
        return _end(self.steps)

    def _fitted_rate(self, values: Floats) -> float:
        distance = np.abs(values - values[self._end :].mean())
        last = int(np.argmax(distance < _FITTED * distance[0]))
        if last < 3:
            raise BeaError(
                "there are too few records for a rate of relaxation: record more often, and start "
                "further from equilibrium"
            )
        return float(-np.polyfit(self.steps[:last], np.log(distance[:last]), 1)[0])

    def _crossing(self, values: Floats, within: float) -> float:
        from scipy.optimize import isotonic_regression

        end = values[self._end :].mean()
        left = isotonic_regression((values - end) / (values[0] - end), increasing=False).x
        near = (left > within / 2) & (left < 2 * within)
        if near.sum() < 3 or left[-1] > within:
            return float("nan")
        slope, height = np.polyfit(self.steps[near], np.log(left[near]), 1)
        return float((np.log(within) - height) / slope)

    def _measured(self, name: str, statistic: Callable[[Floats], float]) -> Measured:
        return jackknife(self.groups[:, :, _column(name)], statistic)


@told("running")
@either_number
def equilibrium_run(
    total: FiniteSum,
    gamma: Any,
    weight_decay: Any,
    start: ArrayLike | None = None,
    *,
    ratio: float = 4.0,
    batches: Noise | int = 1,
    steps: int | None = None,
    records: int = 60,
    runs: int = 4096,
    groups: int = 32,
    **options: Any,
) -> EquilibriumRun:
    """Run SGD with weight decay on a scale-invariant finite sum into equilibrium.

    Parameters
    ----------
    total
        The finite sum.
    gamma, weight_decay
        γ, and λ (exact).
    start : (d,)
        The direction of the start, by default the first minimum that the problem knows.
    ratio
        ‖w‖⁴ at the start over γτ/(2λ), with τ at the start.
    batches
        How batches are drawn, or a size (without replacement).
    steps
        By default 3/(γλ), after which e^(-12) is left of the distance of ‖w‖⁴.
    records
        At how many evenly spaced steps is recorded, beside the start.
    runs, groups
        How many runs, and in how many groups of equal size they are split for the errors; runs
        that are left over are not used.
    **options
        As for `bea.ensemble`: seed, workers, progress, checkpoint and the like.

    Raises
    ------
    BeaError
        If the loss is not scale-invariant, runs failed, or there are fewer than two in a group.
    DimensionError
        If the start is no point of the dimension of the loss.
    DomainError
        If there is no equilibrium (no decay, or no gradient at the start), or no such ratio.

    Examples
    --------
    >>> import bea
    >>> circle = bea.problems.rayleigh_quotient()
    >>> run = equilibrium_run(circle, "1/2", "1/25", runs=256)
    >>> value, error = run.at_end("effective_rate")
    >>> bool(abs(value/run.prediction.corrected.effective_rate - 1) < 0.05)
    True
    """
    if groups < 2 or runs < 2 * groups:
        raise BeaError(f"{runs} runs in {groups} groups give no errors: two or more in each of two")
    if not 0 < ratio < np.inf:
        raise DomainError(f"ratio={ratio:g}: the norm at the start must be positive and finite")
    direction = _direction(total, start)
    first = predicted_equilibrium(total, gamma, weight_decay, direction, batches)
    size = (ratio * first.leading.fourth_power) ** 0.25
    steps = ceil(3 / first.intrinsic_rate) if steps is None else steps
    found = ensemble(
        get_method("gradient-descent-decay", weight_decay=weight_decay),
        total,
        direction * (size / np.linalg.norm(direction)),
        gamma=gamma,
        steps=steps,
        batches=batches,
        runs=runs,
        record=sorted({0, *np.rint(np.linspace(0, steps, records + 1)).astype(int).tolist()}),
        keep=True,
        **options,
    )
    return _read(found, total, first, batches, groups)


# --- private helpers ----------------------------------------------------------------------------


def _column(name: str) -> int:
    if name not in OBSERVABLES:
        raise UnknownNameError(
            f"the observable '{name}' was not recorded: there are {', '.join(OBSERVABLES)}."
            f"{nearest(str(name), OBSERVABLES)}"
        )
    return OBSERVABLES.index(name)


def _end(steps: NDArray[np.int64]) -> int:
    """Return the first record of the last part of the run."""
    return int(np.searchsorted(steps, (1 - _END) * steps[-1]))


def _direction(total: FiniteSum, start: ArrayLike | None) -> Floats:
    if start is not None:
        point = np.atleast_1d(real_numbers(start, "the start"))
        if point.shape != (total.dimension,):
            raise DimensionError(
                f"the start has shape {point.shape}: give {total.dimension} components"
            )
        return point
    if not total.about.minima:
        raise BeaError("no minimum of this loss is known: give a start, such as (1, 0)")
    return np.array([number(text) for text in total.about.minima[0]])


def _read(
    found: Ensemble,
    total: FiniteSum,
    first: Equilibrium,
    batches: Noise | int,
    groups: int,
) -> EquilibriumRun:
    assert found.points is not None
    if not found.ok.all():
        raise BeaError(found.failures()[0])
    records, runs, d = found.points.shape
    flat = found.points.reshape(-1, d)
    rho = np.sum(flat**2, axis=1)
    square = values_at([gradient_moments(total, batches).square], flat)[0]
    columns = np.array([rho, rho**2, first.gamma / rho, total.at(flat), square])
    whole = runs - runs % groups
    columns = columns.reshape(len(OBSERVABLES), records, runs)[:, :, :whole]
    means = columns.reshape(len(OBSERVABLES), records, groups, -1).mean(axis=3)
    end = found.points[_end(found.steps) :].reshape(-1, d)
    late = predicted_equilibrium(total, first.gamma, first.weight_decay, end, batches)
    prediction = replace(first, gradient_square=late.gradient_square, kurtosis=late.kurtosis)
    return EquilibriumRun(found.steps, means.transpose(2, 1, 0), prediction, first)
