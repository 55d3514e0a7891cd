"""A finite sum without formulas: a loss on data, such as a network's, of which batches are asked.

Its losses are those of the samples, picked by index: what trains on a finite sum trains on it. It
is made from a loss with data by `bea.adapters.jax_loss` and `torch_loss`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol, cast

import numpy as np

from bea.arrays import Floats, Ints
from bea.errors import DimensionError
from bea.fields.about import About
from bea.fields.functions import FunctionLoss, Groups
from bea.problems.sums.finite_sum import SampleRhs, digest


class BatchDerivatives(Protocol):
    """What such a sum is computed by: `bea.fields.functions.Derivatives`, and batches."""

    def field(self, theta: Floats) -> Floats:
        """Return minus the gradient of the whole loss at theta, (d, lanes)."""
        ...

    def batch_field(self, theta: Floats, index: Ints) -> Floats:
        """Return minus the gradient of each lane's batch (B, lanes), (d, lanes)."""
        ...


class FunctionSum(FunctionLoss):
    """A loss on data, as a function: the whole is its value on all samples.

    Parameters
    ----------
    derivatives
        What it is computed by, on batches too.
    groups, about, starts
        As for `bea.fields.functions.FunctionLoss`.
    size
        N, the number of samples.

    Notes
    -----
    The mean of the batches' losses is the whole, as backward error analysis of mini-batches has it,
    where a batch's loss is the mean over its samples. Batch normalisation makes it another.
    """

    def __init__(
        self, derivatives: Any, groups: Groups, about: About, starts: Any, size: int
    ) -> None:
        self.size = size
        super().__init__(derivatives, groups, about, starts=starts)

    def sample_rhs(self) -> SampleRhs:
        """Return rhs(theta: (d, lanes), index: (B, lanes)) -> (d, lanes), −∇ of each lane's batch.

        Raises
        ------
        DimensionError
            If there is no sample of an index.
        """

        of_batch: SampleRhs = cast("BatchDerivatives", self.derivatives).batch_field

        def rhs(theta: Floats, index: Ints) -> Floats:
            if index.size and (index.min() < 0 or index.max() >= self.size):
                raise DimensionError(f"samples are counted from 0 to {self.size - 1}")
            return of_batch(theta, index)

        return rhs

    @cached_property
    def identity(self) -> str:
        """A short text that tells this sum from another, by its numbers at the start."""
        found = [self.starts, self.at(self.starts), self(self.starts)]
        shown = "; ".join(f"{np.asarray(part).shape} {_bits(part)}" for part in found)
        return f"{self.name}, N={self.size}, {digest(f'{self.groups} {shown}')}"


def _bits(part: Any) -> str:
    return digest(np.ascontiguousarray(np.asarray(part, dtype=float).round(12)).tobytes().hex())
