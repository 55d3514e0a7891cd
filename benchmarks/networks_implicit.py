"""Implicit gradient regularisation on networks: orders, four predictions, surfaces, with errors.

Source of the predictions: Barrett and Dherin, "Implicit gradient regularization", ICLR 2021. Each
number is a mean over seeds of the weights ± its standard error. The settings:

- orders: tanh networks on 200 of scikit-learn's digits (centred, /16, x2), cross-entropy, weights
  N(0, 1/fan-in), time 2, step sizes 1/16 ... 1/128; the control is the series cut without f~.
- stable steps: the same digits, 64-w-w-10 tanh, half the squared error, at the loss .08; changes
  in % against the small step, seeds paired; "explicit" is the small step on L + mu |grad L|^2.
- large steps: 500 samples of MNIST-1D (standardised), 40-64-64-10 gelu, cross-entropy, at .1, with
  the mean rise of the loss at a radius in a filter-normalised plane.

    .venv-adapters/bin/python benchmarks/networks_implicit.py [--seeds N] [--short] [TABLE ...]

with the tables `orders`, `stable` and `large`; needs bea[optax,networks]. JAX in float64 and in one
thread.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
sys.path.insert(0, str(Path(__file__).parents[1]))

import jax
import jax.numpy as jnp
import numpy as np
from network_data import ACTIVATIONS, flat, print_tables, told

import bea
from bea.adapters import jax_loss, jax_outputs
from bea.measure.training import Flatness, accuracy, at_equal_loss, flatness
from bea.plots.fields import surface_data
from tests.adapters.networks import cross_entropy, digits, weights

jax.config.update("jax_enable_x64", True)
DESCENT = bea.methods.gradient_descent()


def orders(seeds: int, short: bool) -> None:
    """Print the observed orders of the flows and of the control."""
    gammas = 1 / 2.0 ** np.arange(4, 8)
    for sizes in ((64, 8, 10), (64, 32, 32, 10)):
        problem = jax_loss(cross_entropy, weights(sizes), digits())
        cut = bea.modified.cut_series(DESCENT, problem, 2)
        given: dict[str, Any] = {"starts": _starts(sizes, seeds), "time": 1.0 if short else 2.0}
        study = bea.discretization_drift(DESCENT, problem, range(3), gammas, **given)
        slip = bea.discretization_drift(DESCENT, problem, [2], gammas, **given, equation=cut)
        rows = [*study.distances[..., -1], slip.distances[0, ..., -1]]
        slopes = [np.polyfit(np.log(gammas), np.log(row), 1)[0] for row in rows]
        names = ("order 0", "order 1", "order 2", "cut series")
        words = (f"{name} {told(s, 4)}" for name, s in zip(names, slopes, strict=True))
        print(f"d = {problem.dimension}: {',  '.join(words)}", flush=True)


def stable(seeds: int, short: bool) -> None:
    """Print the changes against the small step at equal loss."""
    x, y = digits(1797)
    train, test = (x[:200], y[:200]), (x[200:], y[200:])
    for width, base in ((16, 0.02),) if short else ((8, 0.02), (16, 0.01), (32, 0.02)):
        sizes, steps = (64, width, width, 10), [base, 0.05, 0.2]
        tree, starts = weights(sizes), _starts(sizes, seeds)
        loss, unseen = (jax_loss(squares, tree, data) for data in (train, test))
        runs = at_equal_loss(DESCENT, loss, steps, 0.08, starts)
        explicit = jax_loss(_regularised(0.05), tree, train)
        alike = at_equal_loss(DESCENT, explicit, base, 0.08, starts, loss=loss)
        ends = np.concatenate([runs.points, alike.points])
        print(f"\nwidth {width}, d = {loss.dimension}, % against a step of {base}")
        hits = _accuracies(sizes, "tanh", test, ends)
        observed = {**_observed(flatness(loss, ends)), "test loss": unseen.at(ends)}
        for k, name in enumerate(("step .05", "step .2", "explicit, mu = .05"), 1):
            changes = {n: 100 * (v[k] / v[0] - 1) for n, v in observed.items()}
            words = (f"{n} {told(c, 2)}" for n, c in changes.items())
            print(f"{name:18}", ",  ".join(words), f",  accuracy {told(hits[k] - hits[0], 4)}")
        apart = [np.linalg.norm(ends[2] - ends[k], axis=-1) for k in (0, 3)]
        print(
            "distance of step .2 to the small one and to explicit:", *map(told, apart), flush=True
        )


def large(seeds: int, short: bool) -> None:
    """Print what large steps find on MNIST-1D, and how its surroundings rise."""
    from mnist1d.data import get_dataset_args, make_dataset

    made = make_dataset(get_dataset_args())
    centre, scale = made["x"].mean(axis=0), made["x"].std(axis=0)
    train = (made["x"][:500] - centre) / scale, made["y"][:500]
    test = (made["x_test"] - centre) / scale, made["y_test"]
    sizes = (40, 64, 64, 10)
    loss = jax_loss(scores, weights(sizes), train)
    steps = [0.1, 0.8] if short else [0.1, 0.8, 2.4]
    runs = at_equal_loss(DESCENT, loss, steps, 0.1, _starts(sizes, seeds), max_steps=3000)
    observed = _observed(flatness(loss, runs.points))
    noise = 0.1 * np.random.default_rng(0).standard_normal((8, 1, loss.dimension))
    print()
    for k, (gamma, ends) in enumerate(zip(runs.gammas, runs.points, strict=True)):
        reached = runs.steps[k] > 0
        if not reached.any():
            print(f"step {gamma}: no run arrived")
            continue
        ends = ends[reached]
        shaken = _accuracies(sizes, "gelu", test, ends + noise).mean(axis=0)
        rises = [surface_data(loss, ends, count=21, seed=s, radius=1.05) for s in range(4)]
        found = {n: v[k][reached] for n, v in observed.items()}
        found |= {
            "gamma lambda": gamma * found["lambda"],
            "accuracy": _accuracies(sizes, "gelu", test, ends),
            "with noise .1": shaken,
        }
        found |= {f"at {r}": np.mean([s.rise(r) for s in rises], axis=0) for r in (0.25, 0.5, 1.0)}
        words = (f"{n} {told(v, 4)}" for n, v in found.items())
        print(f"step {gamma}, {reached.sum()} of {seeds} runs, steps {runs.steps[k][reached]}:")
        print("   ", ",  ".join(words), flush=True)


def squares(layers: Any, x: Any, y: Any) -> Any:
    """Return half the squared error of a tanh network."""
    return jnp.sum((_network(layers, x, "tanh") - jnp.eye(10)[y]) ** 2) / (2 * len(y))


def scores(layers: Any, x: Any, y: Any) -> Any:
    """Return the cross-entropy of a gelu network."""
    logs = jax.nn.log_softmax(_network(layers, x, "gelu"))
    return -jnp.mean(logs[jnp.arange(len(y)), y])


def _regularised(mu: float) -> Callable[..., Any]:
    def regularised(layers: Any, x: Any, y: Any) -> Any:
        value, gradient = jax.value_and_grad(squares)(layers, x, y)
        return value + mu * sum(jnp.sum(g**2) for g in jax.tree_util.tree_leaves(gradient))

    return regularised


def _network(layers: Any, x: Any, activation: str) -> Any:
    for layer in layers[:-1]:
        x = ACTIVATIONS[activation](x @ layer["W"] + layer["b"])
    return x @ layers[-1]["W"] + layers[-1]["b"]


def _accuracies(sizes: tuple[int, ...], activation: str, data: Any, points: Any) -> Any:
    outputs = jax_outputs(lambda parts, x: _network(parts, x, activation), weights(sizes), data[0])
    return accuracy(outputs(points), data[1])


def _starts(sizes: tuple[int, ...], seeds: int) -> Any:
    return np.array([flat(weights(sizes, seed)) for seed in range(seeds)])


def _observed(found: Flatness) -> dict[str, Any]:
    return {
        "|grad|^2": found.gradient,
        "lambda": found.sharpness,
        "tr H": found.trace,
        "rise": found.rise,
    }


if __name__ == "__main__":
    print_tables(
        {"orders": orders, "stable": stable, "large": large}, seeds=4, short="fewer sizes and steps"
    )
