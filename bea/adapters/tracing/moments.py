"""Moments at which a step is recorded or replayed: random, and reached by the real optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bea.adapters.tracing.optimizer import Moment, Optimizer, Shapes
from bea.algebra import Expression
from bea.algebra.language.expressions import free_symbols
from bea.algebra.ring.exact import as_float, exact_decimal
from bea.arrays import Floats
from bea.fields.sources import substitute

LATE = 1_000_000
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
        name: exact_decimal(round(float(0.3 + 0.17 * i % 0.6 if rng is None
                                        else rng.uniform(0.2, 0.9)), 6))
        for i, name in enumerate(names)
    }  # fmt: skip
    return {name: as_float(substitute(value, numbers)) for name, value in values.items()}


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


def following(optimizer: Optimizer, moment: Moment, rng: np.random.Generator) -> Moment:
    """Return the moment after the real step, with another random gradient."""
    theta, memory = optimizer.play(moment)
    slopes = [rng.standard_normal(s.shape) for s in moment.slopes]
    return replace(moment, theta=theta, memory=memory, slopes=slopes, count=moment.count + 1)


def run_of(
    optimizer: Optimizer, shapes: Shapes, rng: np.random.Generator, late: bool, gamma: float = 0.01
) -> Iterator[Moment]:
    """Yield the moments of a run of the real optimizer, from its first step or from far beyond."""
    moment = random_moment(optimizer, shapes, rng, gamma)
    if late:
        for _ in range(_WARM):
            moment = following(optimizer, moment, rng)
        moment = replace(moment, count=LATE)
    while True:
        yield moment
        moment = following(optimizer, moment, rng)


def settled_moment(optimizer: Optimizer, shapes: Shapes, count: int | None) -> Moment:
    """Return a random moment at which so many steps were done; None is far from the first one."""
    rng = np.random.default_rng(1)
    moment = random_moment(optimizer, shapes, rng)
    moment = replace(moment, values=open_values(optimizer.hyperparameters))
    for _ in range(_WARM if count is None else min(count, _WARM)):
        moment = following(optimizer, moment, rng)
    return replace(moment, count=LATE if count is None else count)


def moment_of(
    optimizer: Optimizer,
    inputs: Mapping[str, Any],
    lane: int,
    shapes: Shapes,
    count: int | None,
    values: Mapping[str, Expression],
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
