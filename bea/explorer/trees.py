"""The rooted trees of the page: what each is in numbers, and how it is cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bea.explorer.mathematics import formula
from bea.explorer.problem import ORDER, free_trees_of, trees_of
from bea.modified.writing.script import LATEX, series
from bea.trees import Tree, elementary_differential, single_edge_cuts


def tree_records() -> list[dict[str, Any]]:
    """Return the trees in the page's sequence, with their cuts by places in it.

    >>> tree_records()[1]["cuts"]
    [{'branch': 0, 'trunk': 0, 'edges': 1}]
    """
    trees = trees_of(ORDER)
    places = {tree: k for k, tree in enumerate(trees)}
    return [
        {
            "nodes": tree.order,
            "nested": tree.nested,
            "symmetry": tree.symmetry,
            "density": tree.density,
            "differential": formula(elementary_differential(tree, "f-latex")),
            "cuts": [
                {
                    "branch": places[cut.branch],
                    "trunk": places[cut.trunk],
                    "edges": cut.multiplicity,
                }
                for cut in single_edge_cuts(tree)
            ],
        }
        for tree in trees
    ]


def free_sizes() -> list[int]:
    """Return the numbers of nodes of the free trees in the page's sequence.

    >>> free_sizes()
    [1, 2, 3, 4, 4, 5, 5, 5]
    """
    return [free.canonical.order for free in free_trees_of(ORDER)]


def exact_formulas(coefficients: Mapping[Tree, Any]) -> list[Any]:
    """Return the exact coefficients b(tau) in the page's sequence, as mathematics."""
    return [formula(_latex(coefficients[tree])) for tree in trees_of(ORDER)]


def _latex(coefficient: Any) -> str:
    return series([[(coefficient, "")]], LATEX, remainder=False) if coefficient != 0 else "0"
