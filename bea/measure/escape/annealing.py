"""Annealing in a landscape of two wells: in which of them a run ends when the noise is cooled.

Let p be the fraction in the second well, and k₁, k₂ the rates of leaving the first and the second:
p′ = k₁ (1 − p) − k₂ p. At a constant temperature p relaxes to k₁/(k₁ + k₂), which is the Boltzmann
weight, at the rate k₁ + k₂. While the noise is cooled that rate falls as exp(−barrier/T), and from
some temperature on nothing changes any more: p is frozen. Slow cooling freezes late, at a lower
temperature, where the deeper well has more of the weight.
Source: Kirkpatrick, Gelatt and Vecchi, Science 220 (1983) 671; for the two wells Huse and Fisher,
Phys. Rev. Lett. 57 (1986) 2203.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats
from bea.errors import BeaError
from bea.fields import Loss
from bea.measure.escape.critical_points import CriticalPoint
from bea.measure.escape.kramers import escape_rate, step_factor
from bea.measure.escape.passage_times import mean_passage_time
from bea.measure.training.temperature import as_number, as_temperature
from bea.patience import told

#: (T, γ) -> the rates of leaving the first well and the second.
Rates = Callable[[float, float], tuple[float, float]]
Region = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Inside:
    """The observable that is 1 where another is positive, and 0 elsewhere.

    Its mean over an ensemble is a fraction, and its standard error that of a binomial law.

    Examples
    --------
    >>> import bea
    >>> near = Inside(bea.measure.escape.Near((1.0,), 0.5))
    >>> near(np.array([[0.0, 0.9, 1.2]]))
    array([0., 1., 1.])
    """

    region: Region

    def __call__(self, theta: Floats) -> Floats:
        """Return 0 or 1 in each lane, of theta (d, lanes)."""
        return np.asarray(self.region(theta) > 0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Annealed:
    """The predicted fraction in the second well during stages of constant temperature.

    Attributes
    ----------
    times, fractions : (stages + 1,)
        When each stage ends, from 0 on, and the fraction then.
    equilibrium, rates : (stages,)
        Where the fraction tends in each stage, and how fast.
    """

    times: Floats
    fractions: Floats
    equilibrium: Floats
    rates: Floats

    @property
    def final(self) -> float:
        """The fraction at the end."""
        return float(self.fractions[-1])

    @property
    def frozen(self) -> int:
        """The first stage from which on the expected number of exchanges is below 1."""
        left = np.cumsum((self.rates * np.diff(self.times))[::-1])[::-1]
        return int((left >= 1).sum())


def kramers_rates(
    first: CriticalPoint,
    second: CriticalPoint,
    saddles: CriticalPoint | Sequence[CriticalPoint],
) -> Rates:
    """Return the rates of leaving both wells over the saddles between them, by Eyring and Kramers.

    Examples
    --------
    >>> import bea
    >>> left, right, top = bea.measure.escape.critical_points(bea.problems.double_well())
    >>> out, back = kramers_rates(left, right, top)(0.05, 0.0)
    >>> out == back, round(1 / out, 2)
    (True, 659.38)
    """

    def rates(temperature: float, gamma: float = 0.0) -> tuple[float, float]:
        return (
            escape_rate(first, saddles, temperature, gamma),
            escape_rate(second, saddles, temperature, gamma),
        )

    return rates


def line_rates(
    loss: Loss, first: CriticalPoint, second: CriticalPoint, saddle: CriticalPoint
) -> Rates:
    """Return the rates of leaving two wells of a loss of one variable, from exact mean times.

    They serve any loss of which this is the part in one variable, as the others do not matter.

    Examples
    --------
    >>> well = Loss.read("(x**2 - 1)**2/4")
    >>> from bea.measure.escape import critical_points
    >>> left, right, top = critical_points(well, window=[(-2, 2)])
    >>> out, back = line_rates(well, left, right, top)(0.05, 0.0)
    >>> round(1 / out, 2)
    729.67
    """
    a, b = float(first.point[0]), float(second.point[0])

    def rates(temperature: float, gamma: float = 0.0) -> tuple[float, float]:
        return (
            step_factor(first, saddle, gamma) / mean_passage_time(loss, a, b, temperature),
            step_factor(second, saddle, gamma) / mean_passage_time(loss, b, a, temperature),
        )

    return rates


@told("annealing")
def anneal(
    rates: Rates,
    temperatures: Sequence[Any] | Floats,
    durations: ArrayLike,
    start: float = 0.0,
    gammas: Any = 0,
) -> Annealed:
    """Return how the fraction in the second well goes, exactly for stages of constant rates.

    Parameters
    ----------
    rates
        (T, γ) -> the rates of leaving the first well and the second.
    temperatures, durations : (stages,)
        T, as a number or exact, and the time of each stage.
    start
        The fraction in the second well at the beginning.
    gammas
        The step size of each stage, or of all; 0 for the SDE.

    Raises
    ------
    BeaError
        If there are not as many durations as temperatures, one is not positive, or the fraction is
        not between 0 and 1.

    Examples
    --------
    >>> def rates(temperature, gamma):
    ...     return 1.0, 3.0
    >>> found = anneal(rates, [1.0, 1.0], [0.25, 0.25])  # (1 − exp(−4 t))/4
    >>> found.fractions.round(6), found.frozen
    (array([0.      , 0.15803 , 0.216166]), 2)
    """
    if not isinstance(temperatures, Sequence | np.ndarray) or isinstance(temperatures, str):
        raise BeaError(f"the temperatures are {temperatures!r}: give one for each stage")
    heats = np.array([as_temperature(heat) for heat in temperatures])
    spans = np.atleast_1d(real_numbers(durations, "the durations"))
    several = isinstance(gammas, Sequence | np.ndarray) and not isinstance(gammas, str)
    steps = (
        [as_number(size, "a step size") for size in gammas]
        if several
        else [as_number(gammas, "the step size")] * len(heats)
    )
    if heats.shape != spans.shape or not heats.size or len(steps) != len(heats):
        raise BeaError(
            f"there are {heats.size} temperatures and {spans.size} durations: give one of each for "
            "every stage"
        )
    if not (spans > 0).all() or not np.isfinite(spans).all():
        raise BeaError("a duration is not positive and finite: correct it")
    if not 0 <= start <= 1:
        raise BeaError(f"the fraction at the start is {start:g}: it must be from 0 to 1")
    fractions, ends, speeds = [float(start)], [], []
    for heat, span, gamma in zip(heats, spans, steps, strict=True):
        out, back = rates(float(heat), float(gamma))
        if not (out >= 0 and back >= 0):
            raise BeaError(f"the rates at T = {heat:g} are {out:g} and {back:g}: none is negative")
        speed = out + back
        ends.append(out / speed if speed > 0 else fractions[-1])
        speeds.append(speed)
        fractions.append(ends[-1] + (fractions[-1] - ends[-1]) * float(np.exp(-speed * span)))
    times = np.concatenate([[0.0], np.cumsum(spans)])
    return Annealed(times, np.array(fractions), np.array(ends), np.array(speeds))
