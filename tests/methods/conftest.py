"""A loss with its gradient by hand, and B-series summed up on a concrete field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea.algebra import Element
from bea.fields import Loss, VectorField
from bea.flows import iterate
from bea.methods import Method
from bea.trees import Tree, trees_up_to

LOSS = "x**2/2 + y**2 + x*y**2/3"
STARTS = [[0.7, -0.4], [-0.3, 0.9]]
GAMMAS = [0.03, 0.01]
STEPS = 50

# reference(gradient, theta, gamma) yields theta after 1, 2, ... steps
Reference = Callable[[Callable[[Any], Any], Any, float], Iterator[Any]]


@pytest.fixture
def loss() -> Loss:
    return Loss.read(LOSS)


@pytest.fixture
def assert_follows() -> Callable[[Method, Reference], None]:
    """The iterates of a method, in lanes, are those of a reference that runs start by start."""

    def gradient(theta: Any) -> Any:
        x, y = theta
        return np.array([x + y**2 / 3, 2 * y + 2 * x * y / 3])

    def check(method: Method, reference: Reference) -> None:
        run = iterate(method, Loss.read(LOSS), STARTS, GAMMAS, steps=STEPS)
        assert not run.status.any()
        for gamma, row in zip(GAMMAS, run.values, strict=True):
            for start, values in zip(STARTS, row, strict=True):
                wanted = list(islice(reference(gradient, np.array(start), gamma), STEPS))
                np.testing.assert_allclose(values, wanted, rtol=1e-12, atol=1e-13)

    return check


@pytest.fixture
def sum_over_trees() -> Callable[[VectorField, Sequence[fmpq], int], list[list[Element]]]:
    """Return the terms of a B-series field: the sums of b(tau)/symmetry F(tau) by order."""

    def total(field: VectorField, b: Sequence[fmpq], order: int) -> list[list[Element]]:
        terms = [[c * 0 for c in field.components] for _ in range(order + 1)]
        for tree, value in zip(trees_up_to(order + 1), b, strict=True):
            weight = value / tree.symmetry
            part = differential(field, tree)
            row = terms[tree.order - 1]
            terms[tree.order - 1] = [t + F * weight for t, F in zip(row, part, strict=True)]
        return terms

    return total


def differential(field: VectorField, tree: Tree) -> list[Element]:
    """Return F(tau): the derivative of f in the directions of the children's differentials."""
    inner = [differential(field, child) for child in tree.children]
    return [directional(component, inner) for component in field.components]


def directional(value: Element, directions: Sequence[Sequence[Element]]) -> Element:
    """Return the derivative of a value in several directions that are held constant."""
    if not directions:
        return value
    slopes = zip(directions[0], value.gradient(), strict=True)
    parts = [a * directional(slope, directions[1:]) for a, slope in slopes]
    return sum(parts[1:], start=parts[0])
