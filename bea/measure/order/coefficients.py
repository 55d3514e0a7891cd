"""The size of each term, as the iterates show it, to many digits more than an order tells.

With theta the iterates and phi_k the flow of order k, the term f_k of the equation predicts what
the flow before it leaves: theta - phi_(k-1) = (phi_k - phi_(k-1)) (1 + O(gamma)), both gamma^k
times the solution e of the variational equation e' = f_0'(phi_0) e + f_k(phi_0) at first. So

    R(gamma) = (theta - phi_k) / |phi_k - phi_(k-1)|

is a power series in gamma that begins with 0 if the term is right, and with what is wrong of it in
units of its own size if it is not: 0.001 in length where the term is too large by a thousandth.
Its value at gamma = 0 is extrapolated by polynomials. Source of the expansion: Hairer, Norsett and
Wanner, Solving Ordinary Differential Equations I, section II.8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats
from bea.files.results import Result
from bea.files.schema import Array
from bea.flows import Trajectory
from bea.measure.order.comparison import Followed
from bea.measure.order.order_fit import CLEAR
from bea.measure.order.study import DriftStudy

#: A term is right if it is known to be off by no more than this part of itself, and by no more than
#: twice what that is uncertain by, ...
RIGHT_TO = 2.5e-4
_POSSIBLE = 2.0
# ... and wrong from five times on: step sizes beyond the expansion may take what bends for a sure
# polynomial. So little is rounding. Of 13,822 sizes of right terms of the library's methods the
# sharpest is off by 1.93 of its uncertainty, and of those that are right to 2.5e-4 by 1.03.
_CERTAIN = 5.0
_ROUNDING = 1e-6
_HIGHEST_POWER = 7
_HIGHEST_ORDER = 10_000
_SMALLEST = np.finfo(float).tiny  # step sizes are positive
# A polynomial with so many coefficients fewer than there are step sizes, or less.
_FREEDOM = 2
# With fewer step sizes there is no polynomial of degree 2.
_FEWEST = _FREEDOM + 3


class Size(NamedTuple):
    """How right the size of a term is.

    Attributes
    ----------
    order : int
        The power k of gamma.
    off : float
        By what part of itself the term is off, extrapolated to gamma = 0; nan if that is not known.
    uncertainty : float
        By how much more it may be; infinite if it is not known.
    why : str
        Why it is not known, if that is not for the error floor.
    """

    order: int
    off: float
    uncertainty: float
    why: str = ""

    @property
    def result(self) -> str:
        """ "yes" if the term is right, "no" if it is wrong, "open" if that cannot be told."""
        if self._beyond(_CERTAIN):
            return "no"
        exact = self.off + self.uncertainty <= RIGHT_TO
        return "yes" if exact and self.may_be_right else "open"

    @property
    def may_be_right(self) -> bool:
        """Whether it is known to less than itself, and off by at most twice its uncertainty."""
        return self.off + self.uncertainty < 1 and not self._beyond(_POSSIBLE)

    @property
    def doubtful(self) -> bool:
        """Whether it seems wrong, and is not known well enough to say so."""
        known = self.off + self.uncertainty < 1
        return known and self.result == "open" and not self.may_be_right

    def __str__(self) -> str:
        if not np.isfinite(self.off + self.uncertainty):
            return f"gamma^{self.order} {self.why or 'does not stand clear of the error floor'}"
        if self.result == "no":
            return f"gamma^{self.order} off by {self.percent}"
        if self.doubtful:
            return f"gamma^{self.order} seems off by {self.percent}"
        return f"gamma^{self.order} right to {self.off + self.uncertainty:.1g}"

    @property
    def percent(self) -> str:
        """By how much it is off, in percent with what that is uncertain by."""
        return f"{100 * self.off:.2g} % (+- {100 * self.uncertainty:.1g} %)"

    def as_json(self) -> dict[str, Any]:
        """Return the size as an entry of `Certificate.as_json`."""
        known = bool(np.isfinite(self.off + self.uncertainty))
        return {
            "order": self.order,
            "off": self.off if known else None,
            "uncertainty": self.uncertainty if known else None,
            "agrees": {"yes": True, "no": False, "open": None}[self.result],
        }

    def _beyond(self, times: float) -> bool:
        return self.off > max(times * self.uncertainty, _ROUNDING)


@dataclass(frozen=True, eq=False)
class Coefficients(Result):
    """What is left of the iterates after each term, in units of what the term does.

    Attributes
    ----------
    orders : (terms,)
        The powers k of gamma whose terms do not vanish.
    gammas : (gammas,)
    remainders : (terms, gammas, starts, d)
        R of the module's docstring; nan where a run stopped.
    floors : (terms, gammas, starts)
        The size below which R is noise.
    """

    form: ClassVar[str] = "bea coefficients 1"
    what: ClassVar[str] = "what terms do"

    orders: Annotated[NDArray[np.int64], Array("<i8", "terms", least=0, most=_HIGHEST_ORDER)]
    gammas: Annotated[Floats, Array("<f8", "gammas", least=_SMALLEST)]
    remainders: Annotated[Floats, Array("<f8", "terms gammas starts d", gaps=True)]
    floors: Annotated[Floats, Array("<f8", "terms gammas starts", least=0, gaps=True)]

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        """How right each term is: the median over the starts.

        A start at which the error happens to cancel, or where the flow turns, decides nothing.
        """
        return tuple(self._size(i, int(order)) for i, order in enumerate(self.orders))

    def _size(self, index: int, order: int) -> Size:
        found = [
            extrapolated(self.gammas, self.remainders[index, :, j], self.floors[index, :, j])
            for j in range(self.remainders.shape[2])
        ]
        off, uncertainty = np.median(np.nan_to_num(found, nan=np.inf, posinf=np.inf), axis=0)
        if np.isfinite(off):
            return Size(order, float(off), float(uncertainty))
        finished = np.isfinite(self.remainders[index]).all(axis=-1).sum(axis=0)
        if len(self.gammas) < _FEWEST:
            return Size(order, np.nan, np.inf, f"needs {_FEWEST} step sizes or more")
        if np.median(finished) < _FEWEST:
            return Size(order, np.nan, np.inf, f"needs runs that finish, at {_FEWEST} step sizes")
        return Size(order, np.nan, np.inf)


def coefficients_of(
    study: DriftStudy, nonzero: Sequence[int], iterates: Trajectory, runs: Sequence[Followed]
) -> Coefficients | None:
    """Return the sizes of terms from what followed the iterates to the end; None without terms.

    Parameters
    ----------
    study
        The study of these runs, whose orders rise so that only terms that vanish are left out.
    nonzero
        The orders of the study whose terms do not vanish.
    iterates, runs
        The iterates, and for each order of the study what followed them.
    """
    ends = [run.values[:, :, -1] for run in runs]
    before = [iterates.starts, *ends[:-1]]
    chosen = [i for i, order in enumerate(study.orders) if order in nonzero]
    if not chosen:
        return None
    left, noise = [], []
    for i in chosen:
        with np.errstate(all="ignore"):
            length = np.linalg.norm(ends[i] - before[i], axis=-1)
            left.append((iterates.values[:, :, -1] - ends[i]) / length[..., None])
            noise.append(study.floors[i, :, :, -1] / length)
    shape = (len(chosen), *ends[0].shape)
    return Coefficients(
        orders=study.orders[chosen],
        gammas=study.gammas,
        remainders=_known(np.reshape(left, shape)),
        floors=_known(np.reshape(noise, shape[:-1])),
    )


def extrapolated(gammas: Floats, values: Floats, noise: Floats) -> tuple[float, float]:
    """Return the length of R(0), and by how much more it may be; (nan, inf) if it is not known.

    Polynomials of rising degree are fitted, weighted by the noise, over all step sizes and over the
    smaller ones; the one is taken that is least uncertain. What they miss of the values counts as
    noise, and where those of other step sizes lead elsewhere by more than is explained by their own
    uncertainty, the rest is added: beyond the expansion R is no polynomial.

    Parameters
    ----------
    gammas : (gammas,)
    values : (gammas, d)
    noise : (gammas,)

    >>> gammas = np.array([0.1, 0.07, 0.05, 0.035, 0.025, 0.0125])
    >>> values = 0.001 + gammas[:, None] * np.array([[2.0]]) + gammas[:, None] ** 2
    >>> off, uncertainty = extrapolated(gammas, values, np.full(6, 1e-12))
    >>> round(off, 9), uncertainty < 1e-3
    (0.001, True)
    """
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(values).all(axis=1) & (noise < 1 / CLEAR)
    ranked = np.argsort(gammas)
    ranked = ranked[usable[ranked]]
    count, found = len(ranked), []
    for window in sorted({count, count - count // 4, count - count // 2}):
        chosen = ranked[:window]
        by_degree = _by_degree(gammas[chosen], values[chosen], noise[chosen])
        found += [min(by_degree, key=_uncertainty)] if by_degree else []
    if not found:
        return float("nan"), float("inf")
    best = min(found, key=_uncertainty)
    apart = [np.linalg.norm(other.at_zero - best.at_zero) - other.uncertainty for other in found]
    unexplained = max(0.0, float(np.max(apart)))
    return float(np.linalg.norm(best.at_zero)), best.uncertainty + unexplained


# --- private helpers ----------------------------------------------------------------------------


def _known(values: Floats) -> Floats:
    """Return the values with nan where a term does nothing, so that nothing is told of it."""
    return np.where(np.isfinite(values), values, np.nan)


class _Limit(NamedTuple):
    """R(0), (d,), and what it is uncertain by."""

    at_zero: Floats
    uncertainty: float


def _uncertainty(limit: _Limit) -> float:
    return limit.uncertainty


def _by_degree(gammas: Floats, values: Floats, noise: Floats) -> list[_Limit]:
    """Return R(0) for the degrees from 2 on."""
    most = min(_HIGHEST_POWER, len(gammas) - _FREEDOM - 1)
    fits = [_at_zero(gammas, values, noise, degree) for degree in range(most + 1)]
    found = []
    for degree in range(2, most + 1):
        (first, _), (second, _), (third, spread) = fits[degree - 2 : degree + 1]
        change = np.linalg.norm(third - second) + np.linalg.norm(second - first) / 10
        found.append(_Limit(third, float(change + 2 * spread)))
    return found


def _at_zero(gammas: Floats, values: Floats, noise: Floats, degree: int) -> tuple[Floats, float]:
    """Return the polynomial's value at 0, and how far what it misses, or noise, may move it."""
    weights = 1 / np.maximum(noise, 1e-16)
    design = np.vander(gammas / gammas.max(), degree + 1, increasing=True)
    inverse = np.linalg.pinv(design * weights[:, None]) * weights
    polynomial = inverse @ values
    spread = np.sqrt((inverse[0] * inverse[0]) @ (noise * noise))
    missed = np.linalg.norm((values - design @ polynomial) * weights[:, None])
    freedom = values.shape[1] * (len(gammas) - degree - 1)
    return polynomial[0], float(spread * max(1.0, missed / np.sqrt(freedom)))
