"""The batches of training runs: each run's are told by its seed, wherever it stands.

A step's batch depends on the seed, the stage and the number of the step alone, not on what else is
run or where one was interrupted: so runs can be paired, and continue from a checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from bea.arrays import Ints
from bea.errors import BeaError
from bea.flows.ensembles.inputs import Stage
from bea.noise import Batches, Noise, ShuffledEpochs

_TOGETHER = 64  # steps that are drawn together, at most, and at least an epoch
_MOST = 2**18  # samples of a run that are drawn together


class BatchOrders:
    """The batches of all runs.

    Parameters
    ----------
    size
        N.
    stages
        (steps, step size, law) of each stage.
    seeds
        Of each run.

    Examples
    --------
    >>> orders = BatchOrders(8, [(10, 0.1, Batches(2))], [3, 3, 4])
    >>> index = orders.between(4, 6)
    >>> index.shape, bool((index[..., 0] == index[..., 1]).all())
    ((2, 2, 3), True)
    """

    def __init__(self, size: int, stages: Sequence[Stage], seeds: Sequence[int]) -> None:
        self.size, self.laws, self.seeds = size, [law for *_, law in stages], tuple(seeds)
        self.ends = np.cumsum([steps for steps, *_ in stages])
        self.blocks = [_block(law, size) for law in self.laws]
        self._drawn = lru_cache(maxsize=2)(self._draw)

    def until(self, step: int) -> int:
        """Return up to which step batches can be had at once from a step on."""
        stage, before = self._stage(step)
        length = self.blocks[stage]
        return int(min(before + ((step - before) // length + 1) * length, self.ends[stage]))

    def batch_size(self, step: int) -> int:
        """Return how many losses are in the batch of a step."""
        return self.laws[self._stage(step)[0]].size

    def between(self, step: int, until: int) -> Ints | None:
        """Return the batches (steps, B, runs), None if they are all losses.

        Parameters
        ----------
        until
            At most `self.until(step)`.
        """
        stage, before = self._stage(step)
        if _is_whole(self.laws[stage], self.size):
            return None
        block, first = divmod(step - before, self.blocks[stage])
        return self._drawn(stage, block)[first : first + until - step]

    def _stage(self, step: int) -> tuple[int, int]:
        stage = int(np.searchsorted(self.ends, step, side="right"))
        return stage, int(self.ends[stage - 1]) if stage else 0

    def _draw(self, stage: int, block: int) -> Ints:
        law, length = self.laws[stage], self.blocks[stage]
        drawn: dict[int, Any] = {}
        for seed in set(self.seeds):
            rng = np.random.default_rng([seed, stage, block])
            drawn[seed] = law.draw_steps(rng, self.size, 1, length)[..., 0]
        return np.stack([drawn[seed] for seed in self.seeds], axis=-1).astype(np.int64)


def read_seeds(seeds: int | Sequence[int] | None, runs: int) -> list[int]:
    """Return a seed for each run.

    Raises
    ------
    BeaError
        If they are no whole numbers, or not as many as runs.

    >>> read_seeds(None, 3), read_seeds(5, 2)
    ([0, 1, 2], [5, 5])
    """
    given = list(range(runs)) if seeds is None else seeds
    listed = [given] * runs if isinstance(given, int | np.integer) else list(given)
    for seed in listed:
        whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
        if not whole or seed < 0:
            raise BeaError(f"a seed is {seed!r}: give whole numbers that are not negative")
    if len(listed) != runs:
        raise BeaError(
            f"there are {len(listed)} seeds for {runs} runs: give one for each, or a number for all"
        )
    return [int(seed) for seed in listed]


# --- private helpers ----------------------------------------------------------------------------


def _block(law: Noise, size: int) -> int:
    epoch = law.epoch(size)
    return epoch * max(1, min(_TOGETHER, _MOST // law.size) // epoch)


def _is_whole(law: Noise, size: int) -> bool:
    """Tell whether every batch is all losses."""
    known = isinstance(law, ShuffledEpochs) or (isinstance(law, Batches) and not law.replacement)
    return known and law.size == size
