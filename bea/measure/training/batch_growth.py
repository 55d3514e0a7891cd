"""Growing batches in place of decaying step sizes: the expected loss along runs of each scheme.

On a finite sum of quadratic losses the expected loss of SGD with momentum is computed without
sampling, by `bea.measure.weak.quadratic_moments`; an ensemble beside it has standard errors. The
schemes are made in `bea.measure.training.batch_schemes`, the figure is `bea.plots.growth_figure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_numbers
from bea.arrays import Floats, Ints
from bea.errors import BeaError, StepSizeError
from bea.flows import ensemble
from bea.flows.deterministic.lanes import Progress
from bea.flows.deterministic.times import check_count
from bea.measure.training.batch_schemes import BatchScheme
from bea.measure.training.growth_study import GrowthCurve, GrowthStudy
from bea.measure.weak.quadratic_moments import QuadraticMoments
from bea.methods import get as get_method
from bea.noise import Batches
from bea.patience import telling, told
from bea.problems import FiniteSum


@told("running an ensemble")
def batch_growth(
    total: FiniteSum,
    schemes: BatchScheme | Sequence[BatchScheme],
    start: ArrayLike,
    *,
    samples: int = 20,
    runs: int = 0,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
) -> GrowthStudy:
    """Return the expected loss along each scheme, exactly, and if `runs` is given by ensembles too.

    Parameters
    ----------
    total
        A finite sum of quadratic losses, such as `bea.problems.noisy_quadratic`.
    schemes
        See `decay_rate` and `grow_batch`; the others are compared with the first.
    start : (d,)
        Where all runs start, with zero velocity.
    samples
        How often the loss is recorded in each phase, at most.
    runs, seed, workers, progress
        Of the ensembles; see `bea.ensemble`. Each scheme has random numbers of its own.
    checkpoint
        A file that keeps what was computed, from which an interrupted study continues; each scheme
        has its own, with its number at the end of the name.

    Raises
    ------
    BeaError
        If a loss is not quadratic, or a scheme is meant for another N.
    StepSizeError
        If the expected loss grows beyond all bounds.

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.noisy_quadratic("1, 1/4", size=64)
    >>> from bea.measure.training import decay_rate, grow_batch
    >>> plan = {"epochs": [8, 8], "gamma": "1/20", "batch": 2, "factor": 4}
    >>> schemes = decay_rate(64, **plan), grow_batch(64, **plan)
    >>> batch_growth(total, schemes, [3, 3])
                    updates  saved  expected loss at the end
    decay the rate      512      0  0.00253515
    grow the batch      320    192  0.00237857
    """
    chosen = [schemes] if isinstance(schemes, BatchScheme) else list(schemes)
    if not chosen:
        raise BeaError(
            "there is no scheme: make one with bea.measure.training.decay_rate or grow_batch"
        )
    check_count(samples, "samples")
    if runs:
        check_count(runs, "runs")
    moments, point = QuadraticMoments(total), np.atleast_1d(real_numbers(start, "the start"))
    for scheme in chosen:
        if not isinstance(scheme, BatchScheme):
            raise BeaError(f"a scheme is {scheme!r}: make one with bea.measure.training.decay_rate")
    names = [scheme.name for scheme in chosen]
    for scheme in chosen:
        if names.count(scheme.name) > 1:
            raise BeaError(f"two schemes are named '{scheme.name}': give each a name of its own")
        if scheme.size != total.size:
            raise BeaError(
                f"the scheme '{scheme.name}' is for N={scheme.size} losses, and {total.name} has "
                f"{total.size}: make it for these"
            )
    curves, done = [], 0
    whole = runs * sum(scheme.total_updates for scheme in chosen)
    for index, scheme in enumerate(chosen):
        curve = _expected(moments, scheme, point, samples)
        if runs:
            curve = _sampled(
                total, curve, point, runs,
                seed=_seed(seed, index),
                workers=workers,
                progress=_offset(progress or telling("updates"), done, whole),
                checkpoint=None if checkpoint is None else _numbered(checkpoint, index + 1),
            )  # fmt: skip
            done += runs * scheme.total_updates
        curves.append(curve)
    return GrowthStudy(total.name, runs, tuple(curves))


# --- private helpers ----------------------------------------------------------------------------


def _records(scheme: BatchScheme, samples: int) -> tuple[Ints, Ints]:
    """Return the updates at which to record, and which of them end phases."""
    ends = np.cumsum(scheme.updates)
    parts = [
        np.unique(np.rint(np.linspace(end - count, end, samples + 1)).astype(np.int64))
        for count, end in zip(scheme.updates, ends, strict=True)
    ]
    updates = np.unique(np.concatenate(parts))
    return updates, np.searchsorted(updates, ends)


def _expected(
    moments: QuadraticMoments, scheme: BatchScheme, start: Floats, samples: int
) -> GrowthCurve:
    updates, ends = _records(scheme, samples)
    state, found, at = moments.start(start.tolist()), [], 0
    found.append(moments.loss(state))
    lasts = np.cumsum(scheme.updates)
    with np.errstate(over="ignore", invalid="ignore"):
        for update in updates[1:]:
            phase = scheme.phases[int(np.searchsorted(lasts, update))]
            steps, at = int(update) - at, int(update)
            state = moments.advance(
                state, phase.gamma, Batches(phase.batch), scheme.momentum, steps
            )
            found.append(moments.loss(state))
    expected = np.array(found, dtype=float)
    if not np.isfinite(expected).all():
        raise StepSizeError(
            f"the expected loss of '{scheme.name}' grows beyond all bounds: take smaller step sizes"
        )
    epochs = np.array([float(scheme.epochs(int(update))) for update in updates])
    return GrowthCurve(scheme, updates, epochs, ends, expected)


@dataclass(frozen=True)
class _LossOf:
    """The loss as an observable that a checkpoint tells from another, whatever variables it has."""

    total: FiniteSum

    def __call__(self, theta: Floats) -> Floats:
        return self.total.at(theta.T)


def _sampled(
    total: FiniteSum, curve: GrowthCurve, start: Floats, runs: int, **options: Any
) -> GrowthCurve:
    """Return the curve with the means of an ensemble."""
    scheme = curve.scheme
    found = ensemble(
        get_method("heavy-ball", beta=scheme.momentum),
        total,
        start,
        **scheme.stages(),
        runs=runs,
        observables={"loss": _LossOf(total)},
        record=curve.updates.tolist(),
        **options,
    )
    mean, error = found["loss"]
    return GrowthCurve(scheme, curve.updates, curve.epochs, curve.ends, curve.expected, mean, error)


def _seed(seed: int, index: int) -> int:
    """Return a seed for each scheme, the first's being the one given."""
    return seed if not index else int(np.random.SeedSequence((seed, index)).generate_state(1)[0])


def _numbered(path: str | Path, number: int) -> Path:
    """Return a path with a number at the end of its name, before the suffix.

    >>> _numbered("long.npz", 2).name
    'long-2.npz'
    """
    path = Path(path)
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


def _offset(progress: Progress, done: int, whole: int) -> Progress:
    return lambda now, _: progress(done + now, whole)
