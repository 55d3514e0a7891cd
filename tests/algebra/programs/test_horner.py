"""Horner's scheme is the polynomial, and shares what is equal."""

from __future__ import annotations

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.algebra.programs.horner import polynomial
from bea.algebra.programs.program import Program, operation_count
from bea.errors import DimensionError

rationals = st.fractions(min_value=-9, max_value=9, max_denominator=12).map(
    lambda value: fmpq(value.numerator, value.denominator)
)
polynomials = st.dictionaries(st.tuples(*[st.integers(0, 6)] * 3), rationals, max_size=14)


def one_input() -> tuple[Program, int]:
    program = Program(["x"])
    return program, program.input(0)


def value(terms: dict, point: list[fmpq]) -> fmpq:
    """The polynomial, term by term."""
    total = fmpq(0)
    for exponents, coefficient in terms.items():
        product = fmpq(coefficient)
        for x, exponent in zip(point, exponents, strict=True):
            product *= x**exponent
        total += product
    return total


@given(polynomials, st.lists(rationals, min_size=3, max_size=3))
def test_horner_scheme_is_the_polynomial(terms, point):
    program = Program("xyz")
    program.output(polynomial(program, terms, [program.input(i) for i in range(3)]))
    assert program.run(point) == [value(terms, point)]


@pytest.mark.parametrize("degree", [1, 2, 5, 40])
def test_dense_univariate_polynomial_takes_one_product_a_degree(degree):
    program, x = one_input()
    program.output(polynomial(program, {(k,): k + 2 for k in range(degree + 1)}, [x]))
    assert operation_count(program) == {"multiply": degree, "add": degree}


def test_sparse_powers_are_shared():
    program, x = one_input()
    program.output(polynomial(program, {(12,): fmpq(1), (4,): fmpq(1)}, [x]))
    # x⁴ (x⁸ + 1): x², x⁴, x⁸ and one product.
    assert operation_count(program) == {"multiply": 4, "add": 1}


def test_components_share_their_powers():
    program = Program("xy")
    generators = [program.input(0), program.input(1)]
    for coefficient in (2, 3, 5):
        program.output(polynomial(program, {(4, 4): coefficient}, generators))
    # x², x⁴, y², y⁴, x⁴y⁴, and one scaling each.
    assert operation_count(program).total() == 5 + 3


def test_equal_coefficients_are_taken_out():
    program = Program("xyz")
    inputs = [program.input(i) for i in range(3)]
    third = fmpq(1, 3)
    terms = {(1, 0, 0): third, (0, 1, 0): -third, (0, 0, 1): third}
    program.output(polynomial(program, terms, inputs))
    assert operation_count(program)["multiply"] == 1


def test_high_degree_needs_no_recursion():
    program, x = one_input()
    program.output(polynomial(program, {(k,): 1 + k % 2 for k in range(1200)}, [x]))
    assert program.run([fmpq(1)]) == [1800]


def test_wrong_exponents_are_refused():
    program, x = one_input()
    with pytest.raises(DimensionError, match=r"exponents \(1, 2\): give 1"):
        polynomial(program, {(1, 2): 1}, [x])
    with pytest.raises(DimensionError, match="integers ≥ 0"):
        polynomial(program, {(-1,): 1}, [x])
