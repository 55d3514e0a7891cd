"""The samples of a finite sum, and the batches that are drawn of them, checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq

from bea.algebra import Ring
from bea.algebra.ring.conversions import moved_to
from bea.errors import BeaError
from bea.fields import Loss, VectorField
from bea.noise.batches import Batches, ShuffledEpochs

__all__ = ["checked_batches", "mean_field", "moved", "samples_of"]


def samples_of(problem: VectorField) -> Sequence[VectorField]:
    """Return the samples of a finite sum, or the field itself if it is none."""
    losses = getattr(problem, "losses", None) or ()
    return losses if losses and all(isinstance(s, VectorField) for s in losses) else (problem,)


def checked_batches(batches: Batches | int | None) -> Batches:
    """Return how batches are drawn: for a size without replacement, for None single samples.

    Raises
    ------
    BeaError
        If the steps are not independent, as in shuffled epochs, or it is no such scheme.

    Examples
    --------
    >>> checked_batches(2)
    Batches(size=2, replacement=False)
    """
    if batches is None:
        return Batches(1)
    if isinstance(batches, int | np.integer):
        return Batches(batches)
    if isinstance(batches, ShuffledEpochs):
        raise BeaError(
            "the steps of a shuffled epoch are not independent, so that no generator is theirs: "
            "take Batches, or the equation of an epoch"
        )
    if not isinstance(batches, Batches):
        raise BeaError(
            f"the batches are a {type(batches).__name__}: give their size, such as 2, or "
            "bea.noise.Batches"
        )
    return batches


def mean_field(samples: Sequence[VectorField]) -> VectorField:
    """Return the mean of fields over one ring: the field of a batch."""
    share = fmpq(1, len(samples))
    columns = zip(*(sample.components for sample in samples), strict=True)
    return VectorField([sum(column[1:], start=column[0]) * share for column in columns])


def moved(sample: VectorField, ring: Ring) -> VectorField:
    """Return a sample over another ring, with the same names and further ones."""
    if isinstance(sample, Loss):
        return Loss(moved_to(ring, sample.value), sample.about)
    return VectorField([moved_to(ring, c) for c in sample.components], sample.about)
