"""Equations that are wrong on purpose, the negative controls of a certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from flint import fmpq

from bea.measure.order.comparison import Progress
from bea.measure.order.study import DriftStudy
from bea.modified import ModifiedEquation
from bea.modified.memory.character import Character
from bea.patience import tell


def changed(
    equation: ModifiedEquation,
    order: int,
    *,
    character: Character | None = None,
    factor: int | fmpq = 1,
) -> ModifiedEquation:
    """Return the equation to that order with its last term multiplied, of another method if any.

    Which one says its character.
    """
    character = character or equation.character
    return type(equation)(
        character.method,
        order,
        equation.problem,
        route=equation.route,
        kind=equation.kind,
        character=character,
        coefficients=lambda k: {
            tree: b * factor if tree.order == order + 1 else b
            for tree, b in equation.truncate(k).coefficients.items()
        },
        components=lambda k: [
            *equation.components[:order],
            tuple(c * fmpq(factor) for c in equation.components[order]),
        ][: k + 1],
    )


def doubled(
    equations: Sequence[ModifiedEquation],
    orders: Sequence[int],
    measure: Callable[[Sequence[ModifiedEquation], int], DriftStudy],
) -> DriftStudy | None:
    """Measure each order K whose last term does not vanish with it doubled: the order must be K.

    There is one equation, or one for each piece of a schedule; `measure` is given the wrong ones.
    """
    studies = []
    for order in orders:
        if order and not all(equation.vanishes(order) for equation in equations):
            wrong = [changed(equation, order, factor=2) for equation in equations]
            studies.append(replace(measure(wrong, order), expected=(order,)))
    return _joined(studies) if studies else None


def lowered_orders(expected: Mapping[int, int | None], first: int | None) -> list[int]:
    """Return the orders K > 0 whose expected power falls where a start is wrong by gamma^first.

    >>> lowered_orders({0: 1, 1: 2, 2: None}, first=1)
    [1, 2]
    """
    return [
        order
        for order, power in expected.items()
        if order and first is not None and (power is None or first < power)
    ]


def as_control(progress: Progress | None) -> Progress:
    """Return a progress callback that says that it is a control that is measured."""
    report = progress or tell
    return lambda what, done, total: report(f"control: {what}", done, total)


# --- private helpers ----------------------------------------------------------------------------


def _joined(studies: list[DriftStudy]) -> DriftStudy:
    """Return one study of all orders of several with the same iterates."""
    return replace(
        studies[0],
        orders=np.concatenate([study.orders for study in studies]),
        expected=tuple(power for study in studies for power in study.expected),
        distances=np.concatenate([study.distances for study in studies]),
        floors=np.concatenate([study.floors for study in studies]),
        failures=tuple(dict.fromkeys(line for study in studies for line in study.failures)),
    )
