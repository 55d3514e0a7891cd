"""The inverse question: the field to feed a method so that its iterates follow the original flow.

Source: Chartier, Hairer and Vilmart, "Numerical integrators based on modified differential
equations", Math. Comp. 76 (2007) 1941-1953.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import factorial
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.bseries import exact_map
from bea.bseries.fed_field import FedField
from bea.bseries.lifting import through_images
from bea.bseries.numbers import Array, Exact
from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.checks import checked_order, require_method
from bea.modified.derive import by_trees, derived, given, with_symbols_of
from bea.modified.equation import ModifiedEquation
from bea.modified.memory.character import Character
from bea.modified.memory.modifying import modifying_with_memory
from bea.modified.routes.trees import evaluate
from bea.modified.symbolic_step import series_iterates, tree_iterates, tree_map
from bea.patience import counted, told
from bea.trees import TreeTable, tree_table


@told("deriving")
def modifying_integrator(
    method: Method, problem: VectorField | None = None, order: int = 2
) -> ModifiedEquation:
    """Find the field to feed the method so that its iterates follow the flow of f.

    Its iterates agree with the flow of the original field to one order of gamma more for each
    term that is kept. Parameters are those of `modified_equation`, and so are the errors. With
    memory it is so on the slow manifold, and the flow is that of f_0, which for momentum is
    f/(1 - beta); it is found on trees.

    Examples
    --------
    >>> import bea
    >>> modifying_integrator(bea.methods.explicit_euler(), order=1)
    f + γ/2 f'f + O(γ²)
    """
    order = checked_order(order)
    require_method(method)
    problem = with_symbols_of(method, problem)
    method.check_field(problem)
    has_memory = Character(method, problem).has_memory
    on_trees = modifying_with_memory if has_memory else _modifying_on_trees
    equation = ModifiedEquation(
        method,
        order,
        problem,
        route="trees" if problem is None or has_memory else "perturbation",
        kind="modifying",
        coefficients=partial(by_trees, on_trees, method),
        components=partial(_fed_by_trees if has_memory else _modifying_on_field, method, problem),
    )
    return derived(equation)


# --- private helpers ----------------------------------------------------------------------------


def _modifying_on_trees(method: Method, order: int) -> list[Any]:
    """Add, size by size, what the map still lacks of the exact flow 1/density.

    The trees of n nodes of the map hold b itself once, and smaller trees otherwise: the step is run
    for n = 1, 2, ..., each time on thrice as many trees, and what it is fed with keeps the rest.
    """
    nodes, colors = order + 1, method.colors
    wanted = exact_map(nodes, colors)
    # What theta has of its own is fed through f, like the rest.
    leading = dict(zip(colors, tree_map(method, 1), strict=True))
    scales = [1 / leading[colors[0] if color.unit else color] for color in colors]

    def found(numbers: Exact, table: TreeTable) -> Array:
        field, flow = numbers.zeros(len(table)), numbers.array(wanted[: len(table)])
        fed = FedField(table, numbers, field)
        for size in counted(range(1, table.order + 1), "order", rounds=True):
            level = table.level(size)
            step = tree_iterates(method, size, field=fed, numbers=numbers)[1]
            lacking = numbers.reduced(flow[level] - step.values[level])
            for root, scale in enumerate(scales):
                rooted = table.root[level] == root
                field[level][rooted] = numbers.scaled(lacking[rooted], scale)
        return field

    return through_images(found, tree_table(nodes, colors))


def _fed_by_trees(
    method: Method, problem: VectorField | None, order: int
) -> list[tuple[Element, ...]]:
    found = list(by_trees(modifying_with_memory, method, order).values())
    return evaluate(found, given(problem), order, method)


def _modifying_on_field(
    method: Method, problem: VectorField | None, order: int
) -> list[tuple[Element, ...]]:
    """The same in the ring: f_k is what a step fed with f_0 ... f_(k-1) lacks at gamma^(k+1).

    At first f itself is fed, and f_0 is f and what that lacks: weight decay, say, is given back.
    """
    field = given(problem)
    exact = _taylor(field, order)
    lacking = _lacking(method, field, [], exact, 1)
    terms = [tuple(f + c for f, c in zip(field.components, lacking, strict=True))]
    fed = VectorField(terms[0], field.about)
    if not all(c.is_zero() for c in _lacking(method, fed, [], exact, 1)):
        raise MethodError(
            f"the step of '{method.name}' does not begin with theta + gamma f, nor with that and "
            "something of its own: no field is known to make it follow f"
        )
    for k in counted(range(1, order + 1), "order", rounds=True):
        terms.append(_lacking(method, fed, terms[1:], exact, k + 1))
    return terms


def _lacking(
    method: Method,
    fed: VectorField,
    corrections: Sequence[tuple[Element, ...]],
    exact: Sequence[tuple[Element, ...]],
    power: int,
) -> tuple[Element, ...]:
    """Return what the step with this field lacks of the exact flow at gamma^power."""
    step = series_iterates(method, fed, power, corrections=corrections)[1]
    return tuple(e - s[power] for e, s in zip(exact[power - 1], step, strict=True))


def _taylor(field: VectorField, order: int) -> list[tuple[Element, ...]]:
    """Return the coefficients of gamma^1 ... gamma^(order + 1) of the exact flow."""
    term, found = field.components, [field.components]
    for _ in range(order):
        term = tuple(field.lie_derivative(c) for c in term)
        found.append(term)
    return [tuple(c * fmpq(1, factorial(n + 1)) for c in vector) for n, vector in enumerate(found)]
