"""Noise, floor 3 of bea: which batches of a finite sum a step sees.

`Noise` is what a law is, and the base of one's own. `Batches` are drawn anew at every step,
`ShuffledEpochs` go through all samples in random order.
"""

from bea.noise.batches import Batches, ShuffledEpochs, as_noise, independent_noise
from bea.noise.noise import Noise

__all__ = ["Batches", "Noise", "ShuffledEpochs", "as_noise", "independent_noise"]
