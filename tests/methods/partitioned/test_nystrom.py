"""Nyström methods: exact orders on their own trees, known methods by their coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError, MethodError, TableauError
from bea.fields import VectorField
from bea.methods import Method, get
from bea.modified import modified_equation
from bea.trees import PLAYERS, Tree, trees

PENDULUM = bea.problems.get("pendulum")
COUPLED = VectorField.read("q' = p, p' = -q + r**2, r' = s, s' = 2*q*r - r")
VERLET = {"A": "0; 1/2", "b": "1/2, 1/2", "bbar": "1/2, 0", "c": "0, 1"}
RK4 = {  # A^2, b, b A and c of rk4, which thus is one on q'' = g(q)
    "A": "0, 0, 0, 0; 0, 0, 0, 0; 1/4, 0, 0, 0; 0, 1/2, 0, 0",
    "b": "1/6, 1/3, 1/3, 1/6", "bbar": "1/6, 1/6, 1/6, 0", "c": "0, 1/2, 1/2, 1",
}  # fmt: skip


def by_tree(method: Method, order: int) -> dict[Tree, Any]:
    return dict(modified_equation(method, order=order).coefficients)


def equal(one: Any, other: Any) -> bool:
    return all((a - b).is_zero() for x, y in zip(one, other, strict=True)
               for a, b in zip(x, y, strict=True))  # fmt: skip


def test_special_nystrom_trees_are_counted() -> None:
    """Solving ODEs I, section II.14: 1, 1, 2, 3, 6, 10, ... with a root of p' = g(q).

    A root of q' = p stands on one of these with a node less, or alone.
    """
    method = get("rkn4")
    counts = [[sum(t.color is c and not method.vanishes(t) for t in trees(n, PLAYERS))
               for c in PLAYERS] for n in range(1, 7)]  # fmt: skip
    assert [fat for _, fat in counts] == [1, 1, 2, 3, 6, 10]
    assert [thin for thin, _ in counts] == [1, 1, 1, 2, 3, 6]


@pytest.mark.parametrize("name", ["rkn4", "rkn5"])
def test_the_order_is_exact_and_the_next_order_is_missed(name: str) -> None:
    method = get(name)
    order: Any = method.order_of_accuracy
    assert {t.order - 1 for t, b in by_tree(method, order).items() if b != 0} == {0, order}


@pytest.mark.parametrize("name", ["rkn4", "rkn5"])
def test_iterates_confirm_it(name: str) -> None:
    certificate = bea.verify(get(name), PENDULUM, 4)
    assert certificate.verdict == "confirmed", certificate


@pytest.mark.parametrize(("given", "name"), [(VERLET, "stormer-verlet"), (RK4, "rk4")])
def test_known_methods_on_their_fields(given: dict[str, str], name: str) -> None:
    """By all routes, on a field whose positions and momenta alternate."""
    own = get("runge-kutta-nystrom", split="q r; p s", **given)
    known = get(name, **({"split": "q r; p s"} if name == "stormer-verlet" else {}))
    wanted = modified_equation(known, COUPLED, 3).components
    for route in ("auto", "trees", "operator"):
        assert equal(modified_equation(own, COUPLED, 3, route=route).components, wanted)
    runs = [bea.iterate(m, COUPLED, [[0.4, 0.1, 0.3, -0.2]], [0.1], steps=20) for m in (own, known)]
    np.testing.assert_allclose(runs[0].values, runs[1].values, rtol=1e-12)


def test_verlet_is_the_two_step_method_of_stoermer() -> None:
    """q+ - 2q + q- = gamma^2 g(q) with p = (q+ - q-)/2 gamma, the first of Stoermer and Cowell."""
    gamma = 0.1
    run = bea.iterate(get("runge-kutta-nystrom", **VERLET), PENDULUM, [[1.0, 0.2]], [gamma],
                      steps=30)  # fmt: skip
    q, p = run.values[0, 0].T
    np.testing.assert_allclose(q[2:] - 2 * q[1:-1] + q[:-2], -(gamma**2) * np.sin(q[1:-1]),
                               atol=1e-15)  # fmt: skip
    np.testing.assert_allclose(p[1:-1], (q[2:] - q[:-2]) / (2 * gamma), atol=1e-13)


def test_an_implicit_one() -> None:
    """The midpoint rule: c = 1/2, a = 1/4."""
    own = get("runge-kutta-nystrom", A="1/4", b="1", bbar="1/2", c="1/2")
    wanted = modified_equation(get("implicit-midpoint"), PENDULUM, 3).components
    assert equal(modified_equation(own, PENDULUM, 3).components, wanted)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({**VERLET, "c": "0"}, "stages do not agree .*c 1"),
        ({**VERLET, "A": "0, 0, 0"}, "numbers of stages do not agree"),
        ({**VERLET, "b": "1/2, 1"}, "the weights b add up to 3/2"),
        ({**VERLET, "bbar": "1/2, 1/2"}, "the weights bbar add up to 1: .* sum bbar = 1/2"),
        ({**VERLET, "c": "0, x y"}, "entry"),
    ],
)
def test_coefficients_that_do_not_fit_are_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(TableauError, match=message):
        get("runge-kutta-nystrom", **given)


@pytest.mark.parametrize(
    ("field", "kind", "message"),
    [
        (bea.problems.get("lotka-volterra"), MethodError, "is for q'' = g"),
        (VectorField.read("q' = p, p' = -q - p"), MethodError, "take rk4"),
        (VectorField.read("x' = y, y' = z, z' = x"), DimensionError, "have no halves"),
    ],
)
def test_other_fields_are_refused(field: VectorField, kind: type[BeaError], message: str) -> None:
    with pytest.raises(kind, match=message):
        modified_equation(get("rkn4"), field, 1)
