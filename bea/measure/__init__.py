"""Measuring, floor 4 of bea: how far the iterates are from the flows, and at which order in gamma.

`discretization_drift` compares at a fixed time, `one_step_defect` after a single step; both give a
`DriftStudy`, which holds every distance, its error floor, and the observed beside the expected
orders. `verify` adds negative controls and gives a verdict, a `Certificate`. What noise does in a
landscape is measured beside its theory: escape from wells and saddles (`escape_times`,
`escape_rate`, `mean_exit_time`), averages of iterates (`tail_average`) and annealing (`anneal`).
Drawing is left to `bea.plots`, printing to `bea.reports`.
"""

from bea.measure.annealing import Annealed, Inside, anneal, kramers_rates, line_rates
from bea.measure.averaging import AverageNoise, averaged_covariance, averaged_loss, tail_average
from bea.measure.by_pieces import flow_by_pieces, gammas_by_pieces, schedule_drift
from bea.measure.certificate import Certificate
from bea.measure.climb import climb, noise_factor
from bea.measure.critical_points import CriticalPoint, critical_point, critical_points
from bea.measure.drift import default_time, discretization_drift, gammas_for, one_step_defect
from bea.measure.escape import Away, EscapeTimes, Near, Past, escape_times
from bea.measure.exit_times import mean_exit_time
from bea.measure.expected import expected_orders
from bea.measure.kramers import escape_rate, step_factor
from bea.measure.order_fit import OrderFit, observed_order
from bea.measure.passage_times import mean_passage_time, unstable_exit_time
from bea.measure.sampling import default_gammas, default_starts, stiffness
from bea.measure.storage import load_study, save_study
from bea.measure.study import DriftStudy
from bea.measure.temperature import noise_temperature
from bea.measure.verify import verify

__all__ = [
    "Annealed",
    "AverageNoise",
    "Away",
    "Certificate",
    "CriticalPoint",
    "DriftStudy",
    "EscapeTimes",
    "Inside",
    "Near",
    "OrderFit",
    "Past",
    "anneal",
    "averaged_covariance",
    "averaged_loss",
    "climb",
    "critical_point",
    "critical_points",
    "default_gammas",
    "default_starts",
    "default_time",
    "discretization_drift",
    "escape_rate",
    "escape_times",
    "expected_orders",
    "flow_by_pieces",
    "gammas_by_pieces",
    "gammas_for",
    "kramers_rates",
    "line_rates",
    "load_study",
    "mean_exit_time",
    "mean_passage_time",
    "noise_factor",
    "noise_temperature",
    "observed_order",
    "one_step_defect",
    "save_study",
    "schedule_drift",
    "step_factor",
    "stiffness",
    "tail_average",
    "unstable_exit_time",
    "verify",
]
