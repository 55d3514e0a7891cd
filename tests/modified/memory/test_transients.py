"""Transients: the polynomials whose roots are the products of the rates."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import prod

import numpy as np
import pytest
from flint import fmpq

from bea.algebra import Ring
from bea.errors import MethodError
from bea.modified.memory.transients import (
    annihilator,
    characteristic_polynomial,
    symmetric_power,
    without_root,
)

CUBIC = [fmpq(1, 5), fmpq(-1, 3), fmpq(1, 2), fmpq(1)]  # one real root and a complex pair


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_roots_of_a_symmetric_power_are_products(count: int) -> None:
    roots = np.roots(floats(CUBIC)[::-1])
    products = [prod(chosen) for chosen in combinations_with_replacement(roots, count)]
    found = np.array(floats(symmetric_power(CUBIC, count)))
    assert found == pytest.approx(np.poly(products).real[::-1], abs=1e-12)


def test_the_annihilator_annihilates_what_it_must_and_no_constant() -> None:
    roots = np.roots(floats(CUBIC)[::-1])
    weights, scale = annihilator(CUBIC, 3)
    n = np.arange(len(weights))
    for sequence in (n**2 * roots[0] ** n, n * (roots[0] * roots[1]) ** n, roots[1] ** (3 * n)):
        assert abs(np.dot(floats(weights), sequence)) < 1e-10
    assert sum(weights) * scale == 1
    assert abs(np.dot(floats(weights), n**3 * roots[0] ** n)) > 1e-3


def test_rates_of_zero_die_in_so_many_steps() -> None:
    assert annihilator([fmpq(0), fmpq(0), fmpq(1)], 2) == ([0, 0, 0, 0, 1], 1)
    weights, _ = annihilator([fmpq(0), fmpq(-1, 2), fmpq(1)], 2)
    assert weights[:2] == [0, 0] and weights[2:] == annihilator([fmpq(-1, 2), fmpq(1)], 2)[0]


def test_too_many_transients_are_refused() -> None:
    with pytest.raises(MethodError, match=r"a memory of 3 rates has 705 transients to gamma\^9"):
        annihilator(CUBIC, 9)


def test_symbolic_rates() -> None:
    ring = Ring([], ["a", "b"])
    a, b = ring.symbol("a"), ring.symbol("b")
    square = symmetric_power([a * b, -(a + b), ring.constant(1)], 2)
    for root in (a * a, a * b, b * b):
        assert sum((c * root**i for i, c in enumerate(square)), start=root * 0).is_zero()


def test_the_characteristic_polynomial() -> None:
    matrix = [[fmpq(2), fmpq(1), fmpq(0)], [fmpq(0), fmpq(1, 2), fmpq(3)], [fmpq(0)] * 3]
    assert characteristic_polynomial(matrix) == [0, 1, -fmpq(5, 2), 1]
    assert without_root(characteristic_polynomial(matrix), fmpq(2)) == [0, -fmpq(1, 2), 1]


def floats(values: list[fmpq]) -> list[float]:
    return [float(v.p) / float(v.q) for v in values]
