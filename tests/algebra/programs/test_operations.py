"""One operation in every arithmetic, and what an arithmetic cannot do refused with what can."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq, fmpz

from bea.algebra.programs.operations import (
    apply,
    element,
    library_of,
    rational,
    reciprocal,
)
from bea.errors import DomainError, ExpressionError
from bea.series.elementary import pi_like

# How each arithmetic writes a rational, and how a float is made of its elements.
KINDS: dict[str, Callable[[fmpq], Any]] = {
    "rationals": lambda c: c,
    "floats": lambda c: np.float64(float(c)),
    "balls": arb,
    "mpmath": lambda c: mpmath.mpf(int(c.p)) / int(c.q),
    "arrays": lambda c: np.full(3, float(c)),
    "arrays of objects": lambda c: np.array([[c], [arb(c)]], dtype=object),
}
OPERATIONS: list[tuple[str, Any, tuple[fmpq, ...], float]] = [
    ("add", None, (fmpq(9, 4), fmpq(2)), 4.25),
    ("subtract", None, (fmpq(9, 4), fmpq(2)), 0.25),
    ("multiply", None, (fmpq(9, 4), fmpq(2)), 4.5),
    ("negate", None, (fmpq(9, 4),), -2.25),
    ("reciprocal", None, (fmpq(9, 4),), 4 / 9),
    ("root", 2, (fmpq(9, 4),), 1.5),
    ("root", 3, (fmpq(27, 8),), 1.5),
]


def floats(value: Any) -> list[float]:
    return [float(x) for x in np.ravel(np.asarray(value, dtype=object))]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("operation", "value", "operands", "expected"), OPERATIONS)
def test_an_operation_means_the_same_in_every_arithmetic(
    kind: str, operation: str, value: Any, operands: tuple[fmpq, ...], expected: float
) -> None:
    given = [KINDS[kind](c) for c in operands]
    found = apply(operation, value, given)
    assert floats(found) == pytest.approx([expected] * len(floats(given[0])), rel=1e-15)
    assert np.shape(found) == np.shape(given[0])
    assert type(found) is type(given[0])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rationals"][:4])
def test_functions_and_pi_are_those_of_the_arithmetic(kind: str) -> None:
    x = KINDS[kind](fmpq(1, 2))
    assert floats(apply("exp", None, [x]))[0] == pytest.approx(math.exp(0.5), rel=1e-15)
    if kind != "arrays":
        assert float(pi_like(KINDS[kind](fmpq(3)))) == math.pi


def test_digits_of_pi_and_roots_are_those_of_the_context() -> None:
    with mpmath.workdps(40):
        assert mpmath.nstr(pi_like(mpmath.mpf(3)), 30) == "3.14159265358979323846264338328"
        cube = apply("root", 3, [mpmath.mpf(2)])
        assert abs(cube**3 - 2) < mpmath.mpf(10) ** -38


@pytest.mark.parametrize(
    ("operation", "value", "message"),
    [
        ("root", 2, r"\(-2\)\^\(1/2\) is not rational"),
        ("root", 3, r"\(-2\)\^\(1/3\) is not rational; evaluate in floats or balls"),
        ("exp", None, "numbers of type fmpq have no exp"),
    ],
)
def test_what_has_no_exact_value_is_refused(operation: str, value: Any, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        apply(operation, value, [fmpq(-2)])
    with pytest.raises(DomainError, match=r"\(2\)\^\(1/2\) is not rational; evaluate in floats"):
        apply("root", 2, [fmpq(2)])
    assert apply("root", 2, [fmpq(0)]) == 0


def test_nothing_is_divided_by_an_exact_zero() -> None:
    for zero in (fmpq(0), mpmath.mpf(0)):
        with pytest.raises(DomainError, match="division by zero"):
            reciprocal(zero)
    with np.errstate(divide="ignore"):
        assert reciprocal(np.float64(0)) == np.inf  # as in arrays
    with pytest.raises(DomainError, match="have no π"):
        pi_like(fmpq(3))


def test_exact_numbers_are_rationals_and_floats_are_not() -> None:
    for value in (3, fmpz(3), fmpq(3)):
        assert type(rational(value)) is fmpq and rational(value) == 3
    with pytest.raises(ExpressionError, match=r"0\.5 is a float, not exact: give an integer"):
        rational(0.5)


def test_numbers_of_python_behave_as_those_of_their_kind() -> None:
    assert type(element(2)) is fmpq and type(element(2.0)) is np.float64
    ball = arb(2)
    assert element(ball) is ball


def test_the_library_of_an_array_is_its_own() -> None:
    class Array:
        def __array_namespace__(self) -> Any:
            return math

    assert library_of(np.ones(2)) is np and library_of(np.float64(1)) is np
    assert library_of(Array()) is math
    assert library_of(1.0) is None and library_of(fmpq(1)) is None
