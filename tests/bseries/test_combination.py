"""Linear combinations of trees are a vector space."""

from __future__ import annotations

from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from bea.bseries.combination import Combination
from bea.trees import leaf, trees_up_to

TREES = trees_up_to(3)
rationals = st.builds(fmpq, st.integers(-3, 3), st.integers(1, 3))
combinations = st.dictionaries(st.sampled_from(TREES), rationals).map(Combination)


def coefficients(combination: Combination) -> list[fmpq]:
    return [combination.parts.get(t, fmpq(0)) for t in TREES]


@given(combinations, combinations, rationals)
def test_operations_are_those_of_the_coefficients(
    a: Combination, b: Combination, factor: fmpq
) -> None:
    before = dict(a.parts)
    pairs = list(zip(coefficients(a), coefficients(b), strict=True))
    assert coefficients(a + b) == [x + y for x, y in pairs]
    assert coefficients(a - b) == [x - y for x, y in pairs]
    assert coefficients(a * factor) == [factor * x for x, _ in pairs]
    assert a.parts == before  # operations make new ones


def test_zero_times_anything_has_no_trees() -> None:
    dot = Combination({leaf: fmpq(1)})
    assert (dot * 0).parts == {}
    assert (dot * 1).parts == dot.parts
    assert set((dot + Combination({TREES[1]: fmpq(2)})).parts) == set(TREES[:2])
