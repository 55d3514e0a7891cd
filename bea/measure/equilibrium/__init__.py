"""Equilibria: what weight decay comes to on a scale-invariant loss.

`predicted_equilibrium` and the intrinsic learning rate are the theory (`intrinsic`,
`norm_dynamics`), `equilibrium_run` the ensembles beside it (`runs`).
"""

from bea.measure.equilibrium.intrinsic import (
    Equilibrium,
    intrinsic_rate,
    predicted_equilibrium,
    rate_on_sphere,
)
from bea.measure.equilibrium.norm_dynamics import gradient_moments, norm_generator, norm_step
from bea.measure.equilibrium.runs import EquilibriumRun, equilibrium_run

__all__ = [
    "Equilibrium",
    "EquilibriumRun",
    "equilibrium_run",
    "gradient_moments",
    "intrinsic_rate",
    "norm_generator",
    "norm_step",
    "predicted_equilibrium",
    "rate_on_sphere",
]
