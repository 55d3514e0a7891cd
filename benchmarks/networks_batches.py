"""Growing the batch instead of decaying the step size, on a network, with errors.

MNIST-1D (4,096 of its 5,000 samples, standardised, the rest for testing), 40-64-64-10 gelu,
cross-entropy + 1/2 1e-3 |theta|^2, weights of gain 1.4, epochs shuffled; 20, 10, 10 and 10 epochs,
from step size .1 and batch 16, by a factor of 4. Loss and accuracy are means over the last five
epochs ± their standard errors over seeds of the weights; differences from the decay of the step
size are paired. Source of the schemes: Smith, Kindermans, Ying and Le, "Don't decay the learning
rate, increase the batch size", ICLR 2018.

    .venv-adapters/bin/python benchmarks/networks_batches.py [--seeds N] [--short]

needs bea[optax,networks]; JAX in float64 and in one thread.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
sys.path.insert(0, str(Path(__file__).parents[1]))

import jax
import jax.numpy as jnp
import numpy as np
from mnist1d.data import get_dataset_args, make_dataset

from bea.measure.training import BatchScheme, Phase, decay_rate, grow_batch
from tests.adapters.networks import weights

jax.config.update("jax_enable_x64", True)
SIZE, LAST, DECAY = 4096, 5, 1e-3
SIZES = (40, 64, 64, 10)
START: dict[str, Any] = {"epochs": [20, 10, 10, 10], "gamma": "1/10", "batch": 16, "factor": 4}


def schemes() -> list[BatchScheme]:
    """Return the schemes, the decay of the step size first."""
    grown = grow_batch(SIZE, **START).phases
    hybrid = [Phase(p.epochs, p.gamma / max(1, 4 ** (k - 1)), min(p.batch, 64))
              for k, p in enumerate(grown)]  # fmt: skip
    doubled = [Phase(p.epochs, 2 * p.gamma, 2 * p.batch) for p in grown]
    constant = [Phase(p.epochs, p.gamma, 16) for p in grown]
    heavy = [Phase(p.epochs, p.gamma, min(SIZE, 4 * p.batch)) for p in grown]
    heavier = [Phase(p.epochs, p.gamma, min(SIZE, 16 * p.batch)) for p in grown]
    return [
        decay_rate(SIZE, **START),
        grow_batch(SIZE, **START),
        BatchScheme("hybrid", SIZE, tuple(hybrid)),
        BatchScheme("twice the step, twice the batch", SIZE, tuple(doubled)),
        BatchScheme("momentum 3/4, 4 times the batch", SIZE, tuple(heavy), "3/4"),
        BatchScheme("momentum 15/16, 16 times the batch", SIZE, tuple(heavier), "15/16"),
        BatchScheme("control: neither", SIZE, tuple(constant)),
    ]


def loss(layers: Any, x: Any, y: Any) -> Any:
    """Return the cross-entropy."""
    logs = jax.nn.log_softmax(network(layers, x))
    return -jnp.mean(jnp.take_along_axis(logs, y[:, None], axis=1))


def network(layers: Any, x: Any) -> Any:
    """Return the scores."""
    for layer in layers[:-1]:
        x = jax.nn.gelu(x @ layer["W"] + layer["b"])
    return x @ layers[-1]["W"] + layers[-1]["b"]


@partial(jax.jit, static_argnames="batch")
def epoch(state: Any, orders: Any, x: Any, y: Any, gamma: Any, momentum: Any, batch: int) -> Any:
    """Return weights and velocities, seeds first, after an epoch in the given orders."""

    def step(state: Any, index: Any) -> tuple[Any, None]:
        theta, velocity = state
        slope = jax.grad(loss)(theta, x[index], y[index])
        along = jax.tree_util.tree_map
        velocity = along(lambda v, g, w: momentum * v + g + DECAY * w, velocity, slope, theta)
        return (along(lambda w, v: w - gamma * v, theta, velocity), velocity), None

    def one(state: Any, order: Any) -> Any:
        return jax.lax.scan(step, state, order.reshape(-1, batch))[0]

    return jax.vmap(one)(state, orders)


@jax.jit
def observed(theta: Any, x: Any, y: Any, unseen: Any, labels: Any) -> Any:
    """Return the loss on the data, and the accuracy on others, of each seed."""

    def one(layers: Any) -> Any:
        right = jnp.argmax(network(layers, unseen), axis=1) == labels
        return jnp.stack([loss(layers, x, y), jnp.mean(right)])

    return jax.vmap(one)(theta)


def run(scheme: BatchScheme, seeds: int, data: Any) -> Any:
    """Return loss and accuracy after each epoch, (epochs, seeds, 2)."""
    trees = [weights(SIZES, seed) for seed in range(seeds)]
    theta = jax.tree_util.tree_map(lambda *w: jnp.stack(w) * (1.4 if w[0].ndim > 1 else 1), *trees)
    state = theta, jax.tree_util.tree_map(jnp.zeros_like, theta)
    rngs, found = [np.random.default_rng(seed) for seed in range(seeds)], []
    for phase in scheme.phases:
        for _ in range(int(phase.epochs)):
            orders = np.array([rng.permutation(SIZE) for rng in rngs])
            rates = float(phase.gamma), float(scheme.momentum)
            state = epoch(state, orders, *data[:2], *rates, phase.batch)
            found.append(np.asarray(observed(state[0], *data)))
    return np.array(found)


def data() -> Any:
    """Return inputs and labels, and those for testing."""
    made = make_dataset(get_dataset_args())
    x, y = (np.concatenate([made[n], made[f"{n}_test"]]) for n in "xy")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return x[:SIZE], y[:SIZE], x[SIZE:], y[SIZE:]


def main(seeds: int, short: bool) -> None:
    """Print a line for each scheme."""
    given, first = data(), None
    for scheme in schemes()[:2] + schemes()[-1:] if short else schemes():
        begun = time.process_time()
        last = run(scheme, seeds, given)[-LAST:].mean(axis=0)
        first = last if first is None else first
        apart = last - first
        words = f"loss {_mean(last[:, 0])}, accuracy {_mean(last[:, 1])}; against the first: "
        words += f"loss {_mean(apart[:, 0])}, accuracy {_mean(apart[:, 1])}"
        spent = time.process_time() - begun
        print(f"{scheme.name:36} {scheme.total_updates:6} updates:", words, f"[{spent:.0f} s]")


def _mean(values: Any) -> str:
    return f"{np.mean(values):.4f} ± {np.std(values, ddof=1) / np.sqrt(len(values)):.4f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--short", action="store_true", help="three of the seven schemes")
    arguments = parser.parse_args()
    if arguments.seeds < 2:
        parser.error("at least 2 seeds for an error")
    main(arguments.seeds, arguments.short)
