"""How flat a loss is at a point: its gradient, its Hessian, and its rise under noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError, UnknownNameError, nearest
from bea.fields import Loss
from bea.fields.functions.spectrum import hessian_trace, largest_eigenvalue
from bea.flows.deterministic.times import check_count
from bea.patience import told


@dataclass(frozen=True, eq=False)
class Flatness:
    """What `flatness` found at points (..., d): arrays (...).

    Attributes
    ----------
    loss
        L.
    gradient
        ‖∇L‖².
    sharpness
        The largest |eigenvalue| of the Hessian.
    trace
        Its trace, estimated.
    rise
        The mean of L(θ + σξ) − L(θ).
    """

    loss: Floats
    gradient: Floats
    sharpness: Floats
    trace: Floats
    rise: Floats


@told("measuring flatness")
def flatness(
    problem: Loss, points: ArrayLike, noise: float = 0.02, probes: int = 16, seed: int = 0
) -> Flatness:
    """Return how flat a loss is at points (..., d).

    The probes of the trace and the noise are the same at every point, so that differences between
    points have smaller errors than their values.

    Parameters
    ----------
    points : (..., d)
    noise : float
        σ, the standard deviation of the noise ξ of each parameter, which comes with both signs.
    probes : int
        Of Hutchinson's trace, and pairs of noises.
    seed : int

    Raises
    ------
    BeaError
        If the noise is not positive, or there are fewer than two probes.

    Examples
    --------
    >>> import bea
    >>> found = flatness(bea.problems.loss("x**2 + 3*y**2"), [1.0, 0.0], noise=0.1, probes=4)
    >>> float(found.gradient), float(found.sharpness.round(9)), float(found.trace)
    (4.0, 6.0, 8.0)
    """
    _check(noise, probes)
    theta = np.asarray(points, dtype=float)
    options = problem, theta, float(noise), probes, seed
    return Flatness(problem.at(theta), **{n: found(*options) for n, found in _MEASURES.items()})


@dataclass(frozen=True)
class FlatnessMeasure:
    """One of the measures of flatness as an observable of `bea.train`.

    Attributes
    ----------
    problem
        The loss.
    measure
        "gradient", "sharpness", "trace" or "rise".
    noise, probes, seed
        As for `flatness`.

    Raises
    ------
    UnknownNameError
        If there is no such measure.

    Examples
    --------
    >>> import bea
    >>> FlatnessMeasure(bea.problems.loss("x**2"), "trace")(np.array([[1.0, 2.0]]))
    array([2., 2.])
    """

    problem: Loss
    measure: str
    noise: float = 0.02
    probes: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the numbers."""
        _check(self.noise, self.probes)
        if self.measure not in _MEASURES:
            raise UnknownNameError(
                f"there is no measure '{self.measure}': there are {', '.join(_MEASURES)}."
                f"{nearest(self.measure, _MEASURES)}"
            )

    def __call__(self, theta: Floats) -> Floats:
        """Return it at theta (d, runs), (runs,)."""
        found = _MEASURES[self.measure]
        return found(self.problem, theta.T, float(self.noise), self.probes, self.seed)


# --- private helpers ------------------------------------------------------------------------------


def _check(noise: float, probes: int) -> None:
    check_count(probes, "the number of probes")
    if not real_number(noise, "the noise") > 0:
        raise BeaError(f"the noise is {noise:g}: give a positive standard deviation")


def _gradient(problem: Loss, theta: Floats, noise: float, probes: int, seed: int) -> Floats:
    return np.asarray((problem(theta) ** 2).sum(axis=-1))


def _sharpness(problem: Loss, theta: Floats, noise: float, probes: int, seed: int) -> Floats:
    return largest_eigenvalue(problem, theta)


def _trace(problem: Loss, theta: Floats, noise: float, probes: int, seed: int) -> Floats:
    return hessian_trace(problem, theta, probes, seed).value


def _rise(problem: Loss, theta: Floats, noise: float, probes: int, seed: int) -> Floats:
    rng, value, rises = np.random.default_rng(seed), problem.at(theta), []
    for _ in range(probes):
        way = noise * rng.standard_normal(problem.dimension)
        rises.append((problem.at(theta + way) + problem.at(theta - way)) / 2 - value)
    return np.asarray(np.mean(rises, axis=0))


_MEASURES: dict[str, Callable[..., Floats]] = {
    "gradient": _gradient,
    "sharpness": _sharpness,
    "trace": _trace,
    "rise": _rise,
}
