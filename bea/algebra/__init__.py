"""Algebra, floor 1 of bea: formulas read safely, differentiated exactly, compiled to numbers.

Text or SymPy -> an expression (`language`) -> an element of a differential ring (`ring`) -> a
straight-line program (`programs`), which runs in any arithmetic, or as NumPy code. What the
formulas mean, as a vector field or a loss, is left to `bea.fields`.
"""

from bea.algebra.language.expressions import Expression
from bea.algebra.language.grammar import parse
from bea.algebra.ring.differential_operator import DifferentialOperator
from bea.algebra.ring.element import Element
from bea.algebra.ring.exact import as_float, as_rational, exact
from bea.algebra.ring.ring import Ring

__all__ = [
    "DifferentialOperator",
    "Element",
    "Expression",
    "Ring",
    "as_float",
    "as_rational",
    "exact",
    "parse",
]
