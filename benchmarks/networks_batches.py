"""Growing the batch instead of decaying the step size, and the best batch, on a network.

Schemes: MNIST-1D (4,096 samples, the rest for testing), 40-64-64-10 gelu, cross-entropy
+ 1/2 1e-3 |theta|^2, weights of gain 1.4, epochs shuffled; 20, 10, 10 and 10 epochs, from step size
.1 and batch 16, by a factor of 4. Loss and accuracy at the phases' ends are means ± their standard
errors over seeds of weights and batches, which are the same for all schemes; differences from the
decay of the step size, over the last five epochs, are paired. Source: Smith, Kindermans, Ying and
Le, "Don't decay the learning rate, increase the batch size", ICLR 2018.

Best batch: the same network on 1,000 samples, batches drawn with replacement, 3,000 updates, mean
accuracy over the last third. Source: Smith and Le, "A Bayesian perspective on generalization and
stochastic gradient descent", ICLR 2018.

    .venv-adapters/bin/python benchmarks/networks_batches.py [--seeds N] [--short] [TABLE ...]

with the tables `schemes` and `best`; needs bea[optax,networks].
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from network_data import Task, print_tables, starts, told

import bea
from bea.measure.training import BatchScheme, Phase, decay_rate, grow_batch
from bea.noise import Batches, ShuffledEpochs

SIZE, LAST, GAIN = 4096, 5, 1.4
START: dict[str, Any] = {"epochs": [20, 10, 10, 10], "gamma": "1/10", "batch": 16, "factor": 4}


def schemes() -> list[BatchScheme]:
    """Return the schemes, the decay of the step size first."""
    decay, grown = decay_rate(SIZE, **START), grow_batch(SIZE, **START)
    constant = [Phase(p.epochs, p.gamma, 16) for p in grown.phases]
    heavier = [Phase(p.epochs, p.gamma, min(SIZE // 2, 16 * p.batch)) for p in grown.phases]
    return [
        decay,
        grown,
        grow_batch(SIZE, **START, largest=64, name="hybrid"),
        grown.raised(gamma="1/5", name="twice the step, twice the batch"),
        grown.raised(momentum="3/4", name="momentum 3/4, 4 times the batch"),
        BatchScheme("momentum 15/16, 16 times the batch", SIZE, tuple(heavier), "15/16"),
        BatchScheme("control: neither", SIZE, tuple(constant)),
    ]


def run_schemes(seeds: int, short: bool) -> None:
    """Print two lines for each scheme."""
    task, weights, first = Task(SIZE, "gelu", 1e-3), starts(seeds, GAIN), None
    for scheme in schemes()[:2] + schemes()[-1:] if short else schemes():
        begun = time.process_time()
        runs = bea.train(
            bea.methods.heavy_ball(beta=scheme.momentum), task.loss, weights,
            **scheme.stages(ShuffledEpochs), observables=task.observables, record="epochs",
        )  # fmt: skip
        ends = np.searchsorted(runs.steps, np.cumsum(scheme.updates))
        spent = time.process_time() - begun
        print(f"{scheme.name}: {scheme.total_updates} updates [{spent:.0f} s]")
        for name in ("loss", "accuracy"):
            print(f"    {name:9} {'  '.join(told(v, 4) for v in runs.of(name)[ends])}", end="")
            last = runs.last(name, LAST)
            if first is not None:
                apart = last - first.last(name, LAST)
                print(f";  last {LAST} epochs against decay {told(apart, 5)}", end="")
            print(flush=True)
        first = runs if first is None else first


def best_batch(seeds: int, short: bool) -> None:
    """Print the accuracy for each step size and batch."""
    task, weights = Task(1000, "gelu"), starts(seeds)
    updates = 900 if short else 3000
    for gamma, batches in ((0.1, (4, 8, 16, 32, 64, 128, 256)), (0.4, (8, 16, 32, 64, 128, 256))):
        print(f"step size {gamma}, {updates} updates: accuracy")
        for size in batches[::2] if short else batches:
            runs = bea.train(
                "gradient-descent", task.loss, weights, gamma=gamma, steps=updates,
                batches=Batches(size, replacement=True), record=30,
                observables={"accuracy": task.accuracy},
            )  # fmt: skip
            noise = gamma * 999 / size
            mean = told(runs.last("accuracy", 10), 3)
            print(f"    B = {size:3}, noise scale {noise:6.1f}: {mean}", flush=True)


if __name__ == "__main__":
    print_tables(
        {"schemes": run_schemes, "best": best_batch},
        seeds=8,
        short="fewer schemes, batches and updates",
    )
