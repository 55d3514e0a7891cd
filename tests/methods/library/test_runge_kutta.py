"""Runge-Kutta methods: weights straight from the tableau, and published modified equations."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import prod, sqrt
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import bea.methods
from bea.algebra import Ring, as_float, as_rational
from bea.algebra.language.expressions import Expression
from bea.algebra.ring.exact import in_ring
from bea.bseries import TreeArithmetic, field_of_map
from bea.errors import TableauError
from bea.fields import NumericField, VectorField
from bea.methods import Method, get
from bea.methods.library.runge_kutta import RungeKutta
from bea.methods.library.tableau import Tableau
from bea.trees import Tree, position, tree, trees, trees_up_to

RATIONAL = [
    "explicit-midpoint", "implicit-midpoint", "trapezoidal", "heun", "ralston", "kutta3", "rk4",
]  # fmt: skip
SYMMETRIC = ["implicit-midpoint", "trapezoidal", "gauss4", "gauss6"]


@cache
def numbers() -> Ring:
    return Ring([], ["theta", "alpha"])


def constant(expression: Expression) -> Any:
    rational = as_rational(expression)
    return in_ring(expression, numbers()) if rational is None else rational


def coefficients(method: Method, nodes: int) -> list[Any]:
    f = TreeArithmetic(nodes)
    theta, _ = method.bind(constant).step(f, f.identity, (), f.gamma)
    return theta.coefficients


def modified(name: str, nodes: int) -> dict[Tree, Any]:
    return dict(zip(trees_up_to(nodes), field_of_map(coefficients(get(name), nodes)), strict=True))


def elementary_weight(A: list[list[Any]], b: list[Any], t: Tree) -> Any:
    """Phi(t) = sum over i of b_i Phi_i(t), Phi_i(t) = prod over children of sum_j a_ij Phi_j(c).

    Hairer, Norsett and Wanner, Solving ODEs I, section II.2 (definition 2.9 and its recursion).
    """

    def stage(i: int, t: Tree) -> Any:
        return prod((sum(a * stage(j, c) for j, a in enumerate(A[i])) for c in t.children), start=1)

    return sum(weight * stage(i, t) for i, weight in enumerate(b))


def entries(tableau: Tableau, number: Any) -> tuple[list[list[Any]], list[Any]]:
    return [[number(a) for a in row] for row in tableau.A], [number(w) for w in tableau.b]


def fraction(expression: Expression) -> Fraction:
    value = as_rational(expression)
    assert value is not None
    return Fraction(int(value.p), int(value.q))


@pytest.mark.parametrize("name", RATIONAL)
def test_coefficients_are_the_elementary_weights(name: str) -> None:
    method = get(name)
    A, b = entries(method.tableau, fraction)  # type: ignore[attr-defined]
    for t, a in zip(trees_up_to(7), coefficients(method, 7), strict=True):
        assert elementary_weight(A, b, t) == Fraction(int(a.p), int(a.q))


def test_coefficients_of_gauss_methods() -> None:
    """With the entries of Hairer, Lubich and Wanner, section II.1.3, in floating point."""
    r, s = sqrt(3), sqrt(15)
    tables = {
        "gauss4": ([[1 / 4, 1 / 4 - r / 6], [1 / 4 + r / 6, 1 / 4]], [1 / 2, 1 / 2]),
        "gauss6": (
            [
                [5 / 36, 2 / 9 - s / 15, 5 / 36 - s / 30],
                [5 / 36 + s / 24, 2 / 9, 5 / 36 - s / 24],
                [5 / 36 + s / 30, 2 / 9 + s / 15, 5 / 36],
            ],
            [5 / 18, 4 / 9, 5 / 18],
        ),
    }
    for name, (A, b) in tables.items():
        for t, a in zip(trees_up_to(6), coefficients(get(name), 6), strict=True):
            value = a if isinstance(a, fmpq) else a.as_rational()
            assert value is not None  # conjugate nodes: the radicals cancel
            assert float(value.p) / float(value.q) == pytest.approx(elementary_weight(A, b, t))


@settings(max_examples=20)
@given(
    entries_=st.lists(st.builds(Fraction, st.integers(-4, 4), st.integers(1, 4)), min_size=5),
    implicit=st.booleans(),
)
def test_weights_of_any_tableau(entries_: list[Fraction], implicit: bool) -> None:
    rows = entries_[0:2], entries_[2:4]
    A = [[a if implicit or j < i else 0 for j, a in enumerate(row)] for i, row in enumerate(rows)]
    b = [entries_[-1], 1 - entries_[-1]]
    method = RungeKutta(A=A, b=b)
    for t, a in zip(trees_up_to(5), coefficients(method, 5), strict=True):
        assert elementary_weight(A, b, t) == Fraction(int(a.p), int(a.q))


@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetric_methods_have_even_powers_only(name: str) -> None:
    """Hairer, Lubich and Wanner, theorem IX.2.2."""
    nodes = 7 if name == "gauss6" else 8
    field = modified(name, nodes)
    assert all(b == 0 for t, b in field.items() if t.order % 2 == 0)
    assert any(b != 0 for t, b in field.items() if t.order == get(name).order_of_accuracy + 1)


@pytest.mark.parametrize("name", ["explicit-midpoint", "heun", "rk4"])
def test_explicit_methods_are_not_symmetric(name: str) -> None:
    assert any(b != 0 for t, b in modified(name, 6).items() if t.order in (4, 6))


def written(name: str, power: int) -> dict[str, fmpq]:
    """Return the terms b/sigma of one power of gamma, as elementary differentials."""
    from bea.trees import elementary_differential

    found = modified(name, power + 1)
    return {
        elementary_differential(t): found[t] / t.symmetry for t in trees(power + 1) if found[t] != 0
    }


def test_published_modified_equations() -> None:
    """Hairer, Lubich and Wanner, section IX.1, and Griffiths and Sanz-Serna, SISSC 7 (1986)."""
    assert written("explicit-euler", 1) == {"f'f": fmpq(-1, 2)}
    assert written("explicit-euler", 2) == {"f''(f,f)": fmpq(1, 12), "f'f'f": fmpq(1, 3)}
    assert written("implicit-euler", 1) == {"f'f": fmpq(1, 2)}
    assert written("implicit-euler", 2) == {"f''(f,f)": fmpq(1, 12), "f'f'f": fmpq(1, 3)}
    assert written("explicit-midpoint", 2) == {"f''(f,f)": fmpq(-1, 24), "f'f'f": fmpq(-1, 6)}
    assert written("implicit-midpoint", 2) == {"f''(f,f)": fmpq(-1, 24), "f'f'f": fmpq(1, 12)}
    assert written("trapezoidal", 2) == {"f''(f,f)": fmpq(1, 12), "f'f'f": fmpq(1, 12)}
    assert written("heun", 2) == {"f''(f,f)": fmpq(1, 12), "f'f'f": fmpq(-1, 6)}


@pytest.mark.parametrize("name", ["explicit-midpoint", "kutta3", "rk4"])
def test_the_leading_term_is_the_principal_error(name: str) -> None:
    """b = Phi - 1/density on the trees of order p + 1, and 0 below (HNW I, theorem II.3.2)."""
    method = get(name)
    A, b = entries(method.tableau, fraction)  # type: ignore[attr-defined]
    p = method.order_of_accuracy
    assert p is not None
    for t, value in modified(name, p + 1).items():
        error = elementary_weight(A, b, t) - Fraction(1, t.density)
        assert Fraction(int(value.p), int(value.q)) == (error if t.order > 1 else 1)


def test_rk4_principal_error_is_published() -> None:
    """HNW I, section II.3: the bush of five nodes is off by 5/24 - 1/5 ... the chain by -1/120."""
    field = modified("rk4", 5)
    assert field[tree([[], [], [], []])] == fmpq(1, 120)
    assert field[tree([[[[[]]]]])] == fmpq(-1, 120)


def test_the_theta_method_keeps_its_parameter() -> None:
    theta = numbers().symbol("theta")
    method = RungeKutta(A=[["theta"]], b=[1])
    a = coefficients(method, 4)
    for t, found in zip(trees_up_to(4), a, strict=True):
        assert found == theta ** (t.order - 1)
    b = field_of_map(a)
    assert b[position(tree([[]]))] == theta - fmpq(1, 2)
    assert method.parameters == {"A": "theta", "b": "1"}
    assert str(method) == "runge-kutta(A=theta, b=1)"


def test_a_family_of_second_order_methods() -> None:
    """A = [0, 0; alpha, 0], b = [1 - 1/(2 alpha), 1/(2 alpha)] (HNW I, exercise II.1.1)."""
    method = RungeKutta(A=[[0, 0], ["alpha", 0]], b=["1 - 1/(2*alpha)", "1/(2*alpha)"])
    a = coefficients(method, 3)
    alpha = numbers().symbol("alpha")
    assert a[:2] == [1, fmpq(1, 2)]
    assert a[position(tree([[], []]))] == alpha / 2
    assert a[position(tree([[[]]]))] == 0


def test_a_tableau_that_is_given_is_the_named_method() -> None:
    named = bea.methods.rk4()
    given_ = bea.methods.runge_kutta(
        A="0,0,0,0; 1/2,0,0,0; 0,1/2,0,0; 0,0,1,0", b="1/6 1/3 1/3 1/6", c="0 1/2 1/2 1"
    )
    assert given_.tableau == named.tableau  # type: ignore[attr-defined]
    assert given_ == RungeKutta(A=named.A, b=named.b)  # type: ignore[attr-defined]
    assert hash(given_) == hash(RungeKutta(A=named.A, b=named.b))  # type: ignore[attr-defined]
    gammas = np.array([0.1, 0.3])
    theta = np.array([[1.0, 2.0]])
    steps = []
    for method in (named, given_):
        f = NumericField(VectorField.read("-y**2").numeric(), gammas)
        steps.append(method.bind(as_float).step(f, theta, (), gammas)[0])
    np.testing.assert_array_equal(*steps)


def test_binding_leaves_the_method_as_it_was() -> None:
    method = bea.methods.gauss4()
    bound = method.bind(as_float)
    assert bound is not method
    assert not hasattr(method, "_rows")
    assert bound.name == "gauss4"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"A": "1/2 x y", "b": "1"}, "A has 1 rows of lengths 3: A must be square"),
        ({"A": [[0, 0], [1]], "b": "1/2 1/2"}, "A has 2 rows of lengths 2 1"),
        ({"A": "0", "b": "1/2 1/2"}, "b has 2 weights but A has 1 rows"),
        ({"A": 1, "b": [1]}, "A is a int: give rows"),
        ({"A": [[0]], "b": 1}, "b is a int: give rows"),
        ({"A": "0", "b": "2"}, "the weights b add up to 2: .* needs sum b = 1"),
        ({"A": "0 0; 1 0", "b": "a b"}, r"the weights b add up to a \+ b"),
        ({"A": "1/2", "b": "1", "c": "1/3"}, r"row 1 of A adds up to 1/2 but c\[1\] is 1/3"),
        ({"A": "1/2", "b": "1", "c": "1/2 1"}, "c has 2 nodes for 1 stages"),
        ({"A": "1/", "b": "1"}, "row 1 of A: entry 1 cannot be read"),
        ({"A": "sqrt(-1)", "b": "1"}, "row 1 of A: entry 1 cannot be read"),
        ({"A": "__import__('os')", "b": "1"}, "row 1 of A: entry 1 cannot be read"),
    ],
)
def test_a_bad_tableau_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TableauError, match=message) as caught:
        RungeKutta(**arguments)
    assert "\n" not in str(caught.value)


def test_consistency_is_decided_exactly() -> None:
    assert RungeKutta(A="1/2", b=["sqrt(2)/2 + 1 - 1/sqrt(2)"]).tableau.stages == 1
    assert RungeKutta(A="0 0; 1 0", b="w, 1 - w").parameters["b"] == "w, 1 - w"
    assert Tableau.of("1/4, 1/4 - sqrt(3)/6; 1/4 + sqrt(3)/6, 1/4", "1/2 1/2",
                      "1/2 - sqrt(3)/6, 1/2 + sqrt(3)/6").stages == 2  # fmt: skip
    with pytest.raises(TableauError, match="sum b = 1"):
        RungeKutta(A="0", b="0.3333333333333333")


def test_shape_of_a_tableau() -> None:
    explicit, diagonal = Tableau.of("0 0; 1 0", "1/2 1/2"), Tableau.of("1 0; 1 1", "1/2 1/2")
    assert explicit.explicit
    assert not diagonal.explicit
    assert not get("trapezoidal").tableau.explicit  # type: ignore[attr-defined]
    assert [[j for j, _ in row] for row in explicit.rows()] == [[], [0]]
    assert str(explicit) == "A=(0, 0; 1, 0), b=(1/2, 1/2)"


@pytest.mark.parametrize(
    ("A", "b"),
    [
        (np.array([[0, 0], [1, 0]]), sympy.Matrix([1, 1]) / 2),
        (sympy.Matrix([[0, 0], [1, 0]]), [sympy.Rational(1, 2)] * 2),
        ([[0, 0], np.array([1, 0])], ("1/2", "1/2")),
    ],
)
def test_tableaus_in_arrays_and_matrices(A: object, b: object) -> None:
    assert get("runge-kutta", A=A, b=b).tableau == get("heun").tableau
