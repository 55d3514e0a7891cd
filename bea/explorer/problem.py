"""A problem of the page: its scripts, which know no method, and what is known of it.

On trees a modified field is the sum of weights, which are the method's, times elementary
differentials, which are the problem's: so one script of a problem serves every such method, its
modified flows, corrected starts and remainders alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from bea.algebra.language.texts import excerpt
from bea.algebra.programs.linearised import linearised
from bea.algebra.programs.program import Program, operation_count
from bea.algebra.programs.values import Value
from bea.algebra.ring.conversions import atom_nodes, polynomial_node, to_program
from bea.errors import BeaError, DimensionError
from bea.explorer.hyperparameters import Slider
from bea.explorer.recorded_step import PLANE
from bea.explorer.scripts import Script, Scripts
from bea.fields import Hamiltonian, Loss, VectorField
from bea.modified.numeric import differentials_of, tree_sum
from bea.problems import Game
from bea.trees import FreeTree, Tree, free_tree, trees_up_to

ORDER = 4
"""The highest order that the page shows."""

_LONGEST = 4000  # operations of the scripts of a kind, some 100 kB


def trees_of(order: int) -> Sequence[Tree]:
    """Return the trees whose weights make the field of an order, in the page's sequence."""
    return trees_up_to(order + 1)


@cache
def free_trees_of(order: int) -> list[FreeTree]:
    """Return the free trees of an order, each where its first rooting is."""
    return list(dict.fromkeys(free_tree(tree) for tree in trees_of(order)))


def problem_record(
    problem: VectorField, scripts: Scripts, sliders: Sequence[Slider] = (), title: str = ""
) -> dict[str, Any]:
    """Return a problem as data, with its functions among the scripts.

    Parameters
    ----------
    problem
        In two variables; its parameters, if it has any, are those of the sliders, in order.
    scripts
        Where its functions are put.
    sliders
        The values of its parameters.
    title
        What to call it, by default its name.

    Raises
    ------
    DimensionError
        If it has not two variables.
    """
    require_plane(problem)
    return {
        "title": title or problem.name,
        "kind": kind_of(problem),
        "variables": list(problem.variables),
        "formula": problem.about.formula or str(problem),
        "parameters": [slider.as_json() for slider in sliders],
        "window": _window(problem),
        "start": _start(problem),
        "minima": _points(problem),
        "time": float(problem.about.time),
        "field": scripts.add_program(problem.program),
        "jacobian": scripts.add_program(_jacobian(problem.program)),
        **_optional(problem, scripts),
        "vectors": [scripts.add_program(program) for program in _short(problem, _vectors)],
    }


def require_plane(problem: VectorField) -> None:
    """Raise `DimensionError` if a problem cannot be seen as a plane."""
    if problem.dimension == PLANE:
        return
    names = ", ".join(problem.variables)
    remedy = (
        f"declare a second, such as --variables '{names} y'"
        if problem.dimension == 1
        else "'bea plot trajectory --components' draws two of more"
    )
    raise DimensionError(
        f"'{problem.name}' has {problem.dimension} variable"
        f"{'s' * (problem.dimension > 1)} ({names}), and the explorer shows two: {remedy}"
    )


def kind_of(problem: VectorField) -> str:
    """Return what the page says of a problem: a loss, a Hamiltonian, a game or a field."""
    if isinstance(problem, Loss):
        return "loss"
    if isinstance(problem, Hamiltonian):
        return "hamiltonian"
    return "game" if isinstance(problem, Game) else "field"


# --- private helpers ------------------------------------------------------------------------------


