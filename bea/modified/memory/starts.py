"""Where the flow of an equation begins for runs from zero memory: on trees, and at given starts.

How the corrections are derived is in `bea.modified.memory` and, with a schedule, in
`bea.modified.schedule.on_trees`; here they are put together for a whole equation.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra import Element
from bea.algebra.language.reals import real_numbers, real_points
from bea.errors import MethodError
from bea.methods import Scheduled
from bea.modified.memory.corrected_start import start_correction
from bea.modified.numeric import compiled, horner_program, tree_program
from bea.modified.schedule import on_trees as scheduled
from bea.modified.terms import Terms
from bea.trees import Tree, trees_up_to


def on_trees(equation: Terms) -> Mapping[Tree, Any]:
    """Return theta* on trees; see `ModifiedEquation.start_correction`."""
    method, order = equation.method, equation.order
    if not equation.character.has_memory:
        return MappingProxyType({})
    if method.counts:
        raise MethodError(
            f"the first steps of '{method}' are unlike the later ones, so that where its flow "
            "begins is not known: begin its memory on the slow manifold"
        )
    if isinstance(method, Scheduled):
        return MappingProxyType(scheduled.start_correction(method, order))
    found = start_correction(method, order)
    return MappingProxyType(dict(zip(trees_up_to(order, method.colors), found, strict=True)))


def on_problem(equation: Terms, correction: Mapping[Tree, Any]) -> list[list[Element]]:
    """Return theta* of a scheduled method on the concrete problem, by powers of gamma."""
    assert isinstance(equation.method, Scheduled) and equation.problem is not None
    return scheduled.start_terms(equation.method, equation.problem, correction, equation.order)


def first_correction(equation: Terms, correction: Mapping[Tree, Any], starts: Any) -> int | None:
    """Return its lowest power of gamma; see `ModifiedEquation.first_correction`."""
    method = equation.method
    terms: list[Any] = [term for term, a in correction.items() if a != 0]
    if isinstance(method, Scheduled):
        times = real_points(starts, 2, "the starts")[:, -1]  # a time stands behind each
        terms = [term for term in terms if not scheduled.vanishes(method, term, times)]
    return min((term.order for term in terms), default=None)


def corrected(
    equation: Terms,
    correction: Mapping[Tree, Any],
    terms: list[list[Element]] | None,
    starts: Any,
    gammas: Any,
) -> NDArray[np.float64]:
    """Return starts (gammas, starts, d), from trees or from the terms of `on_problem`."""
    problem = equation.problem
    assert problem is not None
    points = real_points(starts, problem.dimension, "the starts")
    steps = np.atleast_1d(real_numbers(gammas, "the step sizes"))
    if terms is None:
        parts = equation.method.parts(problem)
        program = tree_program(problem, correction, is_map=True, parts=parts)
    else:
        program = horner_program(problem, terms)
    lanes = np.ascontiguousarray(np.tile(points.T, (1, len(steps))))
    values = compiled(program, problem.dimension)(lanes, np.repeat(steps, len(points)))
    return values.T.reshape(len(steps), *points.shape)
