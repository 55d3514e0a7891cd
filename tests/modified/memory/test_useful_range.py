"""Where the memory overtakes theta, against the roots of rho(zeta) + gamma sigma(zeta)."""

from __future__ import annotations

import numpy as np
import pytest

from bea.algebra import as_float
from bea.errors import MethodError
from bea.methods import get
from bea.modified.memory.character import Character
from bea.modified.memory.useful_range import memory_limit

MULTISTEP = [
    ("heavy-ball", {"beta": "9/10"}),
    ("ema-momentum", {"beta": "999/1000"}),
    ("nesterov-torch", {"beta": "1/2"}),
    ("optimistic-gradient", {}),
    *(("adams-bashforth", {"steps": k}) for k in (2, 3, 4, 5)),
    *(("bdf", {"steps": k}) for k in (2, 3, 4, 5, 6)),
]


@pytest.mark.parametrize(("name", "parameters"), MULTISTEP)
def test_below_it_the_first_root_is_real_and_above_it_is_not_or_not_the_first(
    name: str, parameters: dict[str, object]
) -> None:
    method = get(name, **parameters)
    polynomials = method.bind(as_float).shift_polynomials()
    assert polynomials is not None
    rho, sigma = (np.array([float(c) for c in part]) for part in polynomials)
    limit = memory_limit(method)
    assert 0 < limit < 1
    for gamma, follows in ((0.99 * limit, True), (1.01 * limit, False)):
        size = max(len(rho), len(sigma))
        whole = np.zeros(size)
        whole[: len(rho)] += rho
        whole[: len(sigma)] += gamma * sigma
        roots = np.roots(whole[::-1])
        first = roots[np.argmax(np.abs(roots))]
        assert (abs(first.imag) < 1e-9 and first.real > 0) == follows


def test_published_and_simple_values() -> None:
    assert memory_limit(get("adams-bashforth", steps=2)) == pytest.approx(2 / 3)
    assert memory_limit(get("optimistic-gradient")) == pytest.approx(1 / 2)
    assert memory_limit(get("bdf", steps=2)) == pytest.approx(1 / 2)
    assert memory_limit(get("heavy-ball", beta=0)) == 1


def test_the_limit_needs_numbers() -> None:
    assert (
        Character(get("heavy-ball", beta="beta")).is_on_trees
        and not Character(get("sam")).is_on_trees
    )
    with pytest.raises(MethodError, match="needs numbers for its hyperparameters"):
        _ = Character(get("heavy-ball", beta="beta")).useful_limit
