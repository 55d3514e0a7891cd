"""Noise, floor 3 of bea: which batches of a finite sum a step sees.

`Noise` is what a law is, and the base of one's own. `Batches` are drawn anew at every step,
`ShuffledEpochs` go through all samples in random order.
"""

# The names stand in `__init__.pyi`, as those of `bea` do.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
