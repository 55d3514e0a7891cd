"""Moments at which a step is recorded or replayed: random, and reached by the real optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bea.adapters.tracing.optimizer import Moment, Optimizer, Played, Shapes
from bea.algebra import Expression
from bea.algebra.language.expressions import free_symbols
from bea.algebra.ring.exact import as_float, exact_decimal
from bea.arrays import Floats
from bea.fields.sources import substitute

LATE = 10**9
"""The number of a step by which c**n has vanished for what is found among hyperparameters."""

_WARM = 4  # steps after which memory is no longer zero


def open_values(
    values: Mapping[str, Expression], rng: np.random.Generator | None = None
) -> dict[str, float]:
    """Return hyperparameters as floats, with generic numbers between 0 and 1 for open names.

    >>> from bea.algebra.language.grammar import parse
    >>> open_values({"beta": parse("b"), "eps": parse("1/8")})
    {'beta': 0.3, 'eps': 0.125}
    """
    names = sorted(frozenset().union(*map(free_symbols, values.values())))
    numbers = {
        name: exact_decimal(generic_number(i) if rng is None else round(rng.uniform(0.2, 0.9), 6))
        for i, name in enumerate(names)
    }  # fmt: skip
    return {name: as_float(substitute(value, numbers)) for name, value in values.items()}


def generic_number(place: int) -> float:
    """Return a number between 0 and 1 for the open name at a place among others."""
    return round(0.3 + 0.17 * place % 0.6, 6)


def random_moment(
    optimizer: Optimizer, shapes: Shapes, rng: np.random.Generator, gamma: float = 0.01
) -> Moment:
    """Return a moment before the first step, at random parameters and gradients."""
    return Moment(
        theta=[rng.standard_normal(s) for s in shapes],
        slopes=[rng.standard_normal(s) for s in shapes],
        memory=[np.zeros(leaf.shape) for leaf in optimizer.leaves(shapes)],
        count=0,
        gamma=gamma,
        values=open_values(optimizer.hyperparameters, rng),
    )


def run_of(
    optimizer: Optimizer, moment: Moment, rng: np.random.Generator, steps: int
) -> list[tuple[Moment, Played]]:
    """Return the moments of a real run with random gradients, and what its steps come to."""
    shapes = [s.shape for s in moment.slopes]
    slopes = [[rng.standard_normal(s) for s in shapes] for _ in range(steps)]
    found = []
    for slope, played in zip(slopes, optimizer.play(moment, slopes), strict=True):
        found.append((replace(moment, slopes=slope), played))
        moment = moved_on(moment, played, moment.count + 1)
    return found


def moved_on(moment: Moment, played: Played, count: int) -> Moment:
    """Return the moment after a step, as if so many had been done."""
    return replace(moment, theta=played[0], memory=played[1], count=count)


def late_moment(optimizer: Optimizer, moment: Moment, rng: np.random.Generator) -> Moment:
    """Return a moment far from the first step, with memory from some real ones."""
    return moved_on(moment, run_of(optimizer, moment, rng, _WARM)[-1][1], LATE)


def settled_moment(optimizer: Optimizer, shapes: Shapes, count: int | None) -> Moment:
    """Return a random moment at which so many steps were done; None is far from the first one."""
    rng = np.random.default_rng(1)
    moment = random_moment(optimizer, shapes, rng)
    moment = replace(moment, values=open_values(optimizer.hyperparameters))
    if count is None:
        return late_moment(optimizer, moment, rng)
    if count == 0:
        return moment
    return moved_on(moment, run_of(optimizer, moment, rng, min(count, _WARM))[-1][1], count)


def moment_of(
    inputs: Mapping[str, Any], lane: int, count: int | None, values: Mapping[str, Expression]
) -> Moment:
    """Return the moment at which a lane of a run is, from the inputs of its step."""

    def part(name: str) -> list[Floats]:
        found = [inputs[k] for k in inputs if k.startswith(f"{name}.")]
        return [np.ascontiguousarray(array[..., lane], dtype=float) for array in found]

    gamma = inputs["gamma"]
    return Moment(
        theta=part("theta"),
        slopes=part("grad"),
        memory=part("memory"),
        count=LATE if count is None else count,
        gamma=float(gamma[lane] if np.ndim(gamma) else gamma),
        values=open_values(values),
    )
