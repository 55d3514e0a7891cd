"""Floats from a modified equation: the straight-line program of the truncated field.

Two programs are possible. On trees: derivatives of f contracted along each tree, with common
contractions shared; its size does not grow with the degree of f. By Horner: the derived
components as polynomials in theta and gamma. The one with fewer operations is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.reals import real_numbers
from bea.algebra.programs.horner import polynomial
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.programs.program import Program, operation_count
from bea.algebra.programs.values import Value
from bea.algebra.ring.conversions import atom_nodes, polynomial_node
from bea.arrays import Floats, object_vector
from bea.errors import DimensionError, StepSizeError
from bea.fields import VectorField
from bea.modified.elementary import ElementaryDifferentials, MultiIndex, derivatives, weights
from bea.trees import Color, Tree

STEP_SIZE = "gamma"


def compiled(program: Program, dimension: int) -> Callable[[Floats, Floats], Floats]:
    """Return rhs(theta, gamma) -> (d, lanes) from a program of (theta, gamma)."""
    function = compile_program(program)

    def rhs(theta: Floats, gamma: Floats) -> Floats:
        return function([*theta, gamma], np.empty((dimension, theta.shape[1])))

    return rhs


def lane_gammas(gamma: Any, shape: tuple[int, ...]) -> Floats:
    """Return the step size of each of the points of an array of that shape, in one row.

    Raises
    ------
    BeaError
        If they are no finite numbers that broadcast to that shape.
    """
    sizes = real_numbers(gamma, "the step size")
    if not np.isfinite(sizes).all():
        raise StepSizeError("a step size is not finite: give finite numbers")
    try:
        return np.ascontiguousarray(np.broadcast_to(sizes, shape).reshape(-1))
    except ValueError:
        raise DimensionError(
            f"step sizes of shape {sizes.shape} do not broadcast to an array {shape} of points: "
            "give one step size, or one for each point"
        ) from None


def shorter(
    by_trees: Program, field: VectorField, expanded: Sequence[Sequence[Element]]
) -> Program:
    """Return the program by trees, or that of the expanded terms if it has fewer operations."""
    operations = operation_count(by_trees).total()
    # A polynomial has more operations than terms: a long one is not worth writing out.
    if sum(len(c.terms()) for term in expanded for c in term) > operations:
        return by_trees
    by_terms = horner_program(field, expanded)
    return by_terms if operation_count(by_terms).total() < operations else by_trees


def horner_program(field: VectorField, terms: Sequence[Sequence[Element]]) -> Program:
    """Return the program of the sum of gamma^k terms[k], as one polynomial per component."""
    program = Program([*field.variables, STEP_SIZE])
    gamma = program.input(field.dimension)
    nodes = [*atom_nodes(program, field.ring), gamma]
    for component in zip(*terms, strict=True):
        joined: dict[tuple[int, ...], fmpq] = {}
        for k, element in enumerate(component):
            joined |= {(*exponents, k): c for exponents, c in element.terms().items()}
        program.output(polynomial(program, joined, nodes))
    return program


def tree_program(
    field: VectorField,
    coefficients: Mapping[Tree, Any],
    *,
    is_map: bool = False,
    parts: Mapping[Color, Sequence[Element]] | None = None,
) -> Program:
    """Return the program of the sum over trees of gamma^(|tau|-1) b/sigma F(tau).

    For a map it is theta plus the same sum with gamma^|tau|. `parts` has the components of
    further colours than f and theta.
    Trees that differ only in their last branch are summed before the last contraction:
    f''(u, v) + f''(u, w) = f''(u, v + w).
    """
    program = Program([*field.variables, STEP_SIZE])
    gamma = Value(program, program.input(field.dimension))
    factors: dict[Tree, Value] = {}
    for tree, nodes, factor in weighted(coefficients):
        weight = gamma ** (nodes - 1 + is_map) * _constant(program, factor)
        factors[tree] = factors[tree] + weight if tree in factors else weight
    total = tree_sum(program, field, factors, parts=parts)
    if is_map:
        theta = [Value(program, program.input(i)) for i in range(field.dimension)]
        total = object_vector(theta) + total
    for scalar in total:
        program.output(scalar.node)
    return program


def tree_sum(
    program: Program,
    field: VectorField,
    factors: Mapping[Tree, Value],
    *,
    parts: Mapping[Color, Sequence[Element]] | None = None,
) -> Any:
    """Return the sum over trees of factor F(tree), a vector of numbers of a program.

    The first inputs of the program are the symbols of the field's ring.
    """
    differential = differentials_of(program, field, parts)
    sums: dict[tuple[Color, tuple[Tree, ...]], Any] = {}
    total = _zero(program, field.dimension)
    for tree, weight in factors.items():
        if tree.children:
            *prefix, last = tree.children
            part = differential(last) * weight
            key = tree.color, tuple(prefix)
            sums[key] = sums[key] + part if key in sums else part
        else:
            total = total + differential(tree) * weight
    for (color, prefix_trees), vector in sums.items():
        total = total + differential.applied(color, prefix_trees, vector)
    return total


def differentials_of(
    program: Program,
    field: VectorField,
    parts: Mapping[Color, Sequence[Element]] | None = None,
) -> ElementaryDifferentials:
    """Return F(tree) as vectors of nodes; each partial derivative is a Horner polynomial."""
    nodes = atom_nodes(program, field.ring)
    elements = derivatives(field, parts)

    def partial(color: Color, alpha: MultiIndex) -> Any:
        return object_vector([Value(program, polynomial_node(program, nodes, e))
                        for e in elements(color, alpha)])  # fmt: skip

    return ElementaryDifferentials(field.dimension, partial)


def weighted(coefficients: Mapping[Tree, Any]) -> Iterator[tuple[Tree, int, Any]]:
    """Yield (tree, its nodes, factor of F): nodes of theta count though they are no factor."""
    for nodes in sorted({tree.order for tree in coefficients}):
        for tree, factor in weights(coefficients, nodes).items():
            if factor != 0:
                yield tree, nodes, factor


# --- private helpers ----------------------------------------------------------------------------


def _constant(program: Program, value: fmpq | Element) -> Value:
    """Return an exact number, rational or in radicals, as a node."""
    if not isinstance(value, Element):
        return Value(program, program.constant(value))
    return Value(program, polynomial_node(program, atom_nodes(program, value.ring), value))


def _zero(program: Program, dimension: int) -> Any:
    return object_vector([Value(program, program.constant(0))] * dimension)
