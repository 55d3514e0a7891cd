"""What would fill the memory is refused before it is taken."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.memory import memory, shown_size

HEUN, LOSS = bea.methods.heun(), bea.problems.himmelblau()
MANY = np.full((100_000, 2), 0.1)


def test_samples_of_runs_are_refused_before_anything_runs() -> None:
    size = 8 * 100_000 * 100_000 * 2
    assert size > memory() // 2  # or this machine needs larger numbers here
    for run in (
        lambda: bea.iterate(HEUN, LOSS, MANY, 1e-3, time=1e3, samples=100_000),
        lambda: bea.flow(LOSS, MANY, 1e-3, np.linspace(0, 1, 100_000), estimate_error=False),
    ):
        with pytest.raises(BeaError, match="take 224 GiB, and half of this machine's memory is"):
            run()


@pytest.mark.parametrize(
    ("size", "text"), [(512, "512 bytes"), (3 << 20, "3 MiB"), (1 << 75, "3e+07 PiB")]
)
def test_sizes_have_units_that_suit_them(size: int, text: str) -> None:
    assert shown_size(size) == text
