"""Figures, floor 5 of bea and the only place that draws: drift, trajectories, losses, terms,
optimizers beside each other, ensembles on their way into equilibrium, escape times, annealing and
averages.

Each figure is made in two steps: `x_data` computes everything that is shown, as arrays in a
dataclass, and `draw_x` draws it; `x_figure` does both and returns a matplotlib `Figure`, which a
notebook shows and `save_figure` writes. matplotlib is imported when something is drawn, and pyplot
never: no window opens and nobody's settings change.

Examples
--------
>>> import bea
>>> method, loss = bea.methods.gradient_descent(), bea.problems.himmelblau()
>>> data = bea.plots.trajectory_data(method, loss, 0.01, steps=5)
>>> data.iterates.points.shape, data.behind.kind
((6, 2), 'loss')
"""

from bea.plots.fields.loss_drawing import draw_loss, loss_figure
from bea.plots.fields.losses import (
    LossData,
    loss_data,
)
from bea.plots.fields.terms import TermsData, draw_terms, terms_data, terms_figure
from bea.plots.fields.trajectory import (
    TrajectoryData,
    draw_trajectory,
    trajectory_data,
    trajectory_figure,
)
from bea.plots.house.landscape import Landscape
from bea.plots.house.runs import Path
from bea.plots.house.saving import save_figure
from bea.plots.house.triangles import Triangle
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
from bea.plots.order.comparison_drawing import comparison_figure, draw_comparison
from bea.plots.order.drift import (
    DriftCurve,
    DriftData,
    drift_data,
)
from bea.plots.order.drift_drawing import draw_drift, drift_figure
from bea.plots.order.schedules import ScheduleCurve, draw_schedules, schedule_data, schedule_figure
from bea.plots.random.annealing import (
    AnnealingCurve,
    annealing_data,
    annealing_figure,
    draw_annealing,
)
from bea.plots.random.averaging import (
    AveragingCurve,
    averaging_data,
    averaging_figure,
    draw_averaging,
)
from bea.plots.random.batch_growth import (
    GrowthBand,
    GrowthData,
    draw_growth,
    growth_data,
    growth_figure,
)
from bea.plots.random.ensemble import (
    EnsembleBand,
    EnsembleData,
    draw_ensemble,
    ensemble_data,
    ensemble_figure,
)
from bea.plots.random.equilibrium import (
    EquilibriumCurve,
    EquilibriumData,
    draw_equilibrium,
    equilibrium_data,
    equilibrium_figure,
)
from bea.plots.random.escape import EscapeData, draw_escape, escape_data, escape_figure

__all__ = [
    "AnnealingCurve",
    "AveragingCurve",
    "CertificateData",
    "ComparisonData",
    "ComparisonPanel",
    "DriftCurve",
    "DriftData",
    "EnsembleBand",
    "EnsembleData",
    "EquilibriumCurve",
    "EquilibriumData",
    "EscapeData",
    "GrowthBand",
    "GrowthData",
    "Landscape",
    "LossData",
    "Path",
    "ScheduleCurve",
    "TermsData",
    "TrajectoryData",
    "Triangle",
    "annealing_data",
    "annealing_figure",
    "averaging_data",
    "averaging_figure",
    "certificate_data",
    "certificate_figure",
    "comparison_data",
    "comparison_figure",
    "draw_annealing",
    "draw_averaging",
    "draw_certificate",
    "draw_comparison",
    "draw_drift",
    "draw_ensemble",
    "draw_equilibrium",
    "draw_escape",
    "draw_growth",
    "draw_loss",
    "draw_schedules",
    "draw_terms",
    "draw_trajectory",
    "drift_data",
    "drift_figure",
    "ensemble_data",
    "ensemble_figure",
    "equilibrium_data",
    "equilibrium_figure",
    "escape_data",
    "escape_figure",
    "growth_data",
    "growth_figure",
    "loss_data",
    "loss_figure",
    "save_figure",
    "schedule_data",
    "schedule_figure",
    "terms_data",
    "terms_figure",
    "trajectory_data",
    "trajectory_figure",
]
