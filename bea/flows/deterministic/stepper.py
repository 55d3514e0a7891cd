"""Step a chunk of lanes with a method until each is done or has failed.

Step sizes differ, so the numbers of steps do; lanes that are done, or failed, are taken out, and
the field and the method's memory with them. `bea.flows.deterministic.iterates` says what to run and
to sample.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats, Ints
from bea.errors import MethodError
from bea.flows.deterministic.lanes import Inside, Outcome, Progress, Rhs, growth_limit
from bea.flows.deterministic.trajectory import Status
from bea.patience import telling

State = tuple[Any, ...]

_REPORT = 0.1  # seconds from one report of progress to the next


class Method(Protocol):
    """A method as `iterate` sees it; `f` is a NumericField."""

    def bind(self, constant: Callable[[Any], Any]) -> Method:
        """Return the method with its hyperparameters, exact expressions, made numbers."""
        ...

    def init(self, f: Any, theta: Floats) -> State:
        """Return the memory at the start: arrays with the lanes last."""
        ...

    def step(self, f: Any, theta: Floats, state: State, gamma: Floats) -> tuple[Floats, State]:
        """Return the next point (d, lanes) and memory."""
        ...


class Meter:
    """Counts the steps of all lanes for a progress bar."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress or telling("steps"), total, 0

    def add(self, steps: int) -> None:
        """Add to the steps done, or spared because their lane failed."""
        self.done += steps
        self.progress(self.done, self.total)


class Chunk:
    """Lanes under way: their points, memory and samples, all of them after `taken` steps."""

    def __init__(
        self,
        method: Method,
        rhs: Rhs,
        inside: Inside | None,
        index: Ints,
        theta: Floats,
        gamma: Floats,
        counts: Ints,
        derivative: Callable[[], Any] | None = None,
        variables: tuple[str, ...] = (),
    ) -> None:
        self.method, self.rhs, self.inside = method, rhs, inside
        self.variables = variables
        self.derivative = derivative
        self.index, self.theta, self.gamma, self.counts = index, theta, gamma, counts
        self.limit = growth_limit(theta)
        self.cursor = np.zeros(len(index), dtype=np.int64)
        self.taken = 0
        self.reported, self.spoken = 0, monotonic()
        self.f = self._numeric_field()

    def run(self, outcome: Outcome, meter: Meter) -> None:
        """Step until every lane has been sampled for the last time or has failed."""
        with np.errstate(all="ignore"):
            self.state = self.method.init(self.f, self.theta)
            self._record(outcome)
            while self.index.size:
                goal = int(self._next_counts().min())
                while self.taken < goal and self.index.size:
                    self._step(outcome, meter)
                self._report(meter)
                self._record(outcome)

    def _step(self, outcome: Outcome, meter: Meter) -> None:
        theta, self.state = self.method.step(self.f, self.theta, self.state, self.gamma)
        if np.shape(theta) != self.theta.shape:
            raise MethodError(
                f"a step turned points of shape {self.theta.shape} into {np.shape(theta)}; "
                "the components are axis 0, and axis 1 must be left alone"
            )
        self.theta = theta
        self.taken += 1
        if monotonic() - self.spoken >= _REPORT:
            self._report(meter)
        if self._suspicious():
            self._drop_failed(outcome, meter)

    def _suspicious(self) -> bool:
        """Tell cheaply whether any lane may have failed; no lane's limit is below 1e12."""
        # A NaN makes either comparison false.
        bounded = self.theta.max() < 1e12 and self.theta.min() > -1e12
        if not bounded or self.f.unsolved.any():
            return True
        return self.inside is not None and not self.inside(self.theta).all()

    def _drop_failed(self, outcome: Outcome, meter: Meter) -> None:
        status = self._statuses()
        failed = status != Status.OK
        if failed.any():
            self._report(meter)
            outcome.status[self.index[failed]] = status[failed]
            outcome.stopped_at[self.index[failed]] = self.taken * self.gamma[failed]
            meter.add(int((self.counts[failed, -1] - self.taken).sum()))
            self._keep(~failed)

    def _statuses(self) -> NDArray[np.int8]:
        size = np.abs(self.theta).max(axis=0)
        status = np.full(len(self.index), Status.OK, dtype=np.int8)
        status[np.isnan(size)] = Status.DIVERGED
        if self.inside is not None:
            # Not a number: a stage inside the step was evaluated outside the domain.
            status[np.isnan(size) | ~self.inside(self.theta)] = Status.LEFT_DOMAIN
        status[size > self.limit] = Status.DIVERGED
        status[self.f.unsolved] = Status.UNSOLVED
        return status

    def _record(self, outcome: Outcome) -> None:
        """Store the lanes that are due now; take out those that are done."""
        last = self.counts.shape[1] - 1
        due = np.flatnonzero(self._next_counts() == self.taken)
        while due.size:
            outcome.values[self.index[due], self.cursor[due]] = self.theta[:, due].T
            self.cursor[due] += 1
            # Samples may coincide where the step is long.
            due = due[self.cursor[due] <= last]
            due = due[self._next_counts()[due] == self.taken]
        done = self.cursor > last
        if done.any():
            self._keep(~done)

    def _next_counts(self) -> Ints:
        last = self.counts.shape[1] - 1
        counts: Ints = self.counts[np.arange(len(self.index)), np.minimum(self.cursor, last)]
        return counts

    def _report(self, meter: Meter) -> None:
        meter.add((self.taken - self.reported) * len(self.index))
        self.reported, self.spoken = self.taken, monotonic()

    def _keep(self, mask: NDArray[np.bool_]) -> None:
        lanes = len(self.index)
        self.index, self.gamma, self.limit = self.index[mask], self.gamma[mask], self.limit[mask]
        self.cursor, self.counts = self.cursor[mask], self.counts[mask]
        self.theta = self.theta[:, mask]
        # What has no axis of lanes is common to all of them.
        self.state = tuple(
            part[..., mask] if np.shape(part)[-1:] == (lanes,) else part for part in self.state
        )
        self.f = self._numeric_field()

    def _numeric_field(self) -> Any:
        from bea.fields.arithmetics import NumericField

        return NumericField(self.rhs, self.gamma, self.derivative, self.variables)
