"""A program is exact, shares what is equal, and runs unchanged in any arithmetic."""

from __future__ import annotations

import math
from copy import deepcopy
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.algebra.language.functions import FUNCTIONS
from bea.algebra.programs.horner import polynomial
from bea.algebra.programs.program import Node, Program, operation_count
from bea.errors import DimensionError, DomainError, ExpressionError, UnknownNameError
from bea.series import PowerSeries

rationals = st.fractions(min_value=-9, max_value=9, max_denominator=12).map(
    lambda value: fmpq(value.numerator, value.denominator)
)


def one_input() -> tuple[Program, int]:
    program = Program(["x"])
    return program, program.input(0)


# Exactness


@st.composite
def traced(draw):
    """A random program, with each node's value at a point found by rational arithmetic."""
    program = Program("xy")
    point = [draw(rationals.filter(bool)) for _ in range(2)]
    nodes = [(program.input(i), x) for i, x in enumerate(point)]
    for _ in range(draw(st.integers(1, 25))):
        (a, x), (b, y) = (nodes[draw(st.integers(0, len(nodes) - 1))] for _ in range(2))
        constant = draw(st.sampled_from([fmpq(-3), fmpq(-1), fmpq(0), fmpq(1), fmpq(2, 3)]))
        choices = [
            lambda a=a, b=b, x=x, y=y: (program.add(a, b), x + y),
            lambda a=a, b=b, x=x, y=y: (program.subtract(a, b), x - y),
            lambda a=a, b=b, x=x, y=y: (program.multiply(a, b), x * y),
            lambda a=a, x=x: (program.negate(a), -x),
            lambda a=a, x=x: (program.reciprocal(a), 1 / x) if x else (a, x),
            lambda c=constant: (program.constant(c), c),
            lambda a=a, x=x, c=constant: (program.add(a, program.constant(c)), x + c),
            lambda a=a, x=x, c=constant: (program.subtract(program.constant(c), a), c - x),
            lambda a=a, x=x, c=constant: (program.multiply(program.constant(c), a), c * x),
        ]
        node, exact = draw(st.sampled_from(choices))()
        if max(abs(exact.p), exact.q) < 10**40:
            nodes.append((node, exact))
    return program, point, nodes


@given(traced())
def test_simplifications_keep_the_value(trace):
    program, point, nodes = trace
    for node, _ in nodes:
        program.output(node)
    assert program.run(point) == [exact for _, exact in nodes]


@pytest.mark.parametrize("exponent", [-7, -2, -1, 0, 1, 2, 3, 10, 31])
def test_integer_powers(exponent):
    program, x = one_input()
    program.output(program.power(x, exponent))
    assert program.run([fmpq(-2, 3)]) == [fmpq(-2, 3) ** exponent]


@pytest.mark.parametrize(
    "exponent", [Fraction(1, 2), Fraction(-3, 2), Fraction(5, 3), Fraction(1, 12)]
)
def test_rational_powers_of_perfect_powers_are_exact(exponent):
    program, x = one_input()
    program.output(program.power(x, fmpq(exponent.numerator, exponent.denominator)))
    root = fmpq(3, 2)
    power = exponent * 12
    assert power.denominator == 1
    assert program.run([root**12]) == [root ** int(power)]


# Simplification and sharing


def test_units_and_zeros_vanish():
    program, x = one_input()
    zero, one = program.constant(0), program.constant(1)
    assert program.add(x, zero) == program.add(zero, x) == x
    assert program.multiply(one, x) == program.multiply(x, one) == x
    assert program.multiply(x, zero) == program.subtract(x, x) == zero
    assert program.negate(program.negate(x)) == x
    assert program.reciprocal(program.reciprocal(x)) == x
    assert program.power(x, 1) == x
    assert program.power(x, 0) == one


