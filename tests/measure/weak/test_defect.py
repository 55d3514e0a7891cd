"""Weak defects of a few steps, as exact series: zero below the claimed order and nonzero there."""

from __future__ import annotations

import pytest

from bea.errors import BeaError
from bea.measure.weak.defect import weak_defect
from bea.methods import get
from bea.modified import modified_generator
from bea.noise import Batches
from bea.problems import finite_sum

SGD = get("gradient-descent")
QUARTIC = finite_sum(["x**4/4 + x*y", "(x - 1)**2*y**2", "x**3 - 2*y**2"])


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("batches", [Batches(1), Batches(2, replacement=True)])
def test_one_step_at_the_general_point(order: int, batches: Batches) -> None:
    """The defect is zero through γ^(K+1), and at γ^(K+2) the next generator, not zero."""
    defect = weak_defect(SGD, QUARTIC, "x**2*y - y", order, batches=batches)
    assert all(c.is_zero() for c in defect[: order + 2])
    following = modified_generator(SGD, QUARTIC, order + 1, batches)("x**2*y - y")[-1]
    assert defect[-1] == following and not following.is_zero()


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_few_steps_at_a_point(steps: int) -> None:
    defect = weak_defect(SGD, QUARTIC, "x**3", 1, steps=steps, point=["1/2", -1])
    one = weak_defect(SGD, QUARTIC, "x**3", 1, steps=1, point=["1/2", -1])
    assert defect[:3] == [0, 0, 0]
    assert defect[3] == steps * one[3] != 0  # local errors add up, to leading order


def test_other_functions_and_methods() -> None:
    """A loss with functions, a symbolic decay, a nonlinear observable."""
    loss = finite_sum(["sin(x)", "log(1 + exp(x))"])
    decay = get("gradient-descent-decay", weight_decay="c")
    defect = weak_defect(decay, loss, "exp(x)", 1)
    assert all(c.is_zero() for c in defect[:3])
    assert not defect[3].is_zero()


def test_a_wrong_generator_shows() -> None:
    """Without γ/4 ‖∇L‖² the defect begins at γ², not at γ³: the coefficient is −f·L~_1's drift."""
    generator = modified_generator(SGD, QUARTIC, 1)
    drift = generator.terms[1].part(1)
    defect = weak_defect(SGD, QUARTIC, "x", 0)
    assert defect[2] == drift(generator.observable("x"))
    assert not defect[2].is_zero()


def test_memory_is_refused() -> None:
    with pytest.raises(BeaError, match="steady state"):
        weak_defect(get("heavy-ball"), QUARTIC, "x", 1)


def test_a_defect_takes_whole_steps() -> None:
    with pytest.raises(BeaError, match=r"1\.5 steps are not possible"):
        weak_defect(SGD, QUARTIC, "x", 1, steps=1.5)  # type: ignore[arg-type]
