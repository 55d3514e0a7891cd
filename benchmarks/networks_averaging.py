"""Averages of weights, ensembles of snapshots, and schedules on a network, with errors.

MNIST-1D (4,000 samples), 40-64-64-10 relu, weights of gain 1.4, cross-entropy
+ 1/2 5e-4 |theta|^2, batches of 40 in shuffled epochs, momentum .9, 60 epochs. The average is of
the weights at the ends of the last 30 epochs (Izmailov et al., UAI 2018); snapshots are the ends of
4 cosines (Huang et al., ICLR 2017).
Seeds of weights and of batches are the same for all; differences are paired.

    .venv-adapters/bin/python benchmarks/networks_averaging.py [--seeds N] [--gamma G] [--short]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from network_data import Task, starts, told

import bea
from bea.flows.training import drop_on_plateau, early_stopping
from bea.measure.training import accuracy, ensemble_scores
from bea.noise import ShuffledEpochs

SIZE, BATCH, EPOCHS, RESTARTS, GAIN = 4000, 40, 60, 4, 1.4
BALL = bea.methods.heavy_ball(beta="9/10")


class Runs:
    """Runs on one task, all from the same starts and with the same batches."""

    def __init__(self, gamma: float, seeds: int, epochs: int) -> None:
        self.task, self.gamma, self.epochs = Task(SIZE, "relu", 5e-4), gamma, epochs
        self.starts = starts(seeds, GAIN)

    @property
    def time(self) -> float:
        """How long a run is."""
        return self.gamma * self.epochs * SIZE / BATCH

    def run(self, schedule: str | None = None, gammas: Any = None, **options: Any) -> Any:
        """Train with a schedule in the time t, or with step sizes for equal parts of the run."""
        method = BALL if schedule is None else bea.methods.Scheduled(BALL, schedule)
        sizes = [self.gamma] if gammas is None else gammas
        steps = self.epochs * SIZE // BATCH // len(sizes)
        return bea.train(
            method, self.task.loss, self.starts, gamma=sizes, steps=[steps] * len(sizes),
            batches=[ShuffledEpochs(BATCH)] * len(sizes), observables=self.task.observables,
            record="epochs", keep=True, **options,
        )  # fmt: skip

    def at(self, points: Any) -> dict[str, Any]:
        """Return what is observed at points (seeds, d)."""
        return {name: _value(f, points) for name, f in self.task.observables.items()}


def _value(observable: Any, points: Any) -> Any:
    return observable.at(points) if hasattr(observable, "at") else observable(points.T)


def rows(runs: Runs) -> dict[str, dict[str, Any]]:
    """Return what is observed (seeds,) at the end of each way to train."""
    whole, tail = runs.time, runs.epochs // 2
    period = f"{int(1e6 * whole)}/{RESTARTS}000000"
    constant = runs.run()
    lower = runs.run(gammas=[runs.gamma, runs.gamma / 2])
    restarts = runs.run(f"warm-restarts(period={period}, time={int(1e6 * whole)}/1000000)")
    ends = [runs.epochs * k // RESTARTS - 1 for k in range(1, RESTARTS + 1)]
    snapshots = restarts.points[ends]
    found = {"constant, last iterate": runs.at(constant.ends)}
    third = runs.gamma * np.array([1, 0.2, 0.04])
    found["steps, /5 and /5"] = runs.at(runs.run(gammas=third.tolist()).ends)
    found["exponential, to e^-4"] = runs.at(
        runs.run(f"exponential(rate={int(4e6 / whole)}/1000000)").ends
    )
    found["cosine"] = runs.at(runs.run(f"cosine(time={int(1e6 * whole)}/1000000)").ends)
    for k, points in enumerate(snapshots, 1):
        found[f"snapshot {k}"] = runs.at(points)
    scores = ensemble_scores(runs.task.outputs(snapshots))
    found["ensemble of the snapshots"] = {"accuracy": accuracy(scores, runs.task.unseen[1])}
    found["average of the snapshots' weights"] = runs.at(snapshots.mean(axis=0))
    found[f"average of the last {tail} epochs"] = runs.at(constant.average(tail))
    found["the same at half the step size"] = runs.at(lower.average(tail))
    plateau = runs.run(rules=[drop_on_plateau("test loss", patience=5, factor=0.2)])
    found["drop by 5 on a plateau"] = runs.at(plateau.ends)
    stopped = runs.run(rules=[early_stopping("test loss", patience=10)])
    found["stopped early"] = runs.at(stopped.best("test loss"))
    return found


def main(seeds: int, gamma: float, epochs: int) -> None:
    """Print a line for each way to train."""
    found = rows(Runs(gamma, seeds, epochs))
    print(f"step size {gamma:g}, {epochs} epochs, {seeds} seeds")
    for name, values in found.items():
        words = (f"{n} {told(v)}" for n, v in values.items())
        print(f"{name:34}", ",  ".join(words))
    pairs = [
        ("ensemble of the snapshots", "cosine"), ("ensemble of the snapshots", "snapshot 4"),
        ("average of the snapshots' weights", "snapshot 4"),
        (f"average of the last {epochs // 2} epochs", "constant, last iterate"),
        (f"average of the last {epochs // 2} epochs", "cosine"),
    ]  # fmt: skip
    for first, second in pairs:
        gain = found[first]["accuracy"] - found[second]["accuracy"]
        print(f"accuracy, {first} - {second}: {told(gain)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--gamma", type=float, default=0.08)
    parser.add_argument("--short", action="store_true", help="12 epochs")
    given = parser.parse_args()
    if given.seeds < 2:
        parser.error("at least 2 seeds for an error")
    begun = time.process_time()
    main(given.seeds, given.gamma, 12 if given.short else EPOCHS)
    print(f"[{time.process_time() - begun:.0f} s]")
