"""Problems of many variables, as they are written: beside the same in the ring."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest

import bea
from bea.algebra.programs.adjoint import gradient, program_of
from bea.errors import DimensionError, ExpressionError
from bea.fields import Loss
from bea.fields.sources import read_source
from bea.fields.written import WrittenLoss, read_loss

TEXTS = [
    "log(1 + exp(x)) + y**2/2 + 1/(z**2 + 1)",
    "sqrt(x - y)*tanh(z) - log(y + z)",
    "asin(x*y) + erf(z)/x + sinh(x)*cosh(y)",
    "(x + 2*y - z)**4*exp(-x) + pi*sin(x*y)",
    "atan(x/y) + asinh(z) + x**(-3/2) + cos(z)",
]


def written(text: str) -> WrittenLoss:
    return WrittenLoss(*read_source(text, ("x", "y", "z"), (), None))


@pytest.mark.parametrize("text", TEXTS)
def test_a_written_loss_is_what_the_ring_gives(text: str) -> None:
    own, ring = written(text), Loss.read(text, "x y z")
    points = np.random.default_rng(0).uniform(-1.5, 1.5, (40, 3))
    assert np.isfinite(ring.at(points)).any() and np.isfinite(own(points)).any()
    assert np.allclose(own.at(points), ring.at(points), rtol=1e-12, equal_nan=True)
    assert np.allclose(own(points), ring(points), rtol=1e-11, atol=1e-12, equal_nan=True)
    assert str(own.components) == str(ring.components)


def test_a_gradient_costs_a_few_times_the_function() -> None:
    names = [f"x{i}" for i in range(200)]
    loss = read_loss(
        " + ".join(f"log(1 + exp({a}))*{b}" for a, b in itertools.pairwise(names)), names
    )
    assert isinstance(loss, WrittenLoss)
    program = program_of(loss.expressions[0], names)
    assert len(gradient(program, 200).live()) < 5 * len(program.live())


def test_a_thousand_variables_with_logarithms_are_read_and_have_their_orders() -> None:
    names = [f"x{i}" for i in range(1000)]
    loss = bea.problems.loss(" + ".join(f"log(1 + exp({x})) + {x}**2/2" for x in names), names)
    assert len(loss.name) < 100 and "1000 variables" in repr(loss)
    start = np.linspace(0.5, 1.0, 1000)[None]
    descent, gammas = bea.methods.gradient_descent(), 0.5 / np.array([8.0, 16, 32])
    runs = bea.iterate(descent, loss, start, gammas, time=0.5)
    ends = bea.flow(
        bea.modified_equation(descent, loss, 2), start, gammas, [0.5], estimate_error=False
    )
    gaps = np.linalg.norm(runs.values - ends.values, axis=-1).ravel()
    assert np.allclose(np.log2(gaps[:-1] / gaps[1:]), 3, atol=0.1)
    again = pickle.loads(pickle.dumps(loss))  # noqa: S301 - our own
    assert np.array_equal(again(start), loss(start))


def test_a_dense_loss_that_is_too_large_when_expanded_is_kept_as_it_is() -> None:
    rng, names = np.random.default_rng(1), [f"x{i}" for i in range(40)]
    sums = [
        " + ".join(f"{c}*{x}" for c, x in zip(row, names, strict=False))
        for row in rng.integers(1, 9, (40, 40))
    ]
    loss = bea.problems.loss(" + ".join(f"({s} - 20)**4/10**6" for s in sums), names)
    point = np.full(40, 0.1)
    way = 1e-6 * rng.standard_normal(40)
    slope = (loss.at(point + way) - loss.at(point - way)) / 2
    assert slope == pytest.approx(-loss(point) @ way, rel=1e-6)
    with pytest.raises(ExpressionError, match="terms when it is expanded"):
        _ = loss.value


def test_an_implicit_step_of_many_unknowns_needs_no_matrix() -> None:
    names = [f"x{i}" for i in range(300)]
    loss = bea.problems.loss(" + ".join(f"{x}**2/2 + sin({x})" for x in names), names)
    run = bea.iterate(bea.methods.get("implicit-midpoint"), loss, np.ones((1, 300)), [0.1], steps=1)
    one = bea.problems.loss("x**2/2 + sin(x)")
    alone = bea.iterate(bea.methods.get("implicit-midpoint"), one, [[1.0]], [0.1], steps=1)
    assert np.allclose(run.values[0, 0, -1], alone.values[0, 0, -1, 0], rtol=1e-14)


def test_a_field_of_many_variables_has_a_component_for_each() -> None:
    names = [f"x{i}" for i in range(80)]
    field = bea.problems.field([f"-sin({x})" for x in names], names)
    assert np.allclose(field(np.ones(80)), -np.sin(1))
    with pytest.raises(DimensionError, match="79 components for the 80 variables"):
        bea.problems.field([f"-sin({x})" for x in names[1:]], names)
