"""Noise, floor 3 of bea: which batches of a finite sum a step sees.

`Batches` are drawn anew at every step, `ShuffledEpochs` go through all samples in random order.
"""

from bea.noise.batches import Batches, ShuffledEpochs

__all__ = ["Batches", "ShuffledEpochs"]
