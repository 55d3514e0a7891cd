"""Batches: exact laws by enumeration, and draws that obey them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from flint import fmpq

from bea.errors import BeaError
from bea.noise import Batches, ShuffledEpochs

EVERY = [
    (Batches(size, replacement), total)
    for total in (1, 2, 4, 5)
    for size in range(1, total + 1)
    for replacement in (False, True)
]
every = pytest.mark.parametrize(("batches", "total"), EVERY, ids=str)


@every
def test_the_probabilities_of_all_batches_sum_to_one(batches: Batches, total: int) -> None:
    assert sum((weight for _, weight in batches.choices(total)), fmpq(0)) == 1


@every
def test_covariance_factor_is_that_of_all_batches_enumerated(batches: Batches, total: int) -> None:
    values = [fmpq(k * k + 3 * k, 7) for k in range(total)]
    mean = sum(values, fmpq(0)) / total
    variance = sum(((v - mean) ** 2 for v in values), fmpq(0)) / total
    means = [(sum((values[i] for i in b), fmpq(0)) / len(b), w) for b, w in batches.choices(total)]
    assert sum((m * w for m, w in means), fmpq(0)) == mean
    found = sum(((m - mean) ** 2 * w for m, w in means), fmpq(0))
    assert found == batches.covariance_factor(total) * variance


@pytest.mark.parametrize(
    ("batches", "total"),
    [(Batches(2), 4), (Batches(3), 4), (Batches(2, True), 3), (Batches(5), 6), (Batches(4), 5)],
    ids=str,
)
def test_draws_come_with_the_probabilities_of_the_choices(batches: Batches, total: int) -> None:
    lanes = 40_000
    drawn = np.sort(batches.draw(np.random.default_rng(3), total, lanes), axis=0)
    keys, counts = np.unique(drawn.T, axis=0, return_counts=True)
    expected = {batch: float(w.p) / float(w.q) for batch, w in batches.choices(total)}
    assert set(map(tuple, keys.tolist())) == set(expected)
    p = np.array([expected[tuple(key)] for key in keys.tolist()])
    assert np.all(np.abs(counts / lanes - p) < 5 * np.sqrt(p * (1 - p) / lanes))


def test_without_replacement_no_loss_comes_twice_by_any_way_of_drawing() -> None:
    for size, total in [(3, 1000), (90, 100), (7, 7), (150, 200), (2, 70_000)]:
        drawn = Batches(size).draw_steps(np.random.default_rng(0), total, 50, 4)
        assert drawn.shape == (4, size, 50)
        ordered = np.sort(drawn, axis=1)
        assert all(np.all(a < b) for a, b in pairwise(ordered.swapaxes(0, 1)))


def test_an_epoch_meets_every_loss_once_in_every_lane() -> None:
    drawn = ShuffledEpochs(2).draw_steps(np.random.default_rng(0), 8, 30, 8)
    epochs = np.sort(drawn.reshape(2, 8, 30), axis=1)
    assert np.array_equal(epochs, np.broadcast_to(np.arange(8)[:, None], (2, 8, 30)))
    assert len(np.unique(drawn[:4].reshape(8, 30), axis=1).T) > 25


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Batches(5).covariance_factor(4), "B=5 is larger than N=4"),
        (lambda: list(Batches(5).choices(4)), "B=5 is larger than N=4"),
        (lambda: Batches(0), "the batch size is 0: give a whole number, at least 1"),
        (lambda: Batches(True), "the batch size is True"),
        (lambda: Batches(1.5), r"the batch size is 1\.5"),
        (lambda: ShuffledEpochs(3).epoch(4), "divides N=4, and 3 does not"),
        (lambda: Batches(20).choices(100), "batches of 20 out of 100, more than 1000000"),
    ],
)
def test_impossible_batches_are_refused(make: object, message: str) -> None:
    with pytest.raises(BeaError, match=message):
        make()  # type: ignore[operator]


def test_sizes_of_numpy_are_whole_numbers_too() -> None:
    assert Batches(np.int64(2)).covariance_factor(3) == fmpq(1, 4)


def test_indices_from_random_words_are_uniform() -> None:
    # 2^16 mod 49152 = 16384: a quarter of the words is drawn anew.
    drawn = Batches(1).draw_steps(np.random.default_rng(5), 49_152, 100_000, 4).ravel()
    counts = np.bincount(drawn // 4096, minlength=12)
    expected = len(drawn) / 12
    assert len(counts) == 12
    assert ((counts - expected) ** 2 / expected).sum() < 31.3  # chi-square, 11 degrees: P = 0.001
