"""The exact law of a few random steps, by going through all sequences of batches.

Exact rationals, with equal states put together, or float64 arrays with one lane for each sequence.
For longer runs on quadratic losses there is `bea.measure.weak.moments`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra import as_float
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.errors import BeaError
from bea.fields import NumericField, ScalarField, VectorField
from bea.measure.weak.inputs import checked_steps, exact_point, exact_step_size, read_observable
from bea.methods import Method
from bea.modified.random.batches import mean_field, samples_of
from bea.noise import Noise, independent_noise
from bea.patience import counted, told

#: More sequences of batches than these are not gone through: exactly, and in floats.
MOST_EXACT, MOST_LANES = 100_000, 4_000_000


@dataclass(frozen=True)
class Law:
    """The law of theta_n: finitely many points with their probabilities.

    Attributes
    ----------
    problem : VectorField
    points : sequence
        Lists of rationals, or an array (points, d).
    weights : sequence
        Their probabilities, rationals or floats.
    """

    problem: VectorField
    points: Any
    weights: Any

    def expectation(self, observable: Any) -> Any:
        """Return E of a function of theta, in the numbers of the law.

        Parameters
        ----------
        observable
            A text in the problem's variables, in which L is its loss, or a ring element.

        Raises
        ------
        BeaError
            If it cannot be read or names what is no variable; in exact numbers also if it has no
            rational values.
        """
        program = to_program([read_observable(observable, self.problem)])
        if isinstance(self.points, np.ndarray):
            values = compile_program(program)(self.points.T, np.empty((1, len(self.points))))
            return float(values[0] @ self.weights)
        pairs = zip(self.points, self.weights, strict=True)
        return sum((program.run(list(point))[0] * w for point, w in pairs), start=fmpq(0))

    def __len__(self) -> int:
        return len(self.points)


@told("enumerating batches")
def law_after(
    method: Method,
    problem: VectorField,
    gamma: Any,
    steps: int,
    start: Any,
    batches: Noise | int | None = None,
    arithmetic: str = "exact",
) -> Law:
    """Return the law of theta after some steps on random batches of a finite sum.

    Parameters
    ----------
    method, problem, batches
        The method, a finite sum, and how batches are drawn, or their size; by default single
        samples.
    gamma, start
        The step size and the start, exact numbers.
    steps
        The number of steps.
    arithmetic
        "exact": rationals; "float": float64.

    Raises
    ------
    BeaError
        If there are too many sequences of batches, or an unknown arithmetic is asked for.
    DomainError
        If a slope is not rational, in exact arithmetic.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum(["(x - 1)**2/2", "(x + 1)**2/2"])
    >>> law = law_after(bea.methods.gradient_descent(), pair, "1/2", steps=3, start=[0])
    >>> len(law), law.expectation("x**2")
    (8, 21/64)
    """
    batches, steps = independent_noise(batches), checked_steps(steps)
    losses = samples_of(problem)
    step_size, point = exact_step_size(gamma), exact_point(start, problem)
    choices = list(batches.choices(len(losses)))
    if arithmetic not in ("exact", "float"):
        raise BeaError(f"arithmetic '{arithmetic}' is unknown: it is 'exact' or 'float'")
    fields = [(mean_field([losses[i] for i in indices]), weight) for indices, weight in choices]
    if arithmetic == "float":
        _require(len(choices), steps, MOST_LANES, "")
        return _in_floats(method, problem, fields, step_size, steps, point)
    _require(len(choices), steps, MOST_EXACT, ", or arithmetic='float'")
    return _exactly(method, problem, fields, step_size, steps, point)


# --- private helpers ----------------------------------------------------------------------------

Fields = Sequence[tuple[VectorField, fmpq]]


def _exactly(
    method: Method, problem: VectorField, fields: Fields, gamma: fmpq, steps: int, point: list[fmpq]
) -> Law:
    runs = [(ScalarField(field, lambda c: c), weight) for field, weight in fields]
    bound = method.bind(runs[0][0].constant)
    theta = runs[0][0].vector(point)
    states = {_key(theta, ()): (theta, None, fmpq(1))}
    for _ in counted(range(steps), "step", rounds=True):
        following: dict[Any, Any] = {}
        for theta, state, share in states.values():
            for f, weight in runs:
                before = bound.init(f, theta) if state is None else state
                after, memory = bound.step(f, theta, before, gamma)
                key = _key(after, memory)
                known = following[key][2] if key in following else fmpq(0)
                following[key] = after, memory, known + share * weight
        states = following
    ends = list(states.values())
    return Law(problem, [list(theta) for theta, _, _ in ends], [share for _, _, share in ends])


def _key(theta: Any, memory: Any) -> tuple[Any, ...]:
    return (*theta, *(value for part in memory for value in np.ravel(part)))


def _in_floats(
    method: Method, problem: VectorField, fields: Fields, gamma: fmpq, steps: int, point: list[fmpq]
) -> Law:
    bound = method.bind(as_float)
    theta = np.array([[float(x)] for x in point])
    weights, state = np.ones(1), None
    for _ in range(steps):
        ends = []
        for field, weight in fields:
            f = NumericField(field.numeric(), np.full(theta.shape[1], float(gamma)))
            before = bound.init(f, theta) if state is None else state
            ends.append((*bound.step(f, theta, before, f.gamma), weights * float(weight)))
        theta = np.concatenate([end[0] for end in ends], axis=1)
        parts = zip(*(end[1] for end in ends), strict=True)
        state = tuple(np.concatenate(part, axis=-1) for part in parts)
        weights = np.concatenate([end[2] for end in ends])
    return Law(problem, theta.T, weights)


def _require(choices: int, steps: int, most: int, remedy: str) -> None:
    if choices**steps > most:
        raise BeaError(
            f"{choices} batches and {steps} steps make {choices**steps:,} sequences, more than "
            f"{most:,}: take fewer steps{remedy}"
        )
