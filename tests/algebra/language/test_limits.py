"""Every limit refuses just beyond its value, before anything of that size is computed."""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.algebra.language import limits
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import read
from bea.algebra.ring.ring import Ring
from bea.errors import ExpressionError

REFUSED = [
    ("9**9**9**9*x", "a number would have about 1.2e\\+09 bits, more than the limit of 10,000"),
    ("2**99999", "a number would have about 100,000 bits"),
    ("x*2**-99999", "a number would have about 100,000 bits"),
    ("1e99999999", "a number would have about 333,333,33. bits"),
    ("1e-99999999", "a number would have about 333,333,33. bits"),
    ("1e" + "9" * 5000, "bits, more than the limit of 10,000"),
    ("9" * 5000, "a number would have about 16,666 bits"),
    ("0." + "0" * 5000 + "1", "a number would have about 16,670 bits"),
    ("((10**50)**50)**50", "a number would have about 4.*bits"),
    ("2**(2**9999)", r"a number would have about 2\*\*9999 bits"),
    ("(2**9999)*(2**9999)", "a number would have about 20,000 bits"),
    ("1/3**5000 + 1/7**3000", "bits, more than the limit of 10,000"),
    ("(2*x)**1000*(2*x)**1000*((2*x)**1000)**10", "bits, more than the limit"),
    ("x**99999999", "the power 99,999,999 is beyond the limit of 1,000"),
    ("x**-1001", "the power -1,001 is beyond the limit of 1,000"),
    ("x**(2**9999)", r"the power 2\*\*9999 is beyond the limit"),
    ("((x**10)**11)**12", "the power 1,320 is beyond the limit"),
    ("x**(1001/2)", "the numerator of an exponent 1,001 is beyond the limit of 1,000"),
    ("x**(1/101)", "an exponent has the denominator 101, beyond the limit of 100"),
    ("x**0.333333", "write it as a simple fraction such as 1/3"),
    ("2**(1/101)", "an exponent has the denominator 101"),
    ("(x + y + z + 1)**65", "may have about 50,116 terms when it is expanded, more than the limit"),
    ("((x + y + z + 1)**30)**3", "may have about 129,766 terms"),
    ("((x + y + z + 1)**64)*(x + y)", "terms when it is expanded"),
    ("(sin(x) + exp(x) + sqrt(x) + 1/x + 1)**40", "terms when it is expanded"),
    ("((x**999*y)**999*z)", "about 999,000 as its degree, more than the limit of 10,000"),
    ("(((3*x + 1)**100 + 1)**100 + 1)**10", "bits in a coefficient.*limit of 20,000"),
    ("tan(" * 30 + "x" + ")" * 30, "more than 200,000 parts when it is written out"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_hostile_formulas_are_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        parse(text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
    assert ";" in str(caught.value)  # the remedy


def test_a_formula_of_many_variables_is_refused_where_it_is_to_be_expanded() -> None:
    names = [f"x{i}" for i in range(16)]
    written = parse("*".join(f"({name} + 1)" for name in names))
    with pytest.raises(ExpressionError, match="about 65,536 terms when it is expanded"):
        read(Ring(names), written)


@pytest.mark.parametrize(
    "text",
    [
        "x**20",
        "x**1000 + x**-1000",
        "x**(1/100)",
        "(10**50)**50",
        "2**9998",
        "1e2900",
        "(x + y + z + 1)**64",
        "(x + 1)**1000",
        "*".join(f"(x - {i})" for i in range(1, 40)),  # 40 terms, not 2**39
        "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        "sigmoid(" * 40 + "x" + ")" * 40,
        "x" + "+1" * 20_000,
    ],
)
def test_large_but_reasonable_formulas_are_read(text: str) -> None:
    parse(text)


@given(st.fractions(-(10**6), 10**6), st.integers(-300, 300))
def test_bits_of_a_power_are_predicted(value: Any, exponent: int) -> None:
    base = fmpq(value.numerator, value.denominator)
    if base == 0 and exponent < 0:
        return
    predicted = limits.power_bits(base, exponent)
    assert (base**exponent).height_bits() <= predicted
    assert predicted <= (base**exponent).height_bits() + 1


def test_bits_of_an_absurd_power_are_predicted() -> None:
    assert limits.power_bits(fmpq(10), 10**100) == pytest.approx(3.3219280948873623 * 10**100)
    assert limits.power_bits(fmpq(-1), 10**100) == 1
