"""Trees are interned and immutable, and walked without recursion."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq

from bea.algebra.language import limits
from bea.algebra.language.building import add, call, divide, multiply, number, power
from bea.algebra.language.expressions import (
    PI,
    Call,
    Constant,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    check_size,
    fold,
    free_symbols,
    subtrees,
)
from bea.errors import ExpressionError

X, Y, Z = Symbol("x"), Symbol("y"), Symbol("z")
HALF = Fraction(1, 2)


class Floats:
    """Floating-point numbers, counting what is evaluated."""

    def __init__(self, **values: float) -> None:
        self.values = values
        self.operations = 0

    def number(self, value: fmpq) -> float:
        return int(value.p) / int(value.q)

    def symbol(self, name: str) -> float:
        return self.values[name]

    def constant(self, name: str) -> float:
        return getattr(math, name)

    def sum(self, values: list[float]) -> float:
        self.operations += 1
        return math.fsum(values)

    def product(self, values: list[float]) -> float:
        self.operations += 1
        return math.prod(values)

    def power(self, value: float, exponent: fmpq) -> float:
        self.operations += 1
        return value ** self.number(exponent)

    def call(self, name: str, value: float) -> float:
        self.operations += 1
        return getattr(math, name)(value)


def chain(length: int, start: Expression = X) -> Expression:
    result = start
    for _ in range(length):
        result = call("sin", result)
    return result


def test_equal_expressions_are_one_object() -> None:
    assert add(power(X, 2), number(1)) is add(power(Symbol("x"), 2), number(1))
    assert add(X, Y) is not add(Y, X)
    assert number(Fraction(2, 4)) is number(HALF)
    assert number(1) is not number(2)


def test_different_kinds_with_equal_parts_differ() -> None:
    assert Sum((X, Y)) is not Product((X, Y))
    assert Power(X, fmpq(2)) is not Power(X, fmpq(3))


def test_copies_and_pickles_are_the_same_object() -> None:
    expression = divide(call("tan", X), add(Y, PI, number(HALF)))
    assert pickle.loads(pickle.dumps(expression)) is expression  # noqa: S301 - made here
    assert copy.deepcopy(expression) is expression


def test_nodes_are_immutable() -> None:
    with pytest.raises(AttributeError):
        X.name = "y"  # type: ignore[misc]


def test_nodes_that_nobody_holds_are_forgotten() -> None:
    nodes = type(X)._nodes  # type: ignore[attr-defined]
    start = Symbol("of_this_test_alone")
    gc.collect()
    before = len(nodes)
    held = chain(1000, start)
    assert len(nodes) == before + 1000
    del held
    gc.collect()
    assert len(nodes) == before


def test_interpreter_ends_quietly_while_nodes_live() -> None:
    code = (
        "from bea.algebra.language.building import add, number; "
        "from bea.algebra.language.expressions import Symbol; "
        "held = number(7); more = add(Symbol('x'), held)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_repr_names_the_kind_and_is_short() -> None:
    assert repr(add(X, number(1))) == "Sum('x + 1')"
    assert len(repr(add(*(Symbol(f"x{i}") for i in range(1000))))) < 250


def test_fold_evaluates_shared_parts_once() -> None:
    shared = add(X, Y)
    algebra = Floats(x=1.0, y=2.0)
    assert fold(add(power(shared, 2), multiply(shared, call("exp", shared))), algebra) == 9 + (
        3 * math.exp(3)
    )
    assert algebra.operations == 5  # x + y, its square, its exp, the product, the sum


def test_doubling_costs_one_operation_a_time() -> None:
    doubled = X
    for _ in range(60):
        doubled = Sum((doubled, doubled))
    algebra = Floats(x=1.0)
    assert fold(doubled, algebra) == 2.0**60
    assert algebra.operations == 60


def test_walks_do_not_recurse() -> None:
    depth = 20 * sys.getrecursionlimit()
    deep = chain(depth)
    assert len(subtrees(deep)) == depth + 1
    assert -1 < fold(deep, Floats(x=1.0)) < 1
    assert free_symbols(deep) == {"x"}


def test_subtrees_come_after_their_parts() -> None:
    order = subtrees(add(multiply(X, Y), power(X, 2), call("exp", multiply(X, Y))))
    assert [str(part) for part in order] == [
        "x", "y", "x*y", "x**2", "exp(x*y)", "x*y + x**2 + exp(x*y)",
    ]  # fmt: skip


def test_free_symbols_are_names_without_constants() -> None:
    assert free_symbols(add(multiply(PI, X), call("exp", Y))) == {"x", "y"}
    assert free_symbols(number(2)) == frozenset()


@pytest.mark.parametrize("name", ["", "2x", "x y", "x²", "x-y", "a·b", 3, "__import__('os')"])
def test_names_that_are_no_names_are_refused(name: str) -> None:
    with pytest.raises(ExpressionError, match="cannot name a variable"):
        Symbol(name)


@pytest.mark.parametrize("name", ["pi", "sin", "sqrt"])
def test_names_that_mean_something_are_refused(name: str) -> None:
    with pytest.raises(ExpressionError, match="is taken"):
        Symbol(name)


@pytest.mark.parametrize("value", [0.5, 2])
def test_nodes_hold_exact_rationals_alone(value: Any) -> None:
    """Nodes that are equal are one: a float or an int would make another of the same text."""
    for node in (lambda: Number(value), lambda: Power(X, value)):
        with pytest.raises(ExpressionError, match="an exact number is needed"):
            node()


def test_size_is_checked_on_request() -> None:
    assert check_size(chain(limits.MAX_DEPTH - 1)) is chain(limits.MAX_DEPTH - 1)
    with pytest.raises(ExpressionError, match="levels, more than the limit"):
        check_size(chain(limits.MAX_DEPTH))


def test_other_constants_and_functions_are_refused() -> None:
    with pytest.raises(ExpressionError, match="there is only pi"):
        Constant("tau")
    with pytest.raises(ExpressionError, match=r"unknown function 'sinus'\. Did you mean 'sin'\?"):
        Call("sinus", X)
