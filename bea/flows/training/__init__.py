"""Training runs: a few long runs of any method on mini-batches, each with its own observables.

An ensemble (`bea.flows.ensembles`) is of many runs and keeps means; `train` keeps each run, so that
runs can be paired, and has schedules that depend on what was observed.
"""

from bea.flows.training.plateaus import Plateau, drop_on_plateau, early_stopping
from bea.flows.training.result import Training, mean_and_error
from bea.flows.training.train import train
from bea.flows.training.turns import SquaredAngle, SquaredNorm, turns

__all__ = [
    "Plateau",
    "SquaredAngle",
    "SquaredNorm",
    "Training",
    "drop_on_plateau",
    "early_stopping",
    "mean_and_error",
    "train",
    "turns",
]
