"""Train: run a method on the mini-batches of a finite sum, such as a network's loss on data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_number
from bea.arrays import Floats, Ints
from bea.errors import (
    BeaError,
    DimensionError,
    MethodError,
    UnknownNameError,
    nearest,
)
from bea.fields import Loss
from bea.flows.deterministic.lanes import Progress
from bea.flows.deterministic.times import check_progress
from bea.flows.ensembles.checkpoints import Checkpoint, identity_of, one_at_a_time
from bea.flows.ensembles.inputs import Stage, check_starts, read_stages, record_steps
from bea.flows.ensembles.observables import Observables, read_observables
from bea.flows.training.batches import BatchOrders, read_seeds
from bea.flows.training.plan import TrainingPlan
from bea.flows.training.plateaus import Plateau
from bea.flows.training.result import Training
from bea.flows.training.run import run_training
from bea.flows.training.saved_state import SavedTraining
from bea.flows.training.turns import StepFunction
from bea.methods import Method, Scheduled
from bea.methods import get as get_method
from bea.noise import Noise
from bea.patience import told
from bea.problems import FunctionSum, TimedSum, find_loss


@told("training")
@either_number
def train(
    method: Method | str,
    total: Any,
    starts: ArrayLike | None = None,
    *,
    gamma: Any,
    steps: int | Sequence[int],
    batches: int | Noise | Sequence[int | Noise] = 1,
    seeds: int | Sequence[int] | None = None,
    observables: Mapping[str, Any] | None = None,
    each_step: Mapping[str, StepFunction] | None = None,
    record: int | Sequence[int] | str | None = None,
    rules: Plateau | Sequence[Plateau] = (),
    keep: bool = False,
    memory: float = 2.0,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: float = 10.0,
) -> Training:
    """Run a method on a finite sum from each start, and keep what is observed of each run.

    Parameters
    ----------
    method
        A method or its name; with a schedule, `bea.methods.Scheduled`, of the sum itself.
    total
        A finite sum or its name, or a loss on data (`bea.adapters.jax_loss`).
    starts : (runs, d), optional
        By default the problem's own.
    gamma, steps, batches
        As for `bea.ensemble`; sequences are stages, such as `BatchScheme.stages`.
    seeds
        Of the batches: one for each run, or one for all, which then see the same. By default 0, 1,
        .... Starts have seeds of their own, so that either can change alone.
    observables
        Name -> a loss (its value is observed), a text, or a function of theta (d, runs) to
        (runs,). By default "loss" is that of the sum.
    each_step
        Name -> a function of the points before and after a step, averaged over the steps between
        two records; see `bea.flows.training.turns`.
    record
        At how many evenly spaced steps, at which, or "epochs": after each N/B steps; by default
        after the last.
    rules
        What is done on a plateau of an observable, of each run by itself; see `drop_on_plateau`
        and `early_stopping`.
    keep
        Whether the points are kept at the records, for averages of weights.
    memory
        More gigabytes than this are refused.
    progress : callable(done, total), optional
        Is told how many steps of all runs are done.
    checkpoint, checkpoint_every
        As for `bea.ensemble`.

    Raises
    ------
    BeaError
        If there are no such batches, a rule looks at what is not observed, the runs are too large
        for memory, or something given cannot be meant.
    DimensionError, DomainError, StepSizeError, OutputError
        As for `bea.ensemble`.

    Notes
    -----
    A loss in JAX takes the steps between two records in one compiled call. Memory that holds a
    gradient at the start begins with that of the first batch. A run that fails, or is where the
    loss is not defined at a record, is NaN from then on; `Training.failures` says so.

    Examples
    --------
    >>> import bea
    >>> from bea.flows.training import drop_on_plateau
    >>> total = bea.problems.noisy_quadratic("1, 1/10", size=64)
    >>> runs = bea.train("gradient-descent", total, np.full((4, 2), 3.0), gamma="1/2", batches=4,
    ...     steps=640, record="epochs", rules=[drop_on_plateau("loss", patience=5, factor=0.5)])
    >>> runs.of("loss").shape, bool((runs.rates[-1] < 0.5).all())
    ((40, 4), True)
    """
    method = get_method(method) if isinstance(method, str) else method
    if not hasattr(method, "step"):
        raise MethodError(
            f"the method is a {type(method).__name__}: give one, such as bea.methods.heavy_ball()"
        )
    problem = _problem(find_loss(total) if isinstance(total, str) else total)
    size = getattr(problem, "size", 1)
    stages = read_stages(size, gamma, steps, batches)
    inner, sizes = _scheduled(method, stages)
    getattr(inner, "check_field", lambda _: None)(problem)
    points = _starts(problem, starts)
    observed = _observables(problem, observables)
    plan = TrainingPlan(
        inner, problem, stages, sizes, points,
        BatchOrders(size, stages, read_seeds(seeds, len(points))),
        _records(record, stages, size), observed, _step_functions(each_step, points),
        (rules,) if isinstance(rules, Plateau) else tuple(rules), bool(keep),
        lambda: {"method": str(method), "loss": _identity(problem)},
    )  # fmt: skip
    _check(plan, memory)
    check_progress(progress)
    with one_at_a_time(checkpoint):
        words, results = {} if checkpoint is None else plan.words(), plan.results()
        kept = Checkpoint(checkpoint, words, results, SavedTraining(plan), checkpoint_every)
        run_training(plan, kept, results, progress)
    return Training(plan.names, plan.records, plan.epochs, **results)


@dataclass(frozen=True)
class LossAt:
    """The value of a loss as an observable."""

    loss: Any

    def __call__(self, theta: Floats) -> Floats:
        """Return it at theta (d, runs), (runs,)."""
        return np.asarray(self.loss.at(theta.T))

    @property
    def identity(self) -> str:
        """A text that tells it from others."""
        return _identity(self.loss)


# --- private helpers ----------------------------------------------------------------------------


def _problem(total: Any) -> Any:
    if isinstance(total, TimedSum):
        raise BeaError("training counts the time by itself: give the sum without it")
    if not isinstance(total, Loss):
        raise BeaError(
            f"a {type(total).__name__} is trained on: give a finite sum, such as "
            "bea.problems.from_data or bea.adapters.jax_loss with data, or a loss"
        )
    total.require_values()
    return total


def _identity(loss: Any) -> str:
    return str(getattr(loss, "identity", None) or identity_of(loss, "the loss"))


def _scheduled(method: Any, stages: Sequence[Stage]) -> tuple[Any, Floats]:
    """Return the method without its schedule, and the step size of every step."""
    sizes = np.concatenate([np.full(steps, size) for steps, size, _ in stages])
    if not isinstance(method, Scheduled):
        return method, sizes
    if method.schedule is None:
        raise MethodError("the schedule is left open: give Scheduled one, such as 'cosine(time=1)'")
    times = np.concatenate([[0.0], np.cumsum(sizes)[:-1]])
    return method.method, np.maximum(sizes * method.schedule(times), 0.0)


def _starts(problem: Loss, starts: Any) -> Floats:
    given = getattr(problem, "starts", None) if starts is None else starts
    if given is None:
        given = [problem.about.start] if problem.about.start else None
    if given is None:
        raise BeaError(f"'{problem.name}' has no start of its own: give starts, (runs, d)")
    return np.atleast_2d(check_starts(given, problem.dimension, problem.domain()))


def _observables(problem: Loss, given: Any) -> Observables:
    if given is not None and not isinstance(given, Mapping):
        raise BeaError(f"the observables are a {type(given).__name__}: give name -> what it is")
    named = {"loss": problem} if given is None else given
    functions = {n: LossAt(f) if isinstance(f, Loss) else f for n, f in named.items()}
    variables = () if isinstance(problem, FunctionSum) else problem.variables
    return read_observables(functions, variables, partial(_value, problem))


def _step_functions(given: Any, points: Floats) -> dict[str, StepFunction]:
    """Return what is observed of steps, after a trial on a step that goes nowhere."""
    if given is not None and not isinstance(given, Mapping):
        raise BeaError(f"each_step is a {type(given).__name__}: give name -> a function of a step")
    for name, function in dict(given or {}).items():
        if not callable(function):
            kind = type(function).__name__
            raise BeaError(f"'{name}' is a {kind}: give a function of the points before and after")
        with np.errstate(all="ignore"):
            shape = np.shape(function(points.T.copy(), points.T.copy()))
        if shape != points.shape[:1]:
            raise DimensionError(
                f"'{name}' turned steps of {points.T.shape} into {shape}: give one number for each "
                f"of the {len(points)} run(s), axis 1"
            )
    return dict(given or {})


def _value(problem: Loss, theta: Floats) -> Floats:
    return np.asarray(problem.at(theta.T))


def _records(record: Any, stages: Sequence[Stage], size: int) -> Ints:
    steps = sum(count for count, *_ in stages)
    if not isinstance(record, str):
        return record_steps(record, steps)
    if record != "epochs":
        raise BeaError(f"record is '{record}': give 'epochs', a number of records, or the steps")
    found, before = [], 0
    for count, _, law in stages:
        epoch = max(1, round(size / law.size))
        found += [*range(before + epoch, before + count, epoch), before + count]
        before += count
    return np.array(found)


def _check(plan: TrainingPlan, memory: float) -> None:
    twice = sorted(set(plan.observables.names) & set(plan.each_step))
    if twice:
        raise BeaError(f"'{twice[0]}' is observed at records and at each step: rename one")
    for rule in plan.rules:
        if not isinstance(rule, Plateau):
            raise BeaError(f"a rule is a {type(rule).__name__}: make one with drop_on_plateau")
        if rule.observable not in plan.names:
            raise UnknownNameError(
                f"a rule looks at '{rule.observable}', which is not observed: there are "
                f"{', '.join(plan.names)}.{nearest(rule.observable, plan.names)}"
            )
    if plan.gigabytes() > real_number(memory, "memory"):
        raise BeaError(
            f"these runs take {plan.gigabytes():.3g} GB of memory, more than memory={memory:g}: "
            "take fewer records or runs, do not keep the points, or raise memory"
        )
