"""Ensembles of SGD against the same loop in C: gather the data at random, take the step.

All on one core: bea's ensembles in one thread, the loop in C one run after the other. Both draw
batches with replacement; the random numbers differ, so that what must agree are the means: errors
are the largest differences in units of their standard errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from c_ensemble import CEnsemble, Means
from c_loop import compiler
from harness import Column, Job, Options, Table, here, paired, run

import bea
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import to_program
from bea.problems import FiniteSum
from bea.problems.sums.data import DataSum

AGREE = 5.0  # standard errors: once in a million comparisons by chance


class Task(NamedTuple):
    """An ensemble that both are given."""

    name: str
    total: DataSum
    method: str
    gamma: Fraction
    batch: int
    steps: int


def tables(options: Options) -> Iterator[Table]:
    runs = 2_000 if options.tiny else 50_000
    table = Table(
        f"Ensembles of {runs:,} runs, N = 100, batches with replacement: per run and step",
        [Column(""), Column("steps", "count"), Column("bea", "seconds"), Column("C", "seconds"),
         Column("bea / C", "ratio"), Column("difference / standard error", "error", AGREE)],
    )  # fmt: skip
    if compiler() is not None:
        with TemporaryDirectory() as folder:
            for number, task in enumerate(tasks(options.tiny)):
                loop = CEnsemble(sample_program(task.total), task.total.table,
                                 Path(folder) / str(number))  # fmt: skip
                found = paired(jobs(task, loop, runs), options.rounds, np.inf)
                each = runs * task.steps
                table.add(task.name, task.steps, found["bea"].seconds / each,
                          found["C"].seconds / each, 1 / found["C"].ratio,
                          disagreement(found["bea"].value, found["C"].value))  # fmt: skip
    yield table


def tasks(tiny: bool) -> list[Task]:
    rng = np.random.default_rng(1)
    x = [Fraction(int(k), 10) for k in rng.integers(-20, 20, 100)]
    y = [Fraction(int(k), 10) for k in rng.integers(-20, 20, 100)]
    labels = [1 if a + b > 0 else -1 for a, b in zip(x, y, strict=True)]
    line, steps = bea.problems.linear_model(x, y), 20 if tiny else 200
    logistic = bea.problems.logistic_model(x, labels)
    sgd, rate = "gradient-descent", Fraction(1, 20)
    return [
        Task("linear regression, d = 2, B = 1", line, sgd, rate, 1, steps),
        Task("the same, B = 8", line, sgd, rate, 8, steps),
        Task("logistic regression, d = 2, B = 1", logistic, sgd, Fraction(1, 5), 1, steps),
        Task("noisy quadratic, d = 6, B = 1, momentum 9/10", spectrum(6), "heavy-ball",
             Fraction(1, 50), 1, steps),
        Task("network of two weights, B = 1, momentum 9/10", bea.problems.network_model(x, y),
             "heavy-ball", Fraction(1, 200), 1, steps),
    ]  # fmt: skip


def spectrum(dimension: int) -> DataSum:
    """Return a quadratic with curvatures 1, 1/2, 1/4, … and centres at random."""
    rng = np.random.default_rng(2)
    names = [f"x{k}" for k in range(dimension)]
    model = " + ".join(f"(x{k} - c{k})**2/{2 ** (k + 1)}" for k in range(dimension))
    data = {f"c{k}": [Fraction(int(c), 10) for c in rng.integers(-20, 20, 100)]
            for k in range(dimension)}  # fmt: skip
    return bea.problems.from_data(model, data, names)


def sample_program(total: DataSum) -> Program:
    """Return −∇l_i as a program of theta and of the data of one sample."""
    return to_program([-slope for slope in total._model.gradient()])


def jobs(task: Task, loop: CEnsemble, runs: int) -> dict[str, Job]:
    beta = 0.9 if task.method == "heavy-ball" else 0.0
    return {
        "bea": partial(here, ensemble, task, runs),
        "C": partial(here, loop, runs, task.steps, task.batch, float(task.gamma), beta, 1),
    }


def ensemble(task: Task, runs: int) -> bea.Ensemble:
    total: FiniteSum = task.total
    observables = [*total.variables, *(f"{name}**2" for name in total.variables)]
    return bea.ensemble(
        task.method, total, np.full(total.dimension, 0.5), gamma=task.gamma, steps=task.steps,
        batches=bea.noise.Batches(task.batch, replacement=True), runs=runs,
        observables=observables, seed=1,
    )  # fmt: skip


def disagreement(found: bea.Ensemble, means: Means) -> float:
    """Return the largest difference of a mean, in standard errors of the difference."""
    expected = np.concatenate(means)
    return float(np.max(np.abs(found.mean[-1] - expected) / (np.sqrt(2) * found.error[-1])))


if __name__ == "__main__":
    run(tables, __doc__)