def test_equal_up_to_order_and_sign_is_one_node():
    program = Program("xy")
    x, y = program.input(0), program.input(1)
    product = program.multiply(x, y)
    assert program.multiply(y, x) == product
    assert program.multiply(program.negate(x), program.negate(y)) == product
    assert program.multiply(program.negate(x), y) == program.negate(product)
    assert program.add(x, y) == program.add(y, x)
    assert program.add(x, program.negate(y)) == program.subtract(x, y)
    assert program.subtract(y, x) == program.negate(program.subtract(x, y))
    assert program.call("sin", program.negate(x)) == program.negate(program.call("sin", x))
    assert program.call("cosh", program.negate(x)) == program.call("cosh", x)


def test_constants_are_folded_exactly():
    program, x = one_input()
    third = program.constant(fmpq(1, 3))
    assert program.nodes[program.add(third, third)] == Node("constant", (), fmpq(2, 3))
    assert program.power(program.constant(fmpq(4, 9)), fmpq(-1, 2)) == program.constant(fmpq(3, 2))
    shifted = program.add(program.subtract(third, x), program.constant(fmpq(2, 3)))
    assert program.nodes[shifted] == Node("subtract", (program.constant(1), x))
    scaled = program.multiply(third, program.multiply(program.constant(-3), x))
    assert scaled == program.negate(x)
    for name in FUNCTIONS:
        at = program.constant(1 if name == "log" else 0)
        assert program.nodes[program.call(name, at)].operation == "constant"


def test_dead_nodes_are_not_counted_or_run():
    program, x = one_input()
    program.reciprocal(x)
    program.output(program.add(x, program.constant(1)))
    assert operation_count(program) == {"add": 1}
    assert program.run([fmpq(0)]) == [1]  # 1/x would raise


# Arithmetics


def sample() -> Program:
    """√(x² + 2) exp(−x/3) / (1 + y²) + π sin(y) (x² + 2)^(1/3), with every kind of node."""
    program = Program("xy")
    x, y = program.input(0), program.input(1)
    inner = program.add(program.multiply(x, x), program.constant(2))
    decay = program.call("exp", program.multiply(program.constant(fmpq(-1, 3)), x))
    first = program.multiply(program.power(inner, fmpq(1, 2)), decay)
    below = program.add(program.constant(1), program.power(y, 2))
    wave = program.multiply(program.pi(), program.call("sin", y))
    second = program.multiply(wave, program.power(inner, fmpq(1, 3)))
    program.output(program.add(program.multiply(first, program.power(below, -1)), second))
    program.output(program.constant(fmpq(1, 3)))
    program.output(x)
    return program


def sample_value(x: float, y: float) -> float:
    inner = x * x + 2
    first = math.sqrt(inner) * math.exp(-x / 3) / (1 + y * y)
    return first + math.pi * math.sin(y) * inner ** (1 / 3)


def test_runs_in_floats_and_arrays():
    expected = sample_value(0.5, -1.25)
    assert sample().run([0.5, -1.25], float) == pytest.approx([expected, 1 / 3, 0.5], rel=1e-14)
    xs, ys = np.array([0.5, 2.0, -3.0]), np.array([-1.25, 0.0, 7.0])
    result = sample().run([xs, ys], float)[0]
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, np.vectorize(sample_value)(xs, ys), rtol=1e-14)


def test_runs_in_balls_and_mpmath_to_many_digits():
    with ctx.workprec(200), mpmath.workprec(200):
        ball = sample().run([arb(0.5), arb(-1.25)], arb)[0]
        number = sample().run(
            [mpmath.mpf(0.5), mpmath.mpf(-1.25)], lambda q: mpmath.mpf(int(q.p)) / int(q.q)
        )[0]
        assert ball.rel_accuracy_bits() > 180
        # The two know nothing of one another, and meet in their decimals.
        assert mpmath.almosteq(mpmath.mpf(ball.mid().str(55, radius=False)), number, 1e-50)
    assert float(ball) == pytest.approx(sample_value(0.5, -1.25), rel=1e-14)


def test_runs_on_arrays_of_objects():
    points = np.array([arb(0.5), arb(2)], dtype=object)
    result = sample().run([points, -points], arb)[0]
    assert [float(x) for x in result] == pytest.approx(
        [sample_value(0.5, -0.5), sample_value(2, -2)], rel=1e-13
    )


