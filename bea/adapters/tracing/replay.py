"""Replay: the tapes of an optimizer, run in floats, beside the real optimizer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from bea.adapters.tracing.moments import run_of
from bea.adapters.tracing.optimizer import Moment, Shapes
from bea.adapters.tracing.traced import Traced
from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields import NumericField

TOLERANCE = 1e-12
"""Relative difference up to which a tape is the real step: rounding."""

_RUNS, _STEPS = 20, 50


@dataclass(frozen=True)
class Replay:
    """How far the tapes of an optimizer were from the real one.

    Attributes
    ----------
    steps : int
        How many steps were compared.
    difference : float
        The largest relative difference of an entry of the parameters or the memory.
    """

    steps: int
    difference: float

    def __str__(self) -> str:
        return f"replayed on {self.steps:,} random steps to {self.difference:.0e}"


def replay(method: Traced, shapes: Shapes, runs: int = _RUNS, steps: int = _STEPS) -> Replay:
    """Compare tapes with the real steps, early and late, at random parameters and gradients.

    Raises
    ------
    MethodError
        If they differ by more than rounding.
    """
    rng = np.random.default_rng(0)
    worst = 0.0
    for run in range(runs):
        gamma = float(10 ** rng.uniform(-4, -1))
        for moment in islice(run_of(method.optimizer, shapes, rng, run % 2 == 1, gamma), steps):
            worst = max(worst, _difference(method, moment, shapes))
    return Replay(runs * steps, worst)


# --- private helpers ------------------------------------------------------------------------------


def _difference(method: Traced, moment: Moment, shapes: Shapes) -> float:
    real = method.optimizer.play(moment)
    taped = _taken(method, moment, shapes)
    leaves = method.optimizer.leaves(shapes)
    names = [*("the parameters" for _ in shapes), *(f"the memory '{m.name}'" for m in leaves)]
    worst = 0.0
    for name, wanted, found in zip(names, (*real[0], *real[1]), taped, strict=True):
        off = _relative(wanted, found)
        if not off <= TOLERANCE:
            raise MethodError(
                f"the recorded step of '{method.name}' is not the real one: at step "
                f"{moment.count + 1:,} {name} differ by {off:.0e}, so that something in it escapes "
                "the record (values taken out of tensors, or a branch on them); nothing is derived"
            )
        worst = max(worst, off)
    return worst


def _taken(method: Traced, moment: Moment, shapes: Shapes) -> list[Floats]:
    """Return the parameters and the memory after the recorded step, in one lane."""
    f = NumericField(lambda theta, gamma: theta, np.array([moment.gamma]))
    inputs = {
        "gamma": f.gamma,
        **{f"theta.{i}": x[..., None] for i, x in enumerate(moment.theta)},
        **{f"grad.{i}": x[..., None] for i, x in enumerate(moment.slopes)},
        **{f"memory.{i}": x[..., None] for i, x in enumerate(moment.memory)},
    }
    moved, kept = method.with_values(moment.values).in_lanes(f, inputs, moment.count, shapes)
    return [x[..., 0] for x in (*moved, *kept)]


def _relative(wanted: Floats, found: Any) -> float:
    size = float(np.max(np.abs(wanted), initial=0.0)) or 1.0
    return float(np.max(np.abs(wanted - found), initial=0.0)) / size
