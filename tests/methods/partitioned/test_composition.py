"""Adjoints and compositions: laws of the adjoint, known methods by parts, and what is no gain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, MethodError, UnknownNameError
from bea.methods import Method, get, read
from bea.modified import modified_equation
from bea.trees import Tree

PENDULUM = bea.problems.get("pendulum")


def by_tree(method: Method, order: int) -> dict[Tree, Any]:
    return dict(modified_equation(method, order=order).coefficients)


def powers(method: Method, order: int) -> set[int]:
    return {t.order - 1 for t, b in by_tree(method, order).items() if b != 0}


# --- the adjoint ----------------------------------------------------------------------------------

ADJOINT = {
    "explicit-euler": "implicit-euler",
    "implicit-midpoint": "implicit-midpoint",
    "gauss4": "gauss4",
    "radau-ia(stages=1)": "adjoint(base=radau-ia(stages=1))",
    "symplectic-euler(own=implicit)": "symplectic-euler(own=implicit, first=2)",
    "stormer-verlet": "stormer-verlet",
    "splitting(stages='A, B')": "splitting(stages='B, A')",
}


@pytest.mark.parametrize("text", ADJOINT)
def test_adjoints_by_name(text: str) -> None:
    assert by_tree(get("adjoint", base=text), 3) == by_tree(read(ADJOINT[text]), 3)


@pytest.mark.parametrize("text", ["heun", "kutta3", "imex-euler", "alternating", "crouzeix3"])
def test_the_equation_of_the_adjoint(text: str) -> None:
    """b*(tau) = (-1)^(|tau| - 1) b(tau), and the adjoint of the adjoint is the method."""
    one, other = by_tree(read(text), 3), by_tree(get("adjoint", base=text), 3)
    assert all(other[t] == b * (-1) ** (t.order - 1) for t, b in one.items())
    assert by_tree(get("adjoint", base=get("adjoint", base=text)), 3) == one


def test_the_adjoint_of_a_product_is_the_product_of_adjoints_reversed() -> None:
    """A step of weight 0 is none; it says of which method the adjoint after it is."""
    product = get("composition", weights="heun(2/3) symplectic-euler(1/3)")
    back = "symplectic-euler(0) adjoint(1/3) heun(0) adjoint(2/3)"
    other = by_tree(get("composition", weights=back), 3)
    assert by_tree(get("adjoint", base=product), 3) == other != by_tree(product, 3)


def test_the_adjoint_on_a_field() -> None:
    """The routes that know no trees, and the iterates."""
    method = get("adjoint", base="explicit-euler")
    for route in ("perturbation", "operator"):
        found = modified_equation(method, PENDULUM, 3, route=route).components
        wanted = modified_equation(get("implicit-euler"), PENDULUM, 3).components
        assert all((a - b).is_zero() for x, y in zip(found, wanted, strict=True)
                   for a, b in zip(x, y, strict=True))  # fmt: skip
    start, sizes = [[1.0, 0.0]], [0.1, 0.001]
    runs = [bea.iterate(m, PENDULUM, start, sizes, steps=100)
            for m in (method, get("implicit-euler"))]  # fmt: skip
    np.testing.assert_allclose(runs[0].values, runs[1].values, rtol=0, atol=1e-13)


# --- in a row -------------------------------------------------------------------------------------

KNOWN = {
    "symplectic-euler(own=implicit)(1/2) adjoint(1/2)": "stormer-verlet(form=position)",
    "explicit-euler(1/2) implicit-euler(1/2)": "trapezoidal",
    "implicit-euler(1/2) adjoint(1/2)": "implicit-midpoint",
    "adjoint(1)": "stormer-verlet",
}


@pytest.mark.parametrize("text", KNOWN)
def test_known_methods_by_their_parts(text: str) -> None:
    assert by_tree(get("composition", weights=text), 3) == by_tree(read(KNOWN[text]), 3)


@pytest.mark.parametrize("text", ["heun", "symplectic-euler", "imex-euler", "cyclic", "rk4"])
def test_half_a_step_and_that_of_the_adjoint_are_symmetric(text: str) -> None:
    method = get("composition", weights=f"{text}(1/2) adjoint(1/2)")
    assert all(k % 2 == 0 for k in powers(method, 3))


@pytest.mark.parametrize(
    ("name", "half", "order"), [("yoshida", "symplectic-euler", 4), ("suzuki", "heun", 4)]
)
def test_a_symmetric_base_gains_two_orders(name: str, half: str, order: int) -> None:
    base = f"composition(weights='{half}(1/2) adjoint(1/2)')"
    assert powers(get(name, base=base), order) == {0, order}


def test_a_base_of_order_4_has_weights_of_its_own() -> None:
    assert len(get("yoshida", base="gauss4", order=6).steps_in_a_row()) == 3  # type: ignore[attr-defined]
    assert powers(get("yoshida", base="gauss4", order=6), 6) == {0, 6}


def test_a_base_that_is_not_symmetric_gains_one_order_or_none() -> None:
    """What the refusal says is what the weights of the triple jump do; its remedy is taken."""
    weights = ", ".join(map(str, _triple_jump()))
    assert min(powers(get("composition", weights=weights, base="heun"), 4) - {0}) == 3
    assert min(powers(get("composition", weights=weights, base="explicit-euler"), 2) - {0}) == 1
    with pytest.raises(MethodError, match=r"'heun' is not symmetric: .* a term of γ\^3, .* be 3"):
        get("yoshida", base="heun")
    with pytest.raises(MethodError, match="would be 1 and not 6") as error:
        get("suzuki", base="explicit-euler", order=6)
    remedy = str(error.value).split('"')[1]
    assert powers(get("suzuki", base=remedy), 4) == {0, 4}


def _triple_jump() -> list[Any]:
    from bea.methods.partitioned.composition import _nested

    return list(_nested(2, 4, 2))


@pytest.mark.parametrize(
    ("parameters", "kind", "message"),
    [
        ({"weights": "1/2, 1/3"}, MethodError, "the weights add up to 5/6"),
        ({"weights": "1/2, , 1/2, x y"}, MethodError, "the weights cannot be read"),
        ({"weights": "simplectic-euler(1)"}, BeaError, "Did you mean 'symplectic-euler'"),
        ({"weights": "heavy-ball(1)"}, MethodError, "has memory of steps of one size"),
        ({"weights": "heavy-ball(1/2) adjoint(1/2)"}, MethodError, "its step has no inverse"),
        ({"weights": "strang(split=2)(1/2) strang(1/2)"}, MethodError, "in two ways: give the"),
        ({"weights": "1", "base": "heun", "split": "q; p"}, MethodError, "follows the field as a"),
        ({"weights": "1", "base": "nothing"}, UnknownNameError, "unknown method 'nothing'"),
    ],
)
def test_what_cannot_be_composed_is_refused(
    parameters: dict[str, str], kind: type[BeaError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        get("composition", **parameters)


def test_an_order_that_the_base_has_is_refused() -> None:
    with pytest.raises(MethodError, match="'gauss4' has order 4 without that"):
        get("yoshida", base="gauss4")


def test_the_base_is_said_where_it_is_used() -> None:
    named = get("composition", weights="heun(1/2) adjoint(1/2)")
    assert str(named) == "composition(weights=heun(1/2), adjoint(1/2), split=own)"
    assert read("composition(weights='adjoint(1/2), 1/2', base=heun)").parameters["base"] == "heun"


def test_bases_on_one_split() -> None:
    method = get("composition", weights="symplectic-euler(1/2) adjoint(1/2)", split="q; p")
    certificate = bea.verify(method, PENDULUM, 2)
    assert certificate.verdict == "confirmed", certificate
