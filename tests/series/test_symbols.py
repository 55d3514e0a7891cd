"""Operator symbols against published numbers: Bernoulli, and error constants of multistep methods.

With C the error constant of a method of order p, rho(e^z) - z sigma(e^z) = C sigma(1) z^(p+1) + ...
(Hairer, Norsett and Wanner, Solving ODEs I, section III.2), so that m(z) = 1 - C z^p + ...
"""

from __future__ import annotations

from math import factorial

import pytest
from flint import fmpq

from bea.algebra import Ring
from bea.errors import MethodError, OrderError
from bea.series import (
    PowerSeries,
    bernoulli_symbol,
    exponential_symbol,
    logarithm_symbol,
    multistep_symbol,
)


def q(*texts: str) -> list[fmpq]:
    """Return rationals from texts such as "5/12"."""
    return [fmpq(*map(int, text.split("/"))) for text in texts]


BERNOULLI = q(
    "1", "-1/2", "1/6", "0", "-1/30", "0", "1/42", "0", "-1/30", "0", "5/66",
    "0", "-691/2730", "0", "7/6", "0", "-3617/510", "0", "43867/798", "0", "-174611/330",
)  # fmt: skip
"""B_0 ... B_20 (OEIS A027641 and A027642)."""

# Name: rho and sigma from the lowest power, order, error constant C. Hairer, Norsett and Wanner I,
# sections III.1 (the methods) and III.2 (their constants).
MULTISTEP = {
    "AB1": (q("-1", "1"), q("1"), 1, "1/2"),
    "AB2": (q("0", "-1", "1"), q("-1/2", "3/2"), 2, "5/12"),
    "AB3": (q("0", "0", "-1", "1"), q("5/12", "-16/12", "23/12"), 3, "3/8"),
    "AB4": (q("0", "0", "0", "-1", "1"), q("-9/24", "37/24", "-59/24", "55/24"), 4, "251/720"),
    "AM1": (q("-1", "1"), q("1/2", "1/2"), 2, "-1/12"),
    "AM2": (q("0", "-1", "1"), q("-1/12", "8/12", "5/12"), 3, "-1/24"),
    "AM3": (q("0", "0", "-1", "1"), q("1/24", "-5/24", "19/24", "9/24"), 4, "-19/720"),
    "Milne-Simpson": (q("-1", "0", "1"), q("1/3", "4/3", "1/3"), 4, "-1/180"),
    "midpoint": (q("-1", "0", "1"), q("0", "2"), 2, "1/6"),
    "BDF1": (q("-1", "1"), q("0", "1"), 1, "-1/2"),
    "BDF2": (q("1/2", "-2", "3/2"), q("0", "0", "1"), 2, "-1/3"),
    "BDF3": (q("-1/3", "3/2", "-3", "11/6"), q("0", "0", "0", "1"), 3, "-1/4"),
    "BDF4": (q("1/4", "-4/3", "3", "-4", "25/12"), q("0", "0", "0", "0", "1"), 4, "-1/5"),
}


def test_bernoulli_numbers() -> None:
    symbol = bernoulli_symbol(20)
    assert [c * factorial(n) for n, c in enumerate(symbol.coefficients)] == BERNOULLI


def test_bernoulli_number_100_is_flints() -> None:
    assert bernoulli_symbol(100)[100] * factorial(100) == fmpq.bernoulli(100)


def test_exponential_and_logarithm_are_inverse() -> None:
    assert exponential_symbol(30)[30] == fmpq(1, factorial(30))
    assert logarithm_symbol(30)[30] == fmpq(-1, 30)
    assert logarithm_symbol(12)(exponential_symbol(12) - 1) == PowerSeries.variable(12)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_low_orders(order: int) -> None:
    assert exponential_symbol(order) == exponential_symbol(5).truncate(order)
    assert logarithm_symbol(order) == logarithm_symbol(5).truncate(order)
    assert bernoulli_symbol(order) == bernoulli_symbol(5).truncate(order)


@pytest.mark.parametrize("name", MULTISTEP)
def test_error_constants_of_multistep_methods(name: str) -> None:
    rho, sigma, order, constant = MULTISTEP[name]
    symbol = multistep_symbol(rho, sigma, order)
    assert symbol.coefficients[:order] == (1, *[0] * (order - 1))
    assert -symbol[order] == q(constant)[0] != 0


def test_symbol_solves_its_defining_equation() -> None:
    rho, sigma, *_ = MULTISTEP["BDF3"]
    z, m = PowerSeries.variable(12), multistep_symbol(rho, sigma, 12)
    e = exponential_symbol(12)
    at = [sum((c * e**j for j, c in enumerate(p)), start=z * 0) for p in (rho, sigma)]
    assert m * at[0] == z * at[1]


def test_hyperparameters_may_be_symbolic() -> None:
    ring = Ring([], ["beta"])
    beta = ring.symbol("beta")
    # Heavy ball: (E - 1 - beta (1 - 1/E)) theta = gamma f, times E.
    symbol = multistep_symbol([beta, -1 - beta, 1], [0, 1], 3)
    assert symbol[0] == 1 / (1 - beta)
    assert symbol[1] == -(1 + beta) / (2 * (1 - beta) ** 2)
    plain = multistep_symbol([0, -1, 1], [0, 1], 3)
    assert plain == bernoulli_symbol(3)


@pytest.mark.parametrize(
    ("rho", "sigma", "error", "message"),
    [
        ([1, 1], [1], MethodError, r"rho\(1\) = 0"),
        ([1, -2, 1], [1], MethodError, r"rho'\(1\) not 0"),
        ([], [1], MethodError, r"rho\(1\) = 0"),
        ([-1.0, 1.0], [1], MethodError, r"float: give an exact number, such as fmpq\(1, 2\)"),
        ([-1, 1], [0.5], MethodError, "0.5 is a float"),
    ],
)
def test_inconsistent_polynomials_are_refused(
    rho: list, sigma: list, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        multistep_symbol(rho, sigma, 3)


@pytest.mark.parametrize("symbol", [exponential_symbol, logarithm_symbol, bernoulli_symbol])
def test_negative_order_is_refused(symbol) -> None:
    with pytest.raises(OrderError, match="at least 0"):
        symbol(-1)
