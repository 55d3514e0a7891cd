"""What the benchmarks of training share: MNIST-1D, a network for it, starts, and how to tell means.

MNIST-1D is made by its package (Greydanus and Kobak, ICML 2024); all 5,000 samples are standardised
and cut in two. Needs bea[optax,networks]; JAX in float64 and in one thread.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
sys.path.insert(0, str(Path(__file__).parents[1]))

import jax
import jax.numpy as jnp
import numpy as np
from mnist1d.data import get_dataset_args, make_dataset

from bea.adapters import jax_loss, jax_outputs
from bea.flows.training import mean_and_error
from bea.measure.training import Accuracy

jax.config.update("jax_enable_x64", True)
SIZES = (40, 64, 64, 10)
ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "gelu": jax.nn.gelu,
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
}


@cache
def mnist1d(size: int) -> Any:
    """Return inputs and labels of the first `size` samples, and those of the others."""
    made = make_dataset(get_dataset_args())
    x, y = (np.concatenate([made[n], made[f"{n}_test"]]) for n in "xy")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return (x[:size], y[:size]), (x[size:], y[size:])


def layers(seed: int = 0, gain: float = 1.0) -> Any:
    """Return weights N(0, gain^2/fan-in) and biases 0."""
    rng = np.random.default_rng(seed)
    return [
        {"W": gain * rng.standard_normal((a, b)) / np.sqrt(a), "b": np.zeros(b)}
        for a, b in pairwise(SIZES)
    ]


def starts(seeds: int, gain: float = 1.0) -> Any:
    """Return the flat weights of several seeds (seeds, d)."""
    return np.array([flat(layers(seed, gain)) for seed in range(seeds)])


def flat(tree: Any) -> Any:
    """Return the arrays of a nesting in a row."""
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree_util.tree_leaves(tree)])


class Task:
    """A network, its loss to train on, its losses without regularisation, and its accuracy."""

    def __init__(self, size: int, activation: str, decay: float = 0.0) -> None:
        bend = ACTIVATIONS[activation]

        def scores(parts: Any, x: Any) -> Any:
            for part in parts[:-1]:
                x = bend(x @ part["W"] + part["b"])
            return x @ parts[-1]["W"] + parts[-1]["b"]

        def cross_entropy(parts: Any, x: Any, y: Any) -> Any:
            logs = jax.nn.log_softmax(scores(parts, x))
            return -jnp.mean(jnp.take_along_axis(logs, y[:, None], axis=1))

        def regularised(parts: Any, x: Any, y: Any) -> Any:
            squares = sum(jnp.sum(leaf**2) for leaf in jax.tree_util.tree_leaves(parts))
            return cross_entropy(parts, x, y) + decay / 2 * squares

        (x, y), self.unseen = mnist1d(size)
        self.loss = jax_loss(regularised, layers(), (x, y))
        self.train = jax_loss(cross_entropy, layers(), (x, y))
        self.test = jax_loss(cross_entropy, layers(), self.unseen)
        self.outputs = jax_outputs(scores, layers(), self.unseen[0])
        self.accuracy = Accuracy(self.outputs, self.unseen[1])

    @property
    def observables(self) -> dict[str, Any]:
        """What is observed of runs."""
        return {"loss": self.train, "test loss": self.test, "accuracy": self.accuracy}


def told(values: Any, digits: int = 3) -> str:
    """Return the mean over the last axis with its standard error, as text.

    >>> told([1.0, 2.0, 3.0], 1)
    '2.0 ± 0.6'
    """
    mean, error = mean_and_error(values)
    return f"{mean:.{digits}f} ± {error:.{digits}f}"


def print_tables(tables: dict[str, Callable[[int, bool], None]], seeds: int, short: str) -> None:
    """Print the tables that the command line names, by default all, and how long each took.

    Parameters
    ----------
    seeds
        How many there are by default.
    short
        What there are fewer of in a short run.
    """
    first = str(sys.modules["__main__"].__doc__).splitlines()[0]
    parser = argparse.ArgumentParser(description=first)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(tables))
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--short", action="store_true", help=short)
    given = parser.parse_args()
    if given.seeds < 2 or not set(given.tables) <= set(tables):
        parser.error(f"at least 2 seeds for an error, and tables among {', '.join(tables)}")
    for name in given.tables or tables:
        begun = time.process_time()
        tables[name](given.seeds, given.short)
        print(f"[{name}: {time.process_time() - begun:.0f} s]", flush=True)
