"""SAM, USAM and extragradient: the published rules and their published first corrections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import bea.problems
from bea.bseries import TreeArithmetic
from bea.errors import MethodError
from bea.methods import get
from bea.modified.routes import manifold, operator, perturbation

RATIO = 0.5


def sam(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """Foret et al., with p = 2: w <- w - eta g(w + rho g/|g|)."""
    while True:
        g = gradient(theta)
        theta = theta - gamma * gradient(theta + RATIO * gamma * g / np.linalg.norm(g))
        yield theta


def usam(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """Andriushchenko and Flammarion: w <- w - eta g(w + rho g)."""
    while True:
        theta = theta - gamma * gradient(theta + RATIO * gamma * gradient(theta))
        yield theta


def extragradient(gradient: Any, theta: Any, gamma: float) -> Iterator[Any]:
    """Korpelevich: a trial step, and the step by the slope there."""
    while True:
        theta = theta - gamma * gradient(theta - gamma * gradient(theta))
        yield theta


@pytest.mark.parametrize(
    ("name", "reference"), [("sam", sam), ("usam", usam), ("extragradient", extragradient)]
)
def test_iterates_are_those_of_the_published_rule(
    name: str, reference: Any, assert_follows: Callable[..., None]
) -> None:
    assert_follows(get(name), reference)


@pytest.mark.parametrize(("name", "parameters"), [("usam", {"ratio": "r"}), ("extragradient", {})])
def test_manifold_and_operator_agree_on_trees(name: str, parameters: dict[str, str]) -> None:
    method = get(name, **parameters)
    found = manifold.on_trees(method, 4)
    assert found == operator.on_trees(method, 4) == perturbation.on_trees(method, 4)


@pytest.mark.parametrize("problem", ["booth", "himmelblau"])
@pytest.mark.parametrize("name", ["usam", "extragradient"])
def test_trees_and_ring_agree(name: str, problem: str, sum_over_trees: Any) -> None:
    method, field = get(name), bea.problems.get(problem)
    wanted = sum_over_trees(field, manifold.on_trees(method, 3), 3)
    found = manifold.on_field(method, field, 3)
    assert found == [tuple(term) for term in wanted]
    assert any(not c.is_zero() for c in found[3])


def test_first_correction_of_usam() -> None:
    """L + gamma/4 |grad L|^2 + rho/2 |grad L|^2: Compagnoni et al., ICML 2023, to first order."""
    leading, chain = operator.on_trees(get("usam", ratio="3/2"), 1)
    assert leading == 1
    assert chain == -(fmpq(1, 2) + fmpq(3, 2))


def test_first_correction_of_sam(loss: Any) -> None:
    """L + gamma/4 |grad L|^2 + rho |grad L|: Compagnoni et al., ICML 2023, to first order."""
    f_0, f_1 = perturbation.on_field(get("sam", ratio="3/2"), loss, 1)
    assert f_0 == loss.components
    square = sum((c * c for c in f_0), start=loss.ring.constant(0))
    penalty = square * fmpq(1, 4) + square.sqrt() * fmpq(3, 2)
    for component, slope in zip(f_1, penalty.gradient(), strict=True):
        assert (component + slope).is_zero()


def test_manifold_takes_a_method_without_memory(loss: Any) -> None:
    found = manifold.on_field(get("sam"), loss, 1)
    for a, b in zip(found, perturbation.on_field(get("sam"), loss, 1), strict=True):
        assert all((x - y).is_zero() for x, y in zip(a, b, strict=True))


def test_sam_needs_components() -> None:
    f = TreeArithmetic(2)
    with pytest.raises(MethodError, match=r"on trees.*derive the method on a concrete loss"):
        get("sam").step(f, f.identity, (), f.gamma)


@pytest.mark.parametrize("name", ["sam", "usam"])
def test_a_negative_ratio_is_refused(name: str) -> None:
    message = r"^hyperparameter ratio=-1/2 is out of range: it must lie in \[0, inf\)$"
    with pytest.raises(MethodError, match=message):
        get(name, ratio="-1/2")
