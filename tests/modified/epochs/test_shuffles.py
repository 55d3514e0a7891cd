"""Averages over draws without replacement: weights against all permutations, for plain numbers."""

from __future__ import annotations

from itertools import permutations, product
from math import prod

import pytest
from flint import fmpq

from bea.modified.epochs.shuffles import weights

NUMBERS = [fmpq(p, q) for p, q in ((3, 2), (-1, 3), (5, 7), (2, 1), (-4, 5), (1, 6))]


LETTERS = [(1,), (2,), (1, 1), (2, 1), (1, 2), (1, 1, 1), (2, 2), (3, 1)]
SIZES = [(6, 1), (6, 2), (4, 2), (4, 1), (3, 3)]
CASES = [(n, *s) for n, s in product(LETTERS, SIZES) if len(n) * s[1] <= s[0]]


@pytest.mark.parametrize(("letters", "size", "batch"), CASES)
def test_weights_give_the_mean_over_all_permutations(
    letters: tuple[int, ...], size: int, batch: int
) -> None:
    values = NUMBERS[:size]
    means = [
        prod(
            (sum(order[j * batch : (j + 1) * batch], fmpq(0)) / batch) ** n
            for j, n in enumerate(letters)
        )
        for order in permutations(values)
    ]
    found = fmpq(0)
    for pattern, weight in weights(letters, size, batch).items():
        for chosen in product(values, repeat=len(set(pattern))):
            found += weight * prod((chosen[block] for block in pattern), start=fmpq(1))
    assert found == sum(means, fmpq(0)) / len(means)


def test_a_batch_of_all_samples_needs_no_correction() -> None:
    assert weights((3,), 4, 4) == {(0, 1, 2): fmpq(1, 64)}
