"""What an epoch is asked for: losses over one ring, and batches that hold each sample once."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.fields import Loss
from bea.methods import gradient_descent
from bea.modified.epochs.samples import checked_size, read_losses, split

TEXTS = ("x**2*y + y**2/3 - x", "x*y**2 - x**3/3", "x**2/5 - y**3 + x*y", "x + y**2 - x**2*y")


def losses(count: int) -> list[Loss]:
    return [Loss.read(text, "x y") for text in TEXTS[:count]]


def test_losses_of_different_rings_are_read_into_one() -> None:
    given = [Loss.read("a*x**2", "x", "a"), Loss.read("exp(x)/b", "x", "b")]
    found, mean = read_losses(given, gradient_descent())
    assert {id(loss.ring) for loss in found} == {id(mean.ring)}
    assert mean.parameters == ("a", "b")
    assert (mean.value * 2 - found[0].value - found[1].value).is_zero()


def test_a_size_makes_batches_of_neighbours() -> None:
    assert split(np.int64(3), 6) == ((0, 1, 2), (3, 4, 5))
    assert split(np.array([[2, 0], [1, 3]]), 4) == ((2, 0), (1, 3))
    assert checked_size(np.int64(2), 4) == 2


@pytest.mark.parametrize(
    ("batches", "words"),
    [
        (0, "batches of 0 samples out of 4"),
        (5, "batches of 5 samples out of 4"),
        (3, "do not split into batches of 3"),
        (True, "batches of True"),
        ([[0, 1], [2]], "each of the 4 samples once"),
        ([[0, 1], [2, 2]], "each of the 4 samples once"),
        ([[0, 1, 2], [3]], "differ in size"),
        ("all", "no lists of indices"),
    ],
)
def test_batches_that_are_refused(batches: object, words: str) -> None:
    for epoch in (bea.cyclic_epoch, bea.shuffled_epoch):
        with pytest.raises(BeaError, match=words):
            epoch(losses(4), batches)
