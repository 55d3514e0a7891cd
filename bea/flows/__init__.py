"""Flows, floor 4 of bea: follow a field or a method in numbers, exactly or by steps, over batches.

What follows which: `flow` the solution of θ̇ = f(θ; γ), to about 1e-13 and with an error estimate;
`iterate` the method's own steps. Both take all step sizes and all starts in one call, and both
return a `Trajectory` with values (gammas, starts, times, d). `sample_steps` and `sample_times` say
at which multiples of the step size the two are compared; comparing them is `bea.measure`'s.
`ensemble` runs a stochastic method many times over and returns an `Ensemble` of means,
`sde_ensemble` does so for its stochastic differential equations; `train` keeps each of a few long
runs.
"""

from __future__ import annotations

from bea.flows.deterministic.flow import flow
from bea.flows.deterministic.iterates import iterate
from bea.flows.deterministic.times import sample_steps, sample_times
from bea.flows.deterministic.trajectory import Run, Status, Trajectory
from bea.flows.ensembles.descent import ensemble
from bea.flows.ensembles.result import Ensemble, Estimate
from bea.flows.ensembles.sde import sde_ensemble
from bea.flows.training import Training, train

__all__ = [
    "Ensemble",
    "Estimate",
    "Run",
    "Status",
    "Training",
    "Trajectory",
    "ensemble",
    "flow",
    "iterate",
    "sample_steps",
    "sample_times",
    "sde_ensemble",
    "train",
]
