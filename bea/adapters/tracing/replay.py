"""Replay: the tapes of an optimizer, run in floats, beside the real optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bea.adapters.tracing.moments import late_moment, random_moment, run_of
from bea.adapters.tracing.operations import Operations
from bea.adapters.tracing.optimizer import Moment, Played, Shapes
from bea.adapters.tracing.traced import Traced
from bea.arrays import Floats
from bea.errors import MethodError
from bea.fields import NumericField

TOLERANCE = 1e-12
"""Relative difference up to which a tape is the real step: rounding."""

_LAST_DIGIT = 2.0**-53

_STEPS, _LENGTH = 1000, 50


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


def replay(method: Traced, shapes: Shapes, steps: int = _STEPS) -> Replay:
    """Compare tapes with the real steps, early and late, at random parameters and gradients.

    Half of the runs begin with the first step, and half far beyond.

    Raises
    ------
    MethodError
        If they differ by more than rounding.
    """
    rng, optimizer = np.random.default_rng(0), method.optimizer
    length = min(_LENGTH, max(1, steps // 2))
    lanes = max(1, steps // (2 * length))
    worst = 0.0
    for late in (False, True):
        values = random_moment(optimizer, shapes, rng).values
        runs = []
        for _ in range(lanes):
            gamma = float(10 ** rng.uniform(-4, -1))
            moment = replace(random_moment(optimizer, shapes, rng, gamma), values=values)
            if late:
                moment = late_moment(optimizer, moment, rng)
            runs.append(run_of(optimizer, moment, rng, length))
        for together in zip(*runs, strict=True):
            worst = max(worst, _difference(method, together, shapes))
        if not any(_moves(run) for run in runs):
            raise MethodError(
                f"'{method.name}' leaves parameters of the shapes {', '.join(map(str, shapes))} as "
                "they are: give shapes, or options, with which it does something"
            )
    return Replay(2 * lanes * length, worst)


# --- private helpers ------------------------------------------------------------------------------


def _moves(run: Sequence[tuple[Moment, Played]]) -> bool:
    first, last = run[0][0].theta, run[-1][1][0]
    return any(not np.array_equal(x, y) for x, y in zip(first, last, strict=True))


def _difference(method: Traced, steps: Sequence[tuple[Moment, Played]], shapes: Shapes) -> float:
    """Return the largest relative difference of some steps, a lane each."""
    first = steps[0][0]
    f = NumericField(lambda theta, gamma: theta, np.array([m.gamma for m, _ in steps]))
    inputs: dict[str, Any] = {"gamma": f.gamma}
    for name, part in (("theta", "theta"), ("grad", "slopes"), ("memory", "memory")):
        arrays = zip(*(getattr(m, part) for m, _ in steps), strict=True)
        inputs |= {f"{name}.{i}": np.stack(x, axis=-1) for i, x in enumerate(arrays)}
    bound = method.with_values(first.values)
    taken = bound.taken(f, inputs, first.count, shapes)
    real = [np.stack(x, axis=-1) for x in zip(*([*p[0], *p[1]] for _, p in steps), strict=True)]
    leaves = method.optimizer.leaves(shapes)
    names = [*("the parameters" for _ in shapes), *(f"the memory '{m.name}'" for m in leaves)]
    worst = 0.0
    for name, wanted, found in zip(names, real, taken, strict=True):
        off = _relative(wanted, found)
        if not off <= TOLERANCE:
            _refuse_rounding(bound, f, inputs, first.count, shapes, name, off)
            raise MethodError(
                f"the recorded step of '{method.name}' is not the real one: at step "
                f"{first.count + 1:,} {name} differ by {off:.0e}, so that something in it escapes "
                "the record (values taken out of tensors, or a branch on them); nothing is derived"
            )
        worst = max(worst, off)
    return worst


def _refuse_rounding(
    method: Traced, f: NumericField, inputs: dict[str, Any], count: int, shapes: Shapes,
    name: str, off: float,
) -> None:  # fmt: skip
    """Raise `MethodError` if a difference is what rounding alone comes to.

    Each operation is rounded at random, as in stochastic arithmetic (Vignes, Math. Comput. Simul.
    35 (1993) 233-261).
    """
    runs = [method.on_last_tape(_Shaken(f, 1, seed=k), inputs, count, shapes) for k in range(4)]
    change = max(_relative(runs[0][i], run[i]) for run in runs[1:] for i in range(len(runs[0])))
    if off <= 10 * change:
        raise MethodError(
            f"rounding alone makes a relative difference of {change:.0e} in a step of "
            f"'{method.name}' ({name}), so that two ways to compute it cannot agree to "
            f"{TOLERANCE:.0e}: give options by which it is better conditioned, such as a larger eps"
        )


class _Shaken(Operations):
    """The operations in floats, of which each result is off in its last digit, at random."""

    def __init__(self, f: NumericField, lanes: int, seed: int) -> None:
        super().__init__(f, lanes)
        self._rng = np.random.default_rng(seed)

    def carry_out(self, *given: Any) -> Any:
        """Return the result of an operation, off by its last digit."""
        found = super().carry_out(*given)
        if not isinstance(found, np.ndarray) or found.dtype.kind != "f":
            return found
        return found * (1 + _LAST_DIGIT * self._rng.choice([-1, 1], np.shape(found)))


def _relative(wanted: Floats, found: Floats) -> float:
    """Return the largest difference, relative to the largest entry of each lane."""
    axes = tuple(range(wanted.ndim - 1))
    size = np.max(np.abs(wanted), axis=axes, initial=0.0)
    gap = np.max(np.abs(wanted - found), axis=axes, initial=0.0)
    return float(np.max(gap / np.where(size > 0, size, 1.0)))