def _optional(problem: VectorField, scripts: Scripts) -> dict[str, Script | list[Any] | None]:
    """Return what not every problem has: a function of which it is made, and a domain."""
    value = problem.value if isinstance(problem, Loss | Hamiltonian) else None
    found: dict[str, Any] = {
        "value": None if value is None else scripts.add_program(to_program([value])),
        "contractions": [],
        "inside": None,
        "needs": [],
    }
    if isinstance(problem, Loss):
        found["contractions"] = [scripts.add_program(p) for p in _short(problem, _contractions)]
    conditions = problem.conditions
    if conditions:
        found["inside"] = scripts.add_program(to_program(c for c, _ in conditions))
        found["needs"] = [need for _, need in conditions]
    return found


def _short(problem: Any, made: Callable[[Any, int], Program]) -> Iterator[Program]:
    """Yield the programs of the orders, as far as they are short enough for a page.

    Raises
    ------
    BeaError
        If that of order 0 is too long already.
    """
    left = _LONGEST
    for order in range(ORDER + 1):
        program = made(problem, order)
        left -= operation_count(program).total()
        if left >= 0:
            yield program
        elif order == 0:
            raise BeaError(
                f"{excerpt(problem.name)} takes {_LONGEST - left:,} operations, more than the "
                f"{_LONGEST:,} that a page holds: write it with fewer terms"
            )
        else:
            return


def _jacobian(program: Program) -> Program:
    """Return the program of the matrix f'(theta), row by row."""
    directed = linearised(program, PLANE)
    result = Program(program.inputs)
    inputs = [Value(result, result.input(k)) for k in range(len(program.inputs))]
    zero = Value(result, result.constant(0))
    unit = np.eye(PLANE, dtype=int)
    columns = [
        directed.run([*inputs, *(zero + int(v) for v in direction)], lambda q: zero + q)
        for direction in unit
    ]
    for row in zip(*columns, strict=True):
        for entry in row:
            result.output((zero + entry).node)
    return result


def _vectors(problem: VectorField, order: int) -> Program:
    """Return the program of the sum of weights times F(tree), the weights behind the symbols."""
    trees = trees_of(order)
    program = Program([*problem.ring.symbols, *(f"w{k}" for k in range(len(trees)))])
    first = len(problem.ring.symbols)
    weights = {t: Value(program, program.input(first + k)) for k, t in enumerate(trees)}
    for scalar in tree_sum(program, problem, weights):
        program.output(scalar.node)
    return program


def _contractions(loss: Loss, order: int) -> Program:
    """Return the program of the sum of weights times the contractions H_L of the free trees.

    With a leaf as the root, and F(rest) hanging from it, H_L is the derivative of L along F(rest),
    up to the signs of f = -grad L; see `bea.modified.structure.gradient`.
    """
    free = free_trees_of(order)
    program = Program([*loss.ring.symbols, *(f"c{k}" for k in range(len(free)))])
    first = len(loss.ring.symbols)
    differential = differentials_of(program, loss)
    value = polynomial_node(program, atom_nodes(program, loss.ring), loss.value)
    total = Value(program, value) * Value(program, program.input(first))
    slope = differential(trees_of(0)[0])
    for k, tree in enumerate(free[1:], start=1):
        rooted = next(t for t, _ in tree.rootings if len(t.children) == 1)
        (rest,) = rooted.children
        inner = sum(a * b for a, b in zip(slope, differential(rest), strict=True))
        total = total + inner * Value(program, program.input(first + k)) * (-1) ** (rest.order + 1)
    program.output(total.node)
    return program


def _window(problem: VectorField) -> list[list[float]]:
    known = problem.about.window
    return [list(map(float, side)) for side in known] if known else [[-3.0, 3.0], [-3.0, 3.0]]


def _start(problem: VectorField) -> list[float]:
    if problem.about.start:
        return list(map(float, problem.about.start))
    (left, right), (bottom, top) = _window(problem)
    return [left + 0.8 * (right - left), bottom + 0.7 * (top - bottom)]


def _points(problem: VectorField) -> list[list[float]]:
    from bea.plots.house.landscape import marked_points

    return [list(map(float, p)) for p in marked_points(problem.about.minima, range(PLANE))]
