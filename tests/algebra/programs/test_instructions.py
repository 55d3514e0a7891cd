"""The plan of a compiled program: fewest ufuncs, constants rounded once, few rows alive."""

from __future__ import annotations

import math

import pytest
from flint import fmpq

from bea.algebra.programs.instructions import Number, depth_first, select
from bea.algebra.programs.program import Program
from bea.errors import DomainError


def plan(program: Program) -> list[tuple[str, tuple]]:
    """Return the instructions in their order, with results named by their place in it."""
    instructions, numbers = select(program)
    outputs = [numbers.get(n, n) for n in program.outputs]
    order = list(depth_first(instructions, outputs))
    names = {n: f"w{k}" for k, n in enumerate(order)}
    names |= {n: node.value for n, node in enumerate(program.nodes) if node.operation == "input"}
    return [
        (ufunc, tuple(a.value if isinstance(a, Number) else names[a] for a in arguments))
        for ufunc, arguments in (instructions[n] for n in order)
    ]


@pytest.fixture
def program() -> Program:
    return Program(["x", "y"])


def test_a_quotient_is_one_division(program: Program) -> None:
    x, y = program.input(0), program.input(1)
    program.output(program.multiply(program.power(y, fmpq(-1)), x))
    assert plan(program) == [("divide", (0, 1))]


def test_a_reciprocal_that_is_used_twice_is_made_once(program: Program) -> None:
    x, y = program.input(0), program.input(1)
    inverse = program.power(y, fmpq(-1))
    program.output(program.multiply(inverse, x))
    program.output(inverse)
    (divided, shares), (multiplied, factors) = plan(program)
    assert (divided, shares) == ("divide", (1.0, 1))
    assert (multiplied, set(factors)) == ("multiply", {"w0", 0})


def test_squares_and_roots_have_ufuncs_of_their_own(program: Program) -> None:
    x, y = program.input(0), program.input(1)
    program.output(program.multiply(x, x))
    program.output(program.power(y, fmpq(1, 2)))
    program.output(program.power(y, fmpq(1, 3)))
    assert plan(program) == [("square", (0,)), ("sqrt", (1,)), ("power", (1, 1 / 3))]


def test_a_minus_costs_nothing_where_a_number_or_a_difference_takes_it(program: Program) -> None:
    x, y = program.input(0), program.input(1)
    three = program.constant(fmpq(3))
    half = program.constant(fmpq(1, 2))
    program.output(program.negate(program.subtract(x, y)))
    program.output(program.negate(program.multiply(three, y)))
    program.output(program.negate(program.add(half, y)))
    program.output(program.negate(program.call("sin", x)))
    found = plan(program)
    assert ("subtract", (1, 0)) in found
    assert ("multiply", (-3.0, 1)) in found
    assert ("subtract", (-0.5, 1)) in found
    assert [ufunc for ufunc, _ in found].count("negative") == 1


def test_constant_parts_are_rounded_once(program: Program) -> None:
    """sqrt(2) sqrt(3) - sqrt(6) + 1/3 is 1/3 to the last bit, and pi is what floats have."""

    def root(n: int) -> int:
        return program.power(program.constant(fmpq(n)), fmpq(1, 2))

    residue = program.subtract(program.multiply(root(2), root(3)), root(6))
    third = program.add(residue, program.constant(fmpq(1, 3)))
    program.output(program.multiply(third, program.input(0)))
    program.output(program.multiply(program.pi(), program.input(0)))
    assert [(ufunc, set(factors)) for ufunc, factors in plan(program)] == [
        ("multiply", {1 / 3, 0}),
        ("multiply", {math.pi, 0}),
    ]


def test_numbers_beyond_floats_are_infinite_with_their_sign(program: Program) -> None:
    for sign in (1, -1):
        program.output(program.constant(fmpq(sign * 10**400)))
    _, numbers = select(program)
    assert sorted(n.value for n in numbers.values()) == [-math.inf, math.inf]


def test_constants_that_are_not_real_are_refused(program: Program) -> None:
    negative = program.subtract(program.constant(fmpq(3)), program.pi())
    program.output(program.call("log", negative))
    with pytest.raises(DomainError, match=r"\(log of numbers\) is undefined: check its domain"):
        select(program)


def test_the_demanding_operand_comes_first(program: Program) -> None:
    """sin(x) waits in one row while the sum of two products, which needs two, is there first."""
    x, y = program.input(0), program.input(1)
    light = program.call("sin", x)
    heavy = program.add(
        program.multiply(program.call("exp", x), program.call("exp", y)),
        program.multiply(program.call("cos", x), program.call("cos", y)),
    )
    program.output(program.multiply(light, heavy))
    found = [ufunc for ufunc, _ in plan(program)]
    assert found.index("sin") > max(n for n, ufunc in enumerate(found) if ufunc == "add")


def test_only_what_the_outputs_need_is_computed_and_only_once(program: Program) -> None:
    x = program.input(0)
    shared = program.call("sin", x)
    program.call("cos", x)
    program.output(program.add(shared, program.input(1)))
    program.output(program.multiply(shared, shared))
    program.output(shared)
    assert sorted(ufunc for ufunc, _ in plan(program)) == ["add", "sin", "square"]
