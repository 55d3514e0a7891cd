"""What a user gives for an ensemble of any kind, checked: starts, records, step sizes, a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.reals import real_number, real_numbers
from bea.algebra.ring.exact import as_float, exact
from bea.arrays import Floats
from bea.errors import BeaError, DimensionError, DomainError, StepSizeError
from bea.flows.deterministic.lanes import Inside
from bea.flows.deterministic.times import check_count
from bea.flows.deterministic.trajectory import point_text
from bea.flows.ensembles.observables import Observables
from bea.flows.ensembles.plan import Plan, Walk
from bea.noise import Noise, as_noise


def plan_runs(
    walk: Walk,
    dimension: int,
    starts: ArrayLike,
    runs: int | None,
    record: int | Sequence[int] | None,
    keep: bool,
    seed: int,
    *,
    observables: Observables,
    until: Observables | None,
    inside: Inside | None,
    identity: Callable[[], dict[str, Any]],
) -> Plan:
    """Check what is common to all ensembles, and return the plan."""
    points = check_starts(starts, dimension, inside)
    count = (len(points) if points.ndim == 2 else 4096) if runs is None else runs
    check_count(count, "runs")
    if points.ndim == 2 and len(points) != count:
        raise DimensionError(
            f"there are {len(points)} starts for {count} runs: give one start, or one for each run"
        )
    if until is not None and len(until.names) != 1:
        raise BeaError(f"a run stops by one observable, and {len(until.names)} were given")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise BeaError(f"the seed is {seed!r}: give a whole number that is not negative")
    steps = sum(segment.steps for segment in walk.segments)
    return Plan(
        walk, points, int(count), record_steps(record, steps), observables, until, bool(keep),
        int(seed), inside, identity,
    )  # fmt: skip


def record_steps(record: int | Sequence[int] | None, steps: int) -> NDArray[np.int64]:
    """Return the steps at which to record, increasing.

    Raises
    ------
    BeaError
        If one is no whole number from 0 to `steps`.

    Examples
    --------
    >>> record_steps(4, 100), record_steps([0, 10], 100), record_steps(None, 100)
    (array([ 25,  50,  75, 100]), array([ 0, 10]), array([100]))
    """
    if record is None:
        return np.array([steps])
    if isinstance(record, int | np.integer):
        check_count(record, "record")
        return np.unique(np.rint(np.arange(1, record + 1) * (steps / record)).astype(np.int64))
    numbers = real_numbers(record, "the steps to record at")
    whole = np.unique(numbers.astype(np.int64))
    if not numbers.size or (numbers != np.rint(numbers)).any() or whole[0] < 0 or whole[-1] > steps:
        raise BeaError(f"the steps to record at must be whole numbers from 0 to {steps}")
    return whole


def step_size(value: Any) -> float:
    """Return a step size given as a number or exact.

    Raises
    ------
    StepSizeError
        If it is not positive and finite.

    Examples
    --------
    >>> step_size("1/8"), step_size(0.5)
    (0.125, 0.5)
    """
    plain = isinstance(value, float | int | np.number) and not isinstance(value, bool)
    size = real_number(value, "the step size") if plain else as_float(exact(value, "gamma"))
    if not (np.isfinite(size) and size > 0):
        raise StepSizeError(f"Step size gamma={size:g} must be positive and finite.")
    return size


Stage = tuple[int, float, Noise]


def read_stages(size: int, gamma: Any, steps: Any, batches: Any) -> list[Stage]:
    """Return (steps, step size, law of the batches) of each stage of a run on `size` losses.

    Raises
    ------
    BeaError
        If there are no steps, not as many step sizes or batches as stages, or no such batches.

    Examples
    --------
    >>> read_stages(8, ["1/2", "1/4"], [10, 20], 2)[1]
    (20, 0.25, Batches(size=2, replacement=False))
    """
    several = isinstance(steps, Sequence | np.ndarray)
    counts = list(steps) if several else [steps]
    gammas = _each(gamma, len(counts), "step sizes", several)
    ways = _each(batches, len(counts), "batches", several)
    found = []
    for count, rate, way in zip(counts, gammas, ways, strict=True):
        check_count(count, "steps")
        sampling = as_noise(way)
        sampling.check(size)
        found.append((int(count), step_size(rate), sampling))
    if not found:
        raise BeaError("there are no steps: give their number")
    return found


def check_starts(starts: ArrayLike, dimension: int, inside: Inside | None) -> Floats:
    """Return starts (d,) or (runs, d) as they are run from.

    Raises
    ------
    DimensionError
        If they have another shape.
    DomainError
        If one is not finite, or not where the loss is defined.
    """
    points = real_numbers(starts, "the starts")
    if dimension == 1 and points.ndim < 2:  # every number is a start
        points = points.reshape(-1, 1) if points.size > 1 else points.reshape(-1)
    if points.ndim not in (1, 2) or points.shape[-1] != dimension or not points.size:
        raise DimensionError(
            f"the starts have shape {points.shape} for {dimension} variable(s): give ({dimension},)"
            f" or (runs, {dimension})"
        )
    rows = np.atleast_2d(points)
    bad = ~np.isfinite(rows).all(axis=1)
    if not bad.any() and inside is not None:
        bad = ~inside(np.ascontiguousarray(rows.T))
    for point in rows[bad]:
        raise DomainError(
            f"the start {point_text(point)} is not finite, or the loss is not defined there: "
            "choose another"
        )
    return points


# --- private helpers ----------------------------------------------------------------------------


def _each(value: Any, count: int, what: str, several: bool) -> list[Any]:
    if not isinstance(value, list | tuple | np.ndarray):
        return [value] * count
    if not several or len(value) != count:
        raise BeaError(
            f"there are {len(value)} {what} for {count} stage(s): give one, or one for each "
            "number of steps"
        )
    return list(value)
