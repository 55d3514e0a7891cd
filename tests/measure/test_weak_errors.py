"""Weak orders by exact computation: observed 1, 2 and 3, and what falls when a term is dropped."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bea.errors import BeaError, OrderError
from bea.measure.weak_errors import weak_defect, weak_errors
from bea.methods import Batches, ShuffledEpochs, get
from bea.modified import modified_generator
from bea.problems import finite_sum

SGD = get("gradient-descent")
# Curvature and centre differ: multiplicative noise with a third cumulant.
SKEW = finite_sum(["x**2/2", "x**2", "(x - 1)**2/2"])
PLANE = finite_sum(["x**2/2 + x*y + y**2", "x**2 - y", "(x - 1)**2/2 + (y + x)**2"])
QUARTIC = finite_sum(["x**4/4 + x*y", "(x - 1)**2*y**2", "x**3 - 2*y**2"])


@pytest.mark.parametrize(
    ("problem", "start", "observables", "batches"),
    [
        (SKEW, [1], ["x", "x**2", "x**3", "L"], Batches(1)),
        (PLANE, [1, -1], ["x", "x*y", "L"], Batches(2)),
        (PLANE, [1, -1], ["y", "x**2 + y**2"], Batches(2, replacement=True)),
    ],
)
def test_weak_orders_of_sgd(
    problem: Any, start: list[int], observables: list[str], batches: Batches
) -> None:
    """Generators of order 0, 1, 2 have weak order 1, 2, 3; one less without the last drift."""
    found = weak_errors(SGD, problem, observables, start=start, batches=batches)
    assert found.agree.all(), str(found)
    by_name = dict(zip(found.equations, found.expected[:, 0], strict=True))
    assert by_name["generator of order 2"] == 3
    assert by_name["without its last drift correction"] == 1
    assert by_name["without its last drift correction (3)"] == 2


def test_a_diffusion_of_weak_order_three_lacks_third_derivatives() -> None:
    """x² does not see them, x³ does: 3 and 2 for one and the same equation."""
    found = weak_errors(SGD, SKEW, ["x**2", "x**3"], start=[1], weak_orders=[3])
    row = found.equations.index("stochastic equation of weak order 3")
    assert list(found.expected[row]) == [3, 2]
    np.testing.assert_allclose(found.observed[row], [3, 2], atol=0.1)


def test_even_noise_has_a_diffusion_of_weak_order_three() -> None:
    even = finite_sum(["x**2 - x/2", "x**2/2 + x/2"])
    found = weak_errors(SGD, even, "x**3", start=[1], weak_orders=[3])
    assert list(found.expected[:, 0]) == [3, 3, 2]
    assert found.agree.all(), str(found)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("gradient-descent-decay", {"weight_decay": "1/5"}),
        ("heun", {}),
    ],
)
def test_weak_orders_of_other_steps(name: str, parameters: dict[str, str]) -> None:
    found = weak_errors(get(name, **parameters), SKEW, ["x", "x**2"], start=[1])
    assert found.agree.all(), str(found)


class Uncorrected:
    """A generator whose runs with zero memory begin at their own start: a negative control."""

    start = None

    def __init__(self, generator: Any) -> None:
        self.terms, self.problem = generator.terms, generator.problem


@pytest.mark.parametrize("name", ["heavy-ball", "nesterov-torch"])
def test_weak_orders_of_momentum_from_zero_memory(name: str) -> None:
    """With the start that belongs to them the orders are 1, 2, 3; without it all are 1."""
    method = get(name, beta="1/2")
    generator = modified_generator(method, SKEW, 2)
    compared = {f"order {k}": (generator.truncate(k), k + 1) for k in range(3)}
    compared |= {"own start": (Uncorrected(generator), 1)}
    found = weak_errors(
        method, SKEW, ["x", "x**2 + x"], start=[2], steps=[128, 192, 256, 384, 512],
        equations=compared,
    )  # fmt: skip
    assert found.agree.all(), str(found)


# --- few steps, any finite sum ------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"observables": []}, BeaError, "there are no observables"),
        ({"steps": []}, BeaError, "there are no steps"),
        ({"steps": [8, 0]}, BeaError, "0 steps are not possible: give a whole number, 1 or more"),
        ({"weak_orders": []}, BeaError, "there are no weak orders"),
        ({"weak_orders": [0, 1]}, OrderError, "weak order 0 is not possible"),
        ({"batches": "all"}, BeaError, "the batches are a str: give their size"),
        ({"batches": ShuffledEpochs(1)}, BeaError, "not independent"),
    ],
)
def test_what_is_refused(asked: dict[str, Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        weak_errors(SGD, SKEW, **{"observables": "x", "start": [1], **asked})


def test_a_defect_takes_whole_steps() -> None:
    with pytest.raises(BeaError, match=r"1\.5 steps are not possible"):
        weak_defect(SGD, QUARTIC, "x", 1, steps=1.5)  # type: ignore[arg-type]


def test_a_number_is_the_size_of_batches() -> None:
    asked: dict[str, Any] = {"start": [1], "weak_orders": [2], "steps": [8, 16, 32]}
    one, other = (weak_errors(SGD, SKEW, "x**2", batches=b, **asked) for b in (2, Batches(2)))
    assert one.errors.tobytes() == other.errors.tobytes()


def test_what_cannot_be_fitted_is_shown_as_such() -> None:
    found = weak_errors(SGD, SKEW, "x", start=[1], weak_orders=[1], steps=[8])
    assert "x: no fit (1)" in repr(found)
    assert found.fits[0][0].reason


def test_json_holds_all() -> None:
    found = weak_errors(SGD, SKEW, "x", start=[1], weak_orders=[1, 2], steps=[8, 16, 32, 64])
    record = json.loads(json.dumps(found.as_json()))
    assert [e["name"] for e in record["equations"]] == list(found.equations)
    assert len(record["equations"][0]["errors"][0]) == 4
    assert record["gammas"][0] == 1 / 8
