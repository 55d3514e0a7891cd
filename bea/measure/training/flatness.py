"""How flat a loss is at a point: its gradient, its Hessian, and its rise under noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError
from bea.fields import Loss
from bea.fields.functions.spectrum import hessian_trace, largest_eigenvalue
from bea.flows.deterministic.times import check_count


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
    check_count(probes, "the number of probes")
    sigma = real_number(noise, "the noise")
    if not sigma > 0:
        raise BeaError(f"the noise is {sigma:g}: give a positive standard deviation")
    theta = np.asarray(points, dtype=float)
    rng, value = np.random.default_rng(seed), problem.at(theta)
    rises = []
    for _ in range(probes):
        way = sigma * rng.standard_normal(problem.dimension)
        rises.append((problem.at(theta + way) + problem.at(theta - way)) / 2 - value)
    return Flatness(
        loss=value,
        gradient=(problem(theta) ** 2).sum(axis=-1),
        sharpness=largest_eigenvalue(problem, theta),
        trace=hessian_trace(problem, theta, probes, seed).value,
        rise=np.mean(rises, axis=0),
    )
