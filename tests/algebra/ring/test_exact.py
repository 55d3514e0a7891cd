"""Exact numbers: what is one, what is refused, and their floats."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
import sympy
from flint import arb, fmpq, fmpz

from bea.algebra import Ring, as_float, as_rational, exact, parse
from bea.algebra.ring.exact import exact_decimal, in_ring
from bea.errors import DomainError, ExpressionError


@pytest.mark.parametrize(
    "value",
    [
        fmpq(9, 10),
        Fraction(9, 10),
        "9/10",
        "0.9",
        "9e-1",
        " 1 - 1/10 ",
        "sqrt(0.81)",
        sympy.Rational(9, 10),
        exact("9/10"),
    ],
)
def test_the_same_number_however_it_is_written(value: Any) -> None:
    assert as_rational(exact(value)) == fmpq(9, 10)
    assert as_float(exact(value)) == 0.9


@pytest.mark.parametrize(
    "value", [3, fmpz(3), "3", Fraction(3), sympy.Integer(3), "sqrt(9)", np.int64(3)]
)
def test_integers(value: Any) -> None:
    assert as_rational(exact(value)) == 3


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.9, r"beta is the float 0.9: exact numbers are meant, write '0.9' or a fraction"),
        (np.float64(0.9), r"beta is the float 0.9: exact numbers are meant, write '0.9' or"),
        (math.nan, "beta is nan: give a finite number"),
        (-math.inf, "beta is -inf: give a finite number"),
        (True, "beta is True: give a number"),
        (None, "beta is a NoneType"),
        ([1], "beta is a list"),
        ("1/", "beta cannot be read"),
        ("1/0", "beta cannot be read: .*0"),
        ("__import__('os')", "beta cannot be read"),
        ("9**9**9**9", "beta cannot be read"),
    ],
)
def test_what_is_not_exact_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        exact(value, "beta")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sqrt(2)", math.sqrt(2)),
        ("pi", math.pi),
        ("exp(1)", math.e),
        ("1/2 - sqrt(3)/6", 0.21132486540518711775),
        ("10**400/10**399", 10.0),
        ("sqrt(10**16 + 1) - 10**8", 4.9999999999999999875e-9),
        ("exp(-700)", math.exp(-700)),
        ("sqrt(2)*sqrt(3) - sqrt(6)", 0.0),
        ("log(6) - log(2) - log(3)", 0.0),
        ("log(30) - log(2) - log(3) - log(5)", 0.0),  # computed, it is off by 1e-308
        ("sqrt(3 + 2*sqrt(2)) - 1 - sqrt(2)", 0.0),
        ("1/10**30", 1e-30),
    ],
)
def test_nearest_float(text: str, expected: float) -> None:
    """Also where digits cancel, and where flint's own precision is set low."""
    assert as_float(exact(text)) == expected
    with flint.ctx.workprec(20):
        assert as_float(exact(text)) == expected


@pytest.mark.parametrize("text", ["sqrt(sqrt(2) - 2)", "log(3 - pi)", "1/(sqrt(2) - sqrt(8)/2)"])
def test_numbers_that_are_not_real(text: str) -> None:
    with pytest.raises(DomainError, match=r"is not a real number|division by zero"):
        as_float(exact(text))


def test_open_symbols() -> None:
    beta = exact("beta/2")
    assert as_rational(beta) is None
    ring = Ring([], ["beta"])
    assert in_ring(beta, ring) == ring.symbol("beta") / 2
    with pytest.raises(ExpressionError, match=r"'beta' has no value: give one, such as beta=1/2"):
        as_float(beta)


def test_irrational_numbers_are_not_rational() -> None:
    assert as_rational(exact("sqrt(2)")) is None
    assert as_rational(exact("sqrt(2)**2")) == 2
    assert as_rational(exact("pi")) is None
    assert as_rational(exact("pi - pi")) == 0


def test_radicals_in_a_ring_are_exact() -> None:
    ring = Ring([])
    half, golden = in_ring(parse("1/2"), ring), in_ring(parse("(1 + sqrt(5))/2"), ring)
    assert golden * golden == golden + 1
    assert half.as_rational() == fmpq(1, 2)
    assert arb(as_float(exact("(1 + sqrt(5))/2"))).overlaps(arb("1.618033988749894848 +/- 1e-15"))


