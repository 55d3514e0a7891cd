"""Gradient structure: which terms of a modified equation are gradients, and of what.

For f = grad U (U = -L) let H(t) be the contraction of a free tree t: the k-th derivative of U on
each node of degree k, contracted along the edges. Moving a derivative to node v gives

    grad H(t) = sum over nodes v of F(t rooted at v)
              = sum over rootings tau of sigma(t)/sigma(tau) F(tau)     (orbit and stabiliser),

so the sum over the rootings of b/sigma(tau) F(tau) is the gradient of b/sigma(t) H(t) when b is the
same for all of them, and for a general loss only then. Otherwise b is split into its mean over
the nodes of t, which is the gradient part, and a remainder of mean zero. Source: Hairer, Lubich
and Wanner, Geometric Numerical Integration, section IX.9.2 has the Hamiltonian analogue.

With nodes of theta, the gradient of |theta|^2/2, it is enough to have them at the ends of t. With
one of them as the root F is that of the rest, a tree with one theta less. So b is compared over the
nodes of f, beginning with the most thetas, and what H then brings to fewer is taken off there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.fields import Loss, VectorField
from bea.modified.elementary import differentials_in_ring, weights
from bea.modified.linear import dot
from bea.modified.schedule.slopes import each_monomial
from bea.modified.symbolic_step import rational_if_possible
from bea.trees import FIELD, THETA, Colors, FreeTree, Tree, free_tree, simplified, tree

Coefficients = Mapping[Tree, Any]


def is_gradient_on_trees(coefficients: Coefficients, nodes: int) -> bool:
    """Tell whether the terms of `nodes` nodes are a gradient for every loss."""
    remainder = remainder_on_trees(coefficients, nodes)
    return all(value == 0 for value in remainder.values())


@each_monomial
def remainder_on_trees(coefficients: Coefficients, nodes: int) -> dict[Tree, Any]:
    """Return b minus its mean over the free tree: what no modified loss accounts for."""
    _, rest = _split(coefficients, nodes)
    return {
        _of_order(t, nodes): rational_if_possible(weight * t.symmetry) for t, weight in rest.items()
    }


@each_monomial
def potential_on_trees(coefficients: Coefficients, nodes: int) -> dict[FreeTree, Any]:
    """Return c(t) such that the gradient part is -grad of the sum of c(t) H_L(t).

    H_L is the contraction in derivatives of L itself: H_U = (-1)^n H_L with n nodes of f.
    """
    found, _ = _split(coefficients, nodes)
    return {t: c * (-1) ** (t.canonical.colors.count(FIELD) + 1) for t, c in found.items()}


def contraction(free: FreeTree, loss: Loss) -> Element:
    """Return H_L(t) on a concrete loss, as an element of its ring.

    With a leaf of t (a node of degree 1) as the root and the rest of the tree hanging from it,
    H is the derivative of L, or of |theta|^2/2, in the direction of F(rest), up to the sign of
    f = -grad L.
    """
    if free.canonical.order == 1:
        return loss.value
    rooted = next(t for t, _ in free.rootings if len(t.children) == 1)
    (rest,) = rooted.children
    direction = list(differentials_in_ring(loss)(rest))
    sign = (-1) ** rest.colors.count(FIELD)
    if rooted.color.unit:
        theta = [loss.ring.variable(i) for i in range(loss.dimension)]
        return dot(theta, direction) * sign
    return loss.ring.lie_derivative(direction, loss.value) * sign


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


# --- private helpers ----------------------------------------------------------------------------


def _split(coefficients: Coefficients, nodes: int) -> tuple[dict[FreeTree, Any], dict[Tree, Any]]:
    """Return the terms of that many nodes as grad of the sum of c(t) H_U(t), and a remainder."""
    rest = weights(coefficients, nodes)
    found: dict[FreeTree, Any] = {}
    blocks = tuple(t.color for t in coefficients if t.order == 1 and t.color.block)
    free_trees = dict.fromkeys(_free(t, blocks) for t in rest)
    for free in sorted(free_trees, key=lambda t: -t.canonical.colors.count(THETA)):
        compared = [(t, n) for t, n in free.rootings if not t.color.unit] or free.rootings
        parts = [rest.get(simplified(t), fmpq(0)) for t, _ in compared]
        found[free] = sum(parts[1:], start=parts[0]) * fmpq(1, sum(n for _, n in compared))
        for t, n in free.rootings:
            simple = simplified(t)
            rest[simple] = rest.get(simple, fmpq(0)) - found[free] * n
    return {free: found[free] for free in free_trees}, rest


def _free(simple: Tree, blocks: Colors) -> FreeTree:
    """Return the free tree; that of theta itself is an edge, with H = |theta|^2."""
    return free_tree(tree([simple], THETA) if simple.color.unit else simple, blocks)


def _of_order(simple: Tree, nodes: int) -> Tree:
    """Return a tree of so many nodes with the same F, by nodes of theta below the root."""
    while simple.order < nodes:
        simple = tree([simple], THETA)
    return simple
