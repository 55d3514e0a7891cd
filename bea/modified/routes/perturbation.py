"""Route 2, perturbation: match the powers of gamma in exp(gamma D~) theta = Phi_gamma(theta).

    f_k = [gamma^(k+1)] ( Phi_gamma(theta) - sum over n >= 2 of gamma^n/n! D~^(n-1) f~ )

and the sum holds f_0 ... f_(k-1) only. The same recursion is run with vectors over a differential
ring, and with combinations of trees, on which the derivative of F(v) along F(u) is the sum of the
trees that come from grafting u to the nodes of v (the free pre-Lie algebra). Source: Hairer, Lubich
and Wanner, Geometric Numerical Integration, section IX.1; Chapoton and Livernet,
"Pre-Lie algebras and the rooted trees operad", IMRN 2001, 395-408 (grafting).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.arrays import object_vector
from bea.bseries.combination import Combination
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.symbolic_step import series_iterates, tree_map
from bea.patience import counted
from bea.trees import Tree, trees, trees_up_to

Lie = Callable[[Any, Any], Any]


def on_field(method: Method, field: VectorField, order: int) -> list[tuple[Element, ...]]:
    """Return the terms f_0 ... f_order of the modified field of a concrete field."""
    step = series_iterates(method, field, order + 1)[1]
    wanted = [object_vector([series[k + 1] for series in step]) for k in range(order + 1)]
    return [tuple(term) for term in match_powers(wanted, field.ring.vector_along)]


def on_trees(method: Method, order: int) -> list[Any]:
    """Return the coefficients b(tau) of the modified field, over the trees of order + 1 nodes."""
    colors = method.colors
    a = dict(zip(trees_up_to(order + 1, colors), tree_map(method, order + 1), strict=True))
    wanted = [Combination({t: a[t] * fmpq(1, t.symmetry) for t in trees(k + 1, colors)})
              for k in range(order + 1)]  # fmt: skip
    found = match_powers(wanted, _grafted)
    return [term.parts.get(t, fmpq(0)) * t.symmetry
            for k, term in enumerate(found) for t in trees(k + 1, colors)]  # fmt: skip


def match_powers(wanted: list[Any], lie: Lie) -> list[Any]:
    """Solve for f_0 ... f_K, given the coefficients of gamma^1 ... gamma^(K+1) of the step.

    powers[n][j] is the coefficient of gamma^j in D~^n f~. `lie(u, v)` is D_u v.
    """
    terms: list[Any] = []
    powers: list[list[Any]] = [[] for _ in wanted]
    for k, target in enumerate(counted(wanted, "order", rounds=True)):
        value = target
        for n in range(1, k + 1):
            j = k - n
            parts = [lie(terms[i], powers[n - 1][j - i]) for i in range(j + 1)]
            powers[n].append(sum(parts[1:], start=parts[0]))
            value = value - powers[n][j] * fmpq(1, factorial(n + 1))
        terms.append(value)
        powers[0].append(value)
    return terms


@cache
def grafts(branch: Tree, trunk: Tree) -> Counter[Tree]:
    """Count the trees that come from attaching `branch` to each node of `trunk` in turn.

    A node of theta that has a child takes no other: its second derivative is zero.

    >>> from bea.trees import leaf, tree
    >>> grafts(leaf, tree([[]]))
    Counter({[[],[]]: 1, [[[]]]: 1})
    """
    is_full = trunk.color.unit and trunk.children
    found = Counter([] if is_full else [trunk.graft(branch)])
    for child, copies in Counter(trunk.children).items():
        rest = trunk.without(child)
        for grafted, count in grafts(branch, child).items():
            found[rest.graft(grafted)] += copies * count
    return found


# --- private helpers ----------------------------------------------------------------------------


def _grafted(field: Combination, value: Combination) -> Combination:
    """Graft every tree of `field` to every node of every tree of `value`."""
    total: dict[Tree, Any] = {}
    for trunk, c in value.parts.items():
        for branch, b in field.parts.items():
            product = b * c
            for tree, count in grafts(branch, trunk).items():
                total[tree] = total[tree] + product * count if tree in total else product * count
    return Combination(total)
