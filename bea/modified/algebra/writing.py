"""B-series as mathematics: text and LaTeX, of maps, of fields and of what comes between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import fmpq

from bea.modified.elementary import weights
from bea.modified.writing.script import LATEX, TEXT, Pair, series
from bea.trees import Tree, elementary_differential


def written(identity: Any, items: Mapping[Tree, Any], nodes: int, shift: int, latex: bool) -> str:
    """Write e theta + the terms by powers of gamma, with what is left out at the end.

    >>> from bea.trees import leaf
    >>> written(1, {leaf: fmpq(1)}, 1, 0, latex=False)
    'θ + γ f + O(γ²)'
    """
    notation, theta = ("f-latex", r"\theta") if latex else ("f", "θ")
    terms: list[list[Pair]] = [[] for _ in range(nodes + shift + 1)]
    if identity != 0:
        terms[0].append((fmpq(identity) if isinstance(identity, int) else identity, theta))
    for size in range(1, nodes + 1):
        for tree, weight in weights(items, size).items():
            if weight != 0:
                terms[size + shift].append((weight, elementary_differential(tree, notation)))
    return series(terms, LATEX if latex else TEXT)
