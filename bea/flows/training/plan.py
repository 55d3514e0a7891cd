"""What training runs are before they are run: stages, records, what is observed, which rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bea.arrays import Floats, Ints
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.checkpoints import Arrays, identity_of
from bea.flows.ensembles.inputs import Stage
from bea.flows.ensembles.observables import Observables
from bea.flows.training.batches import BatchOrders
from bea.flows.training.plateaus import Plateau
from bea.flows.training.stepper import Memory, Stepper
from bea.flows.training.turns import StepFunction
from bea.problems.sums.finite_sum import digest

_WORK = 2**28  # parameters times samples of all batches that are gone through in about a second


@dataclass(frozen=True)
class TrainingPlan:
    """Training runs that are to be run.

    Attributes
    ----------
    method, total
        The method without its schedule, and on what.
    stages
        (steps, step size, law of the batches) of each.
    sizes : (steps,)
        The step size of every step, with the schedule.
    starts : (runs, d)
    orders
        The batches.
    records : (records,)
        After how many steps something is recorded.
    observables, each_step
        What is observed at the records, and averaged over the steps between them.
    rules
        What is done on a plateau.
    keep
        Whether the points are kept at the records.
    identity
        Returns what else tells these runs from others; only a checkpoint asks.
    """

    method: Any
    total: Any
    stages: Sequence[Stage]
    sizes: Floats
    starts: Floats
    orders: BatchOrders
    records: Ints
    observables: Observables
    each_step: dict[str, StepFunction]
    rules: tuple[Plateau, ...]
    keep: bool
    identity: Callable[[], dict[str, Any]] = dict

    @property
    def steps(self) -> int:
        """How many steps a run takes, at most."""
        return len(self.sizes)

    @property
    def runs(self) -> int:
        """The number of runs."""
        return len(self.starts)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that is recorded."""
        return (*self.observables.names, *self.each_step)

    @property
    def epochs(self) -> Floats:
        """Samples seen over N at the records."""
        seen, before = np.zeros(len(self.records)), 0
        for steps, _, law in self.stages:
            seen += np.clip(self.records - before, 0, steps) * (law.size / self.orders.size)
            before += steps
        return seen

    def at_once(self, step: int) -> int:
        """Return how many steps, a power of two, make about a second of work from a step on."""
        runs, d = self.starts.shape
        work = _WORK // (runs * d * self.orders.batch_size(step))
        return 1 << max(0, int(work).bit_length() - 1)

    def stepper(self) -> Stepper:
        """Return what steps the runs."""
        return Stepper(self.method, self.total, list(self.each_step.values()))

    def fresh_memory(self, stepper: Stepper | None = None) -> Memory:
        """Return the memory that the method begins with."""
        index, sizes = self.orders.between(0, 1), np.full(self.runs, self.sizes[0])
        first = None if index is None else index[0]
        with np.errstate(all="ignore"):
            return (stepper or self.stepper()).start(self.starts.T.copy(), first, sizes)

    def results(self) -> Arrays:
        """Return the arrays that a run fills."""
        records, (runs, d) = len(self.records), self.starts.shape
        found: Arrays = {
            "values": np.full((records, len(self.names), runs), np.nan),
            "rates": np.zeros((records, runs)),
            "status": np.full(runs, Status.OK, dtype=np.int8),
            "stopped_at": np.full(runs, -1, dtype=np.int64),
            "ends": np.full((runs, d), np.nan),
        }
        if self.keep:
            found["points"] = np.full((records, runs, d), np.nan)
        return found

    def gigabytes(self) -> float:
        """Return how much memory the runs take, about."""
        records, (runs, d) = len(self.records), self.starts.shape
        return 8e-9 * (runs * d * (records * self.keep + 8) + records * runs * len(self.names))

    def words(self) -> dict[str, Any]:
        """Return what makes these runs what they are, for a checkpoint."""
        return {
            **self.identity(),
            "steps": [steps for steps, *_ in self.stages],
            "gamma": [size for _, size, _ in self.stages],
            "batches": [str(law) for *_, law in self.stages],
            "sizes": digest(identity_of(self.sizes, "the step sizes")),
            "starts": digest(identity_of(self.starts, "the starts")),
            "seeds": list(self.orders.seeds),
            "observables": list(self.observables.names),
            "formulas": self.observables.identities(),
            "each_step": [identity_of(f, f"'{name}'") for name, f in self.each_step.items()],
            "rules": [repr(rule) for rule in self.rules],
            "records": identity_of(self.records, "the records"),
            "points": self.keep,
        }
