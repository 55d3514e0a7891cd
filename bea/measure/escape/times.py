"""Times of escape of an ensemble, with runs that had not left by the end handled as what they are.

A run that was watched for a time t and did not leave says that its time is above t: it is censored.
For exponential times the maximum-likelihood mean is the time watched, over all runs, divided by the
number that left, with the relative error 1/√(that number); where all left, it is the plain mean,
and its error that of a sample. Source: Kalbfleisch and Prentice, The Statistical Analysis of
Failure Time Data, second edition (2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError
from bea.flows import Ensemble
from bea.measure.escape.critical_points import CriticalPoint
from bea.patience import told


@dataclass(frozen=True)
class Past:
    """Positive beyond the plane through a saddle across its unstable direction: give it as `until`.

    Attributes
    ----------
    saddle
        A critical point with one negative curvature.
    origin
        The minimum that is left; it is on the negative side.
    by
        How far beyond the saddle the plane is moved.

    Examples
    --------
    >>> import bea
    >>> left, _, saddle = bea.measure.escape.critical_points(bea.problems.double_well())
    >>> Past(saddle, left, by=0.5)(np.array([[-1.0, 0.5, 1.0], [0.0, 0.0, 0.0]]))
    array([-1.5,  0. ,  0.5])
    """

    saddle: CriticalPoint
    origin: CriticalPoint
    by: float = 0.0

    def __post_init__(self) -> None:
        for point in (self.saddle, self.origin):
            if not isinstance(point, CriticalPoint):
                raise BeaError(
                    f"a {type(point).__name__} is no critical point: take those of critical_points"
                )
        if self.saddle.eigenvalues[0] >= 0:
            raise BeaError(f"there is no unstable direction at the {self.saddle}: give a saddle")

    def __call__(self, theta: Floats) -> Floats:
        """Return the distance (lanes,) beyond the plane, of theta (d, lanes)."""
        outward = self.saddle.directions[:, 0]
        if outward @ (self.origin.point - self.saddle.point) > 0:
            outward = -outward
        return np.asarray(outward @ (theta - self.saddle.point[:, None]) - self.by)


@dataclass(frozen=True)
class Away:
    """Positive farther than a radius from a point (d,): give it as `until`."""

    point: tuple[float, ...]
    radius: float

    def __call__(self, theta: Floats) -> Floats:
        """Return |θ − point|² − radius² in each lane, of theta (d, lanes)."""
        if not self.radius > 0:
            raise BeaError(f"the radius is {self.radius}: it must be positive")
        away = theta - _column(self.point, theta)
        return np.asarray((away * away).sum(axis=0) - self.radius**2)


@dataclass(frozen=True)
class Near:
    """Positive nearer than a radius to a point (d,): give it as `until`."""

    point: tuple[float, ...]
    radius: float

    def __call__(self, theta: Floats) -> Floats:
        """Return radius² − |θ − point|² in each lane, of theta (d, lanes)."""
        return -Away(self.point, self.radius)(theta)


@dataclass(frozen=True, eq=False)
class EscapeTimes:
    """When the runs of an ensemble left.

    Attributes
    ----------
    times : (runs,)
        When a run left, or how long it was watched if it did not.
    escaped : (runs,) bool
        Whether it left.
    failed
        How many of the others ended because they failed, such as by growing without bound.

    Examples
    --------
    >>> watched = EscapeTimes(np.array([1.0, 2.0, 4.0, 4.0]), np.array([True, True, True, False]))
    >>> watched
    3 of 4 runs left: mean time 3.66667 ± 2.1
    """

    times: Floats
    escaped: NDArray[np.bool_]
    failed: int = 0

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.times)

    @cached_property
    def left(self) -> int:
        """How many runs left."""
        return int(self.escaped.sum())

    @property
    def mean(self) -> float:
        """The mean time to leave; infinite where no run left. `at_least` says more then."""
        return float(self.times.sum() / self.left) if self.left else float("inf")

    @property
    def error(self) -> float:
        """The standard error of the mean; infinite where no run left."""
        if not self.left:
            return float("inf")
        if self.left == self.runs > 1:
            return float(self.times.std(ddof=1) / np.sqrt(self.runs))
        return self.mean / float(np.sqrt(self.left))

    @property
    def rate(self) -> tuple[float, float]:
        """One over the mean, and its standard error."""
        rate = 1 / self.mean
        return rate, rate * self.error / self.mean if self.left else float("inf")

    @property
    def at_least(self) -> float:
        """What an exponential mean is above with 95% confidence."""
        from scipy.special import gammaincinv

        return float(self.times.sum() / gammaincinv(self.left + 1, 0.95))

    def after(self, time: float) -> EscapeTimes:
        """Return the further times of the runs that were still there, to forget how they began."""
        there = self.times > time
        if not there.any():
            raise BeaError(f"after time {time:g} no run was left: choose an earlier one")
        return EscapeTimes(self.times[there] - time, self.escaped[there], self.failed)

    def survival(self) -> tuple[Floats, Floats, Floats]:
        """Return times, the fraction that has not left after each, and its standard error.

        The estimate is Kaplan and Meier's, its error by Greenwood's formula.
        """
        moments, left = np.unique(self.times[self.escaped], return_counts=True)
        there = self.runs - np.searchsorted(np.sort(self.times), moments, side="left")
        fraction = np.cumprod(1 - left / there)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = np.cumsum(left / (there * (there - left)))
            error = np.where(fraction > 0, fraction * np.sqrt(variance), 0.0)
        return moments, np.asarray(fraction), np.asarray(error)

    def __repr__(self) -> str:
        head = f"{self.left} of {self.runs} runs left"
        if self.failed:
            head += f" ({self.failed} failed before)"
        if not self.left:
            return f"{head}: mean time above {self.at_least:.6g} (95%)"
        return f"{head}: mean time {self.mean:.6g} ± {self.error:.2g}"


@told("running until escape")
def escape_times(runs: Ensemble) -> EscapeTimes:
    """Return when the runs of an ensemble fulfilled its `until`.

    Parameters
    ----------
    runs
        An ensemble of `bea.ensemble` or `bea.sde_ensemble` that was run with `until`, such as a
        text, or `Past`, `Away`, `Near`.

    Notes
    -----
    Runs are looked at after whole steps. A run that failed was watched until then.

    Examples
    --------
    >>> import bea
    >>> found = bea.sde_ensemble(bea.Loss.read("-x**2/2"), [["1/50"]], [0], gamma=1, time=20,
    ...     steps=2000, runs=4000, until="x**2 - 1", seed=1)
    >>> escape_times(found)  # the exact mean is 2.9327
    4000 of 4000 runs left: mean time 2.94817 ± 0.018
    """
    if not isinstance(runs, Ensemble):
        raise BeaError(f"a {type(runs).__name__} has no runs: give an ensemble, run with until")
    grid, clock = np.append(0, runs.steps), np.append(0.0, runs.times)
    stopped = runs.stopped_at >= 0
    taken = np.where(stopped, runs.stopped_at, runs.steps[-1])
    return EscapeTimes(np.interp(taken, grid, clock), stopped & runs.ok, int((~runs.ok).sum()))


# --- private helpers ----------------------------------------------------------------------------


def _column(point: ArrayLike, theta: Floats) -> Floats:
    found = real_numbers(point, "the point")
    if found.shape != theta.shape[:1]:
        raise DimensionError(
            f"the point {found.tolist()} is given for {len(theta)} variable(s): give one number "
            "for each"
        )
    return found[:, None]
