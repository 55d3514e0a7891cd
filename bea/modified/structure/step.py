"""The step behind the flow: the field g with theta + gamma g(theta) = exp(gamma D~) theta.

A method's iterates, with memory those on the slow manifold, are steps of explicit Euler on

    g = (exp(gamma D~) theta - theta) / gamma = sum over n of gamma^n/(n+1)! D~^n f~,

so that plain gradient descent with the same step size takes the very same steps on a loss exactly
where g is a gradient. On trees g has the coefficients of the map: gradient structure is decided of
them as of those of the flow (`bea.modified.structure.gradient`). That g of heavy ball is a gradient
to every order follows from g = f + beta g o (1 + gamma g)^-1, whose sweeps keep a symmetric
Jacobian. Source: Cattaneo and Shigida, "Modified loss of momentum gradient descent: fine-grained
analysis", arXiv:2509.08483.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import factorial
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.arrays import object_vector
from bea.bseries import flow_of_field
from bea.fields import VectorField
from bea.modified.memory.corrected_start import simplest
from bea.trees import Colors, Tree


def step_on_trees(coefficients: Mapping[Tree, Any], colors: Colors) -> dict[Tree, Any]:
    """Return the coefficients of g, which are those of the map of the flow.

    >>> from bea.modified import modified_equation
    >>> from bea.methods import explicit_euler
    >>> flow = modified_equation(explicit_euler(), order=2)
    >>> list(step_on_trees(flow.coefficients, explicit_euler().colors).values())
    [1, 0, 0, 0]
    """
    found = flow_of_field(list(coefficients.values()), colors)
    return dict(zip(coefficients, map(simplest, found), strict=True))


def step_on_field(
    terms: Sequence[tuple[Element, ...]], field: VectorField, steps: int = 1
) -> list[tuple[Element, ...]]:
    """Return the terms of g on a concrete field, of a flow that is followed for `steps` gamma."""
    lie = field.ring.vector_along
    flow: list[Any] = [object_vector(term) for term in terms]
    total, power = list(flow), list(flow)  # power[j]: the coefficient of gamma^j in D~^n f~
    for n in range(1, len(flow)):
        power = [
            sum((lie(flow[i], power[j - i]) for i in range(1, j + 1)), start=lie(flow[0], power[j]))
            for j in range(len(flow) - n)
        ]
        for j, term in enumerate(power):
            total[n + j] = total[n + j] + term * fmpq(steps**n, factorial(n + 1))
    return [tuple(term) for term in total]
