"""Measuring, floor 4 of bea: how far the iterates are from the flows, and at which order in gamma.

`discretization_drift` compares at a fixed time, `one_step_defect` after a single step; both give a
`DriftStudy`, which holds every distance, its error floor, and the observed beside the expected
orders. `verify` adds negative controls and gives a verdict, a `Certificate`. `equilibrium_run` and
`predicted_equilibrium` belong to the intrinsic learning rate, that is to weight decay on a
scale-invariant loss. Drawing is left to `bea.plots`, printing to `bea.reports`.
"""

from bea.measure.by_pieces import flow_by_pieces, schedule_drift
from bea.measure.certificate import Certificate
from bea.measure.drift import default_time, discretization_drift, gammas_for, one_step_defect
from bea.measure.equilibrium import EquilibriumRun, equilibrium_run
from bea.measure.expected import expected_orders
from bea.measure.intrinsic import (
    Equilibrium,
    effective_rate,
    intrinsic_rate,
    predicted_equilibrium,
)
from bea.measure.jackknife import Measured, log_slope
from bea.measure.norm_dynamics import gradient_moments, norm_generator, norm_step
from bea.measure.order_fit import OrderFit, observed_order
from bea.measure.sampling import default_gammas, default_starts, stiffness
from bea.measure.storage import load_study, save_study
from bea.measure.study import DriftStudy
from bea.measure.verify import verify

__all__ = [
    "Certificate",
    "DriftStudy",
    "Equilibrium",
    "EquilibriumRun",
    "Measured",
    "OrderFit",
    "default_gammas",
    "default_starts",
    "default_time",
    "discretization_drift",
    "effective_rate",
    "equilibrium_run",
    "expected_orders",
    "flow_by_pieces",
    "gammas_for",
    "gradient_moments",
    "intrinsic_rate",
    "load_study",
    "log_slope",
    "norm_generator",
    "norm_step",
    "observed_order",
    "one_step_defect",
    "predicted_equilibrium",
    "save_study",
    "schedule_drift",
    "stiffness",
    "verify",
]
