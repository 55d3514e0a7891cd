"""Tapes and `Traced` with a front end of a few lines, without any library."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import bea
from bea.adapters.tracing import scalars
from bea.adapters.tracing.constants import shown_decimal
from bea.adapters.tracing.operations import Operations
from bea.adapters.tracing.optimizer import Leaf, Moment, Played, Shapes
from bea.adapters.tracing.replay import replay
from bea.adapters.tracing.tape import Tape
from bea.adapters.tracing.traced import Traced
from bea.algebra import Expression
from bea.algebra.language.building import number
from bea.algebra.ring.exact import exact_decimal
from bea.errors import MethodError
from bea.fields import NumericField
from bea.methods import get

SHAPES = ((3,), (2, 2))


@dataclass(frozen=True)
class Momentum:
    """Heavy ball with an L2 penalty; `lost` is a factor that the record forgets."""

    beta: Any = "beta"
    penalty: Any = "w"
    lost: float = 1.0
    name: str = "momentum"
    first_differs: bool = False
    period: int = 1

    @property
    def hyperparameters(self) -> Mapping[str, Expression]:
        return {"beta": exact_decimal(self.beta), "penalty": exact_decimal(self.penalty)}

    @property
    def options(self) -> Mapping[str, str]:
        return {}

    def leaves(self, shapes: Shapes) -> Sequence[Leaf]:
        return [Leaf("velocity", shape) for shape in shapes]

    def record(self, moment: Moment) -> Tape:
        tape = Tape()
        gamma, beta, penalty = (tape.input(name) for name in ("gamma", "beta", "penalty"))
        theta, memory = [], []
        for i, x in enumerate(moment.theta):
            p, g = tape.input(f"theta.{i}", x.shape), tape.input(f"grad.{i}", x.shape)
            velocity = tape.record("add", g, tape.record("multiply", penalty, p))
            if moment.count:
                old = tape.record("multiply", beta, tape.input(f"memory.{i}", x.shape))
                velocity = tape.record("add", old, velocity)
            memory.append(velocity)
            theta.append(tape.record("subtract", p, tape.record("multiply", gamma, velocity)))
        tape.theta, tape.memory = tuple(theta), tuple(memory)
        return tape

    def play(self, moment: Moment, slopes: Sequence[Sequence[Any]]) -> list[Played]:
        theta, memory, found = list(moment.theta), list(moment.memory), []
        share = moment.values["beta"] if moment.count else 0.0
        for grads in slopes:
            gains = [g + moment.values["penalty"] * p for g, p in zip(grads, theta, strict=True)]
            memory = [share * m + self.lost * g for m, g in zip(memory, gains, strict=True)]
            theta = [p - moment.gamma * m for p, m in zip(theta, memory, strict=True)]
            found.append((theta, memory))
            share = moment.values["beta"]
        return found


def test_equations_are_those_of_heavy_ball() -> None:
    method, own = Traced(Momentum()), get("heavy-ball-l2", beta="beta", weight_decay="w")
    assert str(bea.modified_equation(method, order=2)) == str(bea.modified_equation(own, order=2))
    for problem, order in ((bea.problems.booth(), 2), (bea.problems.loss("x**4 + x*y + y**2"), 1)):
        found = bea.modified_equation(method, problem, order=order).components
        expected = bea.modified_equation(own, problem, order=order).components
        assert [[str(x) for x in term] for term in found] == [
            [str(x) for x in term] for term in expected
        ]


def test_runs_and_early_steps_are_those_of_heavy_ball() -> None:
    method = Traced(Momentum("1/2", "1/4"), shapes=[2])
    own = get("heavy-ball-l2", beta="1/2", weight_decay="1/4")
    booth = bea.problems.booth()
    found, expected = (
        bea.iterate(m, booth, [[0.0, 1.0]], [0.01, 0.02], steps=5).values for m in (method, own)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    at = [bea.modified_equation(m, booth, order=1, at_step=3).components for m in (method, own)]
    assert str(at[0]) == str(at[1])


def test_certified_from_zero_memory() -> None:
    certificate = bea.verify(Traced(Momentum("1/2", "1/4")), bea.problems.booth(), order=1)
    assert (certificate.verdict, certificate.start) == ("confirmed", "corrected")


def test_replay_sees_what_the_record_forgets() -> None:
    assert replay(Traced(Momentum()), SHAPES).difference < 1e-12
    assert replay(Traced(Momentum()), SHAPES).steps == 1000
    with pytest.raises(
        MethodError, match=r"at step 1 the parameters differ by .*nothing is derived"
    ):
        replay(Traced(Momentum(lost=1.001)), SHAPES)


def test_shapes_have_to_fit() -> None:
    with pytest.raises(bea.BeaError, match="have 7 entries, and theta has 2 components"):
        bea.modified_equation(Traced(Momentum(), SHAPES), bea.problems.booth())
    with pytest.raises(bea.BeaError, match="give the shape of each tensor"):
        Traced(Momentum(), [(0,)])


def test_an_operation_that_is_not_known_is_refused_by_name() -> None:
    tape = Tape()
    with pytest.raises(MethodError, match="uses fold, an operation that bea does not know"):
        tape.record("fold", tape.input("gamma"))


@pytest.mark.parametrize(("library", "called"), [("torch", "PyTorch"), ("optax", "optax")])
def test_a_library_that_is_not_installed(
    library: str, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MethodError, match=rf"{called} is not installed: .* 'bea\[{library}\]'"):
        bea.methods.traced(f"{library}:adam")
    with pytest.raises(bea.BeaError, match="a type is no optimizer of PyTorch or optax"):
        bea.methods.traced(dict)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.9, "9/10"), (np.float32(0.1), "1/10"), (1 / 3, "1/3"), (1e-8, "1/100000000"), (3, "3")],
)
def test_floats_are_the_decimals_that_they_show(value: Any, shown: str) -> None:
    assert str(shown_decimal(value)) == shown


def test_what_vanishes_and_what_grows() -> None:
    half, n = number(Fraction(1, 2)), scalars.N
    vanishing = scalars.carry_out("power", [half, n], bool)
    product = scalars.carry_out("multiply", [n, vanishing], bool)
    assert str(scalars.settled(scalars.carry_out("subtract", [number(1), product], bool))) == "1"
    assert scalars.carry_out("less", [number(5), n], bool)
    with pytest.raises(MethodError, match="reads its number n, by a quotient"):
        scalars.carry_out("divide", [number(1), n], bool)
    with pytest.raises(MethodError, match=r"other than in c\*\*n"):
        scalars.settled(n)
    with pytest.raises(MethodError, match="by a power"):
        scalars.carry_out("power", [number(2), n], bool)


def test_open_hyperparameters_decide_what_is_the_same_for_all() -> None:
    one, b = number(1), exact_decimal("b")
    assert scalars.carry_out("less", [number(0), b], bool)
    assert not scalars.carry_out("less_equal", [one, b], bool)
    with pytest.raises(MethodError, match="whether b <= 1/2, so that there is no one equation for"):
        scalars.carry_out("less_equal", [b, number(Fraction(1, 2))], bool)
    for truth in (True, False):  # the same equation to both sides
        assert scalars.carry_out("equal", [b, one], lambda truth=truth: truth) is truth


def test_a_branch_that_is_given_is_one_of_components_and_not_of_lanes() -> None:
    tape = Tape()
    theta = tape.input("theta.0", (2,))
    nothing = tape.constant(0)
    positive = tape.record("less", nothing, theta)
    kept = tape.record("where", positive, theta, tape.record("negate", theta))
    branch = {positive: np.array([True, False])}
    for lanes in (2, 3):  # as many as there are components, and not so many
        points = np.arange(1.0, 2 * lanes + 1).reshape(2, lanes)
        f = NumericField(lambda theta, gamma: theta, np.zeros(lanes))
        (found,) = tape.run(Operations(f, 1, branch), {"theta.0": points}, [kept], {nothing: 0.0})
        np.testing.assert_array_equal(found, points * [[1], [-1]])
