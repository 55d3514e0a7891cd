"""Run a plan: step all runs from record to record, observe, and let the rules look."""

from __future__ import annotations

from typing import Any

import numpy as np

from bea.arrays import Floats
from bea.flows.deterministic.lanes import growth_limit
from bea.flows.deterministic.stepper import Meter
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.checkpoints import Arrays, Checkpoint, State
from bea.flows.training.plan import TrainingPlan


class Runs:
    """All runs under way, after `taken` steps."""

    def __init__(self, plan: TrainingPlan, results: Arrays, kept: Checkpoint, meter: Meter) -> None:
        self.plan, self.results, self.kept, self.meter = plan, results, kept, meter
        self.stepper = plan.stepper()
        self.theta: Floats = np.ascontiguousarray(plan.starts.T)
        self.limit, self.inside = growth_limit(self.theta), plan.total.domain()
        self.factor = np.ones(plan.runs)
        self.seen = [rule.start(plan.runs) for rule in plan.rules]
        self.sums, self.since = np.zeros((len(plan.each_step), plan.runs)), 0
        self.taken = self.cursor = 0
        self.memory: tuple[Any, ...] = ()

    @property
    def moving(self) -> Any:
        """Which runs are neither stopped nor failed, (runs,)."""
        return (self.factor > 0) & (self.results["status"] == Status.OK)

    def run(self) -> None:
        """Step to the end, or until no run moves."""
        with np.errstate(all="ignore"):
            state = self.kept.under_way.get(0)
            if state is None:
                self.memory = self.plan.fresh_memory(self.stepper)
                self._record_if_due()
            else:
                self._restore(state)
                self.meter.add(self.taken * self.plan.runs)
            while self.taken < self.plan.steps and self.moving.any():
                self.kept.keep(0, self._state)
                self._advance()
            while self.cursor < len(self.plan.records):  # of runs that have all been stopped
                self._record()
            self.results["ends"][:] = self.theta.T
            self.kept.finish(0)

    def _advance(self) -> None:
        plan = self.plan
        until = plan.orders.until(self.taken)
        if self.cursor < len(plan.records):
            until = min(until, int(plan.records[self.cursor]))
        until = min(until, self.taken + plan.at_once(self.taken))
        gammas = plan.sizes[self.taken : until, None] * self.factor
        index, moving = plan.orders.between(self.taken, until), self.moving
        theta, self.memory, sums, unsolved = self.stepper.advance(
            self.theta, self.memory, index, gammas, moving, self._report
        )
        self.theta = np.where(moving, theta, self.theta)
        self.sums, self.since = self.sums + sums, self.since + len(gammas)
        self.taken = until
        self._mark(unsolved)
        self._record_if_due()

    def _report(self, steps: int) -> None:
        self.meter.add(steps * self.plan.runs)

    def _mark(self, unsolved: Any) -> None:
        """Mark the runs that have failed; their points are NaN from here on."""
        status, size = self.results["status"], np.abs(self.theta).max(axis=0)
        bad, failed = ~(size <= self.limit), np.full(len(status), Status.DIVERGED, dtype=np.int8)
        if self.inside is not None and self._is_due():
            outside = ~(size > self.limit) & ~self.inside(self.theta)
            bad, failed[outside] = bad | outside, Status.LEFT_DOMAIN
        failed[unsolved] = Status.UNSOLVED
        new = (status == Status.OK) & (bad | unsolved)
        status[new], self.theta[:, new] = failed[new], np.nan
        self.results["stopped_at"][new] = self.taken

    def _is_due(self) -> bool:
        records = self.plan.records
        return self.cursor < len(records) and int(records[self.cursor]) == self.taken

    def _record_if_due(self) -> None:
        if self._is_due():
            self._record()

    def _record(self) -> None:
        r, plan, results = self.cursor, self.plan, self.results
        count, good = len(plan.observables.names), results["status"] == Status.OK
        if good.any():  # always as many lanes, since another number would be compiled anew
            values = plan.observables(np.where(good, self.theta, self.theta[:, good][:, :1]))
            results["values"][r, :count] = np.where(good, values, np.nan)
        if self.since:
            results["values"][r, count:] = np.where(self.moving, self.sums / self.since, np.nan)
        if plan.keep:
            results["points"][r] = self.theta.T
        self._let_rules_look(results["values"][r])
        size = plan.sizes[min(self.taken, plan.steps - 1)]
        results["rates"][r] = np.where(self.moving, size * self.factor, 0.0)
        self.sums, self.since = np.zeros_like(self.sums), 0
        self.cursor += 1

    def _let_rules_look(self, values: Floats) -> None:
        moved = self.moving
        for k, rule in enumerate(self.plan.rules):
            observed = values[self.plan.names.index(rule.observable)]
            self.seen[k], factor = rule.look(self.seen[k], observed)
            self.factor = np.where(moved, self.factor * factor, self.factor)
        stopped = moved & ~self.moving
        self.results["stopped_at"][stopped] = self.taken

    # --- checkpoints --------------------------------------------------------------------------

    def _state(self) -> State:
        arrays: Arrays = {"theta": self.theta, "factor": self.factor, "sums": self.sums}
        arrays |= {f"seen{k}": seen for k, seen in enumerate(self.seen)}
        arrays |= {f"memory{k}": np.asarray(part) for k, part in enumerate(self.memory)}
        words = {"taken": self.taken, "since": self.since, "memory": len(self.memory)}
        return State(words, {name: array.copy() for name, array in arrays.items()})

    def _restore(self, state: State) -> None:
        words, arrays = state
        self.taken, self.since = words["taken"], words["since"]
        self.cursor = int(np.searchsorted(self.plan.records, self.taken, side="right"))
        self.theta, self.factor, self.sums = (arrays[n] for n in ("theta", "factor", "sums"))
        self.seen = [arrays[f"seen{k}"] for k in range(len(self.seen))]
        parts = (arrays[f"memory{k}"] for k in range(words["memory"]))
        self.memory = tuple(part if part.ndim else part[()] for part in parts)
        self.theta[:, self.results["status"] != Status.OK] = np.nan


def run_training(
    plan: TrainingPlan, kept: Checkpoint, results: Arrays, progress: Any = None
) -> None:
    """Fill the results of a plan, or what a checkpoint has not of them."""
    if 0 in kept.done:
        return
    try:
        Runs(plan, results, kept, Meter(progress, plan.steps * plan.runs)).run()
    finally:
        kept.save()  # also when it was interrupted: from the last block on it is run again