def test_roots_of_numbers_that_are_hard_to_factor() -> None:
    """A factorisation of this product of two large primes would not end."""
    p, q = 10**49 + 9, 10**50 + 151
    assert as_float(exact(f"sqrt({p * q})")) == math.sqrt(p * q)
    assert as_rational(exact(f"sqrt({12 * p * q})/sqrt({3 * p * q})")) == 2
    assert as_rational(exact(f"({p}**3)**(1/3)")) == p
    assert in_ring(exact(f"sqrt({p})*sqrt({q}) - sqrt({p * q})"), Ring([])).is_zero()


def test_a_short_decimal_in_a_float_is_taken_only_where_it_is_asked_for() -> None:
    assert as_rational(exact_decimal(0.1)) == fmpq(1, 10)
    assert as_rational(exact_decimal(np.float64(1e-12))) == fmpq(1, 10**12)
    assert as_rational(exact_decimal(1e20)) == 10**20
    with pytest.raises(ExpressionError, match=r"which looks computed.* such as '1/3'"):
        exact_decimal(1 / 3)
    with pytest.raises(ExpressionError, match="exact numbers are meant"):
        exact(0.1)


def test_a_number_beyond_all_floats_is_refused_and_a_tiny_one_is_not() -> None:
    with pytest.raises(DomainError, match="a number of 401 digits is beyond the largest float"):
        as_float(exact("1e400"))
    with pytest.raises(DomainError, match="beyond the largest float"):
        as_float(exact("-1e400"))
    assert as_float(exact("1e-400")) == 0


@pytest.mark.parametrize(
    ("computed", "meant"),
    [(0.1 + 0.2, "3/10"), (-2 / 3, "-2/3"), (math.sqrt(2), "1/3"), (1e-9 / 7, "1/3"),
     (1 / 3 + 1e-9, "1/3"), (2 / 3 + 1e-9, "1/3")],
)  # fmt: skip
def test_the_fraction_near_a_computed_float_is_named(computed: float, meant: str) -> None:
    """Where there is one with a small denominator; else the remedy shows what a fraction is."""
    with pytest.raises(ExpressionError, match="which looks computed") as caught:
        exact_decimal(computed, "beta")
    assert str(caught.value).startswith(f"beta is the float {computed!r}")
    assert str(caught.value).endswith(f"such as '{meant}'")


def test_twelve_digits_are_a_decimal_and_thirteen_are_not() -> None:
    assert as_rational(exact_decimal(0.123456789012)) == fmpq(123456789012, 10**12)
    assert as_rational(exact_decimal(-123456789012e30)) == -123456789012 * 10**30
    with pytest.raises(ExpressionError, match="which looks computed"):
        exact_decimal(0.1234567890123)
    assert as_rational(exact_decimal("1/3")) == fmpq(1, 3)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_float_that_is_not_finite_is_no_decimal(value: float) -> None:
    with pytest.raises(ExpressionError, match=rf"^beta is {value}: give a finite number$"):
        exact_decimal(value, "beta")


@pytest.mark.parametrize("text", ["-3/4", " -3/4 ", "-0.75", "-(3/4)", "3/-4", "-6/8"])
def test_texts_of_fractions_are_read_alike(text: str) -> None:
    assert exact(text) == exact(fmpq(-3, 4))


def test_fractions_of_any_length_are_exact() -> None:
    for n in (10**17, 10**18, 10**19, 10**40):
        assert as_rational(exact(f"{n + 1}/{n}")) == fmpq(n + 1, n)
        assert as_rational(exact(f"-{n + 1}")) == -(n + 1)


@pytest.mark.parametrize("value", [b"1/2", [1], {"a": 1}, 1j, np.float32(0.5)])
def test_what_is_neither_number_nor_text_is_named_by_its_kind(value: Any) -> None:
    with pytest.raises(
        ExpressionError,
        match=rf"^beta is a {type(value).__name__}: give an integer, fraction or text$",
    ):
        exact(value, "beta")


def test_symbols_of_sympy_stay_open() -> None:
    beta = sympy.Symbol("beta")
    assert exact(beta / 2) == exact("beta/2")
    assert exact(sympy.sqrt(2)) == exact("sqrt(2)")
