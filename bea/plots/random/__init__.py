"""Figures of random runs: ensembles, equilibria, escape, annealing, averages, growing batches."""

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
from bea.plots.random.escape import (
    EscapeData,
    draw_escape,
    escape_data,
    escape_figure,
)

__all__ = [
    "AnnealingCurve",
    "AveragingCurve",
    "EnsembleBand",
    "EnsembleData",
    "EquilibriumCurve",
    "EquilibriumData",
    "EscapeData",
    "GrowthBand",
    "GrowthData",
    "annealing_data",
    "annealing_figure",
    "averaging_data",
    "averaging_figure",
    "draw_annealing",
    "draw_averaging",
    "draw_ensemble",
    "draw_equilibrium",
    "draw_escape",
    "draw_growth",
    "ensemble_data",
    "ensemble_figure",
    "equilibrium_data",
    "equilibrium_figure",
    "escape_data",
    "escape_figure",
    "growth_data",
    "growth_figure",
]
