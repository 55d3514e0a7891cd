"""Ways into and out of the ring: text, SymPy and programs say the same as the element."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.algebra import Element, Ring, parse
from bea.algebra.language.expressions import to_text
from bea.algebra.language.sympy_bridge import from_sympy, to_sympy
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import (
    atom_nodes,
    moved_to,
    polynomial_node,
    read,
    to_expression,
    to_program,
)
from bea.errors import UnknownNameError

TEXTS = [
    "0",
    "-2/3",
    "x**2*y - y/3 + 1",
    "exp(-x)/(1 + exp(-x))",
    "sqrt(1 + x**2)*sin(x*y) - cos(y)**2",
    "(1 + x**2 + y**2)**(-3/2)",
    "log(1 + exp(x)) + tanh(y)**3",
    "1/(x**2 + 1) + 1/(x**2 + 1)**2",
    "pi*x + sqrt(2)*y + sqrt(6)",
    "sinh(x)*cosh(y) + 2**(1/3)",
    "sqrt(sqrt(1 + x**2) + y**2)",
    "exp(exp(-x**2)/2)",
]
texts = pytest.mark.parametrize("text", TEXTS)
POINT = fmpq(2, 7), fmpq(-3, 5)


def plane() -> Ring:
    return Ring(["x", "y"])


@texts
def test_reading_what_was_written(text: str) -> None:
    ring = plane()
    element = read(ring, parse(text))
    again = read(ring, parse(to_text(to_expression(element))))
    assert again == element
    elsewhere = read(plane(), to_expression(element))
    assert (read(ring, to_expression(elsewhere)) - element).is_zero()


@texts
def test_through_sympy_and_back(text: str) -> None:
    ring = plane()
    element = read(ring, parse(text))
    formula = to_sympy(to_expression(element))
    assert (read(ring, from_sympy(formula)) - element).is_zero()


@texts
def test_program_in_balls_and_in_floats(text: str) -> None:
    element = read(plane(), parse(text))
    program = to_program([element, element.derivative(1)])
    balls = program.run([arb(c) for c in POINT], arb)
    lanes = [np.full(3, int(c.p) / int(c.q)) for c in POINT]
    values = compile_program(program)(lanes, np.empty((2, 3)))
    np.testing.assert_allclose(values, np.array([[float(b)] * 3 for b in balls]), rtol=1e-14)
    formula = to_sympy(parse(text)).subs(dict(zip("xy", map(rational, POINT), strict=True)))
    assert float(balls[0]) == pytest.approx(float(formula.evalf(20)), rel=1e-14)


def rational(c: fmpq) -> sympy.Rational:
    return sympy.Rational(int(c.p), int(c.q))


def test_program_inputs_are_variables_parameters_and_extra_inputs() -> None:
    ring = Ring(["x"], ["a"])
    program = to_program([read(ring, parse("a*x"))], ["gamma"])
    assert program.inputs == ("x", "a", "gamma")
    assert program.run([fmpq(2), fmpq(3), fmpq(5)]) == [6]


def test_elements_made_earlier_and_later_share_one_program() -> None:
    ring = plane()
    early = read(ring, parse("x*y"))
    late = read(ring, parse("exp(x) + sqrt(1 + y**2)"))
    program = Program(ring.symbols)
    nodes = atom_nodes(program, ring)
    read(ring, parse("sin(y)"))  # the ring grows once more: the nodes known so far are enough
    for element in (early, late, early * late):
        program.output(polynomial_node(program, nodes, element))
    first, second, product = program.run([arb(c) for c in POINT], arb)
    assert product.overlaps(first * second)
    assert first.overlaps(arb(POINT[0] * POINT[1]))


@settings(max_examples=30)
@given(
    terms=st.dictionaries(
        st.tuples(st.integers(0, 4), st.integers(0, 4)),
        st.builds(fmpq, st.integers(-9, 9), st.integers(1, 5)),
        max_size=6,
    )
)
def test_polynomials_evaluate_exactly(terms: dict[tuple[int, int], fmpq]) -> None:
    element = plane().from_terms(terms)
    direct = sum((c * POINT[0] ** i * POINT[1] ** j for (i, j), c in terms.items()), start=fmpq(0))
    assert to_program([element]).run(list(POINT)) == [direct]
    assert element.terms() == {e: c for e, c in terms.items() if c != 0}


def test_roots_of_numbers_stand_above_the_line() -> None:
    ring = plane()
    assert str(read(ring, parse("x/sqrt(3)"))) == "x*sqrt(3)/3"
    assert str(read(ring, parse("2**(-1/3)"))) == "2**(2/3)/2"


def test_unknown_symbols_are_named() -> None:
    with pytest.raises(UnknownNameError, match="'z' is neither a variable nor a parameter"):
        read(plane(), parse("x + z"))


def test_values_are_elements() -> None:
    assert isinstance(read(plane(), parse("1")), Element)


def test_only_a_generator_itself_has_a_place_elsewhere() -> None:
    """Where exp(2 x) is a square, or sqrt(6) a product, the element is read anew."""
    for text, known in (
        ("exp(2*x)", "exp(x)"),
        ("exp(2*x)*exp(x)", "exp(x)"),
        ("sqrt(6)", "sqrt(2)*sqrt(3)"),
    ):
        element = read(Ring(["x"]), parse(text))
        ring = Ring(["x"])
        expected = read(ring, parse(f"{known} + {text}")) - read(ring, parse(known))
        assert moved_to(ring, element) == expected


@pytest.mark.parametrize(
    "text", ["x**2*y - 3/2", "exp(2*x) + exp(x)*y", "sqrt(3)*x/sqrt(2)", "sin(x)**2*cos(y)",
             "log(1 + exp(x))/(1 + x**2)", "0", "pi*x"],
)  # fmt: skip
@pytest.mark.parametrize("before", ["1", "exp(x/2)", "cos(x) + 1/(1 + x**2)**2"])
def test_an_element_moves_as_its_expression_does(text: str, before: str) -> None:
    """The other ring has its names in another order, and functions of its own."""
    element = read(Ring(["x", "y"]), parse(text))
    ring = Ring(["t", "y", "x"], ["a"])
    read(ring, parse(before))
    found = moved_to(ring, element)
    assert found.ring is ring and (found - read(ring, parse(text))).is_zero()
