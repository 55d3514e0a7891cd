"""The calculus of B-series: a Lie algebra, its exponential, and published logarithms."""

from __future__ import annotations

from functools import cache
from math import factorial
from typing import Any

import pytest
from flint import fmpq, fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.algebra import Ring
from bea.bseries import exact_map, field_of_map, flow_of_field, lie_derivative
from bea.errors import OrderError
from bea.trees import Tree, leaf, position, tree, trees_up_to

ORDER = 5
COUNT = len(trees_up_to(ORDER))

rationals = st.builds(fmpq, st.integers(-6, 6), st.integers(1, 4))
lists = st.lists(rationals, min_size=COUNT, max_size=COUNT)
quick = settings(max_examples=25)

Series = list[Any]


def add(*parts: Series) -> Series:
    return [sum(column[1:], start=column[0]) for column in zip(*parts, strict=True)]


def scale(factor: Any, part: Series) -> Series:
    return [factor * c for c in part]


def bracket(b: Series, c: Series) -> Series:
    return add(lie_derivative(b, c), scale(-1, lie_derivative(c, b)))


def explicit_euler(order: int) -> Series:
    return [fmpq(t is leaf) for t in trees_up_to(order)]


@quick
@given(b=lists, c=lists, d=lists)
def test_fields_are_a_lie_algebra(b: Series, c: Series, d: Series) -> None:
    assert bracket(b, c) == scale(-1, bracket(c, b))
    cyclic = (bracket(b, bracket(c, d)), bracket(c, bracket(d, b)), bracket(d, bracket(b, c)))
    assert add(*cyclic) == [0] * COUNT


@quick
@given(b=lists, c=lists, a=lists, identity=rationals)
def test_lie_derivatives_represent_the_algebra(
    b: Series, c: Series, a: Series, identity: fmpq
) -> None:
    """D_b D_c - D_c D_b = D_[b,c] on every series e theta + B(a)."""
    forward = lie_derivative(b, lie_derivative(c, a, identity))
    backward = lie_derivative(c, lie_derivative(b, a, identity))
    assert add(forward, scale(-1, backward)) == lie_derivative(bracket(b, c), a, identity)


@quick
@given(b=lists, c=lists, factor=rationals)
def test_lie_derivative_is_bilinear(b: Series, c: Series, factor: fmpq) -> None:
    assert lie_derivative(scale(factor, b), c) == scale(factor, lie_derivative(b, c))
    assert lie_derivative(add(b, c), c) == add(lie_derivative(b, c), lie_derivative(c, c))
    assert lie_derivative(b, [fmpq(0)] * COUNT, identity=1) == b


@quick
@given(a=lists)
def test_logarithm_and_exponential_are_inverse(a: Series) -> None:
    assert flow_of_field(field_of_map(a)) == a
    assert field_of_map(flow_of_field(a)) == a


@quick
@given(b=lists)
def test_exponential_is_the_exponential_series(b: Series) -> None:
    """exp(D_b) theta = theta + b + D_b b / 2! + D_b^2 b / 3! + ..."""
    term, total = b, b
    for n in range(2, ORDER + 1):
        term = lie_derivative(b, term)
        total = add(total, scale(fmpq(1, factorial(n)), term))
    assert flow_of_field(b) == total


@quick
@given(b=lists)
def test_flow_backwards_undoes_the_flow(b: Series) -> None:
    """exp(-D_b) applied to the map exp(D_b) theta gives theta."""
    image, term = flow_of_field(b), flow_of_field(b)
    total, identity = image, fmpq(1)
    for n in range(1, ORDER + 1):
        term = scale(fmpq(-1, n), lie_derivative(b, term, identity))
        total, identity = add(total, term), fmpq(0)
    assert total == [0] * COUNT


def test_flow_of_the_field_itself_is_the_exact_flow() -> None:
    """Weight 1/density: Hairer, Norsett and Wanner I, theorem II.2.6."""
    field = explicit_euler(9)
    assert flow_of_field(field) == exact_map(9) == [fmpq(1, t.density) for t in trees_up_to(9)]
    assert field_of_map(exact_map(9)) == field


def ladder(n: int) -> Tree:
    return leaf if n == 1 else tree([ladder(n - 1)])


@pytest.mark.parametrize("n", range(1, 9))
def test_logarithm_of_euler_on_ladders_and_bushes(n: int) -> None:
    """(-1)^(n-1)/n and the Bernoulli numbers: Murua, Found. Comput. Math. 6 (2006) 387-426."""
    euler = log_of_euler(9)
    assert euler[position(ladder(n))] == fmpq((-1) ** (n - 1), n)
    assert euler[position(tree([[]] * n))] == fmpq.bernoulli(n)


@cache
def log_of_euler(order: int) -> Series:
    return field_of_map(explicit_euler(order))


def test_modified_equation_of_euler_on_y_squared() -> None:
    """Hairer, Lubich and Wanner, section IX.1, example 1.1; F(tau) = c(tau) y^(|tau| + 1)."""
    field = log_of_euler(6)
    sums = [fmpq(0)] * 7
    for t, b in zip(trees_up_to(6), field, strict=True):
        sums[t.order] += b * differential_of_y_squared(t) / t.symmetry
    published = [(1, 1), (-1, 1), (3, 2), (-8, 3), (31, 6), (-157, 15)]
    assert sums[1:] == [fmpq(p, q) for p, q in published]


def differential_of_y_squared(t: Tree) -> int:
    """Return c with F(t) = c y^(|t| + 1) for f = y^2: f' = 2y, f'' = 2."""
    value = (1, 2, 2)[len(t.children)] if len(t.children) < 3 else 0
    for child in t.children:
        value *= differential_of_y_squared(child)
    return value


def test_symbolic_coefficients_give_polynomials() -> None:
    ring = Ring([], ["beta"])
    beta = ring.symbol("beta")
    for parameter, at in ((beta, None), (fmpq_poly([0, 1]), fmpq(2, 3))):
        symbolic: Series = [fmpq(1), parameter, parameter * parameter, fmpq(1, 3)]
        field = field_of_map(symbolic)
        assert flow_of_field(field) == symbolic
        assert field[1] == parameter - fmpq(1, 2)
        if at is not None:
            numbers = [c(at) if isinstance(c, fmpq_poly) else c for c in symbolic]
            found = [c(at) if isinstance(c, fmpq_poly) else c for c in field]
            assert found == field_of_map(numbers)


def test_integers_count_as_exact() -> None:
    assert field_of_map([1, 0, 0, 0]) == field_of_map([fmpq(c) for c in (1, 0, 0, 0)])
    assert flow_of_field([1, 0, 0, 0]) == exact_map(3)
    assert lie_derivative([1, 0], [1, 0]) == [0, 1]


@pytest.mark.parametrize("operation", [flow_of_field, field_of_map])
def test_all_trees_up_to_an_order_are_needed(operation: Any) -> None:
    assert operation([]) == []
    with pytest.raises(OrderError, match="3 coefficients do not fill all trees"):
        operation([fmpq(1)] * 3)


def test_field_and_series_need_the_same_trees() -> None:
    with pytest.raises(OrderError, match="need the same trees"):
        lie_derivative([fmpq(1)] * 2, [fmpq(1)] * 4)
