# The laws of noise, and where each is: a line for each.

from .batches import Batches as Batches
from .batches import ShuffledEpochs as ShuffledEpochs
from .batches import as_noise as as_noise
from .batches import independent_noise as independent_noise
from .noise import Noise as Noise
