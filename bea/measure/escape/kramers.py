"""Kramers' theory of escape: how often a run climbs over a saddle.

With the temperature T of the noise (see `bea.measure.training.temperature`), the SDE of SGD is the
Langevin equation dX = −∇L dt + (2T)^(1/2) dW.

**Rate.** Over a saddle s with the single negative curvature λ, out of the basin of a minimum m,

    k = |λ|/(2π) · (det H_m/|det H_s|)^(1/2) · exp(−(L_s − L_m)/T) · (1 + O(T)).

**Finite steps.** At fixed T, to first order in γ and with normal noise, the logarithm of a step is
again a diffusion: drift −∇(L + γ/4 |∇L|² − γT/2 ΔL), diffusion T (I + γ ∇²L). It is reversible,
with density exp(−(L − γ/4 |∇L|²)/T − γ/2 ΔL). As ∇L = 0 at both ends of the climb no barrier
changes at this order, and the modified loss does not enter the exponent; the prefactor does change,
by the factor 1 + γ/4 (tr H_m − tr H_s − 2|λ|). Noise that is not normal changes the exponent; see
`bea.measure.escape.escape_path`.

Source: Kramers, Physica 7 (1940) 284; Bovier, Eckhoff, Gayrard and Klein, J. Eur. Math. Soc. 6
(2004) 399.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bea.errors import BeaError
from bea.measure.escape.critical_points import CriticalPoint
from bea.measure.training.temperature import as_number, as_temperature
from bea.patience import told


@told("computing escape rates")
def escape_rate(
    minimum: CriticalPoint,
    saddles: CriticalPoint | Iterable[CriticalPoint],
    temperature: Any,
    gamma: Any = 0,
) -> float:
    """Return the rate of leaving the basin of a minimum over its saddles, by Eyring and Kramers.

    Parameters
    ----------
    minimum, saddles
        Where it starts, and every way out; see `critical_points`.
    temperature
        T, as a number or exact; see `noise_temperature`.
    gamma
        The step size, for the correction of first order; 0 is that of the SDE.

    Returns
    -------
    float
        One over the mean time to settle beyond the saddle; to reach the saddle itself takes half of
        that time, as half of the arrivals fall back.

    Raises
    ------
    BeaError
        If the kinds of the points are not these, or T is not positive.

    Examples
    --------
    >>> import bea
    >>> left, _, saddle = bea.measure.escape.critical_points(bea.problems.double_well())
    >>> round(1 / escape_rate(left, saddle, 0.05), 2)  # 2 pi/2^(1/2) e^5
    659.38
    """
    heat = as_temperature(temperature)
    chosen = [saddles] if isinstance(saddles, CriticalPoint) else list(saddles)
    for point in (minimum, *chosen):
        if not isinstance(point, CriticalPoint):
            raise BeaError(
                f"a {type(point).__name__} is no critical point: take those of critical_points"
            )
    if minimum.kind != "minimum":
        raise BeaError(f"a basin has a minimum, and this is a {minimum}: give the minimum first")
    if not chosen:
        raise BeaError("there is no saddle to leave by: give at least one")
    return sum(_over(minimum, saddle, heat) * step_factor(minimum, saddle, gamma)
               for saddle in chosen)  # fmt: skip


def step_factor(minimum: CriticalPoint, saddle: CriticalPoint, gamma: Any) -> float:
    """Return what finite steps make of the rate: exp(γ/4 (tr H_m − tr H_s − 2|λ|)).

    Its logarithm is right to first order in γ, at low temperatures and for normal noise.
    """
    traces = minimum.eigenvalues.sum() - saddle.eigenvalues.sum()
    size = as_number(gamma, "the step size")
    if not (np.isfinite(size) and size >= 0):
        raise BeaError(f"the step size is {size:g}: it is positive, or 0 for the SDE")
    return float(np.exp(size / 4 * (traces + 2 * saddle.eigenvalues[0])))


# --- private helpers ----------------------------------------------------------------------------


def _over(minimum: CriticalPoint, saddle: CriticalPoint, temperature: float) -> float:
    """Return the rate over one saddle."""
    values = saddle.eigenvalues
    if saddle.kind not in ("saddle", "maximum") or (values < 0).sum() != 1:
        raise BeaError(
            f"Kramers' rate is over a saddle with one way down, and this is a {saddle}: choose "
            "another"
        )
    curvatures = minimum.eigenvalues.prod() / np.abs(values).prod()
    barrier = (saddle.value - minimum.value) / temperature
    return float(-values[0] / (2 * np.pi) * np.sqrt(curvatures) * np.exp(-barrier))
