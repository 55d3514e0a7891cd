"""Route 3, B-series: the logarithm of the method's map on trees, then elementary differentials.

On trees b is fixed tree by tree by a_1 = a (see `bea.bseries.calculus`). On a concrete field,
f_k = sum over the trees of k + 1 nodes of b(tau)/sigma(tau) F(tau), with F(tau) in its ring.
Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.9.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bea.algebra import Element
from bea.bseries.calculus import logarithm
from bea.bseries.lifting import through_images
from bea.bseries.numbers import Array, Exact
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.elementary import differentials_in_ring, weights
from bea.modified.symbolic_step import in_ring_of, tree_iterates
from bea.patience import counted
from bea.trees import TreeTable, tree_table, trees_up_to


def on_trees(method: Method, order: int) -> list[Any]:
    """Return the coefficients b(tau) of the modified field, over the trees of order + 1 nodes."""

    def found(numbers: Exact, table: TreeTable) -> Array:
        step = tree_iterates(method, table.order, numbers=numbers)[1]
        return logarithm(table, numbers, step.values)

    return through_images(found, tree_table(order + 1, method.colors))


def on_field(method: Method, field: VectorField, order: int) -> list[tuple[Element, ...]]:
    """Return the terms f_0 ... f_order of the modified field of a concrete field."""
    return evaluate(on_trees(method, order), field, order, method)


def evaluate(
    coefficients: list[Any], field: VectorField, order: int, method: Method | None = None
) -> list[tuple[Element, ...]]:
    """Return the terms of a B-series field on a concrete field, by powers of gamma.

    The method says what the colours of the trees are; without one there is but f.
    """
    method = method or Method()
    differential = differentials_in_ring(field, method.parts(field))
    zero = [field.ring.constant(0)] * field.dimension
    terms = [np.array(zero, dtype=object) for _ in range(order + 1)]
    by_tree = dict(zip(trees_up_to(order + 1, method.colors), coefficients, strict=True))
    for k, term in enumerate(counted(terms, "order", rounds=True)):
        for tree, weight in weights(by_tree, k + 1).items():
            if weight != 0:
                term += differential(tree) * in_ring_of(field, weight)
    return [tuple(term) for term in terms]
