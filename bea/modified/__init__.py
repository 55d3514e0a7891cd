"""Modified equations, floor 4 of bea: the field whose exact flow the iterates of a method follow.

Three routes that do not know of each other are in `routes`: `operator` (the logarithm of the step),
`perturbation` (powers of gamma in exp(gamma D~) theta) and `trees` (B-series). Their exact
agreement is the proof of correctness. `ModifiedEquation` is the result; integrating it is left
to `bea.flows`. For random steps, `ModifiedGenerator` is the logarithm of the averaged
operator, and `StochasticEquation` the diffusion nearest to it. `BSeries` has the maps and fields on
trees, and their algebra, as objects of their own.
"""

from bea.modified.algebra.b_series import BSeries
from bea.modified.componentwise.equation import ComponentwiseEquation
from bea.modified.cut_series import cut_series
from bea.modified.derive import modified_equation
from bea.modified.diffusion.derive import stochastic_equation
from bea.modified.diffusion.equation import StochasticEquation
from bea.modified.diffusion.universal import UniversalStochasticEquation
from bea.modified.epochs.derive import cyclic_epoch, shuffled_epoch
from bea.modified.epochs.equation import EpochEquation
from bea.modified.equation import ModifiedEquation
from bea.modified.modifying import modifying_integrator
from bea.modified.random.generator import ModifiedGenerator, modified_generator
from bea.modified.routes.operator import at_point, symbol
from bea.modified.structure.loss import ModifiedLoss
from bea.modified.structure.split import GradientSplit

__all__ = [
    "BSeries",
    "ComponentwiseEquation",
    "EpochEquation",
    "GradientSplit",
    "ModifiedEquation",
    "ModifiedGenerator",
    "ModifiedLoss",
    "StochasticEquation",
    "UniversalStochasticEquation",
    "at_point",
    "cut_series",
    "cyclic_epoch",
    "modified_equation",
    "modified_generator",
    "modifying_integrator",
    "shuffled_epoch",
    "stochastic_equation",
    "symbol",
]
