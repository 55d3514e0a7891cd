"""How a modified equation was found: the two sides of exp(γD̃) = Φ, power by power of γ.

To each power n the flow of the terms f_0 ... f_(n-2) that are known already is set against the step
of the method, in theta and in each part of its memory. What is missing between the two is f_(n-1)
and, of the memory S on which the iterates settle, S_n (on trees: that of n nodes). This is the very
run of `bea.modified.routes.manifold`, written down; without memory it is the perturbation series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bea.bseries.numbers import EXACT
from bea.modified.memory.character import Character
from bea.modified.routes.manifold import OnTrees, SlowManifold
from bea.modified.symbolic_step import rational_if_possible
from bea.trees import Tree, tree_table, trees


@dataclass(frozen=True)
class Matching:
    """Both sides to one power of gamma, and what was found from them.

    Attributes
    ----------
    power : int
        The power n of gamma, from 1 on.
    flow, step : tuple of tuple
        What the flow of the terms before has there, and what the step has: of theta and, after it,
        of each part of the memory, each with a coefficient for every tree of n nodes; on a concrete
        field theta and the whole memory, by components.
    found : tuple of tuple
        What makes them equal: f_(n-1), and what the memory has there.
    places : tuple of Tree
        The trees; empty on a concrete field.
    """

    power: int
    flow: tuple[tuple[Any, ...], ...]
    step: tuple[tuple[Any, ...], ...]
    found: tuple[tuple[Any, ...], ...]
    places: tuple[Tree, ...] = ()


def matched_on_trees(method: Any, order: int) -> list[Matching]:
    """Return how the coefficients of a method were found on trees, for powers 1 ... order + 1.

    Raises
    ------
    MethodError
        If the method cannot be expressed on trees.

    Examples
    --------
    >>> from bea.methods import explicit_euler, heavy_ball
    >>> euler = matched_on_trees(explicit_euler(), 1)[1]  # f'f: the flow has 1/2, the step nothing
    >>> euler.flow, euler.step, euler.found
    (((1/2,),), ((0,),), ((-1/2,),))
    >>> [found for (found,) in matched_on_trees(heavy_ball(beta="1/2"), 0)[0].found]  # f and v
    [2, 2]
    """
    engine = OnTrees(method)
    table = tree_table(order + 1, method.colors)
    engine.begin(EXACT, table)
    found = []
    for n in range(1, order + 2):
        step, gaps = engine.stepped(n), engine.gaps(n)
        engine.settle(n, gaps)
        flow = [gap + after for gap, after in zip(gaps, step, strict=True)]
        new = [column[table.level(n)] for column in engine.columns]
        places = tuple(trees(n, method.colors))
        found.append(Matching(n, _exact(flow), _exact(step), _exact(new), places))
    return found


def linear_parts(method: Any) -> list[list[list[Any]]]:
    """Return, for each colour of the root, the matrix M of M (f, S) = step − flow at a tree.

    >>> from bea.methods import heavy_ball
    >>> linear_parts(heavy_ball(beta="1/2"))  # b - v/2 and v - v/2
    [[[1, -1/2], [0, 1/2]]]
    """
    return [
        [list(map(rational_if_possible, row)) for row in part] for part in OnTrees(method).linear
    ]


def matched_on_field(character: Character, order: int) -> list[Matching]:
    """Return how the terms of a method were found on its problem, for powers 1 ... order + 1.

    >>> from bea.fields import VectorField
    >>> from bea.methods import explicit_euler
    >>> euler = Character(explicit_euler(), VectorField.read("y**2"))
    >>> second = matched_on_field(euler, 1)[1]
    >>> second.flow[0], second.step[0], second.found[0]
    ((y**3,), (0,), (-y**3,))
    """
    engine = SlowManifold(*_subject(character))
    found = []
    for n in range(1, order + 2):
        step, series = engine.stepped(n), engine.gaps(n)
        gaps = [[s[n] for s in part] for part in series]
        engine.settle(n, series)
        flow = [
            [x + y for x, y in zip(*pair, strict=True)] for pair in zip(gaps, step, strict=True)
        ]
        new = (engine.field[n - 1], engine.memory[n])
        found.append(Matching(n, _tuples(flow), _tuples(step), _tuples(new)))
    return found


# --- private helpers ----------------------------------------------------------------------------


def _subject(character: Character) -> tuple[Any, ...]:
    return (character.method, character.problem, getattr(character.method, "settled", None))


def _exact(columns: Sequence[Any]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(map(rational_if_possible, np.asarray(c).tolist())) for c in columns)


def _tuples(rows: Sequence[Any]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, rows))
