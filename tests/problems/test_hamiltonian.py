"""Hamiltonians as problems: how they are read, and which of the library know theirs."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy

import bea
from bea.errors import BeaError, DimensionError, ExpressionError, GuessWarning, UnknownNameError
from bea.fields import Hamiltonian
from bea.modified.structure.geometry import hamiltonian_of

KNOWN = ["harmonic-oscillator", "kepler", "pendulum"]


def test_those_of_the_library_know_theirs() -> None:
    fields = {name: bea.problems.get(name) for name in bea.problems.available("field")}
    assert [n for n, f in fields.items() if isinstance(f, Hamiltonian)] == KNOWN
    for name in KNOWN:
        problem = fields[name]
        assert isinstance(problem, Hamiltonian)
        own = Hamiltonian(problem.value).components
        assert all((a - b).is_zero() for a, b in zip(own, problem.components, strict=True))


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("p**2/2 - cos(q)", ("q", "p")),
        ("(p1**2 + p2**2)/2 + q1*q2 + q3**4 + p3**2", ("q1", "q2", "q3", "p1", "p2", "p3")),
        ("px**2/2 + x**4", ("x", "px")),
        ("p_theta**2/2 - cos(theta)", ("theta", "p_theta")),
    ],
)
def test_momenta_are_told_by_their_names(text: str, variables: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bea.problems.hamiltonian(text).variables == variables


def test_other_names_are_guessed_and_that_is_said() -> None:
    with pytest.warns(GuessWarning, match="x is taken for the position and y for the momentum"):
        assert bea.problems.hamiltonian("x**2 + y**4").variables == ("x", "y")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bea.problems.hamiltonian("x**2 + y**4", "y x").variables == ("y", "x")


def test_values_parameters_and_sympy() -> None:
    q, p, k = sympy.symbols("q p k")
    spring = bea.problems.hamiltonian(p**2 / 2 + k * q**2 / 2, parameters={"k": 4})
    np.testing.assert_allclose(spring.at([[1.0, 2.0], [0.0, 1.0]]), [4.0, 0.5])
    np.testing.assert_allclose(spring([1.0, 2.0]), [2.0, -4.0])
    open_ = bea.problems.hamiltonian("p**2/2 + k*q**2/2", parameters="k")
    assert open_.parameters == ("k",) and open_.is_separable
    assert not bea.problems.hamiltonian("p*q").is_separable
    assert str(open_.with_parameters(["c"])) == str(open_)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("p**2/2",), DimensionError, "of p one is left over: declare all variables"),
        (("p**2 + q", "q p r"), DimensionError, "one is left over"),
        (("p, q",), DimensionError, "2 were given"),
        (("p**2 + q", "p q"), ExpressionError, "write --variables 'q p'"),
        (("q1*p1 + q2*p2", "q1 p1 q2 p2"), ExpressionError, "write --variables 'q1 q2 p1 p2'"),
        (("p**2 +",), ExpressionError, "ends too early"),
    ],
)
def test_mistakes(arguments: tuple[str, ...], error: type[BeaError], message: str) -> None:
    with pytest.raises(error, match=message):
        bea.problems.hamiltonian(*arguments)


def test_names_of_the_library() -> None:
    assert bea.problems.find_hamiltonian("pendulum").name == "pendulum"
    with pytest.raises(UnknownNameError, match="'lorenz' is no Hamiltonian field"):
        bea.problems.find_hamiltonian("lorenz")
    with pytest.raises(UnknownNameError, match="Did you mean 'pendulum'"):
        bea.problems.find_hamiltonian("pendulm")


def test_that_of_a_polynomial_field_is_found_where_names_say_what_is_what() -> None:
    found = hamiltonian_of(bea.problems.field("p + q**2, -2*q*p - q**3", "q p"))
    assert found is not None and str(found.value) == "q**4/4 + q**2*p + p**2/2"
    assert hamiltonian_of(bea.problems.field("p, -q - p", "q p")) is None
    assert hamiltonian_of(bea.problems.field("y, -x", "x y")) is None
    assert hamiltonian_of(bea.problems.loss("q*p", "q p")) is None  # it has a modified loss
