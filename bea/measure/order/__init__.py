"""Orders: how far the iterates are from the flows, and at which power of gamma.

`discretization_drift` compares at a fixed time and `one_step_defect` after a step (`comparison`),
and give a `DriftStudy` with the observed beside the expected orders; `verify` adds negative
controls and gives a `Certificate`. Under a schedule with jumps all goes piece by piece.
"""

from bea.measure.order.certificate import Certificate
from bea.measure.order.drift import discretization_drift, one_step_defect
from bea.measure.order.expected import expected_orders
from bea.measure.order.order_fit import OrderFit, observed_order
from bea.measure.order.piecewise import flow_by_pieces, gammas_by_pieces, schedule_drift
from bea.measure.order.study import DriftStudy
from bea.measure.order.verify import verify
from bea.measure.steps.defaults import default_gammas, default_starts
from bea.measure.steps.suiting import default_time, gammas_for

__all__ = [
    "Certificate",
    "DriftStudy",
    "OrderFit",
    "default_gammas",
    "default_starts",
    "default_time",
    "discretization_drift",
    "expected_orders",
    "flow_by_pieces",
    "gammas_by_pieces",
    "gammas_for",
    "observed_order",
    "one_step_defect",
    "schedule_drift",
    "verify",
]
