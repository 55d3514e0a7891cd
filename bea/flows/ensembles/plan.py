"""What an ensemble is before it is run: how it moves, what is recorded, and how much it takes.

The runs are cut into chunks of neighbouring lanes that fit the cache, of a width that depends on
the task alone. How the lanes of a chunk move is said by a `Walk`, of which there are two: a method
on a finite sum (`bea.flows.ensembles`) and an SDE (`bea.flows.ensembles.sde`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats
from bea.flows.deterministic.lanes import Inside
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.observables import Observables

Memory = tuple[Any, ...]
Results = dict[str, NDArray[Any]]


class Segment(NamedTuple):
    """Steps that are alike: how many, how many are drawn together, and how long each is."""

    steps: int
    block: int
    gamma: float


class Walker(Protocol):
    """The lanes of one chunk, as they are moved."""

    @property
    def trouble(self) -> Status:
        """What it means that a lane is unsolved."""
        ...

    def start(self, rng: np.random.Generator, theta: Floats) -> Memory:
        """Return the memory before the first step."""
        ...

    def draw(self, segment: int, rng: np.random.Generator) -> Any:
        """Return what is random in the steps of one block of a segment, a row for each."""
        ...

    def step(
        self, segment: int, noise: Any, theta: Floats, memory: Memory
    ) -> tuple[Floats, Memory]:
        """Return the points (d, lanes), in a new array, and the memory after one step."""
        ...

    def unsolved(self) -> NDArray[np.bool_] | None:
        """Return which lanes (lanes,) could not be computed at all, or None if there are none."""
        ...


class Walk(Protocol):
    """How an ensemble moves."""

    @property
    def segments(self) -> Sequence[Segment]:
        """The steps, in order."""
        ...

    @property
    def width(self) -> int:
        """How many lanes to run together."""
        ...

    @property
    def numbers(self) -> int:
        """How many numbers a lane of a chunk needs while it runs, about."""
        ...

    def walker(self, lanes: int) -> Walker:
        """Return a walker for a chunk of that many lanes."""
        ...


@dataclass(frozen=True)
class Plan:
    """An ensemble that is to be run.

    Attributes
    ----------
    walk
        How it moves.
    starts : (d,) or (runs, d)
    runs
        Their number.
    records : (records,)
        The steps at which the observables are recorded, increasing.
    observables, until
        What is recorded; where a run stops, at a positive value (or None).
    keep
        Whether the points are kept at the records.
    seed
        The seed of all random numbers.
    inside
        The domain, or None; it is looked at when something is recorded.
    identity
        Returns what else tells this ensemble from another; only a checkpoint asks.
    """

    walk: Walk
    starts: Floats
    runs: int
    records: NDArray[np.int64]
    observables: Observables
    until: Observables | None
    keep: bool
    seed: int
    inside: Inside | None = None
    identity: Callable[[], dict[str, Any]] = dict

    @property
    def steps(self) -> int:
        """How many steps a run takes."""
        return sum(segment.steps for segment in self.walk.segments)

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return -(-self.runs // self.walk.width)

    def lanes(self, chunk: int) -> slice:
        """Return which runs a chunk has."""
        first = chunk * self.walk.width
        return slice(first, min(first + self.walk.width, self.runs))

    def words(self) -> dict[str, Any]:
        """Return what makes this ensemble what it is, for a checkpoint."""
        starts = self.starts.tolist() if self.starts.ndim == 1 else _digest(self.starts)
        return {
            **self.identity(),
            "runs": self.runs,
            "seed": self.seed,
            "starts": starts,
            "observables": list(self.observables.names),
            "formulas": self.observables.identities(),
            "until": None if self.until is None else self.until.identities(),
            "records": _digest(self.records) if len(self.records) > 100 else self.records.tolist(),
            "points": self.keep,
        }

    def results(self) -> Results:
        """Return the arrays that the chunks fill."""
        sizes = (self.chunks, len(self.records))
        with_names = (*sizes, len(self.observables.names))
        found: Results = {
            "count": np.zeros(sizes, dtype=np.int64),
            "mean": np.zeros(with_names),
            "squares": np.zeros(with_names),
            "status": np.full(self.runs, Status.OK, dtype=np.int8),
            "stopped_at": np.full(self.runs, -1, dtype=np.int64),
        }
        if self.keep:
            shape = (len(self.records), self.runs, self.starts.shape[-1])
            found["points"] = np.full(shape, np.nan)
        return found

    def gigabytes(self, workers: int) -> float:
        """Return how much memory the ensemble takes, about."""
        records = len(self.records)
        numbers = self.chunks * records * (1 + 2 * len(self.observables.names)) + 1.125 * self.runs
        numbers += self.starts.size
        if self.keep:
            numbers += records * self.runs * self.starts.shape[-1]
        lanes = min(self.runs, self.walk.width)
        numbers += min(workers, self.chunks) * lanes * self.walk.numbers
        return 8e-9 * numbers


# --- private helpers ----------------------------------------------------------------------------


def _digest(array: NDArray[Any]) -> str:
    text = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
    return f"{array.shape} sha256 {text}"
