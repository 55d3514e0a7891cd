"""Training: how step size, batch, momentum and averaging trade against each other.

`noise_scale` and `noise_temperature` say what noise a setting makes, `batch_growth` compares
schemes that grow the batch with those that decay the step size, `tail_average` averages iterates,
`at_equal_loss` ends runs where they can be compared, by their `flatness`; `accuracy` and
`ensemble_scores` are of what networks say. Running is `bea.train`'s.
"""

from bea.measure.training.averaging import (
    AverageNoise,
    averaged_covariance,
    averaged_loss,
    tail_average,
)
from bea.measure.training.batch_growth import batch_growth
from bea.measure.training.batch_schemes import BatchScheme, Phase, decay_rate, grow_batch
from bea.measure.training.equal_loss import EqualLoss, at_equal_loss
from bea.measure.training.flatness import Flatness, FlatnessMeasure, flatness
from bea.measure.training.growth_study import GrowthCurve, GrowthStudy
from bea.measure.training.jackknife import Measured, log_slope
from bea.measure.training.noise_scale import (
    batch_of_noise_scale,
    effective_rate,
    noise_scale,
    stationary_variance,
)
from bea.measure.training.predictions import (
    Accuracy,
    accuracy,
    cross_entropy,
    ensemble_scores,
)
from bea.measure.training.temperature import noise_temperature

__all__ = [
    "Accuracy",
    "AverageNoise",
    "BatchScheme",
    "EqualLoss",
    "Flatness",
    "FlatnessMeasure",
    "GrowthCurve",
    "GrowthStudy",
    "Measured",
    "Phase",
    "accuracy",
    "at_equal_loss",
    "averaged_covariance",
    "averaged_loss",
    "batch_growth",
    "batch_of_noise_scale",
    "cross_entropy",
    "decay_rate",
    "effective_rate",
    "ensemble_scores",
    "flatness",
    "grow_batch",
    "log_slope",
    "noise_scale",
    "noise_temperature",
    "stationary_variance",
    "tail_average",
]
