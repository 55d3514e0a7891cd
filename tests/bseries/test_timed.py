"""Trees in a time that passes: flows of s(t) f are known exactly, as are Taylor's series."""

from __future__ import annotations

from math import factorial
from typing import Any

import pytest
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from bea.bseries import TreeArithmetic, TreeSeries, exact_map
from bea.bseries.timed import TimedTreeArithmetic
from bea.trees import WITH_THETA, leaf, position, trees_up_to

ORDER = 4
TREES = trees_up_to(ORDER)
# Polynomials in s, s', s'', ..., of a kind of their own: the arithmetic is told how they change.
POLYNOMIALS = fmpq_mpoly_ctx.get([f"s{k}" for k in range(ORDER + 1)], Ordering.lex)
S = POLYNOMIALS.gens()
ZERO = POLYNOMIALS.constant(0)


def slope(c: Any) -> Any:
    return sum((c.derivative(k) * S[k + 1] for k in range(ORDER)), start=ZERO)


def cut(c: Any, primes: int) -> Any:
    def kept(exponents: tuple[int, ...]) -> bool:
        return sum(k * n for k, n in enumerate(exponents)) <= primes

    return POLYNOMIALS.from_dict({e: v for e, v in (ZERO + c).to_dict().items() if kept(e)})


def timed(order: int = ORDER) -> TimedTreeArithmetic:
    return TimedTreeArithmetic(order, S[0], slope, cut)


def lifted(coefficients: list[Any]) -> list[Any]:
    return [ZERO + c for c in coefficients]


def descent_field(f: TimedTreeArithmetic) -> list[Any]:
    """Return the coefficients of s(t) f, the field whose flows are known."""
    return [S[0] if t is leaf else ZERO for t in trees_up_to(f.order)]


def identity(f: TimedTreeArithmetic) -> TreeSeries:
    return f.series(1, [ZERO] * len(f.identity.coefficients), 0)


def integral(steps: int) -> Any:
    """Return the integral of s from 0 to so many steps, by its derivatives at 0."""
    return sum(S[k] * fmpq(steps ** (k + 1), factorial(k + 1)) for k in range(ORDER))


@pytest.mark.parametrize("steps", [1, 2, -1, -3])
def test_the_flow_of_s_f_is_that_of_f_for_the_integral_of_s(steps: int) -> None:
    """theta' = s(t) f(theta): the time of f runs through the integral of s."""
    f = timed()
    found = f.transport(descent_field(f), identity(f), steps)
    expected = [
        cut(integral(steps) ** t.order * c, ORDER - t.order)
        for t, c in zip(TREES, exact_map(ORDER), strict=True)
    ]
    assert found.coefficients == expected
    assert (found.identity, found.shift) == (1, 0)


def test_transport_is_a_group_in_the_steps() -> None:
    f = timed()
    field = lifted([fmpq(k + 1, 3) for k in range(len(TREES))])
    field = [cut(c * S[0] + S[1], ORDER - t.order) for c, t in zip(field, TREES, strict=True)]
    twice = f.transport(field, f.transport(field, identity(f), 1), 2)
    assert twice.coefficients == f.transport(field, identity(f), 3).coefficients
    back = f.transport(field, f.transport(field, identity(f), 2), -2)
    assert back.coefficients == identity(f).coefficients


def test_later_is_the_series_of_taylor() -> None:
    f = timed()
    series = f.series(1, [cut(S[0] * S[1], ORDER - t.order) for t in TREES], 0)
    moved = f.later(series, 3)
    # (s s')(t + 3) = s s' + 3 (s'^2 + s s'') + 9/2 (3 s' s'' + s s''') + ..., to 3 primes on f.
    first = S[0] * S[1] + 3 * (S[1] ** 2 + S[0] * S[2])
    first += fmpq(9, 2) * (3 * S[1] * S[2] + S[0] * S[3])
    assert moved.coefficients[0] == first
    assert moved.coefficients[1] == cut(first, 2)
    assert (moved.identity, moved.shift) == (1, 0)
    assert f.later(f.later(series, 1), 2).coefficients == moved.coefficients


def test_a_step_that_begins_later_sees_the_schedule_there() -> None:
    later = timed().at_step(2)
    assert later.schedule == S[0] + 2 * S[1] + 2 * S[2] + fmpq(4, 3) * S[3]
    assert later.order == ORDER
    assert timed().alone().order == 1
    assert timed().alone().at_step(5).schedule == S[0]


def test_a_schedule_that_stands_still_leaves_the_arithmetic_without_time() -> None:
    """With s' = 0 everything is what `TreeArithmetic` says; steps are then powers of one flow."""
    still = TimedTreeArithmetic(ORDER, S[0], lambda c: ZERO, lambda c, primes: c)
    plain = TreeArithmetic(ORDER)
    field = [fmpq(k + 1, 2) for k in range(len(TREES))]
    once = plain.transport(field, plain.identity)
    assert still.transport(lifted(field), identity(still)).coefficients == once.coefficients
    assert still.composed(lifted(field), identity(still)).coefficients == once.coefficients
    thrice = plain.transport(field, plain.transport(field, once))
    assert still.transport(lifted(field), identity(still), 3).coefficients == thrice.coefficients


def test_what_is_beyond_the_order_is_dropped_wherever_it_arises() -> None:
    """A step multiplies by s', s'' at will: f(theta + s' ...) keeps nodes + primes <= order."""
    f = timed()
    point = f.series(1, [cut(S[1] + S[0], ORDER - t.order) for t in TREES], 0)
    direction = f.series(0, [cut(S[2] + S[0], ORDER - t.order) for t in TREES], -1)
    composed = f.composed(descent_field(f), point)
    for found in (f(point), f.derivative(point, direction), composed):
        assert any(c != ZERO for c in found.coefficients)
        for t, c in zip(TREES, found.coefficients, strict=True):
            assert cut(c, ORDER - t.order) == c
    # f(theta + gamma (s + s') f) = f + gamma (s + s') f'f + ..., and its derivative along v is f'v
    chain = position(trees_up_to(2)[1])
    assert f(point).coefficients[chain] == S[0] + S[1]
    assert f.derivative(point, direction).coefficients[chain] == S[0] + S[2]
    assert f.derivative(point, direction).shift == direction.shift - 1


def test_colours_are_kept() -> None:
    arithmetic = TimedTreeArithmetic(2, S[0], slope, cut, WITH_THETA)
    for f in (arithmetic, arithmetic.at_step(1), arithmetic.alone()):
        assert f.colors == WITH_THETA
        assert f.identity.colors == WITH_THETA
