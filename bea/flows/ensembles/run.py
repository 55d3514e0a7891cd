"""Run the chunks of an ensemble, one after the other or in threads, and join their means.

Results do not depend on the number of threads: each chunk has its own random numbers, and the
chunks are joined in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.flows.deterministic.lanes import Progress
from bea.flows.deterministic.stepper import Meter
from bea.flows.deterministic.times import check_count
from bea.flows.ensembles.checkpoints import Checkpoint, one_at_a_time
from bea.flows.ensembles.chunk import RunChunk
from bea.flows.ensembles.plan import Plan, Results
from bea.flows.ensembles.result import Ensemble
from bea.flows.ensembles.saved_state import SavedState


def run_plan(
    plan: Plan,
    *,
    workers: int = 1,
    memory: float = 2.0,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: float = 10.0,
) -> Ensemble:
    """Run an ensemble, or what a checkpoint has not of it; see `bea.flows.ensembles.ensemble`."""
    check_count(workers, "workers")
    needed = plan.gigabytes(workers)
    if needed > memory:
        raise BeaError(
            f"an ensemble of {plan.runs} runs takes {needed:.3g} GB of memory, more than "
            f"memory={memory:g}: take fewer runs or records, do not keep the points, or raise "
            "memory"
        )
    with one_at_a_time(checkpoint):
        return _run(plan, workers, progress, checkpoint, checkpoint_every)


# --- private helpers ----------------------------------------------------------------------------


def _run(
    plan: Plan, workers: int, progress: Progress | None, checkpoint: Any, every: float
) -> Ensemble:
    results = plan.results()
    words = {} if checkpoint is None else plan.words()
    kept = Checkpoint(checkpoint, words, results, SavedState(plan), every)
    todo = [k for k in range(plan.chunks) if k not in kept.done]
    meter = _SharedMeter(progress, plan.runs * plan.steps)
    before = [plan.lanes(chunk) for chunk in kept.done]
    meter.add(sum(lanes.stop - lanes.start for lanes in before) * plan.steps)
    stop = Event()

    def run(chunk: int) -> None:
        RunChunk(plan, chunk, results, kept, meter).run(stop)

    try:
        if workers == 1:
            for chunk in todo:
                run(chunk)
        else:
            _run_at_once(run, todo, workers, stop)
    finally:
        kept.save()  # also when it was interrupted: nothing that was computed is lost
    return _ensemble(plan, results)


class _SharedMeter(Meter):
    """A meter that several chunks report to at once."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        super().__init__(progress, total)
        self._lock = Lock()

    def add(self, steps: int) -> None:
        if steps:
            with self._lock:
                super().add(steps)


def _run_at_once(
    run: Callable[[int], None], todo: Sequence[int], workers: int, stop: Event
) -> None:
    """Run chunks in threads: NumPy's loops let each other run."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, chunk) for chunk in todo]
        try:
            for future in futures:
                future.result()
        except BaseException:
            stop.set()  # those under way hand over their states
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _ensemble(plan: Plan, results: Results) -> Ensemble:
    """Join the chunks, always in the same order: Chan, Golub and LeVeque, STAN-CS-79-773."""
    count, mean = np.zeros((len(plan.records), 1)), np.zeros(results["mean"].shape[1:])
    squares = np.zeros_like(mean)
    for n, m, s in zip(results["count"], results["mean"], results["squares"], strict=True):
        part = n[:, None]
        total = np.maximum(count + part, 1)
        away = m - mean
        squares += s + away**2 * (count * part / total)
        mean += away * (part / total)
        count += part
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(count > 1, np.sqrt(squares / (count - 1) / count), np.nan)
    return Ensemble(
        names=plan.observables.names,
        steps=plan.records,
        times=_times(plan),
        mean=np.where(count > 0, mean, np.nan),
        error=error,
        count=count[:, 0].astype(np.int64),
        status=results["status"],
        stopped_at=results["stopped_at"],
        points=results.get("points"),
    )


def _times(plan: Plan) -> Floats:
    """Return the times of the records."""
    times, before = np.zeros(len(plan.records)), 0
    for segment in plan.walk.segments:
        times += np.clip(plan.records - before, 0, segment.steps) * segment.gamma
        before += segment.steps
    return times
