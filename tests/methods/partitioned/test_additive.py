"""Additive and implicit-explicit methods, on blocks of variables and on terms of the field."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, MethodError, TableauError
from bea.fields import VectorField
from bea.methods import Method, available, get
from bea.methods.partitioned.imex import ImexPair
from bea.modified import modified_equation, modifying_integrator
from bea.trees import Split, Tree, tree
from tests.modified.random_splits import tried

PAIRS = sorted(name for name, cls in available().items() if issubclass(cls, ImexPair))
STIFF = VectorField.read("x' = -4*x + y**2, y' = -sin(x) - y")
TERMS = "x' = -4*x, y' = -y; rest"


def by_tree(method: Method, order: int) -> dict[Tree, Any]:
    return dict(modified_equation(method, order=order).coefficients)


def forgotten(t: Tree) -> Tree:
    """Return the tree without its colours."""
    return tree([forgotten(child) for child in t.children])


@pytest.mark.parametrize("implicit", [1, 2])
@pytest.mark.parametrize("name", PAIRS)
def test_the_order_of_a_pair_is_exact(name: str, implicit: int) -> None:
    """All residuals of coloured trees vanish to the order, and one does not at the next."""
    method = get(name, implicit=implicit)
    order: Any = method.order_of_accuracy
    powers = {t.order - 1 for t, b in by_tree(method, order).items() if b != 0}
    assert powers == {0, order}


@pytest.mark.parametrize("name", PAIRS)
def test_which_part_is_implicit(name: str) -> None:
    stiff, other = get(name).tableaus  # type: ignore[attr-defined]
    assert other.explicit and not stiff.explicit
    assert get(name, implicit=2).tableaus == (other, stiff)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["rk4", "gauss4", "alexander2"])
def test_equal_colours_are_one_however_many(name: str) -> None:
    A, b = _texts(name)
    triple = get("additive-runge-kutta", A=" | ".join([A] * 3), b=b)
    assert len(triple.colors) == 3
    plain = by_tree(get(name), 3)
    assert all(b == plain[forgotten(t)] for t, b in by_tree(triple, 3).items())


def _texts(name: str) -> tuple[str, str]:
    A, b = str(get(name).tableau).removeprefix("A=(").split("), b=(")  # type: ignore[attr-defined]
    return A, b.rstrip(")")


def test_two_tableaus_are_a_partitioned_method() -> None:
    pair = get("lobatto-iiia-iiib", stages=3)
    A = " | ".join(_written(t)[0] for t in pair.tableaus)  # type: ignore[attr-defined]
    other = get("additive-runge-kutta", A=A, b="1/6, 2/3, 1/6")
    assert list(by_tree(pair, 3).values()) == list(by_tree(other, 3).values())


def _written(tableau: Any) -> tuple[str, str]:
    from bea.methods.partitioned.runge_kutta import _written as written

    return written(tableau)


def test_tableaus_as_sequences() -> None:
    text = get("additive-runge-kutta", A="0, 0; 0, 1/2 | 0, 0; 1/2, 0", b="0, 1")
    lists: Any = [[[0, 0], [0, "1/2"]], [[0, 0], ["1/2", 0]]]
    assert get("additive-runge-kutta", A=lists, b=[0, 1]) == text
    assert get("additive-runge-kutta", A=lists, b=[[0, 1], [0, 1]]) == text
    assert get("additive-runge-kutta", **text.parameters) == text


# --- split by terms -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["imex-euler", "ars222", "strang", "symplectic-euler",
                                  "yoshida"])  # fmt: skip
def test_routes_agree_on_a_field_that_is_split_by_terms(text: str) -> None:
    method = get(text, split=TERMS)
    wanted = modified_equation(method, STIFF, 2).components
    for route in ("trees", "operator"):
        found = modified_equation(method, STIFF, 2, route=route).components
        for one, other in zip(wanted, found, strict=True):
            assert all((a - b).is_zero() for a, b in zip(one, other, strict=True))


def test_lie_splitting_of_a_linear_field_by_terms() -> None:
    """log(e^B e^A) = A + B + gamma/2 [B, A] for matrices, Baker, Campbell and Hausdorff."""
    field = VectorField.read("x' = x + 2*y, y' = 3*x")
    method = get("splitting", stages="A, B", split="x' = x + 2*y; y' = 3*x")
    A, B = np.array([[1, 2], [0, 0]]), np.array([[0, 0], [3, 0]])
    found = modified_equation(method, field, 1).components[1]
    wanted = (B @ A - A @ B) / 2
    assert [str(c) for c in found] == ["-3*x", "3*x/2 + 3*y"]
    assert wanted.tolist() == [[-3, 0], [1.5, 3]]


def test_implicit_explicit_euler_in_floats() -> None:
    x, y, gamma = 1.0, 0.5, 0.1
    for _ in range(10):  # f2 first, then f1 implicitly, which is linear
        x, y = (x + gamma * y**2) / (1 + 4 * gamma), (y - gamma * np.sin(x)) / (1 + gamma)
    run = bea.iterate(get("imex-euler", split=TERMS), STIFF, [[1.0, 0.5]], [gamma], steps=10)
    np.testing.assert_allclose(run.values[0, 0, -1], [x, y], rtol=1e-13)


def test_a_random_additive_method_is_confirmed_in_60_digits() -> None:
    """One step misses the flow of order 2 by gamma^4; with a wrong last term by gamma^3."""
    for equation, order, control in tried(3, seed=1):
        assert order == pytest.approx(4, abs=0.1), equation.method
        assert control == pytest.approx(3, abs=0.1), equation.method


def test_parts_of_a_gradient_flow_have_free_trees_of_their_own() -> None:
    """Simultaneous steps of two losses are descent on their sum; one after the other is not.

    f1 = -grad L1 and f2 = -grad L2: the mixed term of order gamma is a gradient exactly where f1'f2
    and f2'f1 have the same factor.
    """
    both = get("additive-runge-kutta", A="0 | 0", b="1")
    assert modified_equation(both, order=1).is_gradient == (True, True)
    assert modified_equation(get("imex-euler"), order=1).is_gradient == (True, False)


def test_many_parts() -> None:
    """Twelve variables in turns: component k sees the new values of those before."""
    names = [f"x{k}" for k in range(1, 13)]
    field = VectorField.read([f"x{k % 12 + 1}" for k in range(1, 13)], names)
    found = modified_equation(get("alternating", first="; ".join(names)), field, 1)
    # x12' = x1 alone sees a new value: -f'f/2 elsewhere, and there + x2/2.
    assert str(found.components[1][11]) == "x2/2"
    assert [str(c) for c in found.components[1][:2]] == ["-x3/2", "-x4/2"]


# --- refusals -------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, dict[str, Any], type[BeaError], str]] = {
    "parts that are not said": ("imex-euler", {}, MethodError, "does not say what the parts"),
    "parts that leave something": (
        "imex-euler", {"split": "x' = -4*x; y' = -y"}, MethodError, "leave 'y.*2' of x'"),
    "a variable that there is not": (
        "imex-euler", {"split": "z' = 1; rest"}, MethodError, "moves 'z', which is no variable"),
    "a name that the field has not": (
        "imex-euler", {"split": "x' = k*x; rest"}, MethodError, "holds 'k', which the field has"),
    "components that are too few": (
        "imex-euler", {"split": "x' = x, 3; rest"}, BeaError, "cannot be read"),
    "a variable that moves twice": (
        "imex-euler", {"split": "rest; x' = 1, y' = 1, x' = 2"}, MethodError, "moves 'x' twice"),
    "two rests": ("imex-euler", {"split": "rest; rest"}, MethodError, "two parts that are the"),
    "one part": ("imex-euler", {"split": "x' = x"}, MethodError, "has one part: add"),
    "an empty part": ("imex-euler", {"split": "x' = x;; rest"}, MethodError, "is empty"),
    "three parts for two tableaus": (
        "imex-euler", {"split": "x' = x; y' = 1; rest"}, MethodError, "is a method of 2 parts"),
    "a split that is by terms": (
        "stormer-verlet", {"split": "f1 + f2"}, MethodError, "does not say what the parts"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused(name: str) -> None:
    method, parameters, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message):
        modified_equation(get(method, **parameters), STIFF, 1)


@pytest.mark.parametrize(
    ("parameters", "kind", "message"),
    [
        ({"A": "0", "b": "1"}, TableauError, "A has 1 and b 1 tableaus: give one of each"),
        ({"A": "0 | 0 | 0", "b": "1 | 1"}, TableauError, "A has 3 and b 2 tableaus"),
        ({"A": "0 | 0, 0; 1, 0", "b": "1 | 0, 1"}, TableauError, "have 1 and 2 stages"),
        ({"A": "0 | 0", "b": "1 | 2"}, TableauError, "weights b add up to 2"),
        (
            {"A": "0 | 0", "b": "1", "split": "x; y; z"},
            MethodError,
            "2 tableaus and .* 3 parts",
        ),
    ],
)
def test_tableaus_that_do_not_fit_are_refused(
    parameters: dict[str, str], kind: type[BeaError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        get("additive-runge-kutta", **parameters)


def test_a_field_to_feed_has_no_terms_of_its_own() -> None:
    method = get("imex-euler", split=TERMS)
    fed = modifying_integrator(method, STIFF, 1)
    run = bea.iterate(method, fed, [[1.0, 0.5]], [1 / 64, 1 / 128], time=1.0)
    errors = np.linalg.norm(run.values[:, 0, -1] - _flow_at_1(), axis=-1)
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)
    with pytest.raises(MethodError, match="to which part a correction of the field belongs"):
        modifying_integrator(method, STIFF, 2)
    with pytest.raises(MethodError, match="say the last part as 'rest'"):
        bea.iterate(get("imex-euler", split="x' = -4*x, y' = -y; x' = y**2, y' = -sin(x)"), fed,
                    [[1.0, 0.5]], [1 / 64], steps=1)  # fmt: skip
    for_every_field = modifying_integrator(method, order=1).coefficients
    assert {str(b) for t, b in for_every_field.items() if t.order == 2} == {"-1/2", "1/2"}


def _flow_at_1() -> Any:
    return bea.flow(STIFF, [[1.0, 0.5]], [1.0], [1.0]).values[0, 0, -1]


def test_splits_are_written_as_they_are_read() -> None:
    for text in ("x' = -4*x; rest", "f1 + f2 + f3", "x y; z", "halves", "2"):
        assert str(Split.of(text)) == text == str(Split.of(str(Split.of(text))))
