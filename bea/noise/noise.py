"""What a law of noise is: how each step of a run draws a batch of the N losses of a sum.

Everything else is asked of the law: the moments of a batch's field, from which generators are made,
the covariance, the list of its batches, random batches for many lanes. A law of one's own gives
`choices` (a finite list with probabilities) and `draw_steps`; all the rest follows from the list,
exactly, and is overridden where there is a shorter way, as in `bea.noise.batches`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.algebra import Element
from bea.errors import BeaError
from bea.fields import VectorField
from bea.noise.moments import Moments, moments_of_choices

Ints = NDArray[Any]  # any type of integers


class Noise:
    """Base of all laws.

    Attributes
    ----------
    size : int
        B, how many losses a batch holds; the field of a batch is their mean.
    independent : bool
        Whether each step draws anew, as generators and covariances suppose.
    independent_within : bool
        Whether the losses of one batch are drawn independently of each other.

    Examples
    --------
    Batches of two neighbours, of which the last has the first beside it:

    >>> class Neighbours(Noise):
    ...     size = 2
    ...     def choices(self, total):
    ...         return (((i, (i + 1) % total), fmpq(1, total)) for i in range(total))
    ...     def draw_steps(self, rng, total, lanes, steps):
    ...         first = rng.integers(total, size=(steps, 1, lanes))
    ...         return np.concatenate([first, (first + 1) % total], axis=1)
    >>> Neighbours().factor(3), Neighbours().factor(4)  # of three losses these are all pairs
    (1/4, None)
    """

    size: int = 1
    independent: bool = True
    independent_within: bool = False

    def check(self, total: int) -> None:
        """Raise `BeaError` if there are no such batches of `total` losses."""
        if self.size > total:
            raise BeaError(
                f"the batch size B={self.size} is larger than N={total}, the number of losses: "
                f"choose at most {total}"
            )

    def choices(self, total: int) -> Iterator[tuple[tuple[int, ...], fmpq]]:
        """Yield every batch, as indices below `total`, with its probability."""
        raise BeaError(f"'{self}' lists no batches: give it choices(total), or sample")

    def draw_steps(self, rng: np.random.Generator, total: int, lanes: int, steps: int) -> Ints:
        """Return the batches (steps, B, lanes) of several steps, independent for each lane."""
        raise BeaError(f"'{self}' draws no batches: give it draw_steps(rng, total, lanes, steps)")

    def draw(self, rng: np.random.Generator, total: int, lanes: int) -> Ints:
        """Return the batches (B, lanes) of one step."""
        return self.draw_steps(rng, total, lanes, 1)[0]

    def epoch(self, total: int) -> int:
        """Return how many steps must be drawn together: 1 where each step's batch is fresh."""
        self.check(total)
        return 1

    def count(self, total: int) -> int:
        """Return how many batches there are."""
        return sum(1 for _ in self.choices(total))

    def moments(self, samples: Sequence[VectorField], degree: int) -> Moments:
        """Return {kappa: E[f_B^kappa]} for |kappa| = degree; moments that are 0 may be missing."""
        return moments_of_choices(samples, self.choices(len(samples)), degree)

    def factor(self, total: int) -> fmpq | None:
        """Return c with Cov(gradient of a batch) = c times that of one loss, on every sum.

        None if there is no such number: the covariance is then that of `covariance` alone.
        """
        self.check(total)
        return _factor(self, total)

    def covariance_factor(self, total: int) -> fmpq:
        """Return the same; raises `BeaError` where there is none."""
        factor = self.factor(total)
        if factor is None:
            raise BeaError(
                f"the covariance of {self} is no multiple of that of one loss: take the modified "
                "generator, which has its moments, or bea.noise.Batches"
            )
        return factor

    def covariance(self, slopes: Sequence[Sequence[Element]]) -> list[list[Element]]:
        """Return the exact covariance (d, d) of a batch's gradient, from the losses' gradients."""
        batches = [
            (_mean([(slopes[i], fmpq(1, len(indices))) for i in indices]), weight)
            for indices, weight in self.choices(len(slopes))
        ]
        return _covariance(batches, _mean(batches))

    def as_json(self) -> dict[str, Any]:
        """Return what machine-readable results say of it."""
        return {"batches": str(self)}

    def __str__(self) -> str:
        return f"batches of {self.size} by {self!r}"  # a checkpoint knows a law by this


# --- private helpers ----------------------------------------------------------------------------

_Weighted = Sequence[tuple[Sequence[Element], fmpq]]


@lru_cache(maxsize=64)
def _factor(law: Noise, total: int) -> fmpq | None:
    """Return the factor from P = E[n nᵀ]/B², with n_i how often loss i is in the batch.

    On deviations from the mean, which add up to zero, it acts as a multiple of 1 if it has one
    number in its diagonal and one beside it; else it does so only where batches are biased.
    """
    pairs: Counter[tuple[int, int]] = Counter()
    for indices, weight in law.choices(total):
        for i in indices:
            for j in indices:
                pairs[i, j] += weight * fmpq(1, len(indices) ** 2)  # type: ignore[assignment]
    beside = {pairs[i, j] for i in range(total) for j in range(total) if i != j}
    own = {pairs[i, i] for i in range(total)}
    if len(beside) > 1 or len(own) > 1:
        return None
    return fmpq(total) * (own.pop() - (beside.pop() if beside else fmpq(1)))


def _mean(values: _Weighted) -> list[Element]:
    return [_total([row[i] * weight for row, weight in values]) for i in range(len(values[0][0]))]


def _covariance(values: _Weighted, mean: Sequence[Element]) -> list[list[Element]]:
    away = [([s - m for s, m in zip(row, mean, strict=True)], weight) for row, weight in values]
    pairs = range(len(mean))
    upper = {(i, j): _total([row[i] * row[j] * weight for row, weight in away])
             for i in pairs for j in pairs if i <= j}  # fmt: skip
    return [[upper[min(i, j), max(i, j)] for j in pairs] for i in pairs]


def _total(terms: Sequence[Element]) -> Element:
    return sum(terms[1:], start=terms[0])
