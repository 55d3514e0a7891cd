"""A batch-normalised network whose loss does not feel the length of its weights, for benchmarks.

64-32-32-10, batch normalisation after both hidden layers by the statistics of the batch, without
affine parameters and without the small number in its denominator, relu, a fixed random head; 1,500
of scikit-learn's digits (/16, centred, x2), of which 30 % have random labels so that noise stays.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
sys.path.insert(0, str(Path(__file__).parents[1]))

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.datasets import load_digits

from bea.adapters import jax_loss, jax_outputs
from bea.measure.training import Accuracy

jax.config.update("jax_enable_x64", True)
SIZE, HEAD = 1500, 3**0.5  # the head is N(0, 3/fan-in)
SHAPES = ((64, 32), (32, 32))


def layers(seed: int = 0) -> Any:
    """Return weights N(0, 1/fan-in)."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in SHAPES]


def starts(seeds: int) -> Any:
    """Return the flat weights of several seeds (seeds, d)."""
    return np.array([np.concatenate([w.ravel() for w in layers(s)]) for s in range(seeds)])


@cache
def data() -> Any:
    """Return inputs and labels for training, of which 30 % are random, and those for testing."""
    x, y = load_digits(return_X_y=True)
    x = (x / 16 - (x / 16).mean(axis=0)) * 2
    rng = np.random.default_rng(0)
    order = rng.permutation(len(y))
    x, y = x[order], y[order]
    noisy = np.where(rng.random(SIZE) < 0.3, rng.integers(0, 10, SIZE), y[:SIZE])
    return (x[:SIZE], noisy), (x[SIZE:], y[SIZE:])


class Task:
    """The loss to train on, and the accuracy on other digits.

    Parameters
    ----------
    normalised
        "batch", or "weights": each layer's weights are divided by their length instead.
    epsilon
        What is added to the variance of a batch.
    """

    def __init__(self, normalised: str = "batch", epsilon: float = 0.0) -> None:
        head = np.random.default_rng(1234).standard_normal((32, 10)) * HEAD / np.sqrt(32)

        def scores(parts: Any, x: Any) -> Any:
            for w in parts:
                if normalised == "weights":
                    x = x @ (w * (np.sqrt(w.shape[1]) / jnp.linalg.norm(w)))
                else:
                    x = x @ w
                    x = (x - x.mean(axis=0)) / jnp.sqrt(x.var(axis=0) + epsilon)
                x = jax.nn.relu(x)
            return x @ head

        def cross_entropy(parts: Any, x: Any, y: Any) -> Any:
            logs = jax.nn.log_softmax(scores(parts, x))
            return -jnp.mean(jnp.take_along_axis(logs, y[:, None], axis=1))

        train, unseen = data()
        self.loss = jax_loss(cross_entropy, layers(), train)
        self.accuracy = Accuracy(jax_outputs(scores, layers(), unseen[0]), unseen[1])


@dataclass(frozen=True)
class SquaredSlope:
    """tau in a step of descent with decay: the squared norm times that of the batch's gradient."""

    gamma: float
    shrink: float

    def __call__(self, before: Any, after: Any) -> Any:
        """Return it, (lanes,)."""
        slope = (self.shrink * before - after) / self.gamma
        return (slope**2).sum(axis=0) * (before**2).sum(axis=0)
