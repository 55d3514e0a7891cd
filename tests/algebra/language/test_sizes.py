"""Sizes bound what an expression comes to when it is expanded."""

from __future__ import annotations

from math import log2, prod

import pytest
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx
from hypothesis import assume, given
from hypothesis import strategies as st

from bea.algebra.language import limits
from bea.algebra.language.building import add, call, multiply, number, power
from bea.algebra.language.expressions import Expression, Symbol, fold
from bea.algebra.language.grammar import parse
from bea.algebra.language.sizes import Size, Sizing
from bea.errors import ExpressionError

GENERATORS = fmpq_mpoly_ctx.get(["a", "b", "c"], Ordering.deglex)


class Expanded:
    """Expanded polynomials."""

    def number(self, value: fmpq) -> fmpq_mpoly:
        return GENERATORS.constant(value)

    def symbol(self, name: str) -> fmpq_mpoly:
        return GENERATORS.gens()["xyz".index(name)]

    def sum(self, values: list[fmpq_mpoly]) -> fmpq_mpoly:
        return sum(values)

    def product(self, values: list[fmpq_mpoly]) -> fmpq_mpoly:
        result = GENERATORS.constant(1)
        for value in values:
            result = result * value
        return result

    def power(self, value: fmpq_mpoly, exponent: fmpq) -> fmpq_mpoly:
        return value ** int(exponent.p)


def combined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(parts, min_size=2, max_size=4)
    return (
        some.map(lambda terms: add(*terms))
        | some.map(lambda factors: multiply(*factors))
        | st.builds(power, parts, st.integers(2, 4))
    )


LEAVES = st.integers(-9, 9).map(number) | st.sampled_from("xyz").map(Symbol)


POLYNOMIALS = st.recursive(LEAVES, combined, max_leaves=8)


class Spelled:
    """The degree, and the terms without any that meet: what is certainly enough."""

    def number(self, value: fmpq) -> tuple[int, int]:
        return 0, 1

    def symbol(self, name: str) -> tuple[int, int]:
        return 1, 1

    def sum(self, values: list[tuple[int, int]]) -> tuple[int, int]:
        return max(d for d, _ in values), sum(t for _, t in values)

    def product(self, values: list[tuple[int, int]]) -> tuple[int, int]:
        return sum(d for d, _ in values), prod(t for _, t in values)

    def power(self, value: tuple[int, int], exponent: fmpq) -> tuple[int, int]:
        n = int(exponent.p)
        return value[0] * n, value[1] ** n


@given(POLYNOMIALS)
def test_sizes_bound_the_expanded_polynomial(expression: Expression) -> None:
    degree, terms = fold(expression, Spelled())
    assume(degree <= 60)  # dense, in three variables: 39,711 terms, below the limit
    try:
        size = fold(expression, Sizing())
    except ExpressionError as refusal:  # a number of three digits to the power 4 * 4 * 4 * ...
        assert "bits in a coefficient" in str(refusal)
        return
    expanded = fold(expression, Expanded())
    assert len(expanded) <= max(size.terms, 1)
    assert expanded.total_degree() <= size.degree
    assert all(log2(abs(int(c.p))) <= size.bits + 1e-9 for c in expanded.coeffs())
    # and they are no larger than they need to be: the degree is exact but where terms cancel
    assert size.degree == degree
    assert size.terms <= terms


def test_sizes_of_functions_and_roots_are_generators() -> None:
    x = Symbol("x")
    assert fold(call("exp", add(x, number(1))), Sizing()).terms == 1
    root = fold(power(add(x, number(1)), fmpq(1, 2)), Sizing())
    assert (root.terms, len(root.generators)) == (2, 2)  # (x + 1) times a power of the root
    inverse = fold(power(add(x, number(1)), -3), Sizing())
    assert (inverse.terms, len(inverse.generators)) == (1, 1)


def test_dense_bound_is_used_where_it_is_smaller() -> None:
    size: Size = fold(parse("*".join(f"(x - {i})" for i in range(1, 31))), Sizing())
    assert size.terms == 31


X, Y, Z = map(Symbol, "xyz")
# A limit, a small value of it, an expression of just that size, and one that is larger by 1.
AT_THE_LIMIT = [
    ("MAX_NODES", 4, add(X, Y, Z), add(X, multiply(Y, Z)), "more than 4 parts"),
    ("MAX_DEPTH", 2, add(X, Y), call("sin", add(X, Y)), "about 3 levels"),
    ("MAX_DEGREE", 4, multiply(power(X, 3), Y), power(X, 5), "about 5 as its degree"),
    ("MAX_COEFFICIENT_BITS", 2, multiply(number(3), X), multiply(number(4), X), "about 3 bits"),
    ("MAX_TERMS", 2, add(X, Y), add(X, Y, Z), "about 3 terms"),
]


@pytest.mark.parametrize(("name", "limit", "largest", "beyond", "message"), AT_THE_LIMIT)
def test_what_is_as_large_as_a_limit_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    limit: int,
    largest: Expression,
    beyond: Expression,
    message: str,
) -> None:
    monkeypatch.setattr(limits, name, limit)
    fold(largest, Sizing())
    with pytest.raises(ExpressionError, match=message):
        fold(beyond, Sizing())


def test_negative_powers_count_with_their_size() -> None:
    """x**(-3) is the third power of a generator; (1 + x)**(5/2) is (1 + x)**3 times a root."""
    one = add(X, number(1))
    assert fold(power(X, -3), Sizing()).degree == 3
    root = fold(power(one, fmpq(5, 2)), Sizing())
    assert (root.terms, root.degree, len(root.generators)) == (4, 3 + 5, 2)
    assert fold(power(one, fmpq(-5, 2)), Sizing()).degree == 5
    assert fold(power(one, fmpq(1, 9)), Sizing()).degree == 1 + 9
