"""The samples of a finite sum, and the mean field of a batch of them."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from bea.algebra import Ring
from bea.algebra.ring.conversions import moved_to
from bea.fields import Loss, VectorField


def samples_of(problem: VectorField) -> Sequence[VectorField]:
    """Return the samples of a finite sum, or the field itself if it is none."""
    losses = getattr(problem, "losses", None) or ()
    return losses if losses and all(isinstance(s, VectorField) for s in losses) else (problem,)


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
