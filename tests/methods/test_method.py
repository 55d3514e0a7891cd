"""Methods of one's own: hyperparameters stay exact until an arithmetic binds them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea.algebra import as_float, as_rational
from bea.bseries import TreeArithmetic
from bea.errors import ExpressionError, MethodError
from bea.fields import NumericField, SeriesField, VectorField
from bea.methods import Method, get


@dataclass(frozen=True)
class Extragradient(Method):
    """theta + gamma f(theta + weight gamma f(theta))."""

    name = "extragradient"
    weight: Any = "1/2"

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        return theta + gamma * f(theta + self.weight * gamma * f(theta)), state


@dataclass(frozen=True)
class HeavyBall(Method):
    """v+ = beta v + f(theta), theta+ = theta + gamma v+."""

    beta: Any

    def init(self, f: Any, theta: Any) -> Any:
        return (0 * f(theta),)

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        velocity = self.beta * state[0] + f(theta)
        return theta + gamma * velocity, (velocity,)


@dataclass(frozen=True)
class Weighted(Method):
    """A hyperparameter that is a vector, and one that is a matrix."""

    weights: Any = ("1/2", 2)
    matrix: Any = ((1, "sqrt(2)"), (0, 1))


class Plain(Method):
    """No hyperparameters: no dataclass needed."""

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        return theta + gamma * f(theta), state


class Normalised(Method):
    """A rule that trees cannot express."""

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        slope = f(theta)
        return theta + gamma * slope / np.sqrt(np.sum(slope * slope, axis=0, keepdims=True)), state


def rational(expression: Any) -> fmpq:
    value = as_rational(expression)
    assert value is not None
    return value


def test_hyperparameters_are_exact() -> None:
    for value in ("9/10", "0.9", Fraction(9, 10), fmpq(9, 10), 0.9, np.float64(0.9)):
        method = HeavyBall(beta=value)
        assert method.parameters == {"beta": "9/10"}
        assert rational(method.beta) == fmpq(9, 10)
        assert method.bind(as_float).beta == 0.9  # type: ignore[attr-defined]
        assert method == HeavyBall(beta="9/10")
    assert str(HeavyBall(beta="b/2")) == "HeavyBall(beta=b/2)"
    assert str(Extragradient()) == "extragradient(weight=1/2)"
    assert str(Plain()) == "Plain"


def test_a_float_is_the_decimal_that_it_shows() -> None:
    for value, meant in ((0.9, "9/10"), (1e-8, "1/100000000"), (2.0, "2"), (-0.25, "-1/4"),
                         (0.123456789012, "30864197253/250000000000")):  # fmt: skip
        method = Extragradient(weight=value)
        assert method == Extragradient(weight=meant)
        assert method.bind(as_float).weight == value  # type: ignore[attr-defined]
    assert Weighted(weights=(0.5, 2)) == Weighted()


def test_a_float_that_looks_computed_is_refused() -> None:
    with pytest.raises(ExpressionError, match=r"^hyperparameter beta is the float 0.3333333333333"
                       r"333, which looks computed: .*, such as '1/3'"):  # fmt: skip
        HeavyBall(beta=1 / 3)
    with pytest.raises(ExpressionError, match=r"float 0.30000000000000004, .*, such as '3/10'"):
        HeavyBall(beta=0.1 + 0.2)
    with pytest.raises(ExpressionError, match=r"float 0.1234567890123, .*, such as '1/3'"):
        HeavyBall(beta=0.1234567890123)
    for value in (float("nan"), float("inf")):
        with pytest.raises(ExpressionError, match=f"beta is {value}: give a finite number"):
            HeavyBall(beta=value)
    with pytest.raises(ExpressionError, match=r"hyperparameter weights is the float 0\.1428571"):
        Weighted(weights=(1 / 7,))


def test_vectors_and_matrices_are_bound_entry_by_entry() -> None:
    method = Weighted()
    assert method.parameters == {"weights": "1/2, 2", "matrix": "1, sqrt(2); 0, 1"}
    bound: Any = method.bind(as_float)
    assert bound.weights == (0.5, 2.0)
    assert bound.matrix == ((1.0, pytest.approx(2**0.5)), (0.0, 1.0))
    assert method.parameters["weights"] == "1/2, 2"


def test_the_same_step_runs_everywhere() -> None:
    method = Extragradient(weight="2/3")
    gamma = np.array([0.1, 0.2])
    f = NumericField(VectorField.read("y**2").numeric(), gamma)
    theta, state = method.bind(as_float).step(f, np.ones((1, 2)), (), gamma)
    assert state == ()
    np.testing.assert_allclose(theta, [1 + gamma * (1 + 2 / 3 * gamma) ** 2], rtol=1e-15)

    s = SeriesField(VectorField.read("y**2"), 3)
    (series,), _ = method.bind(s.constant).step(s, s.identity, (), s.gamma)
    y = s.ring.variable(0)
    assert list(series.coefficients) == [y, y**2, y**3 * fmpq(4, 3), y**4 * fmpq(4, 9)]

    t = TreeArithmetic(3)
    on_trees, _ = method.bind(rational).step(t, t.identity, (), t.gamma)
    assert on_trees.coefficients == [1, fmpq(2, 3), 0, fmpq(4, 9)]


def test_memory_is_carried_from_step_to_step() -> None:
    method = HeavyBall(beta="1/2")
    t = TreeArithmetic(2)
    bound = method.bind(rational)
    theta, state = t.identity, bound.init(t, t.identity)
    for _ in range(2):
        theta, state = bound.step(t, theta, state, t.gamma)
    # theta_2 = theta + gamma f + gamma (f/2 + f(theta + gamma f)) = theta + 5/2 gamma f + ...
    assert theta.coefficients == [fmpq(5, 2), 1]

    gamma = np.array([0.1])
    f = NumericField(VectorField.read("y").numeric(), gamma)
    numeric = method.bind(as_float)
    value, memory = np.ones((1, 1)), numeric.init(f, np.ones((1, 1)))
    for _ in range(2):
        value, memory = numeric.step(f, value, memory, gamma)
    assert value.item() == pytest.approx(1 + 2.5 * 0.1 + 0.01)


def test_trees_refuse_by_name_what_series_can_do() -> None:
    t = TreeArithmetic(2)
    with pytest.raises(MethodError, match=r"no components|cannot be multiplied"):
        Normalised().step(t, t.identity, (), t.gamma)
    s = SeriesField(VectorField.read("y, 2*x"), 1)
    theta, _ = Normalised().step(s, s.identity, (), s.gamma)
    speed = sum((series[1] * series[1] for series in theta), start=s.ring.constant(0))
    assert (speed - 1).is_zero()


def test_defaults_of_a_method() -> None:
    method = Plain()
    assert method.init(None, None) == ()
    assert method.shift_polynomials() is None
    assert method.parameters == {}
    assert method.order_of_accuracy is None
    assert not method.gradient
    with pytest.raises(MethodError, match=r"'Method' has no step: write step\(self, f, theta"):
        Method().step(None, None, (), None)


def test_a_list_is_refused_where_one_number_is_meant() -> None:
    with pytest.raises(MethodError, match="hyperparameter beta is a list: give one number"):
        get("heavy-ball", beta=[1, 2])
