"""Mini-batches: which of the N losses of a finite sum a step sees, and how that is drawn.

Owns the schemes alone: the exact factor between the covariance of one loss's gradient and that of a
batch, the list of all batches, and random batches for many lanes at once. The losses themselves are
`bea.problems.sums.finite_sum`'. The factor (N - B)/(N - 1) is that of samples from a finite
population: Cochran, Sampling Techniques, third edition, theorem 2.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement
from math import comb, factorial, prod
from typing import Any

import numpy as np
from flint import fmpq

from bea.errors import BeaError
from bea.fields import VectorField
from bea.noise.moments import Moments, moments_of_batches
from bea.noise.noise import Ints, Noise

# More batches than this are not listed: a sum over them would take for ever.
_MOST_CHOICES = 1_000_000
# Distinct indices by comparing take B² operations, by sorting N log N: measured.
_SORTED = 100


@dataclass(frozen=True)
class Batches(Noise):
    """Fresh batches at every step: B of the N losses, drawn with or without replacement.

    Parameters
    ----------
    size
        B, the losses in a batch.
    replacement
        Whether a loss may be in a batch twice.

    Examples
    --------
    >>> Batches(2).covariance_factor(4), Batches(2, replacement=True).covariance_factor(4)
    (1/3, 1/2)
    >>> list(Batches(2).choices(3))
    [((0, 1), 1/3), ((0, 2), 1/3), ((1, 2), 1/3)]
    """

    size: int = 1
    replacement: bool = False

    def __post_init__(self) -> None:
        _check_whole(self.size, "the batch size")
        object.__setattr__(self, "size", int(self.size))  # NumPy's integers are no exact numbers

    def __init_subclass__(cls) -> None:
        raise _final(Batches)

    @property
    def independent_within(self) -> bool:  # type: ignore[override]
        """Whether the losses of a batch are drawn independently of each other."""
        return self.replacement or self.size == 1

    def factor(self, total: int) -> fmpq:
        """Return c with Cov(mean gradient of a batch) = c times that of one loss of N = `total`.

        It is 1/B with replacement, and (N - B)/(B (N - 1)) without.

        >>> Batches(5).factor(4)
        Traceback (most recent call last):
        bea.errors.BeaError: the batch size B=5 is larger than N=4, the number of losses: ...
        """
        self.check(total)
        if self.independent_within:
            return fmpq(1, self.size)
        return fmpq(total - self.size, self.size * (total - 1))

    def choices(self, total: int) -> Iterator[tuple[tuple[int, ...], fmpq]]:
        """Yield every batch, as sorted indices, with its probability.

        Raises
        ------
        BeaError
            If there are more than a million.
        """
        self.check(total)
        count = self.count(total)
        if count > _MOST_CHOICES:
            raise BeaError(
                f"there are {count} batches of {self.size} out of {total}, more than "
                f"{_MOST_CHOICES} to list: take a smaller sum or batch, or sample"
            )
        if not self.replacement:
            return ((batch, fmpq(1, count)) for batch in combinations(range(total), self.size))
        multisets = combinations_with_replacement(range(total), self.size)
        return ((batch, fmpq(_orders(batch), total**self.size)) for batch in multisets)

    def count(self, total: int) -> int:
        """Return how many batches there are."""
        return comb(total + self.size - 1 if self.replacement else total, self.size)

    def moments(self, samples: Sequence[VectorField], degree: int) -> Moments:
        """Return {kappa: E[f_B^kappa]}, by symmetric functions."""
        return moments_of_batches(samples, self.size, self.replacement, degree)

    def draw_steps(self, rng: np.random.Generator, total: int, lanes: int, steps: int) -> Ints:
        """Return the batches (steps, B, lanes) of several steps at once."""
        self.check(total)
        if self.independent_within:
            return _integers(rng, total, (steps, self.size, lanes))
        if self.size == total:
            return np.broadcast_to(np.arange(total)[:, None], (steps, total, lanes))
        if self.size**2 > _SORTED * total:
            return np.ascontiguousarray(_orderings(rng, total, lanes, steps)[:, : self.size])
        return _floyd(rng, total, self.size, (steps, lanes))

    def as_json(self) -> dict[str, Any]:
        """Return what machine-readable results say of it."""
        return {"batch_size": self.size, "replacement": self.replacement}

    def __str__(self) -> str:
        return f"batches of {self.size} {'with' if self.replacement else 'without'} replacement"


@dataclass(frozen=True)
class ShuffledEpochs(Noise):
    """Batches that run through all losses once an epoch, in an order that is drawn anew for each.

    Parameters
    ----------
    size
        B, the losses in a batch; it must divide their number N, and an epoch is N/B steps.

    Examples
    --------
    >>> ShuffledEpochs(2).epoch(6)
    3
    >>> rng = np.random.default_rng(1)
    >>> steps = ShuffledEpochs(2).draw_steps(rng, 6, lanes=1, steps=3)
    >>> sorted(steps.ravel().tolist())
    [0, 1, 2, 3, 4, 5]
    """

    size: int = 1

    independent = False

    def __post_init__(self) -> None:
        _check_whole(self.size, "the batch size")
        object.__setattr__(self, "size", int(self.size))  # NumPy's integers are no exact numbers

    def __init_subclass__(cls) -> None:
        raise _final(ShuffledEpochs)

    def check(self, total: int) -> None:
        """Raise `BeaError` if an epoch of `total` losses is no whole number of batches."""
        super().check(total)
        if total % self.size:
            raise BeaError(
                f"shuffled epochs need a batch size that divides N={total}, and {self.size} does "
                "not: choose a divisor, or batches without replacement"
            )

    def epoch(self, total: int) -> int:
        """Return the number of steps in an epoch."""
        self.check(total)
        return total // self.size

    def draw_steps(self, rng: np.random.Generator, total: int, lanes: int, steps: int) -> Ints:
        """Return the batches (steps, B, lanes) of whole epochs.

        Raises
        ------
        BeaError
            If `steps` is no whole number of epochs.
        """
        epochs, rest = divmod(steps, self.epoch(total))
        if rest:
            raise BeaError(f"{steps} steps are no whole number of epochs of {self.epoch(total)}")
        return _orderings(rng, total, lanes, epochs).reshape(steps, self.size, lanes)

    def __str__(self) -> str:
        return f"shuffled epochs in batches of {self.size}"


def as_noise(batches: Any) -> Noise:
    """Return a law as it is, and batches without replacement for a size; None is single losses.

    >>> as_noise(2)
    Batches(size=2, replacement=False)
    """
    if isinstance(batches, Noise):
        return batches
    if batches is None or isinstance(batches, int | np.integer):
        return Batches(1 if batches is None else int(batches))
    raise BeaError(
        f"the batches are a {type(batches).__name__}: give their size, such as 2, or a law such as "
        "bea.noise.Batches(2)"
    )


def independent_noise(batches: Any) -> Noise:
    """Return the same, of independent steps; `BeaError` for others, such as shuffled epochs."""
    law = as_noise(batches)
    if not law.independent:
        raise BeaError(
            f"the steps of {law} are not independent, so that no generator or noise scale is "
            "theirs: take Batches, or the equation of an epoch"
        )
    return law


# --- private helpers ----------------------------------------------------------------------------


def _final(law: type) -> TypeError:
    """Say what to subclass: what depends on size and replacement alone would drop the rest."""
    return TypeError(f"{law.__name__} is one law, not a base: subclass bea.noise.Noise")


def _check_whole(value: object, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise BeaError(f"{what} is {value!r}: give a whole number, at least 1")


def _orders(batch: tuple[int, ...]) -> int:
    """Return in how many orders a multiset can be drawn."""
    return factorial(len(batch)) // prod(factorial(count) for count in Counter(batch).values())


def _integers(rng: np.random.Generator, total: int, shape: tuple[int, ...]) -> Ints:
    """Return random integers below `total`; four from one word of random bits where it is small.

    Lemire's multiplication, ACM Trans. Model. Comput. Simul. 29 (2019) 3: the upper half of u N is
    uniform where the lower half is not below 2^16 mod N; elsewhere it is drawn anew.
    """
    if total > 2**16:
        return rng.integers(0, total, size=shape)
    count = prod(shape)
    words: Any = rng.bit_generator.random_raw(-(-count // 4))
    products = words.view(np.uint16)[:count].astype(np.uint32)
    products *= np.uint32(total)
    again = np.flatnonzero(products.astype(np.uint16) < 2**16 % total)
    products >>= np.uint32(16)
    found = products.astype(np.uint16)
    if again.size:
        found[again] = rng.integers(0, total, size=again.size, dtype=np.uint16)
    return found.reshape(shape)


def _orderings(rng: np.random.Generator, total: int, lanes: int, count: int) -> Ints:
    """Return random orders (count, total, lanes) of all losses: the ranks of random keys."""
    return np.argsort(rng.random((count, total, lanes)), axis=1)


def _floyd(rng: np.random.Generator, total: int, size: int, shape: tuple[int, int]) -> Ints:
    """Return distinct indices (steps, size, lanes); Floyd's sampling, CACM 30 (1987) 754-757."""
    steps, lanes = shape
    chosen = np.empty((steps, size, lanes), dtype=np.uint16 if total <= 2**16 else np.int64)
    for place, top in enumerate(range(total - size, total)):
        drawn = _integers(rng, top + 1, (steps, lanes))
        taken = (chosen[:, :place] == drawn[:, None]).any(axis=1)
        chosen[:, place] = np.where(taken, top, drawn)
    return chosen
