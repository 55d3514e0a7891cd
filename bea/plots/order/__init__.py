"""Figures of orders in gamma: drift, certificates, methods beside each other, schedules."""

from bea.plots.order.certificate import (
    CertificateData,
    certificate_data,
    certificate_figure,
    draw_certificate,
)
from bea.plots.order.comparison import (
    ComparisonData,
    ComparisonPanel,
    comparison_data,
)
from bea.plots.order.comparison_drawing import (
    comparison_figure,
    draw_comparison,
)
from bea.plots.order.drift import (
    DriftCurve,
    DriftData,
    drift_data,
)
from bea.plots.order.drift_drawing import (
    draw_drift,
    drift_figure,
)
from bea.plots.order.schedules import (
    ScheduleCurve,
    draw_schedules,
    schedule_data,
    schedule_figure,
)

__all__ = [
    "CertificateData",
    "ComparisonData",
    "ComparisonPanel",
    "DriftCurve",
    "DriftData",
    "ScheduleCurve",
    "certificate_data",
    "certificate_figure",
    "comparison_data",
    "comparison_figure",
    "draw_certificate",
    "draw_comparison",
    "draw_drift",
    "draw_schedules",
    "drift_data",
    "drift_figure",
    "schedule_data",
    "schedule_figure",
]
