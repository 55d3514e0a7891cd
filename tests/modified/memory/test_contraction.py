"""Where memory contracts, as a set, and that it does there and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import MethodError
from bea.methods import from_text
from bea.modified.memory.character import Character

RATE = from_text("m = grad/2*m + grad; theta = theta - gamma*m")


@pytest.mark.parametrize(
    ("loss", "conditions"),
    [
        ("x**2/2", ("|x| < 2",)),
        ("x**2/2 + x**3/6", ("-3.23607 < x < 1.23607",)),
        ("x**4/4", ("|x| < 1.25992",)),
        ("x**3/3 - 3*x", ("-2.23607 < x < -1 or 1 < x < 2.23607",)),
        ("x*y", ("|y| < 2", "|x| < 2")),
        ("2*x", ()),
    ],
)
def test_it_is_a_set(loss: str, conditions: tuple[str, ...]) -> None:
    try:
        equation = bea.modified_equation(
            RATE, bea.problems.loss(loss, None if "x" in loss else "x")
        )
    except MethodError:
        assert loss == "2*x"  # the factor is 1 everywhere
        return
    assert equation.contracts == conditions
    assert equation.as_json()["contracts"] == list(conditions)


@pytest.mark.parametrize(("point", "settles"), [(1.9, True), (-1.9, True), (2.1, False)])
def test_the_memory_itself_says_so(point: float, settles: bool) -> None:
    memory = [0.0]
    for _ in range(2000):
        memory.append(point / 2 * memory[-1] + point)
    assert (abs(memory[-1] - memory[-2]) < 1e-9) == settles


def test_pairs_have_jurys_conditions() -> None:
    """The eigenvalues of [[0, g/2], [1, 0]]-like blocks, at points within and without."""
    rule = from_text("u = v*grad/2 + grad; v = u/2 + v/4; theta = theta - gamma*v")
    equation = bea.modified_equation(rule, bea.problems.loss("x**2/2"), 0)
    (condition,) = equation.contracts
    for x in (-9.0, -4.0, 1.0, 2.9, 3.1):
        matrix = np.array([[0, x / 2], [0, x / 4 + 1 / 4]])
        inside = bool(np.abs(np.linalg.eigvals(matrix)).max() < 1)
        assert _holds(condition, x) == inside, (condition, x)


def test_for_every_loss_it_is_of_the_gradient() -> None:
    found = bea.modified_equation(RATE, order=1)
    assert found.contracts == ("|∇L| < 2",)
    assert bea.modified_equation(bea.methods.adam(), order=1).contracts == ()


def test_starts_beyond_are_told_where() -> None:
    character = Character(RATE, bea.problems.loss("x**2/2"))
    with pytest.raises(MethodError, match=r"give starts where \|x\| < 2"):
        character.slowest_rate_at([[3.0]])


def _holds(condition: str, x: float) -> bool:
    inner = condition.removeprefix("|").removesuffix("| < 1")
    if "|" in inner or "<" in inner:
        low, _, high = condition.partition(" < x < ")
        return float(low) < x < float(high)
    value = bea.problems.field(inner, "x").numeric()(np.array([[x]]), np.ones(1)).item()
    return bool(abs(value) < 1)
