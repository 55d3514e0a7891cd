"""Vector fields, floor 1 of bea: formulas read safely, differentiated exactly, compiled to numbers.

Text (`texts`, `grammar`) or SymPy (`sympy_bridge`), made tidy by `building` and measured by `sizes`
against the `limits` -> `expressions` -> an `element` of a differential `ring` (`atoms`, `roots`)
-> a straight-line `program` (by `horner`) -> any arithmetic (`operations`), or NumPy code
(`instructions`, `numpy_code`). `VectorField` and `Loss` are what the floors above see;
`arithmetics` are what a method's `step` is run in. A `differential_operator` has coefficients
in the ring, and so have the columns of a `noise_factor`. Trees are in `bea.bseries`.
"""

from bea.fields.about import About
from bea.fields.arithmetics import NumericField, ScalarField, SeriesField
from bea.fields.differential_operator import DifferentialOperator
from bea.fields.element import Element
from bea.fields.exact import as_float, as_rational, exact
from bea.fields.expressions import Expression
from bea.fields.grammar import parse
from bea.fields.noise_factor import NoiseFactor
from bea.fields.ring import Ring
from bea.fields.vector_field import Loss, VectorField
from bea.fields.with_time import with_time

__all__ = [
    "About",
    "DifferentialOperator",
    "Element",
    "Expression",
    "Loss",
    "NoiseFactor",
    "NumericField",
    "Ring",
    "ScalarField",
    "SeriesField",
    "VectorField",
    "as_float",
    "as_rational",
    "exact",
    "parse",
    "with_time",
]
