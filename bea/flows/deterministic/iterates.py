"""The iterates of a method, all step sizes and starts at once, in plain float64.

A method's `step` is run as it is written, on arrays (d, lanes); nothing is done about rounding
errors, about 1e-16 a step. The stepping itself is in `bea.flows.deterministic.stepper`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.algebra.ring.exact import as_float
from bea.arrays import Floats, Ints
from bea.errors import MethodError, StepSizeError
from bea.flows.deterministic.lanes import Field, Outcome, Progress, check_room, chunk_width, prepare
from bea.flows.deterministic.stepper import Chunk, Meter, Method
from bea.flows.deterministic.times import (
    check_count,
    check_gammas,
    check_progress,
    check_samples,
    sample_steps,
    sample_times,
)
from bea.flows.deterministic.trajectory import Trajectory
from bea.patience import telling, told


@told("running")
@either_number
def iterate(
    method: Method,
    field: Field,
    starts: ArrayLike,
    gammas: ArrayLike,
    *,
    time: float = 1.0,
    samples: int = 1,
    steps: int | None = None,
    include_start: bool = False,
    max_steps: int = 10_000_000,
    progress: Progress | None = None,
) -> Trajectory:
    """Run `method` on `field` from every start with every step size.

    Parameters
    ----------
    method
        Anything with `bind`, `init` and `step`; see `bea.methods`.
    field
        A vector field or a loss; see `bea.flows.deterministic.lanes.Field`. A method that uses the
        derivative f' needs one that has it: `numeric_derivative()`, see `VectorField`.
    starts : (d,) or (starts, d)
    gammas : number or (gammas,)
    time : float
        Time of the last sample, in the units of γ: about time/γ steps are taken.
    samples : int
        How many samples, evenly spaced in time; each falls on the nearest whole number of steps.
    steps : int, optional
        Take this many steps with every step size instead, and sample every one.
    include_start : bool
        Whether the start is the first sample.
    max_steps : int
        More steps than this are refused.
    progress : callable(done, total), optional

    Returns
    -------
    Trajectory
        Sampled at the times nγ; its `error` is None.

    Raises
    ------
    StepSizeError
        If a step size or the time is not positive and finite, or takes more than `max_steps`.
    DimensionError, DomainError
        If the starts do not fit the field, or it is not defined there.

    Notes
    -----
    A run stops as DIVERGED after the first step whose |θ| passes 1e12·(1 + |start|) or is not
    finite, as LEFT_DOMAIN after the first that ends outside the domain of the field, and as
    UNSOLVED where an equation of the step, implicit or linear, had no solution.

    Examples
    --------
    >>> class Decay:
    ...     dimension, variables = 1, ("x",)
    ...     def numeric(self): return lambda theta, gamma: -theta
    ...     def domain(self): return None
    >>> class Euler:
    ...     def bind(self, constant): return self
    ...     def init(self, f, theta): return ()
    ...     def step(self, f, theta, state, gamma): return theta + gamma * f(theta), state
    >>> iterate(Euler(), Decay(), [[1.0]], [0.5, 0.25], time=1.0).values.ravel()
    array([0.25      , 0.31640625])
    """
    if not hasattr(method, "step"):
        raise MethodError(
            f"the method is a {type(method).__name__}: give one, such as bea.methods.heun()"
        )
    getattr(method, "check_field", lambda _: None)(field)  # any object with a step will do
    check_progress(progress)
    sizes = check_gammas(gammas)
    counts = _counts(sizes, time, samples, steps, include_start)
    _check_work(sizes, counts, max_steps)
    points, theta, gamma = prepare(field, starts, sizes)
    check_room(theta, counts.shape[1])
    lane_counts = np.repeat(counts, points.shape[-2], axis=0)
    outcome = _run(method.bind(as_float), field, theta, gamma, lane_counts, progress)
    return Trajectory(
        gammas=sizes,
        starts=points,
        times=sample_times(sizes, counts),
        error=None,
        variables=tuple(field.variables),
        field=field,
        **outcome.shaped(len(sizes), points.shape[-2]),
    )


def _run(
    method: Method,
    field: Field,
    theta: Floats,
    gamma: Floats,
    counts: Ints,
    progress: Progress | None,
) -> Outcome:
    """Run all lanes, chunk by chunk; neighbours mostly share γ and so are done together."""
    outcome = Outcome.blank(len(gamma), counts.shape[1], len(theta))
    meter = Meter(progress or telling("iterates"), int(counts[:, -1].sum()))
    rhs, inside = field.numeric(), field.domain()
    derivative = getattr(field, "numeric_derivative", None)  # a field need not have one
    width = chunk_width(len(theta))
    for first in range(0, len(gamma), width):
        index = np.arange(first, min(first + width, len(gamma)))
        lanes = theta[:, index], gamma[index], counts[index]
        Chunk(method, rhs, inside, index, *lanes, derivative, tuple(field.variables)).run(
            outcome, meter
        )
    return outcome


def _counts(
    gammas: Floats, time: float, samples: int, steps: int | None, include_start: bool
) -> Ints:
    if steps is None:
        return sample_steps(gammas, time, samples, include_start=include_start)
    check_count(steps, "steps")
    check_samples(len(gammas), steps)
    row = np.arange(0 if include_start else 1, steps + 1)
    return np.tile(row, (len(gammas), 1))


def _check_work(gammas: Floats, counts: Ints, max_steps: int) -> None:
    check_count(max_steps, "max_steps")
    worst = int(np.argmax(counts[:, -1]))
    if counts[worst, -1] > max_steps:
        raise StepSizeError(
            f"step size gamma={gammas[worst]:g} would take {counts[worst, -1]:,} steps, more than "
            f"max_steps={max_steps:,}; take larger steps or a shorter time"
        )
