"""B-series, floor 2 of bea: series indexed by rooted trees, for every vector field at once.

    field  sum over tau of gamma^(|tau|-1) b(tau)/sigma(tau) F(tau)
    map    theta + sum over tau of gamma^|tau| a(tau)/sigma(tau) F(tau)

`lie_derivative`, `flow_of_field` (exp) and `field_of_map` (log) are the calculus, each one pass
over the table of single-edge cuts; `composition` has products and substitution; `TreeArithmetic` is
the arithmetic in which a method's `step` is run to find the coefficients of its map. Coefficients
are lists over `bea.trees.trees_up_to`; within, they are arrays of exact `numbers` or of their
`residues` modulo primes, from which `lifting.through_images` makes exact numbers again.
Where the nodes of the trees have colours, for a field of several parts, all are told which.
The room `geometry` tells what a field of trees keeps.
"""

from bea.bseries.arithmetic import TreeArithmetic, ring_of_numbers
from bea.bseries.calculus import (
    exact_map,
    field_of_map,
    flow_of_field,
    lie_derivative,
)
from bea.bseries.elements import StepSize, TreeSeries

__all__ = [
    "StepSize",
    "TreeArithmetic",
    "TreeSeries",
    "exact_map",
    "field_of_map",
    "flow_of_field",
    "lie_derivative",
    "ring_of_numbers",
]
