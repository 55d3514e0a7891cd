"""optax's transformations, read from JAX's record of their update onto tapes.

`OptaxUpdate` is the front end (`bea.adapters.tracing`): JAX traces `update` and `apply_updates`
with symbols for gamma, the hyperparameters, the parameters, the gradients and the state, and the
`Reader` writes each equation of that record on the tape by the rules of its primitive. Counters in
the state become functions of the number of the step (`counting`), what never changes is taken from
`init` (`state`), and the rest is memory.
"""

from bea.adapters.jaxprs.making import Maker, gamma
from bea.adapters.jaxprs.optimizer import OptaxUpdate

__all__ = ["Maker", "OptaxUpdate", "gamma"]
