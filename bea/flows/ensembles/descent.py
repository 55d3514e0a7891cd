"""Ensembles of stochastic methods: many independent runs, each with batches of its own.

Any method is run: its own `step` is the only formula, and the field that it is given is that of the
step's batch, the same for all evaluations within a step. So "gradient-descent" is SGD, "heavy-ball"
SGD with momentum, "gradient-descent-decay" and "heavy-ball-decay" SGD with decoupled weight decay.
The running itself is in `bea.flows.ensembles.run`, SDEs are in `bea.flows.ensembles.sde`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.makers import either_number
from bea.algebra.ring.exact import as_float
from bea.arrays import Floats
from bea.errors import BeaError, MethodError
from bea.fields.arithmetics import NumericField
from bea.flows.deterministic.lanes import Progress
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.inputs import Stage, plan_runs, read_stages
from bea.flows.ensembles.observables import read_observables
from bea.flows.ensembles.plan import Memory, Segment, Walker
from bea.flows.ensembles.result import Ensemble
from bea.flows.ensembles.run import run_plan
from bea.methods import Method
from bea.methods import get as get_method
from bea.noise import Noise
from bea.patience import told
from bea.problems import FiniteSum, FunctionSum, TimedSum, find_loss

# Numbers in an array (d, lanes) of a chunk, and random indices that are drawn together.
_WIDTH = 32_768
_DRAWN = 65_536
_LEAST = 64


@told("running an ensemble")
@either_number
def ensemble(
    method: Method | str,
    total: FiniteSum | FunctionSum | TimedSum | str,
    starts: ArrayLike,
    *,
    gamma: Any,
    steps: int | Sequence[int],
    batches: int | Noise | Sequence[int | Noise] = 1,
    runs: int | None = None,
    observables: Any = None,
    record: int | Sequence[int] | None = None,
    until: Any = None,
    keep: bool = False,
    seed: int = 0,
    workers: int = 1,
    memory: float = 2.0,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: float = 10.0,
) -> Ensemble:
    """Run a method on a finite sum many times over, and record means with standard errors.

    Parameters
    ----------
    method
        A method or its name; see `bea.methods`.
    total
        A finite sum, or the name of one such as "linear-regression"; see `bea.problems.finite_sum`
        and `bea.problems.from_data`, or a loss on data, as of `bea.adapters.jax_loss`. For a
        method with a schedule, `bea.methods.Scheduled`, it is `bea.fields.with_time` of the sum,
        and starts end with the time.
    starts : (d,) or (runs, d)
        Where all runs start, or each of them.
    gamma
        The step size: a number, or exact such as "1/10".
    steps
        How many steps a run takes.
    batches
        How the batch of each step is drawn: a law of `bea.noise`, such as `Batches`, or a size
        (without replacement). Where `steps` is a sequence the run has that many stages, and
        `gamma` and `batches` may be sequences too; memory is carried over.
    runs
        How many; by default as many as there are starts, or 4096.
    observables
        Texts in the variables and `L`, functions of theta (d, lanes) with values (lanes,), or a
        mapping from names to either; by default the variables.
    record
        At how many evenly spaced steps, or at which (0 is the start); by default after the last.
    until
        An observable; a run stops where it is positive, and stays there. `stopped_at` says when.
    keep
        Whether the points are kept at the records.
    seed
        Of the random numbers; the same ensemble with the same seed has the same bits.
    workers
        How many threads run chunks; results do not depend on it.
    memory
        More gigabytes than this are refused.
    progress : callable(done, total), optional
        Is told how many steps of all runs are done.
    checkpoint
        A file that keeps what was computed. Where it exists, the ensemble continues from it, if it
        is the same: observables that are functions are told from others by their code and the
        numbers and arrays that they hold, and refused where that does not say.
    checkpoint_every
        Seconds between two saves, at least; with 0 it is saved every few steps.

    Returns
    -------
    Ensemble

    Raises
    ------
    BeaError
        If a batch is larger than the sum, the ensemble is too large for memory, or something given
        cannot be meant.
    UnknownNameError
        If an observable holds an unknown name, or there is no such method.
    StepSizeError
        If a step size is not positive and finite.
    DimensionError, DomainError
        If the starts do not fit.
    OutputError
        If the checkpoint is of another ensemble, or cannot be written.

    Notes
    -----
    Every few steps, and at each record, a run is marked DIVERGED if |θ| has passed 1e12·(1 +
    |start|) or is not finite, and UNSOLVED if an implicit step found no solution; at records
    LEFT_DOMAIN if the loss is not defined there. Means leave such runs out from then on, and say
    so. Memory that holds a gradient at the start, as that of optimistic-gradient, begins with that
    of a batch.

    Examples
    --------
    >>> import bea
    >>> found = bea.ensemble("heavy-ball", "linear-regression", [0, 0], gamma="1/50", steps=200,
    ...     runs=500, observables="w, L", record=2)
    >>> found.steps, found.mean.shape
    (array([100, 200]), (2, 2))
    """
    method = get_method(method) if isinstance(method, str) else method
    if not hasattr(method, "step"):
        raise MethodError(
            f"the method is a {type(method).__name__}: give one, such as bea.methods.heavy_ball()"
        )
    total = _finite_sum(total)
    getattr(method, "check_field", lambda _: None)(total)
    stages = read_stages(total.size, gamma, steps, batches)
    read = partial(read_observables, variables=total.variables, loss=partial(_loss, total))
    plan = plan_runs(
        _Descent(method, total, stages), total.dimension, starts, runs, record, keep, seed,
        observables=read(observables),
        until=None if until is None else read(until),
        inside=total.domain(),
        identity=lambda: {
            "method": str(method), "loss": total.identity, "gamma": [s[1] for s in stages],
            "steps": [s[0] for s in stages], "batches": [str(s[2]) for s in stages],
        },
    )  # fmt: skip
    return run_plan(
        plan, workers=workers, memory=memory, progress=progress, checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
    )  # fmt: skip


# --- private helpers ----------------------------------------------------------------------------


class _Descent:
    """A method on a finite sum, as a `Walk`."""

    def __init__(
        self, method: Method, total: FiniteSum | FunctionSum | TimedSum, stages: Sequence[Stage]
    ) -> None:
        self.method, self.total, self.stages = method.bind(as_float), total, stages
        self.rows = max(_rows(batches, total.size) for _, _, batches in stages)
        self.width = max(_LEAST, min(_WIDTH // max(2, total.dimension), _DRAWN * 4 // self.rows))
        self.segments = [
            Segment(steps, self._block(batches), gamma) for steps, gamma, batches in stages
        ]
        self.rhs = total.sample_rhs()

    @property
    def numbers(self) -> int:
        """Points, memory, and the indices of a block."""
        drawn = max(
            s.block * _rows(stage[2], self.total.size)
            for s, stage in zip(self.segments, self.stages, strict=True)
        )
        return 8 * self.total.dimension + 2 * drawn

    def walker(self, lanes: int) -> Walker:
        """Return the walker of a chunk."""
        return _DescentWalker(self, lanes)

    def _block(self, batches: Noise) -> int:
        """Return how many steps to draw together: about _DRAWN indices, in whole epochs."""
        epoch = batches.epoch(self.total.size)
        return epoch * max(1, _DRAWN // (self.width * batches.size * epoch))


class _DescentWalker:
    trouble = Status.UNSOLVED

    def __init__(self, walk: _Descent, lanes: int) -> None:
        self.walk, self.lanes = walk, lanes
        self.index: Any = None
        self.fields = [
            NumericField(self._rhs, np.full(lanes, gamma)) for _, gamma, _ in walk.stages
        ]

    def start(self, rng: np.random.Generator, theta: Floats) -> Memory:
        """Return the method's memory; if it holds a gradient, that of a batch of its own."""
        self.index = self.draw(0, rng)[0]
        memory: Memory = self.walk.method.init(self.fields[0], theta)
        return memory

    def draw(self, segment: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the batches (steps, B, lanes) of one block."""
        batches, block = self.walk.stages[segment][2], self.walk.segments[segment].block
        return batches.draw_steps(rng, self.walk.total.size, self.lanes, block)

    def step(
        self, segment: int, noise: NDArray[np.int64], theta: Floats, memory: Memory
    ) -> tuple[Floats, Memory]:
        """Return what the method's step makes of the field of this batch."""
        self.index = noise.astype(np.intp)  # once, not in every gathering
        gamma = self.walk.segments[segment].gamma
        return self.walk.method.step(self.fields[segment], theta, memory, gamma)

    def unsolved(self) -> NDArray[np.bool_] | None:
        """Return where an implicit step was not solved."""
        marks = [field.unsolved for field in self.fields]
        return marks[0] if len(marks) == 1 else np.any(marks, axis=0)

    def _rhs(self, theta: Floats, gamma: Floats) -> Floats:
        return self.walk.rhs(theta, self.index)


def _rows(batches: Noise, total: int) -> int:
    """Return how many random numbers a lane takes at once, at least."""
    return batches.size * batches.epoch(total)


def _finite_sum(total: Any) -> FiniteSum | FunctionSum | TimedSum:
    found = find_loss(total) if isinstance(total, str) else total
    if not isinstance(found, FiniteSum | FunctionSum | TimedSum):
        raise BeaError(
            f"the loss is a {type(found).__name__} and no finite sum: make one with "
            "bea.problems.finite_sum, from_data or with_gradient_covariance"
        )
    return found


def _loss(total: FiniteSum | FunctionSum | TimedSum, theta: Floats) -> Floats:
    return total.at(theta.T)
