"""bea's own steps on JAX arrays, under `jit`: the iterates of float64."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bea
from bea.adapters import JaxField
from bea.errors import MethodError
from bea.fields import VectorField
from bea.methods import available, get
from bea.methods.partitioned.imex import ImexPair

from ..examples import IMPLICIT, example

# What solves an equation, or follows a part of the field exactly: traced arrays cannot do it.
UNTRACED = IMPLICIT | {
    "additive-runge-kutta", "composition", "lobatto-iiia-iiib", "splitting", "stormer-verlet",
    "strang", "suzuki", "yoshida",
} | {name for name, cls in available().items() if issubclass(cls, ImexPair)}  # fmt: skip
EXPLICIT = [name for name in available() if name not in UNTRACED]
PENDULUM = VectorField.read("p, -sin(q)", "q p")
START = [[1.0, 0.25], [0.5, -0.75]]


@pytest.fixture(autouse=True)
def _double() -> Any:
    with jax.enable_x64(True):
        yield


def jitted(method: Any, f: JaxField, theta: Any, gamma: float, steps: int) -> np.ndarray:
    """Return theta after so many steps, all of them in one compiled loop."""
    bound = method.bind(f.constant)

    @jax.jit
    def run(theta: Any) -> Any:
        def step(_: int, carried: Any) -> Any:
            return bound.step(f, *carried, gamma)

        start = bound.step(f, theta, bound.init(f, theta), gamma)
        return jax.lax.fori_loop(1, steps, step, start)[0]

    return np.asarray(run(theta))


@pytest.mark.parametrize("name", EXPLICIT)
def test_iterates_under_jit(name: str) -> None:
    method = example(name)
    expected = bea.iterate(method, PENDULUM, START, [1 / 16], steps=50).values[0, :, -1]
    found = jitted(method, JaxField(PENDULUM), jnp.array(START).T, 1 / 16, 50)
    assert pytest.approx(expected, rel=1e-13, abs=1e-13) == found.T


def test_the_flow_of_a_part_is_refused_under_jit() -> None:
    f, start = JaxField(PENDULUM), jnp.array(START).T
    with pytest.raises(MethodError, match="JAX does not know the numbers of an array under jit"):
        jitted(get("strang"), f, start, 1 / 16, 2)
    moved, _ = get("strang").bind(f.constant).step(f, start, (), 1 / 16)
    expected = bea.iterate(get("strang"), PENDULUM, START, [1 / 16], steps=1).values[0, :, -1]
    assert pytest.approx(expected, rel=1e-13) == moved.T


def test_one_point_without_lanes() -> None:
    f = JaxField(PENDULUM)
    found = jitted(get("damped-newton", delta="2"), f, jnp.array(START[0]), 1 / 16, 20)
    method = get("damped-newton", delta="2")
    expected = bea.iterate(method, PENDULUM, [START[0]], [1 / 16], steps=20).values[0, 0, -1]
    assert found == pytest.approx(expected, rel=1e-13)


def test_a_loss_written_in_jax() -> None:
    """What bea cannot look into is stepped on all the same: the gradient is JAX's."""

    def loss(theta: Any) -> Any:
        return jnp.sum(theta**4) / 4 + jnp.prod(theta)

    f = JaxField(lambda theta: -jax.grad(loss)(theta))
    problem = bea.problems.loss("x**4/4 + y**4/4 + x*y")
    expected = bea.iterate(get("sam"), problem, [[1.2, -0.4]], [0.05], steps=40).values[0, 0, -1]
    found = jitted(get("sam"), f, jnp.array([1.2, -0.4]), 0.05, 40)
    assert found == pytest.approx(expected, rel=1e-12)


def test_what_it_refuses() -> None:
    f = JaxField(PENDULUM)
    theta = jnp.array(START[0])
    with pytest.raises(MethodError, match=r"JAX arrays have no solve\(function, guess\): choose"):
        get("implicit-euler").bind(f.constant).step(f, theta, (), 0.1)
    with pytest.raises(MethodError, match="a problem of bea's or a function, not a str"):
        JaxField("booth")


@pytest.mark.parametrize("name", ["atan", "asin", "acos", "asinh", "atanh", "erf", "gelu"])
def test_smooth_functions_have_numpys_values_and_slopes(name: str) -> None:
    field = bea.problems.field(f"{name}(y)")
    found = JaxField(field)
    at = jnp.array([0.3])
    assert float(jax.jit(found)(at)[0]) == pytest.approx(float(field([0.3])[0]), rel=1e-14)
    slope = field.numeric_derivative()(np.array([[0.3]]), np.ones((1, 1)), np.zeros(1))[0, 0]
    assert float(found.derivative(at, jnp.ones(1))[0]) == pytest.approx(slope, rel=1e-13)
