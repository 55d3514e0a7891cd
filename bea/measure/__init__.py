"""Measuring, floor 5 of bea: what theory and runs say of each other.

`discretization_drift` compares iterates and flows at a fixed time, `one_step_defect` after a single
step; both give a `DriftStudy`, which holds every distance, its error floor, and the observed beside
the expected orders. `verify` adds negative controls and gives a verdict, a `Certificate`. For
random steps `weak_errors` compares expectations without sampling.

The rooms show the rest: `order` (certificates, schedules piece by piece), `steps` (default times,
step sizes and starts), `weak` (moments of iterates and equations, all batches), `training` (how
step size, batch and momentum trade), `escape` (from wells and saddles, annealing) and `equilibrium`
(weight decay on a scale-invariant loss). Drawing is left to `bea.plots`, printing to
`bea.reports`.
"""

from bea.measure.order import (
    Certificate,
    DriftStudy,
    discretization_drift,
    observed_order,
    one_step_defect,
    verify,
)
from bea.measure.weak import WeakErrors, weak_errors

__all__ = [
    "Certificate",
    "DriftStudy",
    "WeakErrors",
    "discretization_drift",
    "observed_order",
    "one_step_defect",
    "verify",
    "weak_errors",
]
