"""Power series obey the laws of a ring, whatever their coefficients are, and refuse the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx, fmpq, fmpq_poly, fmpq_series
from hypothesis import given, settings
from hypothesis import strategies as st

from bea.algebra import Ring
from bea.errors import BeaError, MethodError, OrderError
from bea.series import PowerSeries

ORDER = 6
RING = Ring(["x", "y"])
X, Y = RING.variable(0), RING.variable(1)

rationals = st.builds(fmpq, st.integers(-9, 9), st.integers(1, 5))
lists = st.lists(rationals, min_size=ORDER + 1, max_size=ORDER + 1)
nonzero = rationals.filter(lambda c: c != 0)
quick = settings(max_examples=30)


def number(c: fmpq) -> float:
    return int(c.p) / int(c.q)


# Ways to make a coefficient from a rational: the ring, and how its power matters.
LIFTS: dict[str, Callable[[fmpq, int], Any]] = {
    "rationals": lambda c, k: c,
    "floats": lambda c, k: number(c),
    "arrays": lambda c, k: np.array([number(c), number(c) + k / 4]),
    "balls": lambda c, k: arb(c),
    "polynomials": lambda c, k: fmpq_poly([c] + [k] * (k > 0)),
    "elements": lambda c, k: RING.constant(c) if k == 0 else X * c + Y * k,
}
over_every_ring = pytest.mark.parametrize("lift", LIFTS.values(), ids=LIFTS)


def series(coefficients: list[fmpq], lift: Callable[[fmpq, int], Any]) -> PowerSeries:
    return PowerSeries([lift(c, k) for k, c in enumerate(coefficients)])


def agree(a: PowerSeries, b: PowerSeries) -> bool:
    return a.order == b.order and all(map(same, a.coefficients, b.coefficients))


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float | np.ndarray):
        return bool(np.allclose(a, b, rtol=1e-9, atol=1e-6 * (1 + np.max(np.abs(b)))))
    return bool(a.overlaps(b)) if isinstance(a, arb) else bool(a == b)


@over_every_ring
@quick
@given(a=lists, b=lists, c=lists)
def test_ring_laws(lift: Any, a: list[fmpq], b: list[fmpq], c: list[fmpq]) -> None:
    u, v, w = series(a, lift), series(b, lift), series(c, lift)
    assert agree(u * v, v * u)
    assert agree((u * v) * w, u * (v * w))
    assert agree(u * (v + w), u * v + u * w)
    assert agree((u - v) + v, u)
    assert agree(u * 1 + 0, +u)
    assert agree(3 * u - 1, u + u - (1 - u))


@over_every_ring
@quick
@given(a=lists, b=lists, first=nonzero)
def test_division_undoes_multiplication(
    lift: Any, a: list[fmpq], b: list[fmpq], first: fmpq
) -> None:
    if lift is LIFTS["polynomials"]:
        first = fmpq(1)  # the only constant term that is inverted in a ring without division
    if lift in (LIFTS["floats"], LIFTS["arrays"]):
        first = first + 20 * (1 if first > 0 else -1)  # away from 0: no digits are lost
    u, v = series(a, lift), series([first, *b[1:]], lift)
    assert agree(u / v * v, u)
    assert agree(1 / v, v.reciprocal())


@given(a=lists, b=lists, first=nonzero)
def test_common_powers_are_divided_out(a: list[fmpq], b: list[fmpq], first: fmpq) -> None:
    u, v = PowerSeries(a), PowerSeries([first, *b[1:]])
    assert u.shift(2) / v.shift(2) == u / v
    assert (u.shift(3) / v.shift(2)).coefficients == (u / v).shift(1).truncate(ORDER).coefficients


@over_every_ring
@quick
@given(a=lists, b=lists)
def test_calculus(lift: Any, a: list[fmpq], b: list[fmpq]) -> None:
    u, v = series(a, lift), series(b, lift)
    assert agree(u.integral().derivative(), u)
    assert agree((u * v).derivative(), u.derivative() * v + u * v.derivative())
    assert same(u.integral()[0], u[0] * 0)


@quick
@given(a=lists, b=lists, c=lists)
def test_composition_is_associative_and_obeys_the_chain_rule(
    a: list[fmpq], b: list[fmpq], c: list[fmpq]
) -> None:
    u, v, w = PowerSeries(a), PowerSeries([0, *b[1:]]), PowerSeries([0, *c[1:]])
    assert u(v)(w) == u(v(w))
    assert u(v).derivative() == u.derivative()(v.truncate(ORDER - 1)) * v.derivative()


@over_every_ring
@quick
@given(a=lists, first=nonzero)
def test_reversion_undoes_composition(lift: Any, a: list[fmpq], first: fmpq) -> None:
    first = fmpq(1) if lift is LIFTS["polynomials"] else first + (1 if first > 0 else -1)
    rational = PowerSeries([0, first, *a[2:]])
    u = rational.map(lambda c: lift(c, 0))
    assert agree(u.reversion()(u), u * 0 + PowerSeries.variable(ORDER, lift(fmpq(1), 0)))
    assert agree(u.reversion().reversion(), u)


def test_reversion_of_a_short_series() -> None:
    assert PowerSeries([0, 2]).reversion().coefficients == (0, fmpq(1, 2))
    assert PowerSeries([0, 2, 1]).reversion().coefficients == (0, fmpq(1, 2), fmpq(-1, 8))


def test_catalan_numbers_two_ways() -> None:
    catalan = [1, 1, 2, 5, 14, 42, 132, 429, 1430, 4862]  # OEIS A000108
    t = PowerSeries.variable(10)
    assert list((t - t * t).reversion().coefficients) == [0, *catalan]
    assert list(((1 - (1 - 4 * t).sqrt()) / (2 * t)).coefficients) == catalan


def test_rooted_labelled_trees_from_reversion() -> None:
    t = PowerSeries.variable(8)
    tree_function = (t * (-t).exp()).reversion()  # n^(n-1)/n!: OEIS A000169
    count = 1
    for n in range(1, 9):
        count *= n
        assert tree_function[n] * count == n ** (n - 1)


def test_bell_numbers_from_composition() -> None:
    bell = [1, 1, 2, 5, 15, 52, 203, 877, 4140]  # OEIS A000110
    t = PowerSeries.variable(8)
    exponential = t.exp()
    generated = exponential(exponential - 1)
    factorial = [1, 1, 2, 6, 24, 120, 720, 5040, 40320]
    assert [c * f for c, f in zip(generated.coefficients, factorial, strict=True)] == bell


@given(a=lists, first=nonzero)
def test_flint_agrees(a: list[fmpq], first: fmpq) -> None:
    cap = ctx.cap
    ctx.cap = ORDER + 1
    try:
        mine, theirs = PowerSeries([first, *a[1:]]), fmpq_series([first, *a[1:]])
        assert list(mine.reciprocal().coefficients) == coefficients(1 / theirs)
        mine, theirs = PowerSeries([0, first, *a[2:]]), fmpq_series([0, first, *a[2:]])
        assert list(mine.reversion().coefficients) == coefficients(theirs.reversion())
    finally:
        ctx.cap = cap


def coefficients(theirs: fmpq_series) -> list[fmpq]:
    return [theirs[k] for k in range(ORDER + 1)]


def test_order_100_is_exact() -> None:
    t = PowerSeries.variable(100)
    quotient = t.sin() / t.cos()
    assert (quotient.derivative() - quotient * quotient - 1).valuation() == 100
    assert ((1 + t).log().exp() - t - 1).valuation() == 101


def test_a_ball_that_may_be_zero_is_not_taken_for_zero() -> None:
    """Dividing it out as if it were 0 would give a result that looks certain and is wrong."""
    unsure = PowerSeries([arb(0, 0.1), arb(1)])
    assert unsure.valuation() == 0
    assert not (PowerSeries([arb(1), arb(1)]) / unsure)[0].is_finite()
    assert repr(unsure) != repr(PowerSeries([arb(0), arb(1)]))
    with pytest.raises(BeaError, match="without constant term"):
        PowerSeries.variable(1)(unsure)


def test_results_are_known_to_the_lower_order() -> None:
    short, long = PowerSeries([1, 2]), PowerSeries([1, 2, 3, 4])
    assert (short + long).order == (short * long).order == (long / short).order == 1
    assert long.truncate(1) == short
    assert short.truncate(7) == short
    assert PowerSeries([1, 2, 3], order=1) == short
    assert PowerSeries([1], order=2).coefficients == (1, 0, 0)


def test_arrays_of_series_take_numbers_and_series() -> None:
    t = PowerSeries.variable(2)
    vector = np.array([t, 1 + t], dtype=object)
    for result in (t * vector, vector * t):
        assert result.shape == (2,)
        assert result[1] == t + t * t
    assert (vector - t)[1] == PowerSeries([1, 0, 0])
    assert (t / (1 + vector))[0] == t / (1 + t)
    assert np.sqrt(vector[1:])[0] == (1 + t).sqrt()
    assert np.mean(vector, axis=0, keepdims=True)[0] == t + fmpq(1, 2)


def test_numpy_integers_divide_exactly() -> None:
    assert (PowerSeries([1, 3]) / np.int64(2)).coefficients == (fmpq(1, 2), fmpq(3, 2))


@pytest.mark.parametrize(
    ("series_", "text"),
    [
        (PowerSeries([0, 0]), "0 + O(t^2)"),
        (PowerSeries([fmpq(1, 2), -1, 1, -2]), "1/2 - t + t^2 - 2 t^3 + O(t^4)"),
        (PowerSeries([-1, 0, fmpq(-2, 3)]), "-1 - 2/3 t^2 + O(t^3)"),
        (PowerSeries([X + Y, -X, X - Y]), "(x + y) - x t + (x - y) t^2 + O(t^3)"),
    ],
)
def test_text(series_: PowerSeries, text: str) -> None:
    assert str(series_) == text


@pytest.mark.parametrize(
    "question",
    [
        bool,
        lambda u: u == 1,
        lambda u: u != 0.5,
        lambda u: u < u,
        lambda u: u >= 0,
        lambda u: u < 0,
        lambda u: np.maximum(np.array([u], dtype=object), 0),
        lambda u: np.sign(np.array([u], dtype=object)),
        lambda u: np.where(np.array([u], dtype=object) > 0, 1, 2),
        lambda u: max(u, u),
    ],
)
def test_truth_and_comparison_raise(question: Callable[[PowerSeries], object]) -> None:
    with pytest.raises(TypeError, match="no truth value"):
        question(PowerSeries([1, 2]))


def test_equality_compares_order_and_coefficients() -> None:
    assert PowerSeries([1, 2]) == PowerSeries([1, 2])
    assert PowerSeries([1, 2]) != PowerSeries([1, 2, 0])
    with pytest.raises(TypeError, match="unhashable"):
        hash(PowerSeries([1]))


def test_floats_do_not_mix_with_exact_coefficients() -> None:
    for number in (0.5, np.float64(0.5)):
        for combine in (
            lambda u, x: u + x,
            lambda u, x: x * u,
            lambda u, x: u / x,
            lambda u, x: u**x,
        ):
            with pytest.raises(MethodError, match=r"^0\.5 is a float: the numbers of a step"):
                combine(PowerSeries([1, 2]), number)
    with pytest.raises(TypeError, match="unsupported operand"):
        PowerSeries([1, 2]) * {}


def test_a_vector_of_series_is_divided_component_by_component() -> None:
    """Each by t, which has no reciprocal of its own."""
    t = PowerSeries.variable(3)
    vector = np.array([t, t * t + t], dtype=object)
    assert list(vector / t) == [PowerSeries([1], 2), PowerSeries([1, 1], 2)]
    with pytest.raises(BeaError, match="take no 1/gamma by itself"):
        vector * (1 / t)


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: PowerSeries([]), OrderError, "at least 0"),
        (lambda: PowerSeries([1], order=-1), OrderError, "at least 0"),
        (lambda: PowerSeries.variable(-1), OrderError, "at least 0"),
        (lambda: PowerSeries([1, 2, 3]).truncate(-2), OrderError, "at least 0"),
        (lambda: PowerSeries([1, 2])[2], OrderError, r"t\^2 is not known: order is 1"),
        (lambda: PowerSeries([1, 2])[-1], OrderError, r"t\^-1 is not known"),
        (lambda: PowerSeries([1]).derivative(), OrderError, "no known coefficient"),
        (lambda: PowerSeries([1, 2]).shift(-1), BeaError, r"not divisible by t\^1"),
        (lambda: PowerSeries([0, 0]).shift(-2), OrderError, "no coefficient is left"),
        (lambda: PowerSeries([1, 2])(PowerSeries([1, 2])), BeaError, "without constant term"),
        (lambda: PowerSeries([0, 0, 1]).reversion(), BeaError, "has a reversion"),
        (lambda: PowerSeries([1, 1]).reversion(), BeaError, "has a reversion"),
        (lambda: PowerSeries([0]).reversion(), BeaError, "has a reversion"),
        (lambda: 1 / PowerSeries([0, 1]), BeaError, r"begins at t\^1 has no power -1"),
        (lambda: PowerSeries([1, 1]) / PowerSeries([0, 0]), BeaError, "not divisible"),
        (lambda: PowerSeries([1]) / 0, BeaError, "division by .* zero"),
        (lambda: PowerSeries([1.0]) / 0.0, BeaError, "division by .* zero"),
        (lambda: PowerSeries([0.0]).reciprocal(), BeaError, "no power -1"),
    ],
)
def test_errors_name_the_cause(
    attempt: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        attempt()


def test_arrays_keep_their_shape() -> None:
    u = PowerSeries([np.ones((2, 3)), np.zeros((2, 3))], order=3)
    assert all(np.shape(c) == (2, 3) for c in u.exp().coefficients)
    assert np.allclose(u.exp()[0], np.e)
