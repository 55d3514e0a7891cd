"""Gradient structure: which terms of a modified equation are gradients, and of what.

For f = grad U (U = -L) let H(t) be the contraction of a free tree t: the k-th derivative of U on
each node of degree k, contracted along the edges. Moving a derivative to node v gives

    grad H(t) = sum over nodes v of F(t rooted at v)
              = sum over rootings tau of sigma(t)/sigma(tau) F(tau)     (orbit and stabiliser),

so the sum over the rootings of b/sigma(tau) F(tau) is the gradient of b/sigma(t) H(t) when b is the
same for all of them, and for a general loss only then. Otherwise b is split into its mean over
the nodes of t, which is the gradient part, and a remainder of mean zero. Source: Hairer, Lubich
and Wanner, Geometric Numerical Integration, section IX.9.2 has the Hamiltonian analogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import fmpq

from bea.fields import Element, Loss, VectorField
from bea.modified.elementary import differentials_in_ring
from bea.modified.slopes import each_monomial
from bea.modified.stepping import rational_if_possible
from bea.trees import FreeTree, Tree, free_tree

__all__ = [
    "contraction",
    "curl_vanishes",
    "gradient_mean",
    "is_gradient_on_trees",
    "potential_by_homotopy",
    "potential_on_trees",
    "remainder_on_trees",
]

Coefficients = Mapping[Tree, Any]


def is_gradient_on_trees(coefficients: Coefficients, nodes: int) -> bool:
    """Tell whether the terms of `nodes` nodes are a gradient for every loss."""
    remainder = remainder_on_trees(coefficients, nodes)
    return all(value == 0 for value in remainder.values())


def gradient_mean(coefficients: Coefficients, nodes: int) -> dict[FreeTree, Any]:
    """Return, per free tree of that many nodes, the mean of b over its nodes."""
    means: dict[FreeTree, Any] = {}
    for tree in coefficients:
        if tree.order == nodes and free_tree(tree) not in means:
            rootings = free_tree(tree).rootings
            parts = [coefficients[t] * count for t, count in rootings]
            means[free_tree(tree)] = sum(parts[1:], start=parts[0]) * fmpq(1, nodes)
    return means


@each_monomial
def remainder_on_trees(coefficients: Coefficients, nodes: int) -> dict[Tree, Any]:
    """Return b minus its mean over the free tree: what no modified loss accounts for."""
    means = gradient_mean(coefficients, nodes)
    return {
        t: rational_if_possible(b - means[free_tree(t)])
        for t, b in coefficients.items()
        if t.order == nodes
    }


@each_monomial
def potential_on_trees(coefficients: Coefficients, nodes: int) -> dict[FreeTree, Any]:
    """Return c(t) such that the gradient part is -grad of the sum of c(t) H_L(t).

    H_L is the contraction in derivatives of L itself: H_U = (-1)^nodes H_L.
    """
    sign = (-1) ** (nodes + 1)
    return {
        t: mean * fmpq(sign, t.symmetry) for t, mean in gradient_mean(coefficients, nodes).items()
    }


def contraction(free: FreeTree, loss: Loss) -> Element:
    """Return H_L(t) on a concrete loss, as an element of its ring.

    With a leaf of t (a node of degree 1) as the root and the rest of the tree hanging from it,
    H is the derivative of L in the direction of F(rest), up to the sign of f = -grad L.
    """
    if free.canonical.order == 1:
        return loss.value
    rooted = next(t for t, _ in free.rootings if len(t.children) == 1)
    rest = differentials_in_ring(loss)(rooted.children[0])
    along = loss.ring.lie_derivative(list(rest), loss.value)
    return along * (-1) ** rooted.children[0].order


def curl_vanishes(components: tuple[Element, ...]) -> bool:
    """Tell whether a concrete field has a symmetric Jacobian, so that it is a gradient locally.

    A "no" is proven; a "yes" is proven unless atoms enter (see `Element.is_zero`).
    """
    gradients = [c.gradient() for c in components]
    d = len(components)
    return all(
        (gradients[i][j] - gradients[j][i]).is_zero() for i in range(d) for j in range(i + 1, d)
    )


def potential_by_homotopy(field: VectorField, components: tuple[Element, ...]) -> Element | None:
    """Return the integral of theta . v(t theta) over t from 0 to 1 for a polynomial field v.

    Its gradient is v where v is a gradient (Poincare's lemma). None where v holds functions
    of the variables, for which the integral is not elementary in general.
    """
    d, ring = field.dimension, field.ring
    inside = [a.generator for a in ring.atoms if not a.argument.is_constant()]
    total: dict[tuple[int, ...], fmpq] = {}
    for i, component in enumerate(components):
        for exponents, c in component.terms().items():
            if any(exponents[g] for g in inside):
                return None
            raised = (*exponents[:i], exponents[i] + 1, *exponents[i + 1 :])
            total[raised] = total.get(raised, fmpq(0)) + c / sum(raised[:d])
    return ring.from_terms(total)
