"""The intrinsic learning rate on a normalised network: only rate times decay counts.

The network is that of `network_normalised.py`; descent with decoupled weight decay, batches of 64
with replacement. Means ± standard errors over seeds of weights and batches. Sources: Li, Lyu and
Arora, "Reconciling modern deep learning with traditional optimization analyses: the intrinsic
learning rate", NeurIPS 2020; Li and Arora, "An exponential learning rate schedule for deep
learning", ICLR 2020. The tables:

- equilibrium: over the last third of 6/(gamma lambda) steps, with tau = |w|^2 |g|^2.
- relaxation: the weights doubled in equilibrium, which is the same function, against runs on the
  same batches that go on as they were; the time to 1/e of the excess of |w|^4, and to nine tenths
  of the way back of the loss, times gamma lambda.
- drop: gamma divided by 10 in equilibrium, lambda kept.
- growing: decay against an exponentially growing rate without it, on the same batches.

    .venv-adapters/bin/python benchmarks/networks_intrinsic.py [--seeds N] [--short] [TABLE ...]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from network_data import told
from network_normalised import SquaredSlope, Task, starts

import bea
from bea.flows.training import SquaredNorm, turns
from bea.noise import Batches

LAW = Batches(64, replacement=True)
PAIRS = [
    ("1/20", "1/25"), ("1/2", "1/250"), ("5", "1/2500"), ("1/2", "1/1000"), ("1/2", "1/500"),
    ("1/2", "1/125"), ("1/2", "2/125"),
]  # fmt: skip


def number(text: str) -> float:
    """Return a fraction as a float.

    >>> number("1/4")
    0.25
    """
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def decayed(task: Task, gamma: str, decay: str, weights: Any, steps: int, **options: Any) -> Any:
    """Return runs with decay, with what is averaged over their steps."""
    rate, shrink = number(gamma), 1 - number(gamma) * number(decay)
    each = {
        **turns(task.loss.groups),
        "norm⁴ all": SquaredNorm(0, task.loss.dimension, 2),
        "tau": SquaredSlope(rate, shrink),
    }
    method = bea.methods.gradient_descent_decay(weight_decay=decay)
    options = {"batches": LAW, "each_step": each} | options
    return bea.train(method, task.loss, weights, gamma=gamma, steps=steps, **options)


def settled(task: Task, gamma: str, decay: str, seeds: int, times: float = 6.0) -> Any:
    """Return runs into the equilibrium, with records at two thirds and at the end."""
    steps = round(times / (number(gamma) * number(decay)))
    record = [*range(2 * steps // 3, steps, max(1, steps // 60)), steps]
    watched = {"loss": task.loss, "accuracy": task.accuracy}
    return decayed(
        task, gamma, decay, starts(seeds), steps, observables=watched, record=record, keep=True
    )


def mean_of(runs: Any, name: str) -> Any:
    """Return the mean over the last third, of each run."""
    return runs.of(name)[1:].mean(axis=0)


def equilibrium(seeds: int, short: bool) -> None:
    """Print what the pairs of gamma and lambda have in common."""
    task = Task()
    weights = starts(1)
    print("L(7 w) - L(w):", float(task.loss.at(7 * weights)[0] - task.loss.at(weights)[0]))
    for gamma, decay in PAIRS[:3] if short else PAIRS:
        runs = settled(task, gamma, decay, seeds)
        rate, product = number(gamma), number(gamma) * number(decay)
        fourth, tau = mean_of(runs, "norm⁴ all"), mean_of(runs, "tau")
        effective = rate * (1 / (runs.points[1:] ** 2).sum(axis=-1)).mean(axis=0)
        angles = {n: np.sqrt(mean_of(runs, n) / (2 * product)) for n in runs.names if "ang" in n}
        found = {
            "|w|^4 2 lambda/(gamma tau)": fourth * 2 * product / rate**2 / tau,
            "rate": effective,
            "rate/sqrt(2 gamma lambda/tau)": effective / np.sqrt(2 * product / tau),
            **{f"rms {name.replace('²', '')}": value for name, value in angles.items()},
            "|w|^4 lambda/gamma": fourth * product / rate**2,
            "tau": tau,
            "loss": mean_of(runs, "loss"),
            "accuracy": mean_of(runs, "accuracy"),
        }
        print(f"gamma = {gamma}, lambda = {decay}, gamma lambda = {product:g}")
        print("   ", ",  ".join(f"{n} {told(v, 4)}" for n, v in found.items()), flush=True)


def relaxation(seeds: int, short: bool) -> None:
    """Print how long norm and loss take after the weights were doubled."""
    task = Task()
    for gamma, decay in PAIRS[1:2] if short else [PAIRS[3], PAIRS[4], PAIRS[1], *PAIRS[5:]]:
        product = number(gamma) * number(decay)
        rest = settled(task, gamma, decay, seeds)
        steps = round(3 / product)
        record = np.unique(np.linspace(0, steps, 301).astype(int))
        after, beside = (
            decayed(
                task, gamma, decay, factor * rest.ends, steps, record=record,
                seeds=range(100, 100 + seeds),
            )
            for factor in (2, 1)
        )  # fmt: skip
        middle = (product * (after.steps[1:] + after.steps[:-1]) / 2)[:60]  # the noise comes later
        norms = []
        for level in (mean_of(rest, "norm⁴ all"), beside.of("norm⁴ all")[1:]):
            excess = (after.of("norm⁴ all")[1:] / level - 1)[:60]
            norms.append([np.interp(-np.log(15 / np.e), -np.log(e), middle) for e in excess.T])
        curve = after.of("loss") / beside.of("loss")
        left_out = [np.delete(curve, k, axis=1).mean(axis=1) for k in range(seeds)]
        lows, times = np.array([_back(product * after.steps, c) for c in left_out]).T
        low, back = _back(product * after.steps, curve.mean(axis=1))
        errors = [np.sqrt((seeds - 1) * np.var(v)) for v in (lows, times)]
        print(f"gamma lambda = {product:g}: norm to 1/e over its equilibrium at {told(norms[0])}, "
              f"over the others at {told(norms[1])}; loss falls to {low:.3f} ± {errors[0]:.3f} of "
              f"the others', 9/10 back at {back:.2f} ± {errors[1]:.2f}", flush=True)  # fmt: skip


def _back(times: Any, curve: Any) -> tuple[float, float]:
    """Return the least value of a smoothed curve, and when it is 9/10 of the way from it to 1."""
    least = float(np.convolve(curve, np.ones(13) / 13, mode="valid").min())
    smooth, middle = np.convolve(curve, np.ones(41) / 41, mode="valid"), times[20:-20]
    return least, float(middle[(smooth >= 1 - 0.1 * (1 - least)).argmax()])


def drop(seeds: int, short: bool) -> None:
    """Print what becomes of rate, loss and accuracy after gamma was divided by 10."""
    task, decay = Task(), "2/125"
    rest = settled(task, "1/2", decay, seeds)
    steps = round((3 if short else 6) / (number("1/20") * number(decay)))
    record = np.unique([1, *np.linspace(0, steps, 101).astype(int)])
    watched = {"loss": task.loss, "accuracy": task.accuracy}
    after = decayed(
        task, "1/20", decay, rest.ends, steps, record=record, observables=watched, keep=True,
        seeds=range(100, 100 + seeds),
    )  # fmt: skip
    before = 0.5 * (1 / (rest.points[1:] ** 2).sum(axis=-1)).mean(axis=0)
    rates = 0.05 / (after.points**2).sum(axis=-1) / before
    late = slice(-34, None)
    ratio = after.of("tau")[late].mean(axis=0) / mean_of(rest, "tau")
    print(
        f"effective rate: at once x {told(rates[1])}, in the end x {told(rates[late].mean(axis=0))}"
    )
    print(f"tau x {told(ratio, 2)}, so that it is to be x {told(np.sqrt(0.1 / ratio))}")
    loss, hits = after.of("loss") / mean_of(rest, "loss"), after.of("accuracy")
    print(f"loss: least x {told(loss[loss.mean(axis=1).argmin()])}, "
          f"in the end x {told(loss[late].mean(axis=0))}")  # fmt: skip
    best = hits[hits.mean(axis=1).argmax()]
    print(f"accuracy: {told(mean_of(rest, 'accuracy'))}, best {told(best)}, "
          f"in the end {told(hits[late].mean(axis=0))}")  # fmt: skip
    if not short:
        alone = settled(task, "1/20", decay, seeds)
        print(f"without the large rate before: loss {told(mean_of(alone, 'loss'))}, accuracy "
              f"{told(mean_of(alone, 'accuracy'))}; after it: loss "
              f"{told(after.of('loss')[late].mean(axis=0))}")  # fmt: skip


def growing(seeds: int, short: bool) -> None:
    """Print how far directions are apart with decay and with a growing rate."""
    gamma, marks = "1/2", [10, 50, 100, 200, 300] + ([] if short else [600])
    method = bea.methods.gradient_descent_decay(weight_decay="1/100")
    plain = bea.methods.gradient_descent()
    grown = bea.methods.growing_rate(method, gamma)
    print(f"the rate grows by {number('199/200') ** (-2 * marks[-1]):.0f} in {marks[-1]} steps")
    for words, task in (
        ("weights normalised", Task("weights")),
        ("batches normalised", Task()),
        ("batches normalised, epsilon 1e-5", Task(epsilon=1e-5)),
    ):
        ends = [
            bea.train(
                m, task.loss, starts(1), gamma=gamma, steps=marks[-1], batches=LAW, record=marks,
                keep=True, observables={"loss": task.loss},
            ).points[:, 0]
            for m in (method, grown, plain)
        ]  # fmt: skip
        unit = [w / np.linalg.norm(w, axis=-1, keepdims=True) for w in ends]
        for name, other in (("growing rate", unit[1]), ("neither", unit[2])):
            apart = np.linalg.norm(unit[0] - other, axis=-1)
            shown = ", ".join(f"{n}: {a:.1e}" for n, a in zip(marks, apart, strict=True))
            print(f"{words}: decay against {name:12} after {shown}", flush=True)


if __name__ == "__main__":
    tables = {
        "equilibrium": equilibrium, "relaxation": relaxation, "drop": drop, "growing": growing
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(tables))
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--short", action="store_true", help="fewer pairs and shorter runs")
    given = parser.parse_args()
    if given.seeds < 3 or not set(given.tables) <= set(tables):
        parser.error(f"at least 3 seeds for an error, and tables among {', '.join(tables)}")
    for name in given.tables or tables:
        begun = time.process_time()
        tables[name](given.seeds, given.short)
        print(f"[{name}: {time.process_time() - begun:.0f} s]", flush=True)
