"""What the adapters' tests share; they need the extras bea[torch] and bea[optax].

`make test` does not collect this folder, `make test-adapters` does. A missing library is an error
here, not a skip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import bea
from bea.adapters import as_bea_method, compare_terms, measured_field_at, measured_terms

# So far from the minimum that no run gets there: around it adaptive steps are chaotic, and rounding
# grows.
STARTS = np.array([[2.5, 2.2], [-3.0, 2.6], [2.4, -3.0]])
GAMMAS = np.array([0.01, 0.03])

torch.set_num_threads(
    1
)  # tests run beside each other on small tensors: threads wait for each other


@pytest.fixture(scope="session")
def loss() -> bea.Loss:
    return bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2 + x/3")


@pytest.fixture
def distance(loss: bea.Loss) -> Callable[[Any], float]:
    """Return how far bea's method gets from the library's own optimizer in 60 steps."""

    def largest(optimizer: Any) -> float:
        real = bea.iterate(optimizer, loss, STARTS, GAMMAS, steps=60)
        ours = bea.iterate(as_bea_method(optimizer), loss, STARTS, GAMMAS, steps=60)
        assert real.ok.all() and ours.ok.all()
        moved = np.abs(real.values[:, :, -1] - STARTS).max(axis=-1)
        assert (moved > 0.1).all(), "the runs hardly move: nothing is compared"
        return float(np.abs(real.values - ours.values).max())

    return largest


@pytest.fixture
def terms_at(loss: bea.Loss) -> Callable[..., Any]:
    """Return the terms of a real optimizer as measured beside those of bea's method as derived."""

    def compared(optimizer: Any, burn_in: int, largest: float, method: Any = None) -> Any:
        gammas = largest * np.linspace(1 / 8, 1, 8)
        field = measured_field_at(optimizer, loss, [0.8, 0.6], gammas, burn_in=burn_in)
        method = as_bea_method(optimizer) if method is None else method
        return compare_terms(measured_terms(field, 3), bea.modified_equation(method, loss, 2))

    return compared
