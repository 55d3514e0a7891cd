"""Figures of orders in gamma: drift, certificates, comparisons, schedules, stability, and trees."""

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
from bea.plots.order.stability import (
    StabilityData,
    draw_stability,
    stability_data,
    stability_figure,
)
from bea.plots.order.trees import (
    TreesData,
    draw_trees,
    trees_data,
    trees_figure,
)

__all__ = [
    "CertificateData",
    "ComparisonData",
    "ComparisonPanel",
    "DriftCurve",
    "DriftData",
    "ScheduleCurve",
    "StabilityData",
    "TreesData",
    "certificate_data",
    "certificate_figure",
    "comparison_data",
    "comparison_figure",
    "draw_certificate",
    "draw_comparison",
    "draw_drift",
    "draw_schedules",
    "draw_stability",
    "draw_trees",
    "drift_data",
    "drift_figure",
    "schedule_data",
    "schedule_figure",
    "stability_data",
    "stability_figure",
    "trees_data",
    "trees_figure",
]
