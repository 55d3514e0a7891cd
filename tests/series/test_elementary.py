"""Elementary functions of power series: functional equations, published numbers, and flint."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx, fmpq, fmpq_poly, fmpq_series
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.algebra import Ring
from bea.errors import BeaError
from bea.series import PowerSeries

ORDER = 6
RING = Ring(["x", "y"])
X, Y = RING.variable(0), RING.variable(1)

rationals = st.builds(fmpq, st.integers(-9, 9), st.integers(1, 5))
tails = st.lists(rationals, min_size=ORDER, max_size=ORDER)
exponents = st.builds(fmpq, st.integers(-7, 7), st.integers(1, 6))
quick = settings(max_examples=30)


def number(c: fmpq) -> float:
    return int(c.p) / int(c.q)


# How to make a series without constant term of each kind; and the constant that is added to it.
LIFTS: dict[str, Callable[[fmpq, int], Any]] = {
    "rationals": lambda c, k: c,
    "floats": lambda c, k: number(c),
    "arrays": lambda c, k: np.array([number(c), number(c) + k / 4]),
    "balls": lambda c, k: arb(c),
    "polynomials": lambda c, k: fmpq_poly([c, k]),
    "elements": lambda c, k: X * c + Y * k,
}
CONSTANTS = {"floats": 0.75, "arrays": np.array([0.5, -1.25]), "balls": arb("0.75")}
over_every_ring = pytest.mark.parametrize("kind", LIFTS)


def series(kind: str, tail: list[fmpq]) -> PowerSeries:
    """Return a series whose constant term is one that every function can take."""
    first = CONSTANTS.get(kind, LIFTS[kind](fmpq(0), 0))
    return PowerSeries([first, *(LIFTS[kind](c, k + 1) for k, c in enumerate(tail))])


def agree(a: PowerSeries, b: PowerSeries) -> bool:
    return a.order == b.order and all(map(same, a.coefficients, b.coefficients))


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float | np.ndarray):
        return bool(np.allclose(a, b, rtol=1e-9, atol=1e-4))
    return bool(a.overlaps(b)) if isinstance(a, arb) else bool(a == b)


@over_every_ring
@quick
@given(tail=tails)
def test_log_undoes_exp(kind: str, tail: list[fmpq]) -> None:
    u = series(kind, tail)
    assert agree(u.exp().log(), u)
    assert agree(u.exp() * (-u).exp(), u * 0 + 1)
    assert agree((u + u).exp(), u.exp() ** 2)


@over_every_ring
@quick
@given(tail=tails)
def test_circular_and_hyperbolic_functions(kind: str, tail: list[fmpq]) -> None:
    u = series(kind, tail)
    one = u * 0 + 1
    assert agree(u.sin() ** 2 + u.cos() ** 2, one)
    assert agree(u.cosh() ** 2 - u.sinh() ** 2, one)
    assert agree(u.cosh() + u.sinh(), u.exp())
    assert agree((u + u).sin(), 2 * u.sin() * u.cos())
    assert agree(u.tanh() * u.cosh(), u.sinh())
    assert agree(u.sin().derivative(), u.cos().truncate(ORDER - 1) * u.derivative())


@over_every_ring
@quick
@given(tail=tails)
def test_square_root(kind: str, tail: list[fmpq]) -> None:
    u = series(kind, tail)
    positive = u + (1 if kind not in CONSTANTS else 3)
    assert agree(positive.sqrt() * positive.sqrt(), positive)


@quick
@given(tail=tails, p=exponents, q=exponents)
def test_powers(tail: list[fmpq], p: fmpq, q: fmpq) -> None:
    u = PowerSeries([1, *tail])
    assert (u**p) ** q == u ** (p * q)
    assert u**p * u**q == u ** (p + q)
    assert u**p == (p * u.log()).exp()


@given(tail=tails, root=rationals.filter(lambda c: c > 0))
def test_rational_powers_of_a_rational_constant(tail: list[fmpq], root: fmpq) -> None:
    u = PowerSeries([root**6, *tail])
    assert (u ** fmpq(5, 6)) ** 6 == u**5
    assert (u ** fmpq(1, 3))[0] == root**2


@given(tail=tails, exponent=st.integers(0, 5))
def test_natural_powers_are_products(tail: list[fmpq], exponent: int) -> None:
    u = PowerSeries([0, *tail])
    product = u * 0 + 1
    for _ in range(exponent):
        product = product * u
    assert u**exponent == product


def test_power_of_a_series_that_begins_higher() -> None:
    t = PowerSeries.variable(6)
    u = (4 * t * t * (1 + t)).sqrt()
    assert u.coefficients == (2 * t * (1 + t).sqrt()).truncate(5).coefficients
    assert (t**3 * (1 + t)) ** fmpq(2, 3) == (t * t * (1 + t) ** fmpq(2, 3)).truncate(5)


@quick
@given(tail=tails)
def test_flint_agrees(tail: list[fmpq]) -> None:
    cap = ctx.cap
    ctx.cap = ORDER + 1
    try:
        for name in ("exp", "sin", "cos", "sinh", "cosh", "tanh"):
            compare(name, [fmpq(0), *tail])
        for name in ("log", "sqrt"):
            compare(name, [fmpq(1), *tail])
    finally:
        ctx.cap = cap


def compare(name: str, given_: list[fmpq]) -> None:
    mine = getattr(PowerSeries(given_), name)()
    theirs = getattr(fmpq_series(given_), name)()
    assert list(mine.coefficients) == [theirs[k] for k in range(ORDER + 1)], name


def test_tangent_and_secant_numbers() -> None:
    t = PowerSeries.variable(13)
    tangent, secant = t.sin() / t.cos(), 1 / t.cos()
    assert [tangent[n] * factorial(n) for n in range(1, 14, 2)] == [
        1, 2, 16, 272, 7936, 353792, 22368256,  # OEIS A000182
    ]  # fmt: skip
    assert [secant[n] * factorial(n) for n in range(0, 13, 2)] == [
        1, 1, 5, 61, 1385, 50521, 2702765,  # OEIS A000364
    ]  # fmt: skip
    assert t.tanh()[5] == fmpq(2, 15)


def test_central_binomials() -> None:
    t = PowerSeries.variable(12)
    generated = (1 - 4 * t) ** fmpq(-1, 2)  # OEIS A000984
    assert list(generated.coefficients) == [comb(2 * n, n) for n in range(13)]


def test_order_100() -> None:
    e = PowerSeries.variable(100).exp()
    assert e[100] == fmpq(1, factorial(100))
    assert e.log() == PowerSeries.variable(100)


def test_balls_enclose_the_exact_value() -> None:
    u = PowerSeries([arb(2), arb(1)], order=20).log()
    for k in range(1, 21):
        assert u[k].contains(fmpq((-1) ** (k + 1), k * 2**k))
        assert u[k].rad() < 1e-10


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "sinh", "cosh", "tanh", "sqrt"])
def test_numpy_finds_the_functions_in_object_arrays(name: str) -> None:
    u = PowerSeries([0.75, 0.5, -0.25])
    (found,) = getattr(np, name)(np.array([u], dtype=object))
    assert agree(found, getattr(u, name)())
    step = 1e-5
    at = [getattr(np, name)(0.75 + 0.5 * s - 0.25 * s * s) for s in (-step, 0.0, step)]
    assert found[0] == pytest.approx(at[1])
    assert found[1] == pytest.approx((at[2] - at[0]) / (2 * step), rel=1e-6)
    assert found[2] == pytest.approx((at[2] - 2 * at[1] + at[0]) / (2 * step**2), rel=1e-3)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda t: (1 + t).exp(), r"exp\(1\) is not a rational number"),
        (lambda t: t.log(), r"log\(0\) is not a rational number"),
        (lambda t: (2 + t).sin(), r"sin\(2\) is not a rational number"),
        (lambda t: (2 + t).sqrt(), r"\(2\)\^\(1/2\) is irrational"),
        (lambda t: (t - 4).sqrt(), r"\(-4\)\^\(1/2\) is irrational"),
        (lambda t: t.sqrt(), r"begins at t\^1 has no power 1/2"),
        (lambda t: (t * t) ** -1, r"begins at t\^2 has no power -1"),
        (lambda t: (t * 0).sqrt(), "has no power"),
    ],
)
def test_errors_name_the_cause(attempt: Callable[[PowerSeries], object], message: str) -> None:
    with pytest.raises(BeaError, match=message):
        attempt(PowerSeries.variable(3))