def test_runs_in_power_series():
    program, x = one_input()
    program.output(program.power(program.add(program.constant(1), x), fmpq(-1, 2)))
    program.output(program.call("exp", program.multiply(program.constant(2), x)))
    root, exponential = program.run([PowerSeries([fmpq(0), fmpq(1), fmpq(0), fmpq(0)])])
    assert root.coefficients == (1, fmpq(-1, 2), fmpq(3, 8), fmpq(-5, 16))
    assert exponential.coefficients == (1, 2, 2, fmpq(4, 3))


class Dual:
    """A toy arithmetic: value + slope ε with ε² = 0, over the rationals."""

    def __init__(self, value, slope=0):
        self.value, self.slope = fmpq(value), fmpq(slope)

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other):
        return Dual(self.value - other.value, self.slope - other.slope)

    def __mul__(self, other):
        if isinstance(other, fmpq):
            return Dual(self.value * other, self.slope * other)
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __pow__(self, exponent):
        assert exponent == -1
        return Dual(1 / self.value, -self.slope / self.value**2)

    def cos(self):
        assert self.value == 0
        return Dual(1, 0)


@pytest.mark.parametrize("scale", [None, fmpq])
def test_runs_in_a_toy_arithmetic(scale):
    program, x = one_input()
    # (5 − 3x²)/x + cos(x − 2), whose derivative is −5/x² − 3 − sin(x − 2)
    above = polynomial(program, {(0,): fmpq(5), (2,): fmpq(-3)}, [x])
    turn = program.call("cos", program.subtract(x, program.constant(2)))
    program.output(program.add(program.multiply(above, program.power(x, -1)), turn))
    (result,) = program.run([Dual(2, 1)], Dual, scale=scale)
    assert (result.value, result.slope) == (fmpq(-7, 2) + 1, fmpq(-5, 4) - 3)


def test_undefined_floats_give_nan_or_inf_without_warnings():
    program, x = one_input()
    for node in (program.power(x, -1), program.power(x, fmpq(1, 3)), program.call("log", x)):
        program.output(node)
    assert program.run([0.0], float) == [np.inf, 0, -np.inf]
    result = np.array(program.run([np.array([-8.0])], float))
    np.testing.assert_array_equal(result, [[-0.125], [np.nan], [np.nan]])


def test_pi_can_be_given():
    program, x = one_input()
    program.output(program.multiply(program.pi(), x))
    assert program.run([fmpq(7)], pi=fmpq(22, 7)) == [22]
    with pytest.raises(DomainError, match=r"numbers of type fmpq have no π: give run\(…, pi=…\)"):
        program.run([fmpq(7)])


def test_copied_program_is_the_same():
    copy = deepcopy(sample())  # by the protocol of pickle
    assert copy.nodes == sample().nodes
    assert copy.run([0.5, 1.0], float) == sample().run([0.5, 1.0], float)


# Refusals


def test_floats_are_refused():
    program, x = one_input()
    with pytest.raises(ExpressionError, match=r"0\.5 is a float, not exact"):
        program.constant(0.5)
    with pytest.raises(ExpressionError, match=r"0\.5 is a float, not exact"):
        program.power(x, 0.5)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda p: p.input(1), DimensionError, "no input 1: the program has 1 inputs"),
        (lambda p: p.output(99), DimensionError, "no node 99"),
        (lambda p: p.call("tan", 0), UnknownNameError, "Did you mean 'tanh'"),
        (lambda p: p.reciprocal(p.constant(0)), DomainError, "division by zero"),
        (lambda p: p.call("log", p.constant(-2)), DomainError, r"log\(-2\) is not a real number"),
        (lambda p: p.power(p.constant(-8), fmpq(1, 3)), DomainError, "is not a real number"),
    ],
)
def test_refusals_name_cause_and_remedy(build, error, message):
    program, _ = one_input()
    with pytest.raises(error, match=message):
        build(program)


def test_a_value_for_each_input_is_needed():
    with pytest.raises(DimensionError, match="1 values for 2 inputs"):
        sample().run([0.5], float)
