"""Measuring, floor 4 of bea: how far the iterates are from the flows, and at which order in gamma.

`discretization_drift` compares at a fixed time, `one_step_defect` after a single step; both give a
`DriftStudy`, which holds every distance, its error floor, and the observed beside the expected
orders. `verify` adds negative controls and gives a verdict, a `Certificate`. For random steps
`weak_errors` compares expectations without sampling, by `MomentRecursion` and `MomentFlow`, and
`law_after` goes through all batches. `noise_scale` says how step size, batch and momentum trade,
and `batch_growth` compares schemes that grow the batch with those that decay the step size, by
`QuadraticMoments` and ensembles. `equilibrium_run` and `predicted_equilibrium` belong to the
intrinsic learning rate, that is to weight decay on a scale-invariant loss. What noise does in a
landscape stands beside its theory: escape from wells and saddles (`escape_times`, `escape_rate`,
`mean_exit_time`), averages of iterates (`tail_average`) and annealing (`anneal`). Drawing is left
to `bea.plots`, printing to `bea.reports`.
"""

from bea.fields.jacobians import stiffness
from bea.measure.equilibrium.intrinsic import (
    Equilibrium,
    intrinsic_rate,
    predicted_equilibrium,
    rate_on_sphere,
)
from bea.measure.equilibrium.norm_dynamics import gradient_moments, norm_generator, norm_step
from bea.measure.equilibrium.runs import EquilibriumRun, equilibrium_run
from bea.measure.escape.annealing import Annealed, Inside, anneal, kramers_rates, line_rates
from bea.measure.escape.critical_points import CriticalPoint, critical_point, critical_points
from bea.measure.escape.exit_times import mean_exit_time
from bea.measure.escape.kramers import escape_rate, step_factor
from bea.measure.escape.noise_shape import climb, shape_factor
from bea.measure.escape.passage_times import mean_passage_time, unstable_exit_time
from bea.measure.escape.times import Away, EscapeTimes, Near, Past, escape_times
from bea.measure.escape.ways_out import Settled, WayOut, ways_out
from bea.measure.order.certificate import Certificate
from bea.measure.order.default_steps import default_time, gammas_for
from bea.measure.order.defaults import default_gammas, default_starts
from bea.measure.order.drift import discretization_drift, one_step_defect
from bea.measure.order.expected import expected_orders
from bea.measure.order.order_fit import OrderFit, observed_order
from bea.measure.order.piecewise import flow_by_pieces, gammas_by_pieces, schedule_drift
from bea.measure.order.study import DriftStudy
from bea.measure.order.verify import verify
from bea.measure.training.averaging import (
    AverageNoise,
    averaged_covariance,
    averaged_loss,
    tail_average,
)
from bea.measure.training.batch_growth import batch_growth
from bea.measure.training.batch_schemes import BatchScheme, Phase, decay_rate, grow_batch
from bea.measure.training.growth_study import GrowthCurve, GrowthStudy
from bea.measure.training.jackknife import Measured, log_slope
from bea.measure.training.noise_scale import (
    batch_of_noise_scale,
    effective_rate,
    noise_scale,
    stationary_variance,
)
from bea.measure.training.temperature import noise_temperature
from bea.measure.weak.defect import weak_defect
from bea.measure.weak.enumeration import Law, law_after
from bea.measure.weak.errors import WeakErrors, weak_errors
from bea.measure.weak.moment_flow import MomentFlow
from bea.measure.weak.moments import MomentRecursion, Moments
from bea.measure.weak.quadratic_moments import QuadraticMoments

__all__ = [
    "Annealed",
    "AverageNoise",
    "Away",
    "BatchScheme",
    "Certificate",
    "CriticalPoint",
    "DriftStudy",
    "Equilibrium",
    "EquilibriumRun",
    "EscapeTimes",
    "GrowthCurve",
    "GrowthStudy",
    "Inside",
    "Law",
    "Measured",
    "MomentFlow",
    "MomentRecursion",
    "Moments",
    "Near",
    "OrderFit",
    "Past",
    "Phase",
    "QuadraticMoments",
    "Settled",
    "WayOut",
    "WeakErrors",
    "anneal",
    "averaged_covariance",
    "averaged_loss",
    "batch_growth",
    "batch_of_noise_scale",
    "climb",
    "critical_point",
    "critical_points",
    "decay_rate",
    "default_gammas",
    "default_starts",
    "default_time",
    "discretization_drift",
    "effective_rate",
    "equilibrium_run",
    "escape_rate",
    "escape_times",
    "expected_orders",
    "flow_by_pieces",
    "gammas_by_pieces",
    "gammas_for",
    "gradient_moments",
    "grow_batch",
    "intrinsic_rate",
    "kramers_rates",
    "law_after",
    "line_rates",
    "log_slope",
    "mean_exit_time",
    "mean_passage_time",
    "noise_scale",
    "noise_temperature",
    "norm_generator",
    "norm_step",
    "observed_order",
    "one_step_defect",
    "predicted_equilibrium",
    "rate_on_sphere",
    "schedule_drift",
    "shape_factor",
    "stationary_variance",
    "step_factor",
    "stiffness",
    "tail_average",
    "unstable_exit_time",
    "verify",
    "ways_out",
    "weak_defect",
    "weak_errors",
]
