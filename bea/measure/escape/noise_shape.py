"""The shape of the noise: what the cumulants of a batch beyond the second do to a rate of escape.

An escape from a basin runs, nearly always, along the gradient flow from the saddle reversed in
time: ẋ = ∇L, climbed with the force p = ∇L. How improbable that is depends on the noise through the
logarithm of its moment generating function, K(q) = log E exp(q·ξ) with −ξ the gradient noise of a
batch. Normal noise of temperature T has K(γp/T) = (γ/T) |p|²; for any other, to first order in the
difference, the rate has the further factor

    exp( (1/γ) ∫ (K(γp/T) − (γ/T) |p|²) dt )

along the climb. For noise of fourth cumulant κσ⁴ in each coordinate the exponent is, to leading
order, κγ/(6T²) ∫ Σ p_i⁴ dt. No diffusion with the same covariance knows of it, whatever its order
in γ: bounded noise climbs less easily, noise with heavy tails more.
Source: Freidlin and Wentzell, Random Perturbations of Dynamical Systems, chapters 4 and 5, for the
climb; the factor is the change of its action to first order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.flows import flow
from bea.measure.escape.critical_points import CriticalPoint
from bea.measure.training.temperature import noise_temperature, sampling
from bea.noise import Noise
from bea.patience import told
from bea.problems import FiniteSum

_NUDGE = 1e-3  # off the saddle, in units of the way to the minimum
_SAMPLES = 2001
_ARRIVED = 1e-6


@told("looking for ways out")
def escape_path(
    total: FiniteSum, minimum: CriticalPoint, saddle: CriticalPoint
) -> tuple[Floats, Floats]:
    """Return times (n,) and points (n, d) of the gradient flow from a saddle to a minimum.

    Raises
    ------
    BeaError
        If the flow from beside the saddle leads elsewhere.

    Examples
    --------
    >>> import bea
    >>> loss = bea.problems.double_well()
    >>> left, _, top = bea.measure.escape.critical_points(loss)
    >>> times, points = escape_path(bea.problems.with_gradient_covariance(loss, [1, 1]), left, top)
    >>> points[-1].round(4)
    array([-1.,  0.])
    """
    outward = saddle.directions[:, 0]
    distance = float(np.linalg.norm(minimum.point - saddle.point))
    if outward @ (minimum.point - saddle.point) < 0:
        outward = -outward
    start = saddle.point + _NUDGE * distance * outward
    # Beside the saddle, and near the minimum, the slowest rates set the time.
    time = 1.5 * np.log(1 / _NUDGE) / -saddle.eigenvalues[0]
    time += np.log(1 / _ARRIVED) / minimum.eigenvalues[0]
    times = np.linspace(0.0, float(time), _SAMPLES)
    run = flow(total, start[None], [1.0], times, rtol=1e-10, estimate_error=False)
    points = run.values[0, 0]
    if not np.linalg.norm(points[-1] - minimum.point) < 1e-2 * distance:
        raise BeaError(f"the flow from the {saddle} does not lead to the {minimum}: choose another")
    return times, points


def shape_factor(
    total: FiniteSum,
    minimum: CriticalPoint,
    saddle: CriticalPoint,
    gamma: Any,
    batches: int | Noise = 1,
) -> float:
    """Return the factor on the rate of escape that the shape of the batches' noise makes.

    Parameters
    ----------
    total
        A finite sum whose noise has a temperature; see `noise_temperature`.
    minimum, saddle
        Where it starts, and the way out.
    gamma
        The step size, exact.
    batches
        How the batch of each step is drawn; with replacement, unless it is of one loss.

    Returns
    -------
    float
        1 for normal noise; right to first order in the logarithm.

    Raises
    ------
    BeaError
        If there is no temperature, or batches are drawn without replacement.

    Examples
    --------
    >>> import bea
    >>> loss = bea.problems.double_well()
    >>> left, _, top = bea.measure.escape.critical_points(loss)
    >>> total = bea.problems.with_gradient_covariance(loss, ["4", "4"])
    >>> round(shape_factor(total, left, top, "1/20"), 4)  # −2 γ/(6 T²)/40 = −0.042 is its exponent
    0.9604
    """
    way = sampling(total, batches)
    if not way.independent_within:
        raise BeaError(f"the shape of the noise of {way} is not known: draw with replacement")
    heat_exact = noise_temperature(total, gamma, way)
    variance = total.covariance(way)[0][0].as_rational()
    assert variance is not None
    heat = int(heat_exact.p) / int(heat_exact.q)
    size = 2 * heat / (int(variance.p) / int(variance.q))
    times, points = escape_path(total, minimum, saddle)
    force = -total(points)
    noise = np.stack([part(points) - total(points) for part in total.losses])
    tilt = np.einsum("ntd,td->nt", noise, force) * (size / (heat * way.size))
    top = tilt.max(axis=0)
    logarithm = way.size * (top + np.log(np.exp(tilt - top).mean(axis=0)))
    excess = (logarithm - size / heat * (force**2).sum(axis=1)) / size
    return float(np.exp(np.trapezoid(excess, times)))
