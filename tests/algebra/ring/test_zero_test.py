"""The randomised test for zero: what it proves, where it looks, and that it can be repeated."""

from __future__ import annotations

import flint
import pytest

from bea.algebra import Element, Ring, parse
from bea.algebra.ring.conversions import read
from bea.algebra.ring.zero_test import BITS, vanishes_numerically
from bea.errors import DomainError


def element(text: str, variables: str = "x y", parameters: str = "") -> Element:
    return read(Ring(variables.split(), parameters.split()), parse(text))


@pytest.mark.parametrize(
    "text", ["x - x", "exp(x)*exp(y) - exp(x + y)", "log(x*y) - log(x) - log(y)"]
)
def test_zero(text: str) -> None:
    assert vanishes_numerically(element(text))


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "sqrt(x**2) - x",  # 0 for x > 0
        "sqrt(x**2) + x",  # 0 for x < 0
        "sqrt((x - 50)**2) + x - 50",  # 0 for x < 50
        "sqrt(x**2) + sqrt(y**2) - sqrt((x + y)**2)",  # 0 in two quadrants
        "exp(-1000*x**2)",  # tiny, but not 0
    ],
)
def test_not_zero(text: str) -> None:
    assert not vanishes_numerically(element(text))


@pytest.mark.parametrize(
    "text",
    [
        "log(x - 50) - 2*log(sqrt(x - 50))",
        "log(-x) + log(-1/x)",
        "sqrt(1 - x**2 - y**2)**2 + x**2 + y**2 - 1",
        "log(x) + log(y) + log(1/(x*y))",
        "log(x - 1000) - 2*log(sqrt(x - 1000))",
        "sqrt(1/10**6 - x**2 - y**2)**2 + x**2 + y**2 - 1/10**6",
    ],
)
def test_points_of_a_small_domain_are_found(text: str) -> None:
    assert vanishes_numerically(element(text))


def test_parameters_are_varied_too() -> None:
    assert not vanishes_numerically(element("exp(a*x) - exp(x)", "x", "a"))
    assert vanishes_numerically(element("exp(a*x)*exp(x) - exp((a + 1)*x)", "x", "a"))


def test_known_limit() -> None:
    """What differs from 0 by less than the precision is taken for 0; the docstring says so."""
    assert vanishes_numerically(element(f"(1 + 2**-{BITS + 20})*exp(x)*exp(y) - exp(x + y)"))
    assert not vanishes_numerically(element(f"(1 + 2**-{BITS - 40})*exp(x)*exp(y) - exp(x + y)"))


def test_no_point() -> None:
    with pytest.raises(DomainError, match=r"no point was found at which .*: look at"):
        vanishes_numerically(element("log(-1 - x**2)"))


def test_the_precision_of_the_caller_is_left_alone() -> None:
    with flint.ctx.workprec(77):
        vanishes_numerically(element("sin(x)"))
        assert flint.ctx.prec == 77
