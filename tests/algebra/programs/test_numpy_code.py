"""Generated NumPy code is the program, to rounding: quick, small, quiet and safe in threads."""

from __future__ import annotations

import re
import tracemalloc
import warnings
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import numpy as np
import pytest
import scipy.special
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.algebra.language.functions import FUNCTIONS
from bea.algebra.programs.horner import polynomial
from bea.algebra.programs.numpy_code import BLOCK, NumpyFunction, compile_program
from bea.algebra.programs.program import Program
from bea.errors import DimensionError, DomainError

EPS = np.finfo(float).eps

rationals = st.fractions(min_value=-9, max_value=9, max_denominator=12).map(
    lambda value: fmpq(value.numerator, value.denominator)
)
polynomials = st.dictionaries(st.tuples(*[st.integers(0, 5)] * 2), rationals, max_size=12)


def evaluate(function: NumpyFunction, *inputs: np.ndarray, outputs: int = 1) -> np.ndarray:
    return function(inputs, np.full((outputs, len(inputs[0])), 7.25))


def exact(number: float) -> fmpq:
    return fmpq(*number.as_integer_ratio())


def ramp(lanes: int) -> np.ndarray:
    return np.linspace(0.5, 2.0, lanes)


# Accuracy


@given(st.lists(polynomials, min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_polynomials_are_exact_to_a_few_ulps_of_their_terms(components, seed):
    program = Program("xy")
    inputs = [program.input(0), program.input(1)]
    for terms in components:
        program.output(polynomial(program, terms, inputs))
    points = np.random.default_rng(seed).uniform(-3, 3, (2, 5))
    result = evaluate(compile_program(program), *points, outputs=len(components))
    for lane, (x, y) in enumerate(points.T):
        values = program.run([exact(x), exact(y)])
        for terms, value, found in zip(components, values, result[:, lane], strict=True):
            size = sum(float(abs(c)) * abs(x) ** a * abs(y) ** b for (a, b), c in terms.items())
            assert abs(found - float(value)) <= 16 * EPS * size


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    program = Program("x")
    program.output(program.call(name, program.input(0)))
    x = ramp(9)
    x = x / np.abs(x).max() if name == "asin" else x
    np.testing.assert_allclose(
        evaluate(compile_program(program), x)[0],
        getattr(scipy.special if name == "erf" else np, name)(x),
        rtol=2 * EPS,
    )


@pytest.mark.parametrize("exponent", [fmpq(-3, 2), fmpq(1, 3), fmpq(-5, 12), fmpq(7), fmpq(-1)])
def test_powers(exponent):
    program = Program("x")
    program.output(program.power(program.input(0), exponent))
    with ctx.workprec(100):
        expected = [float(program.run([arb(x)], arb)[0]) for x in ramp(7)]
    result = evaluate(compile_program(program), ramp(7))[0]
    np.testing.assert_allclose(result, expected, rtol=12 * EPS)


def test_constant_parts_are_rounded_once():
    program = Program("x")
    # √2·√2 − 2 + π/3, where π/3 = 1.04719755119659774615…; np.pi / 3 is one ulp below.
    root = program.power(program.constant(2), fmpq(1, 2))
    zero = program.subtract(program.multiply(root, root), program.constant(2))
    number = program.add(zero, program.multiply(program.constant(fmpq(1, 3)), program.pi()))
    program.output(program.multiply(number, program.input(0)))
    function = compile_program(program)
    assert function.operations == 1
    assert "array(1.0471975511965979)" in function.source
    assert evaluate(function, np.array([2.0])) == [[2 * 1.0471975511965979]]


def test_node_ids_are_not_taken_for_numbers():
    # Node 2 and the number 2.0 are equal as keys; every pair of an id and such a number is met.
    for many in range(1, 8):
        program = Program(["x"] * many)
        inputs = [program.input(i) for i in range(many)]
        for x in inputs:
            for c in range(many + 2):
                program.output(program.multiply(program.constant(c), x))
                program.output(program.subtract(program.constant(c), x))
        program.output(program.constant(1))
        columns = [np.array([0.1 + i]) for i in range(many)]
        expected = program.run(columns, float)
        result = evaluate(compile_program(program), *columns, outputs=len(expected))
        np.testing.assert_array_equal(
            result, np.reshape([np.ravel(e)[0] for e in expected], (-1, 1))
        )


# Instruction selection


@pytest.mark.parametrize(
    ("build", "ufuncs"),
    [
        (lambda p, x, y: p.multiply(x, p.reciprocal(y)), ["divide"]),
        (lambda p, x, y: p.negate(p.reciprocal(y)), ["divide"]),
        (lambda p, x, y: p.negate(p.subtract(x, y)), ["subtract"]),
        (lambda p, x, y: p.negate(p.add(x, p.constant(3))), ["subtract"]),
        (lambda p, x, y: p.multiply(p.constant(-3), x), ["multiply"]),
        (lambda p, x, y: p.negate(p.multiply(x, y)), ["multiply", "negative"]),
        (lambda p, x, y: p.power(x, fmpq(3, 2)), ["sqrt", "square", "multiply"]),
        (lambda p, x, y: p.power(x, fmpq(1, 12)), ["sqrt", "sqrt", "power"]),
        (lambda p, x, y: p.multiply(p.constant(-2), p.reciprocal(y)), ["divide"]),
    ],
)
def test_each_operation_is_one_good_ufunc(build, ufuncs):
    program = Program("xy")
    program.output(build(program, program.input(0), program.input(1)))
    function = compile_program(program)
    assert re.findall(r"^    (\w+)\(", function.source, re.MULTILINE) == ufuncs
    assert function.operations == len(ufuncs)
    x, y = np.array([1.5, 2.0, 3.25]), np.array([-0.5, 4.0, 1.0])
    np.testing.assert_allclose(evaluate(function, x, y), program.run([x, y], float), rtol=8 * EPS)


def test_shared_values_are_computed_once_and_not_fused_away():
    program = Program("xy")
    x, y = program.input(0), program.input(1)
    inverse, difference = program.reciprocal(y), program.subtract(x, y)
    for node in (program.multiply(x, inverse), inverse, program.negate(difference), difference):
        program.output(node)
    function = compile_program(program)
    assert function.operations == 4
    a, b = np.array([3.0]), np.array([4.0])
    np.testing.assert_array_equal(evaluate(function, a, b, outputs=4).T, [[0.75, 0.25, 1, -1]])


def test_outputs_may_repeat_be_inputs_or_be_constant():
    program = Program("xy")
    x, y = program.input(0), program.input(1)
    total = program.add(x, y)
    for node in (total, y, program.constant(fmpq(1, 4)), total, x):
        program.output(node)
    result = evaluate(compile_program(program), ramp(3), 2 * ramp(3), outputs=5)
    np.testing.assert_array_equal(
        result, [3 * ramp(3), 2 * ramp(3), np.full(3, 0.25), 3 * ramp(3), ramp(3)]
    )


# Registers


def chain(length: int) -> Program:
    program = Program("xy")
    x, y = program.input(0), program.input(1)
    node = x
    for k in range(length):
        node = program.call("sin", program.add(program.multiply(node, y), program.constant(k)))
    program.output(node)
    return program


def test_a_long_chain_lives_in_one_register():
    function = compile_program(chain(500))
    assert function.registers == 1
    assert function.operations == 1500 - 1  # + 0 is no operation


def test_a_balanced_tree_takes_its_depth():
    # Written breadth first: in the order of writing all 128 leaves would be alive at once.
    program = Program("x")
    x = program.input(0)
    level = [program.call("sin", program.multiply(program.constant(k + 2), x)) for k in range(128)]
    while len(level) > 1:
        level = [program.add(a, b) for a, b in zip(level[::2], level[1::2], strict=True)]
    program.output(level[0])
    function = compile_program(program)
    assert function.registers <= 8  # Sethi and Ullman: log₂(128) + 1
    expected = np.sin(np.outer(np.arange(2, 130), ramp(4))).sum(axis=0)
    np.testing.assert_allclose(evaluate(function, ramp(4))[0], expected, atol=1e-12)


def test_large_programs_compile():
    length = 12_000
    function = compile_program(chain(length))
    assert function.operations > 20_000
    assert function.registers == 1
    expected = x = np.array([0.3, 0.4])
    for k in range(length):
        expected = np.sin(expected * 0.25 + k)
    np.testing.assert_allclose(evaluate(function, x, np.full(2, 0.25))[0], expected, rtol=1e-9)


# Calls


@pytest.mark.parametrize("lanes", [0, 1, 2, 13, BLOCK, BLOCK + 1, 2 * BLOCK + 5])
def test_any_number_of_lanes(lanes):
    program = Program("xy")
    x, y = program.input(0), program.input(1)
    program.output(polynomial(program, {(3, 1): 2, (1, 1): -1, (0, 2): 3}, [x, y]))
    program.output(program.constant(3))
    a, b = ramp(lanes), np.sin(ramp(lanes))
    result = evaluate(compile_program(program), a, b, outputs=2)
    assert result.shape == (2, lanes)
    np.testing.assert_allclose(result[0], 2 * a**3 * b - a * b + 3 * b**2, rtol=1e-13)
    np.testing.assert_array_equal(result[1], np.full(lanes, 3.0))


def test_an_input_may_be_one_float_for_all_lanes():
    program = Program("xg")
    program.output(program.multiply(program.input(0), program.input(1)))
    function = compile_program(program)
    for lanes in (1, 3, BLOCK + 3):
        np.testing.assert_array_equal(
            function([ramp(lanes), 0.5], np.empty((1, lanes))), [0.5 * ramp(lanes)]
        )


def test_out_is_filled_and_returned_and_inputs_are_kept():
    function = compile_program(chain(3))
    x, y = ramp(5), ramp(5)
    out = np.empty((1, 5))
    assert function([x, y], out) is out
    np.testing.assert_array_equal([x, y], [ramp(5), ramp(5)])


def test_programs_without_inputs_or_outputs():
    program = Program([])
    assert compile_program(program)([], np.empty((0, 3))).shape == (0, 3)
    program.output(program.pi())
    np.testing.assert_array_equal(
        compile_program(program)([], np.empty((1, 3))), np.full((1, 3), np.pi)
    )


def test_work_rows_are_reused_and_few_are_kept():
    function = compile_program(chain(3))
    first = evaluate(function, ramp(5), ramp(5)).copy()
    rows = function._rows(5)
    for lanes in range(2, 40):
        evaluate(function, ramp(lanes), ramp(lanes))
    assert len(function._local.rows) <= 8
    assert function._rows(39) is function._rows(39)
    assert function._rows(5) is not rows
    np.testing.assert_array_equal(evaluate(function, ramp(5), ramp(5)), first)


def test_memory_does_not_grow_with_the_lanes():
    """Beside the result there are the work rows of one block."""
    program = Program(["x", "y"])
    x, y = program.input(0), program.input(1)
    program.output(program.multiply(program.call("sin", x), program.call("cos", y)))
    function = compile_program(program)
    inputs, out = np.ones((2, 64 * BLOCK)), np.empty((1, 64 * BLOCK))
    tracemalloc.start()
    try:
        function(inputs, out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * BLOCK * (function.registers + 1)


def test_threads_do_not_disturb_one_another():
    function = compile_program(chain(40))
    inputs = [(ramp(999) + k, ramp(999) * k) for k in range(8)]
    expected = [evaluate(function, *pair).copy() for pair in inputs]
    with ThreadPoolExecutor(4) as pool:
        jobs = [(k, pool.submit(evaluate, function, *inputs[k])) for k in list(range(8)) * 25]
        assert all(np.array_equal(job.result(), expected[k]) for k, job in jobs)


def test_undefined_values_come_out_without_warnings():
    program = Program("x")
    x = program.input(0)
    for node in (
        program.power(x, -1),
        program.call("log", x),
        program.power(x, fmpq(1, 3)),
        program.call("exp", program.multiply(program.constant(1000), x)),
        program.multiply(program.constant(fmpq(10) ** 400), x),
    ):
        program.output(node)
    function = compile_program(program)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = evaluate(function, np.array([0.0, -1.0, 1.0]), outputs=5)
    np.testing.assert_array_equal(
        result,
        [
            [np.inf, -1, 1],
            [-np.inf, np.nan, 0],
            [0, np.nan, 1],
            [1, 0, np.inf],
            [np.nan, -np.inf, np.inf],
        ],
    )
    with pytest.warns(RuntimeWarning, match="divide by zero"):  # the caller's settings are kept
        np.divide(1.0, np.zeros(1))


# Safety


def test_names_of_inputs_never_reach_the_source():
    names = ["os); import os", "__import__('os')", "lambda", "w0", "i1\nraise SystemExit", "λ"]
    program = Program(names)
    terms = {tuple(int(i == j) for j in range(6)): i + 2 for i in range(6)}
    program.output(polynomial(program, terms, [program.input(i) for i in range(6)]))
    function = compile_program(program)
    assert not any(name in function.source for name in names if name != "w0")
    allowed = r"(\[?[iowc]\d+\]?,? ?|\w+|[()=:\[\], \n.])*"
    assert re.fullmatch(allowed, function.source)
    assert "import" not in function.source
    np.testing.assert_array_equal(evaluate(function, *[np.ones(2)] * 6), [[27, 27]])


def test_generated_code_sees_no_builtins():
    assert compile_program(chain(1))._kernel.__globals__["__builtins__"] == {}


def test_copied_function_is_the_same():
    function = compile_program(chain(3))
    copy = deepcopy(function)  # by the protocol of pickle
    assert copy.source == function.source
    np.testing.assert_array_equal(
        evaluate(copy, ramp(4), ramp(4)), evaluate(function, ramp(4), ramp(4))
    )


def test_wrong_shapes_are_refused():
    function = compile_program(chain(1))
    with pytest.raises(DimensionError, match=r"1 inputs and 1 rows .* this program has 2 and 1"):
        function([ramp(3)], np.empty((1, 3)))
    with pytest.raises(DimensionError, match="2 inputs and 2 rows"):
        function([ramp(3), ramp(3)], np.empty((2, 3)))


def test_an_undefined_constant_part_is_refused():
    program = Program("x")
    negative = program.call("log", program.constant(fmpq(1, 2)))
    program.output(program.multiply(program.power(negative, fmpq(1, 2)), program.input(0)))
    with pytest.raises(DomainError, match=r"a constant part \(root of numbers\) is undefined"):
        compile_program(program)
