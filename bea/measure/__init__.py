"""Measuring, floor 4 of bea: how far the iterates are from the flows, and at which order in gamma.

`discretization_drift` compares at a fixed time, `one_step_defect` after a single step; both give a
`DriftStudy`, which holds every distance, its error floor, and the observed beside the expected
orders. `verify` adds negative controls and gives a verdict, a `Certificate`. For random steps
`weak_errors` compares expectations without sampling, by `MomentRecursion` and `MomentFlow`, and
`law_after` goes through all batches. `noise_scale` says how step size, batch and momentum trade,
and `batch_growth` compares schemes that grow the batch with those that decay the step size, by
`QuadraticMoments` and ensembles. `equilibrium_run` and `predicted_equilibrium` belong to the
intrinsic learning rate, that is to weight decay on a scale-invariant loss. Drawing is left to
`bea.plots`, printing to `bea.reports`.
"""

from bea.measure.batch_growth import batch_growth
from bea.measure.batch_schemes import BatchScheme, Phase, decay_rate, grow_batch
from bea.measure.by_pieces import flow_by_pieces, gammas_by_pieces, schedule_drift
from bea.measure.certificate import Certificate
from bea.measure.drift import default_time, discretization_drift, gammas_for, one_step_defect
from bea.measure.enumeration import Law, law_after
from bea.measure.equilibrium import EquilibriumRun, equilibrium_run
from bea.measure.expected import expected_orders
from bea.measure.growth_study import GrowthCurve, GrowthStudy
from bea.measure.intrinsic import (
    Equilibrium,
    intrinsic_rate,
    predicted_equilibrium,
    rate_on_sphere,
)
from bea.measure.jackknife import Measured, log_slope
from bea.measure.moment_flow import MomentFlow
from bea.measure.moments import MomentRecursion, Moments
from bea.measure.noise_scale import (
    batch_of_noise_scale,
    effective_rate,
    noise_scale,
    stationary_variance,
)
from bea.measure.norm_dynamics import gradient_moments, norm_generator, norm_step
from bea.measure.order_fit import OrderFit, observed_order
from bea.measure.quadratic_moments import QuadraticMoments
from bea.measure.sampling import default_gammas, default_starts, stiffness
from bea.measure.storage import load_study, save_study
from bea.measure.study import DriftStudy
from bea.measure.verify import verify
from bea.measure.weak_defect import weak_defect
from bea.measure.weak_errors import WeakErrors, weak_errors

__all__ = [
    "BatchScheme",
    "Certificate",
    "DriftStudy",
    "Equilibrium",
    "EquilibriumRun",
    "GrowthCurve",
    "GrowthStudy",
    "Law",
    "Measured",
    "MomentFlow",
    "MomentRecursion",
    "Moments",
    "OrderFit",
    "Phase",
    "QuadraticMoments",
    "WeakErrors",
    "batch_growth",
    "batch_of_noise_scale",
    "decay_rate",
    "default_gammas",
    "default_starts",
    "default_time",
    "discretization_drift",
    "effective_rate",
    "equilibrium_run",
    "expected_orders",
    "flow_by_pieces",
    "gammas_by_pieces",
    "gammas_for",
    "gradient_moments",
    "grow_batch",
    "intrinsic_rate",
    "law_after",
    "load_study",
    "log_slope",
    "noise_scale",
    "norm_generator",
    "norm_step",
    "observed_order",
    "one_step_defect",
    "predicted_equilibrium",
    "rate_on_sphere",
    "save_study",
    "schedule_drift",
    "stationary_variance",
    "stiffness",
    "verify",
    "weak_defect",
    "weak_errors",
]
