"""Vector fields, floor 2 of bea: what a method follows, and the arithmetics to run it in.

`VectorField`, `Loss` and `Hamiltonian` are what the floors above see; `arithmetics` are what a
method's `step` is run in on a concrete field. `with_time` makes the time a variable, `jacobians`
say how fast a field changes, and the columns of a `noise_factor` how its samples scatter. Formulas,
the exact ring and the programs are in `bea.algebra`, trees in `bea.bseries`.
"""

from bea.fields.about import About
from bea.fields.arithmetics import NumericField, ScalarField, SeriesField
from bea.fields.hamiltonian import Hamiltonian
from bea.fields.noise_factor import NoiseFactor
from bea.fields.vector_field import Loss, VectorField
from bea.fields.with_time import with_time

__all__ = [
    "About",
    "Hamiltonian",
    "Loss",
    "NoiseFactor",
    "NumericField",
    "ScalarField",
    "SeriesField",
    "VectorField",
    "with_time",
]
