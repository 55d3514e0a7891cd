"""Step the lanes of one chunk of an ensemble, record their means, and mark those that fail.

Chunk k has its own stream of random numbers, `SeedSequence(seed, spawn_key=(k,))`, so that a result
does not depend on how many chunks are run at once, or in which order. Random numbers are drawn for
a block of steps together; between two blocks a chunk is a `State` that a checkpoint can keep.
"""

from __future__ import annotations

from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats
from bea.flows.deterministic.lanes import growth_limit
from bea.flows.deterministic.stepper import Meter
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.checkpoints import Checkpoint, State
from bea.flows.ensembles.observables import Observables
from bea.flows.ensembles.plan import Plan, Results


class RunChunk:
    """Lanes under way: all of them after `taken` steps."""

    def __init__(
        self, plan: Plan, chunk: int, results: Results, kept: Checkpoint, meter: Meter
    ) -> None:
        self.plan, self.chunk, self.kept, self.meter = plan, chunk, kept, meter
        lanes = plan.lanes(chunk)
        self.size = lanes.stop - lanes.start
        self.count, self.mean = results["count"][chunk], results["mean"][chunk]
        self.squares = results["squares"][chunk]
        self.out_status, self.out_stopped = results["status"][lanes], results["stopped_at"][lanes]
        self.points = results["points"][:, lanes] if plan.keep else None
        start = np.broadcast_to(plan.starts, (plan.runs, plan.starts.shape[-1]))[lanes]
        self.theta: Floats = np.ascontiguousarray(start.T)
        self.limit = growth_limit(self.theta)
        seed = np.random.SeedSequence(plan.seed, spawn_key=(chunk,))
        self.rng = np.random.Generator(np.random.SFC64(seed))
        self.walker = plan.walk.walker(self.size)
        self.status = np.full(self.size, Status.OK, dtype=np.int8)
        self.stopped_at = np.full(self.size, -1, dtype=np.int64)
        self.taken = 0

    def run(self, stop: Event) -> None:
        """Step until the end, or until `stop` is set or all lanes have stopped."""
        with np.errstate(all="ignore"):
            state = self.kept.under_way.get(self.chunk)
            if state is None:
                self.memory = self.walker.start(self.rng, self.theta)
                self.cursor = 0
                self._record_if_due()
            else:
                self._restore(state)
                self.meter.add(self.taken * self.size)
            while self.taken < self.plan.steps and (self.stopped_at < 0).any():
                self.kept.keep(self.chunk, self._state)
                if stop.is_set():
                    return
                self._run_block()
            self._finish()

    def _run_block(self) -> None:
        segment, left = self._segment()
        noise = self.walker.draw(segment, self.rng)
        count = min(len(noise), left)
        for k in range(count):
            theta, self.memory = self.walker.step(segment, noise[k], self.theta, self.memory)
            self.theta = theta if self.plan.until is None else self._held(theta)
            self.taken += 1
            if self.plan.until is not None:
                self._stop_where_due(self.plan.until)
            self._record_if_due()
        self._mark_failed()
        self.meter.add(count * self.size)

    def _segment(self) -> tuple[int, int]:
        """Return the segment under way and how many of its steps are left."""
        done = self.taken
        for k, segment in enumerate(self.plan.walk.segments):
            if done < segment.steps:
                return k, segment.steps - done
            done -= segment.steps
        raise AssertionError("all segments are done")

    def _held(self, theta: Floats) -> Floats:
        """Return the new points, but the old ones of the lanes that have stopped."""
        return np.where(self.stopped_at < 0, theta, self.theta)

    def _stop_where_due(self, until: Observables) -> None:
        due = (until(self.theta)[0] > 0) & (self.stopped_at < 0)
        if due.any():
            self.stopped_at = np.where(due, self.taken, self.stopped_at)

    def _record_if_due(self) -> None:
        if self.cursor < len(self.plan.records) and self.plan.records[self.cursor] == self.taken:
            self._mark_failed(look_inside=True)
            self._record()
            self.cursor += 1

    def _record(self) -> None:
        r, good = self.cursor, self.status == Status.OK
        self.count[r] = good.sum()
        if self.points is not None:
            self.points[r] = self.theta.T
        if self.count[r]:
            theta = self.theta if good.all() else np.ascontiguousarray(self.theta[:, good])
            values = self.plan.observables(theta)
            self.mean[r] = values.mean(axis=1)
            self.squares[r] = ((values - self.mean[r][:, None]) ** 2).sum(axis=1)

    def _mark_failed(self, look_inside: bool = False) -> None:
        """Mark the lanes that have failed; their points are NaN from here on."""
        unsolved, theta = self.walker.unsolved(), self.theta
        # A NaN makes either comparison false; no lane's limit is below 1e12.
        bounded = theta.max() < 1e12 and theta.min() > -1e12
        inside = self.plan.inside if look_inside else None
        if bounded and inside is None and (unsolved is None or not unsolved.any()):
            return
        size = np.abs(theta).max(axis=0)
        status = np.where(size <= self.limit, np.int8(Status.OK), np.int8(Status.DIVERGED))
        if inside is not None:
            # Not a number: the field was evaluated outside the domain on the way.
            status[np.isnan(size) | ((status == Status.OK) & ~inside(theta))] = Status.LEFT_DOMAIN
        if unsolved is not None:
            status[unsolved] = self.walker.trouble
        self._fail((status != Status.OK) & (self.status == Status.OK), status)

    def _fail(self, new: NDArray[np.bool_], status: NDArray[np.int8]) -> None:
        if new.any():
            self.status = np.where(new, status, self.status)
            self.stopped_at = np.where(new, self.taken, self.stopped_at)
            self.theta = np.where(new, np.nan, self.theta)

    def _finish(self) -> None:
        """Record what is left, where all lanes have stopped, and write down how each ended."""
        self.meter.add((self.plan.steps - self.taken) * self.size)
        while self.cursor < len(self.plan.records):
            self._record()
            self.cursor += 1
        self.out_status[:], self.out_stopped[:] = self.status, self.stopped_at
        self.kept.finish(self.chunk)

    def _state(self) -> State:
        arrays: Results = {"theta": self.theta, "status": self.status}
        arrays["stopped_at"] = self.stopped_at
        arrays |= {f"memory{k}": np.asarray(part) for k, part in enumerate(self.memory)}
        words = {
            "taken": self.taken,
            "cursor": self.cursor,
            "random": _listed(self.rng.bit_generator.state),
            # Python's own numbers come back as such, so that the arithmetic is the same.
            "plain": [not isinstance(part, np.ndarray) for part in self.memory],
        }
        return State(words, arrays)

    def _restore(self, state: State) -> None:
        self.taken, self.cursor = state.words["taken"], state.words["cursor"]
        random = state.words["random"]
        random["state"]["state"] = np.array(random["state"]["state"], dtype=np.uint64)
        self.rng.bit_generator.state = random
        self.theta, self.status = state.arrays["theta"], state.arrays["status"]
        self.stopped_at = state.arrays["stopped_at"]
        parts = [state.arrays[f"memory{k}"] for k in range(len(state.words["plain"]))]
        plain = state.words["plain"]
        self.memory = tuple(p.item() if q else p for p, q in zip(parts, plain, strict=True))


# --- private helpers ----------------------------------------------------------------------------


def _listed(value: Any) -> Any:
    """Return nested dictionaries with lists for arrays."""
    if isinstance(value, dict):
        return {name: _listed(part) for name, part in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value
