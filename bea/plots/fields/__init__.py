"""Figures of one loss or field: its landscape, runs, their energy, the terms of its equation."""

from bea.plots.fields.energies import (
    EnergiesData,
    EnergyCourse,
    draw_energies,
    energies_data,
    energies_figure,
)
from bea.plots.fields.energy import (
    EnergyData,
    draw_energy,
    energy_data,
    energy_figure,
)
from bea.plots.fields.loss_drawing import (
    draw_loss,
    loss_figure,
)
from bea.plots.fields.losses import (
    LossData,
    loss_data,
)
from bea.plots.fields.relief import (
    ReliefData,
    draw_relief,
    relief_data,
    relief_figure,
)
from bea.plots.fields.runs import (
    RunsData,
    draw_runs,
    runs_data,
    runs_figure,
)
from bea.plots.fields.surfaces import (
    SurfaceData,
    draw_surfaces,
    surface_data,
    surface_figure,
)
from bea.plots.fields.terms import (
    TermsData,
    draw_terms,
    terms_data,
    terms_figure,
)
from bea.plots.fields.trajectory import (
    TrajectoryData,
    draw_trajectory,
    trajectory_data,
    trajectory_figure,
)

__all__ = [
    "EnergiesData",
    "EnergyCourse",
    "EnergyData",
    "LossData",
    "ReliefData",
    "RunsData",
    "SurfaceData",
    "TermsData",
    "TrajectoryData",
    "draw_energies",
    "draw_energy",
    "draw_loss",
    "draw_relief",
    "draw_runs",
    "draw_surfaces",
    "draw_terms",
    "draw_trajectory",
    "energies_data",
    "energies_figure",
    "energy_data",
    "energy_figure",
    "loss_data",
    "loss_figure",
    "relief_data",
    "relief_figure",
    "runs_data",
    "runs_figure",
    "surface_data",
    "surface_figure",
    "terms_data",
    "terms_figure",
    "trajectory_data",
    "trajectory_figure",
]
