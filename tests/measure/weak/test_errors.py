"""Weak orders by exact computation: observed 1, 2 and 3, and what falls when a term is dropped."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bea.errors import BeaError, OrderError
from bea.measure.weak.errors import weak_errors
from bea.methods import get
from bea.modified import modified_generator
from bea.noise import Batches, ShuffledEpochs
from bea.problems import finite_sum

SGD = get("gradient-descent")
# Curvature and centre differ: multiplicative noise with a third cumulant.
SKEW = finite_sum(["x**2/2", "x**2", "(x - 1)**2/2"])
PLANE = finite_sum(["x**2/2 + x*y + y**2", "x**2 - y", "(x - 1)**2/2 + (y + x)**2"])


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


# --- losses that are not quadratic --------------------------------------------------------------

QUARTIC = finite_sum(["x**4/4 + x", "x**4/8 + x**2/2", "(x - 1)**2"])
QUARTIC_PLANE = finite_sum(["x**4/4 + x*y", "(x - 1)**2/2 + y**2/2 + y**4/8", "x**2 - y + y**2"])


def test_weak_orders_on_a_quartic_sum() -> None:
    """All of them, with the negative controls, and for a function that is no polynomial."""
    found = weak_errors(SGD, QUARTIC, "exp(x)", start=[1])
    assert found.agree.all(), str(found)
    assert list(found.expected[:, 0]) == [1, 1, 2, 1, 3, 2, 2]
    assert (found.floor[:, :, -1] < 1e-12).all()


def test_weak_orders_on_a_quartic_sum_of_two_variables() -> None:
    generator = modified_generator(SGD, QUARTIC_PLANE, 2, Batches(2))
    compared = {f"order {k}": (generator.truncate(k), k + 1) for k in range(3)}
    found = weak_errors(
        SGD, QUARTIC_PLANE, "x*y", start=[1, -1], batches=Batches(2), steps=[16, 24, 32, 48, 64],
        equations=compared,
    )  # fmt: skip
    assert found.agree.all(), str(found)
    # The generator of single samples has another noise: of weak order 1 only.
    wrong = weak_errors(
        SGD, QUARTIC_PLANE, "x*y", start=[1, -1], batches=Batches(2), steps=[16, 24, 32, 48],
        equations={"of single samples": (modified_generator(SGD, QUARTIC_PLANE, 2), 1)},
    )  # fmt: skip
    assert wrong.agree.all(), str(wrong)


@pytest.mark.parametrize(
    ("name", "problem", "start", "message"),
    [
        ("gradient-descent", finite_sum(["x**4 + y*z", "x**2 + y**2 + z**2"]), [0, 0, 1], "3 vari"),
        ("heavy-ball", QUARTIC, [1], "has memory"),
        ("gradient-descent", finite_sum(["-x**4", "-x**2"]), [3], "without bound"),
    ],
)
def test_what_has_no_weak_errors_is_refused(
    name: str, problem: Any, start: list[int], message: str
) -> None:
    method = get(name, beta="1/2") if name == "heavy-ball" else get(name)
    with pytest.raises(BeaError, match=message):
        weak_errors(method, problem, start=start, weak_orders=[1])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"time": -1}, "the step size is -1/16"),
        ({"start": [1, 2]}, "coordinate"),
        ({"start": ["1/10"], "problem": finite_sum(["log(x) + x**2", "x**2"])}, "domain"),
    ],
)
def test_bad_starts_and_times_are_refused(asked: dict[str, Any], message: str) -> None:
    problem = asked.pop("problem", QUARTIC)
    with pytest.raises(BeaError, match=message):
        weak_errors(SGD, problem, **{"start": [1], **asked})


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
